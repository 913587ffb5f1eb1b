/** Ending pauses at the stateful platform: the one that was approved to be ended, and no other. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minuteMs } from '../../../src/kernel/clock.js';
import { resumeRoute } from '../../../src/remediation/actions/resume-route.js';
import type { Plan } from '../../../src/remediation/kit/action.js';
import { start } from '../../operations-api/support.js';
import { codeOf, only, planned, refused } from '../payments-desk.js';
import { openPlatformDesk, withRoutes, type PlatformDesk } from '../platform-desk.js';
import { underOrdeals } from '../ordeals.js';

let at: PlatformDesk;
beforeEach(async () => {
  at = await openPlatformDesk();
});
afterEach(() => at.close());

const us = 'northpay-card-us';
const typed = { route: us, reason: 'Declines are back to normal' };
const plan = (): Promise<Plan> => planned(resumeRoute, typed, at.desk);
const pause = (idempotencyKey = 'pause', minutes = 60) =>
  at.operations.pauseRoute({
    routeId: us,
    until: new Date(start.getTime() + minutes * minuteMs),
    reason: 'x',
    idempotencyKey,
  });
const hourPasses = (): Promise<void> => {
  at.clock.advance(60 * minuteMs);
  return Promise.resolve();
};
const resumedByOthers = () =>
  at.operations.resumeRoute({ routeId: us, reason: 'x', idempotencyKey: 'theirs' });

describe('what cannot be resumed', () => {
  it.each([
    ['', 'x', ['route'], 'no route'],
    ['../events', 'x', ['route'], 'a path'],
    [us, '', ['reason'], 'no reason'],
    [us, 'x'.repeat(301), ['reason'], 'a reason that is too long'],
    [us, 'card 4242-4242-4242-4242', ['reason'], 'a card number'],
  ])('%s %s: %j (%s)', (route, reason, fields, _why) => {
    expect(resumeRoute.faultsOf({ route, reason }).map(({ field }) => field)).toEqual(fields);
  });

  it('a route that is active', async () => {
    expect(await refused(resumeRoute, typed, at.desk)).toEqual(only('route', /is active: there is no pause/));
  });

  it('a route that the platform does not know', async () => {
    const unknown = { ...typed, route: 'northpay-card-xx' };
    expect(await refused(resumeRoute, unknown, at.desk)).toEqual(only('route', /has no object with this ID/));
  });

  it('anything without a platform', async () => {
    const world = { ...at.desk, operations: null };
    expect(await refused(resumeRoute, typed, world)).toEqual(only(null, /operationsApi\.baseUrl/));
  });
});

it('the plan says until when it was paused, by what, and where payments went meanwhile', async () => {
  await pause();
  expect((await plan()).preview).toEqual({
    headline: `Resume route ${us} (northpay, card, US, USD) now`,
    changes: [
      `${us}: paused until 2026-11-18 13:00 UTC by order pause → active`,
      'Reason: Declines are back to normal',
    ],
    affected: [
      'northpay gets new payments on this route again and halcyon-card-us no longer does; payments in progress are not affected.',
    ],
    undo: 'Pause the route again (pause-route).',
    irreversible: null,
    value: null,
    subject: { kind: 'route', id: us },
    partner: 'northpay',
    merchant: null,
  });
});

it('a pause without a key, and a route without a fallback, are shown as such', async () => {
  await pause();
  const world = withRoutes(at.desk, () => ({ pausedBy: null, country: null, fallback: null }));
  const { preview } = await planned(resumeRoute, typed, world);
  expect(preview.headline).toMatch(/northpay, card, all countries, USD/);
  expect(preview.changes[0]).toMatch(/paused until 2026-11-18 13:00 UTC outside Paydesk/);
  expect(preview.affected).toEqual([expect.stringMatching(/this route again; payments in progress/)]);
});

it('resumes, is found again and verified', async () => {
  await pause();
  const made = await plan();
  expect(await resumeRoute.changesSince(made, at.desk)).toEqual([]);
  expect((await resumeRoute.readBack(made, 'key', at.desk)).kind).toBe('not_done');
  const effect = await resumeRoute.execute(made, 'key', at.desk);
  const summary = `${us} is active, its last pause ended by order key.`;
  expect(effect).toEqual({ id: 'key', summary });
  expect(await at.operations.route(us)).toMatchObject({ state: 'active', resumedBy: 'key' });
  expect(await resumeRoute.readBack(made, 'key', at.desk)).toEqual({ kind: 'done', effect });
  expect(await resumeRoute.verify(made, 'key', effect, at.desk)).toEqual({
    kind: 'visible',
    evidence: summary,
  });
  await pause('again');
  expect(await resumeRoute.verify(made, 'key', effect, at.desk)).toEqual({
    kind: 'wrong',
    evidence: expect.stringMatching(/by order again\. It was paused again/),
  });
  expect(resumeRoute.followUpAt(made)).toBeNull();
});

describe('a world that moved on', () => {
  it('it resumed by itself', async () => {
    await pause();
    const made = await plan();
    at.clock.advance(60 * minuteMs);
    expect(await resumeRoute.changesSince(made, at.desk)).toEqual([
      'state: paused → active',
      'paused until: 2026-11-18T13:00:00.000Z → none',
      'paused by: pause → none',
      expect.stringMatching(/there is no pause to end/),
    ]);
    expect(await codeOf(resumeRoute.execute(made, 'key', at.desk))).toBe('conflict');
  });

  it('another pause has replaced it', async () => {
    await pause();
    const made = await plan();
    await resumedByOthers();
    await pause('another', 90);
    expect(await resumeRoute.changesSince(made, at.desk)).toEqual([
      'paused until: 2026-11-18T13:00:00.000Z → 2026-11-18T13:30:00.000Z',
      'paused by: pause → another',
    ]);
  });
});

describe('an answer that is lost', () => {
  const path = `/v1/routes/${us}/resume`;

  it('after the effect: unknown, then found by its key', async () => {
    await pause();
    const made = await plan();
    at.api.setFault({ kind: 'timeout_after_effect', path });
    expect(await codeOf(resumeRoute.execute(made, 'key', at.hasty))).toBe('unknown_outcome');
    expect((await resumeRoute.readBack(made, 'key', at.desk)).kind).toBe('done');
  });

  it.each(['error_before_effect', 'unavailable'] as const)(
    '%s: unknown, surely not done, then done',
    async (kind) => {
      await pause();
      const made = await plan();
      at.api.setFault({ kind, path });
      expect(await codeOf(resumeRoute.execute(made, 'key', at.desk))).toBe('unknown_outcome');
      expect(await resumeRoute.readBack(made, 'key', at.desk)).toEqual({
        kind: 'not_done',
        evidence: [`${us} is paused until 2026-11-18 13:00 UTC by order pause.`],
      });
      expect((await resumeRoute.execute(made, 'key', at.desk)).id).toBe('key');
    },
  );

  it.each([
    ['somebody else', resumedByOthers, /ended by order theirs/],
    ['itself', hourPasses, /ended automatically or outside Paydesk/],
  ])('and it was resumed by %s: that is not taken for ours', async (_who, end, evidence) => {
    await pause();
    const made = await plan();
    at.api.setFault({ kind: 'error_before_effect', path });
    await codeOf(resumeRoute.execute(made, 'key', at.desk));
    await end();
    expect(await resumeRoute.readBack(made, 'key', at.desk)).toEqual({
      kind: 'not_done',
      evidence: [expect.stringMatching(evidence)],
    });
  });

  it('and another pause has replaced it: the outcome is unknown, and it is not ordered again', async () => {
    await pause();
    const made = await plan();
    at.api.setFault({ kind: 'error_before_effect', path });
    await codeOf(resumeRoute.execute(made, 'key', at.desk));
    await resumedByOthers();
    await pause('another');
    expect(await resumeRoute.readBack(made, 'key', at.desk)).toEqual({
      kind: 'cannot_tell',
      evidence: [
        `${us} is paused until 2026-11-18 13:00 UTC by order another.`,
        'The plan was for a different pause: paused until 2026-11-18 13:00 UTC by order pause.',
      ],
    });
  });

  it('and another pause without a key has replaced it: its end distinguishes the two', async () => {
    await pause();
    const unnamed = (pausedUntil: Date) => withRoutes(at.desk, () => ({ pausedBy: null, pausedUntil }));
    const made = await planned(resumeRoute, typed, unnamed(start));
    expect((await resumeRoute.readBack(made, 'key', unnamed(start))).kind).toBe('not_done');
    const later = new Date(start.getTime() + minuteMs);
    expect((await resumeRoute.readBack(made, 'key', unnamed(later))).kind).toBe('cannot_tell');
  });
});

underOrdeals(resumeRoute, async ({ platform: { operations }, now }) => {
  const until = new Date(now.getTime() + 600 * minuteMs);
  await operations.pauseRoute({ routeId: us, until, reason: 'x', idempotencyKey: 'theirs' });
  return { typed, effects: async () => Number((await operations.route(us)).state === 'active') };
});
