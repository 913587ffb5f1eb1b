/**
 * How a partner is, in one word: what counts, and what does not.
 */
import { describe, expect, it } from 'vitest';
import { hourMs, minuteMs } from '../../src/kernel/clock.js';
import { healthOf, healthWindows, measuredOf, noTraffic } from '../../src/partners/health.js';
import type { PartnerTraffic } from '../../src/ports/books.js';
import type { StatusIndicator } from '../../src/ports/partner-status.js';
import type { RememberedStatus } from '../../src/ports/partner-statuses.js';

const now = new Date('2026-11-20T12:00:00Z');
const page = (indicator: StatusIndicator, checkedAt = now): RememberedStatus => ({
  partner: 'p',
  published: {
    indicator,
    description: indicator,
    components: [],
    incidents: [],
    maintenances: [],
    planned: [],
    problems: [],
    publishedAt: now,
  },
  changedAt: now,
  troubleAt: null,
  checkedAt,
  staleToldAt: null,
});
const unread = page('none', new Date(now.getTime() - hourMs));

/** Succeeded and failed. */
type Counts = readonly [succeeded: number, failed: number];
const traffic = ([succeeded, failed]: Counts, latencyP50Ms = 500): PartnerTraffic => ({
  ...noTraffic,
  attempts: succeeded + failed,
  succeeded,
  failedBy: { partner: failed },
  latencyP50Ms,
});
const measured = (five: Counts, fifteen: Counts, hour: Counts, usual: Counts) =>
  measuredOf(
    [five, fifteen, hour, usual].map((counts) => new Map([['p', traffic(counts)]])),
    'p',
  );

const calm = measured([6, 0], [19, 1], [76, 4], [304, 16]);
const none = measured([0, 0], [0, 0], [0, 0], [0, 0]);

describe('the word', () => {
  it.each([
    ['none', calm, 'operational', 'both say so'],
    ['none', none, 'operational', 'only the page knows anything'],
    ['minor', calm, 'degraded', 'the partner knows more than we'],
    ['maintenance', calm, 'degraded', 'work on it is no normal service'],
    ['major', calm, 'degraded', 'an outage that does not reach us'],
    ['major', none, 'outage', 'nothing of ours says otherwise'],
    ['major', measured([1, 1], [12, 3], [70, 8], [304, 16]), 'outage', 'an hour averages the time before it'],
    ['none', measured([0, 6], [13, 7], [70, 10], [304, 16]), 'outage', 'six of six failed in five minutes'],
    ['none', measured([6, 0], [19, 1], [60, 20], [304, 16]), 'operational', 'a trouble that is over'],
    [
      'none',
      measured([0, 2], [14, 2], [76, 6], [304, 16]),
      'operational',
      'two failures in a row are no news',
    ],
    ['none', measured([40, 20], [160, 40], [700, 60], [3040, 160]), 'degraded', 'far below the usual rate'],
    [
      'none',
      measured([930, 70], [930, 70], [930, 70], [9500, 500]),
      'operational',
      'a small drop, however certain',
    ],
    ['none', measured([0, 30], [0, 30], [0, 30], [2, 1]), 'operational', 'nothing to compare with'],
    ['none', measured([0, 0], [0, 0], [0, 0], [304, 16]), 'degraded', 'no attempt where 80 are usual'],
  ] as const)('a page that says %s → %s: %s', (indicator, own, word, _reason) => {
    expect(healthOf(page(indicator), own, now).word).toBe(word);
  });

  it.each([
    [calm, 'operational', 'our own traffic is enough'],
    [none, 'unknown', 'no source'],
    [{ unknown: 'down' }, 'unknown', 'the books do not answer'],
  ] as const)('without a page: %o → %s, %s', (own, word, _reason) => {
    expect(healthOf(unread, own, now).word).toBe(word);
    expect(healthOf(null, own, now).word).toBe(word);
  });

  it('slow answers degrade a partner, a little slower does not', () => {
    const at = (latencyP50Ms: number) => ({ ...calm, recent: traffic([19, 1], latencyP50Ms) });
    expect(healthOf(page('none'), at(1300), now)).toMatchObject({ word: 'degraded' });
    expect(healthOf(page('none'), at(900), now)).toMatchObject({ word: 'operational' });
  });
});

it('the shortest time that shows something is looked at', () => {
  expect(calm.recentMs).toBe(15 * minuteMs);
  expect(measured([0, 6], [13, 7], [70, 10], [304, 16]).recentMs).toBe(5 * minuteMs);
  expect(measured([1, 0], [3, 0], [12, 0], [304, 16])).toMatchObject({
    recentMs: hourMs,
    expectedAttempts: 80,
  });
});

it('the same hour of the week, four weeks back', () => {
  const usual = healthWindows(now)[3] ?? [];
  expect(usual.map(({ from, to }) => [from.toISOString(), to.toISOString()])).toEqual([
    ['2026-11-13T11:30:00.000Z', '2026-11-13T12:30:00.000Z'],
    ['2026-11-06T11:30:00.000Z', '2026-11-06T12:30:00.000Z'],
    ['2026-10-30T11:30:00.000Z', '2026-10-30T12:30:00.000Z'],
    ['2026-10-23T11:30:00.000Z', '2026-10-23T12:30:00.000Z'],
  ]);
});
