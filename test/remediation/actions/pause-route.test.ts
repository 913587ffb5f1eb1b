/** Pausing routes at the stateful platform: never without an end, never without room, and over when it should be. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hourMs, minuteMs } from '../../../src/kernel/clock.js';
import { pauseRoute } from '../../../src/remediation/actions/pause-route.js';
import type { Plan, World } from '../../../src/remediation/kit/action.js';
import { start } from '../../operations-api/support.js';
import { codeOf, only, planned, refused } from '../payments-desk.js';
import { openPlatformDesk, typedAt, withRoutes, type PlatformDesk } from '../platform-desk.js';
import { underOrdeals } from '../ordeals.js';

let at: PlatformDesk;
beforeEach(async () => {
  at = await openPlatformDesk();
});
afterEach(() => at.close());

const us = 'northpay-card-us';
const typedFor = (route = us, minutes = 60, reason = 'Declines rise') => ({
  route,
  until: typedAt(start, minutes),
  reason,
});
const plan = (route?: string, minutes?: number, world: World = at.desk): Promise<Plan> =>
  planned(pauseRoute, typedFor(route, minutes), world);
const faults = (route?: string, minutes?: number, world: World = at.desk) =>
  refused(pauseRoute, typedFor(route, minutes), world);
const later = (minutes: number): Date => new Date(start.getTime() + minutes * minuteMs);
const pausedByOthers = (routeId = us, minutes = 30) =>
  at.operations.pauseRoute({
    routeId,
    until: later(minutes),
    reason: 'x',
    idempotencyKey: `theirs-${routeId}-${minutes}`,
  });
const resumedByOthers = (routeId = us) =>
  at.operations.resumeRoute({ routeId, reason: 'x', idempotencyKey: `theirs-resume-${routeId}` });

describe('what cannot be read', () => {
  it.each([
    ['', '1', 'x', ['route'], 'no route'],
    ['../events', '1', 'x', ['route'], 'a path'],
    ['northpay card us', '1', 'x', ['route'], 'blanks in an id'],
    [`r${'x'.repeat(255)}`, '1', 'x', ['route'], 'an id that is too long'],
    [us, '', 'x', ['until'], 'no time to resume, which is mandatory'],
    [us, 'tomorrow', 'x', ['until'], 'a word'],
    [us, '-5', 'x', ['until'], 'a sign'],
    [us, '1e9', 'x', ['until'], 'an exponent'],
    [us, '１７６３', 'x', ['until'], 'digits of another script'],
    [us, '1', '', ['reason'], 'no reason'],
    [us, '1', 'x'.repeat(301), ['reason'], 'a reason that is too long'],
    [us, '1', 'card 4242 4242 4242 4242', ['reason'], 'a card number'],
    ['', '', '', ['route', 'until', 'reason'], 'nothing: all of it is told'],
  ])('%s %s %s: %j (%s)', (route, until, reason, fields, _why) => {
    expect(pauseRoute.faultsOf({ route, until, reason }).map(({ field }) => field)).toEqual(fields);
  });
});

describe('what cannot be paused', () => {
  it('a route that the platform does not know', async () => {
    expect(await faults('northpay-card-xx')).toEqual(only('route', /has no object with this ID/));
  });

  it.each([
    [-1, /at least 5 min from now: 2026-11-18 12:05 UTC or later/, 'the past'],
    [0, /at least 5 min from now/, 'now'],
    [4.9, /at least 5 min from now/, 'too soon'],
    [24 * 60 + 0.1, /at most 24 hours from now: 2026-11-19 12:00 UTC or earlier/, 'more than a day'],
    [1e7, /at most 24 hours from now/, 'years'],
  ])('until %f minutes from now (%s)', async (minutes, message, _why) => {
    expect(await faults(us, minutes)).toEqual(only('until', message));
  });

  it.each([5, 24 * 60])('while until %i minutes from now is allowed', async (minutes) => {
    expect(pauseRoute.followUpAt(await plan(us, minutes))).toEqual(later(minutes));
  });

  it('one that is paused already: says until when and by what', async () => {
    await pausedByOthers();
    expect(await faults()).toEqual(
      only('route', /is already paused until 2026-11-18 12:30 UTC by order theirs-northpay-card-us-30/),
    );
  });

  it('one without a fallback', async () => {
    expect(await faults('lumen-open_banking-gb')).toEqual(only('route', /no fallback/));
  });

  it('one whose fallback is paused', async () => {
    await pausedByOthers('halcyon-card-us');
    expect(await faults()).toEqual(
      only('route', /halcyon-card-us, the fallback of northpay-card-us, is paused/),
    );
  });

  it('one that is more than its fallback can take: with the numbers', async () => {
    expect(await faults('adria-wallet-de')).toEqual(
      only('route', /6 \+ 9 = 15 payments in the last hour, limit 13 an hour/),
    );
  });

  it('while one that fills its fallback to the brim can be', async () => {
    const { preview } = await plan('gulfswitch-wallet-kw');
    expect(preview.changes.join()).toMatch(/1 \+ 2 = 3 payments an hour, limit 3/);
  });

  it('anything without a platform', async () => {
    expect(await faults(us, 60, { ...at.desk, operations: null })).toEqual(
      only(null, /operationsApi\.baseUrl.*OPERATIONS_API_TOKEN/),
    );
  });

  it('anything while the platform is down, which is no fault of the asker', async () => {
    at.api.setFault({ kind: 'unavailable', count: 9 });
    expect(await codeOf(pauseRoute.plan(typedFor(), at.desk))).toBe('unavailable');
  });
});

describe('the plan', () => {
  it('says what goes where, for how long, and what is at stake', async () => {
    expect((await plan(us, 90)).preview).toEqual({
      headline: `Pause route ${us} (northpay, card, US, USD) until 2026-11-18 13:30 UTC`,
      changes: [
        `${us}: active → paused for 1 h 30 min, resumes automatically at 2026-11-18 13:30 UTC`,
        'Payments go to halcyon-card-us (halcyon) meanwhile: 16 + 12 = 28 payments an hour, limit 220',
        'Amount at stake: last hour’s volume (574.41 USD, 12 payments) over 1 h 30 min = 861.62 USD, rounded up',
        'Reason: Declines rise',
      ],
      affected: [
        'northpay gets no new payments on this route; payments in progress are not affected.',
        'halcyon gets them, with its own fees and acceptance rates.',
      ],
      undo: 'Resume the route (resume-route) at any time.',
      irreversible: null,
      value: { minor: 86_162n, currency: 'USD' },
      subject: { kind: 'route', id: us },
      partner: 'northpay',
      merchant: null,
    });
  });

  it('of a route that nobody used lately says that what is at stake is not known', async () => {
    const { preview } = await plan('northpay-wallet-es');
    expect(preview.value).toEqual({ minor: 0n, currency: 'EUR' });
    expect(preview.changes).toContain('No volume in the last hour, so the amount at stake is unknown');
  });

  it('never puts less at stake than the volume for the minutes, and less than a minor unit more', async () => {
    const stake = fc.record({ minor: fc.bigInt(0n, 10n ** 15n), minutes: fc.integer({ min: 5, max: 1440 }) });
    await fc.assert(
      fc.asyncProperty(stake, async ({ minor, minutes }) => {
        const volume = { amount: { minor, currency: 'KWD' }, count: 1, windowMs: hourMs };
        const { preview } = await plan(
          us,
          minutes,
          withRoutes(at.desk, () => ({ volume })),
        );
        const excess = preview.value!.minor * 60n - minor * BigInt(minutes);
        expect(excess >= 0n && excess < 60n).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('of more money back than in puts nothing at stake', async () => {
    const volume = { amount: { minor: -500n, currency: 'USD' }, count: 1, windowMs: hourMs };
    const { preview } = await plan(
      us,
      60,
      withRoutes(at.desk, () => ({ volume })),
    );
    expect(preview.value).toEqual({ minor: 0n, currency: 'USD' });
  });
});

describe('doing it', () => {
  it('pauses, is found again and verified, and the platform ends it by itself', async () => {
    const made = await plan();
    expect(await pauseRoute.changesSince(made, at.desk)).toEqual([]);
    expect(await pauseRoute.readBack(made, 'key', at.desk)).toEqual({
      kind: 'not_done',
      evidence: [`${us} is active.`],
    });
    const effect = await pauseRoute.execute(made, 'key', at.desk);
    const summary = `${us} is paused until 2026-11-18 13:00 UTC by order key.`;
    expect(effect).toEqual({ id: 'key', summary });
    expect(await at.operations.route(us)).toMatchObject({
      state: 'paused',
      pausedBy: 'key',
      pausedUntil: later(60),
    });
    expect(await pauseRoute.readBack(made, 'key', at.desk)).toEqual({ kind: 'done', effect });
    expect(await pauseRoute.verify(made, 'key', effect, at.desk)).toEqual({
      kind: 'visible',
      evidence: summary,
    });
    at.clock.advance(60 * minuteMs);
    expect(await pauseRoute.verify(made, 'key', effect, at.desk)).toEqual({
      kind: 'visible',
      evidence: `${us} is active. Its pause was due to end at 2026-11-18 13:00 UTC.`,
    });
  });

  it('says so when somebody ended it before it was looked at', async () => {
    const made = await plan();
    const effect = await pauseRoute.execute(made, 'key', at.desk);
    await resumedByOthers();
    expect(await pauseRoute.verify(made, 'key', effect, at.desk)).toEqual({
      kind: 'wrong',
      evidence: `${us} is active. It was resumed by order theirs-resume-${us}.`,
    });
    await pausedByOthers();
    expect(await pauseRoute.verify(made, 'key', effect, at.desk)).toEqual({
      kind: 'wrong',
      evidence: expect.stringMatching(/by order theirs-.*This plan’s pause is gone/),
    });
  });
});

describe('a world that moved on', () => {
  it('the traffic of the last hour may be another', async () => {
    const made = await plan(us, 120);
    at.clock.advance(40 * minuteMs);
    const again = await plan(us, 120);
    expect(again.facts.volume).not.toBe(made.facts.volume);
    expect(await pauseRoute.changesSince(made, at.desk)).toEqual([]);
  });

  it('but not more than the fallback takes', async () => {
    const made = await plan();
    const fuller = withRoutes(at.desk, ({ fallback }) => ({
      fallback: fallback && { ...fallback, loadPerHour: 209 },
    }));
    expect(await pauseRoute.changesSince(made, fuller)).toEqual([
      expect.stringMatching(/209 \+ 12 = 221 payments in the last hour, limit 220/),
    ]);
  });

  it('a fallback with less capacity than shown, another fallback, or none is reported', async () => {
    const made = await plan();
    const smaller = withRoutes(at.desk, ({ fallback }) => ({
      fallback: fallback && { ...fallback, capacityPerHour: 20 },
    }));
    expect(await pauseRoute.changesSince(made, smaller)).toEqual([
      'fallback: capacity per hour 220, partner halcyon, route halcyon-card-us, state active → capacity per hour 20, partner halcyon, route halcyon-card-us, state active',
      expect.stringMatching(/= 28 payments in the last hour, limit 20/),
    ]);
    const none = withRoutes(at.desk, () => ({ fallback: null }));
    expect(await pauseRoute.changesSince(made, none)).toEqual([
      expect.stringMatching(/^fallback: .* → none$/),
      expect.stringMatching(/no fallback/),
    ]);
  });

  it('another person’s pause is reported', async () => {
    const made = await plan();
    await pausedByOthers();
    expect(await pauseRoute.changesSince(made, at.desk)).toEqual([
      'state: active → paused',
      'paused until: none → 2026-11-18T12:30:00.000Z',
      `paused by: none → theirs-${us}-30`,
      expect.stringMatching(/is already paused until /),
    ]);
    expect(await codeOf(pauseRoute.execute(made, 'key', at.desk))).toBe('conflict');
  });

  it('approvals that came too late for the time to resume void it', async () => {
    const made = await plan(us, 30);
    at.clock.advance(26 * minuteMs);
    expect(await pauseRoute.changesSince(made, at.desk)).toEqual([
      expect.stringMatching(/at least 5 min from now/),
    ]);
  });
});

describe('an answer that is lost', () => {
  const path = `/v1/routes/${us}/pause`;

  it('after the effect: unknown, then found, and the same order again does nothing more', async () => {
    const made = await plan();
    at.api.setFault({ kind: 'timeout_after_effect', path });
    expect(await codeOf(pauseRoute.execute(made, 'key', at.hasty))).toBe('unknown_outcome');
    const settled = await pauseRoute.readBack(made, 'key', at.desk);
    expect(settled).toMatchObject({ kind: 'done', effect: { id: 'key' } });
    await resumedByOthers();
    await pauseRoute.execute(made, 'key', at.desk);
    expect((await at.operations.route(us)).state).toBe('active');
  });

  it.each(['error_before_effect', 'unavailable'] as const)(
    '%s: unknown, then surely not done, then done',
    async (kind) => {
      const made = await plan();
      at.api.setFault({ kind, path });
      expect(await codeOf(pauseRoute.execute(made, 'key', at.desk))).toBe('unknown_outcome');
      expect((await pauseRoute.readBack(made, 'key', at.desk)).kind).toBe('not_done');
      expect((await pauseRoute.execute(made, 'key', at.desk)).summary).toMatch(/is paused until/);
    },
  );

  it('while somebody else paused it: theirs is not taken for ours', async () => {
    const made = await plan();
    at.api.setFault({ kind: 'error_before_effect', path });
    await codeOf(pauseRoute.execute(made, 'key', at.desk));
    await pausedByOthers();
    expect(await pauseRoute.readBack(made, 'key', at.desk)).toEqual({
      kind: 'not_done',
      evidence: [`${us} is paused until 2026-11-18 12:30 UTC by order theirs-${us}-30.`],
    });
    expect(await codeOf(pauseRoute.execute(made, 'key', at.desk))).toBe('conflict');
  });

  it('until after the end of the pause: an active route tells nothing any more', async () => {
    const made = await plan();
    at.api.setFault({ kind: 'timeout_after_effect', path });
    await codeOf(pauseRoute.execute(made, 'key', at.hasty));
    at.clock.advance(60 * minuteMs);
    expect(await pauseRoute.readBack(made, 'key', at.desk)).toEqual({
      kind: 'cannot_tell',
      evidence: [`${us} is active.`, expect.stringMatching(/would have ended at 2026-11-18 13:00 UTC/)],
    });
  });

  it('when nothing can be read either, reading back says so', async () => {
    const made = await plan();
    at.api.setFault({ kind: 'unavailable', count: 9 });
    expect(await codeOf(pauseRoute.readBack(made, 'key', at.desk))).toBe('unavailable');
  });
});

describe('at the time to resume', () => {
  /** As if the platform had forgotten to end the pause. */
  const stuck = (by: string) =>
    withRoutes(at.desk, () => ({ state: 'paused', pausedUntil: later(60), pausedBy: by }));
  const pause = async (): Promise<Plan> => {
    const made = await plan();
    await pauseRoute.execute(made, 'key', at.desk);
    return made;
  };

  it('it resumed by itself', async () => {
    const made = await pause();
    at.clock.advance(60 * minuteMs);
    const effect = {
      id: null,
      summary: `${us} is active: it resumed automatically at 2026-11-18 13:00 UTC.`,
    };
    expect(await pauseRoute.followUp(made, { key: 'key', early: null }, at.desk)).toEqual(effect);
  });

  it('somebody had resumed it', async () => {
    const made = await pause();
    await resumedByOthers();
    at.clock.advance(60 * minuteMs);
    const { summary } = await pauseRoute.followUp(made, { key: 'key', early: null }, at.desk);
    expect(summary).toBe(`${us} is active: it was resumed by order theirs-resume-${us}.`);
  });

  it('it is still paused by us: it is resumed, once, also when the answer is lost', async () => {
    const made = await pause();
    // The platform’s clock is behind ours, so it has not ended the pause.
    const behind = { ...at.hasty, clock: { now: () => later(60) } };
    at.api.setFault({ kind: 'timeout_after_effect', path: `/v1/routes/${us}/resume` });
    expect(await codeOf(pauseRoute.followUp(made, { key: 'key', early: null }, behind))).toBe(
      'unknown_outcome',
    );
    expect(await at.operations.route(us)).toMatchObject({ state: 'active', resumedBy: 'key:resume' });
    const effect = {
      id: 'key:resume',
      summary: `${us} is active: it did not resume automatically at 2026-11-18 13:00 UTC, so Paydesk resumed it.`,
    };
    expect(await pauseRoute.followUp(made, { key: 'key', early: null }, at.desk)).toEqual(effect);
  });

  it('it is still paused by us and the platform refuses: it is tried again', async () => {
    const made = await pause();
    at.clock.advance(60 * minuteMs);
    expect(await codeOf(pauseRoute.followUp(made, { key: 'key', early: null }, stuck('key')))).toBe(
      'conflict',
    );
  });

  it.each([
    ['theirs', /paused until 2026-11-18 13:30 UTC by order theirs-northpay-card-us-90/],
    ['by other means', /paused until 2026-11-18 13:30 UTC outside Paydesk/],
  ])('it was paused again, %s: it is left so', async (who, message) => {
    const made = await pause();
    await resumedByOthers();
    await pausedByOthers(us, 90);
    at.clock.advance(60 * minuteMs);
    const world = who === 'theirs' ? at.desk : withRoutes(at.desk, () => ({ pausedBy: null }));
    const { summary } = await pauseRoute.followUp(made, { key: 'key', early: null }, world);
    expect(summary).toMatch(message);
    expect(summary).toMatch(
      /a different pause; this plan’s was due to end at 2026-11-18 13:00 UTC\. Left unchanged/,
    );
    expect((await at.operations.route(us)).state).toBe('paused');
  });

  it('nobody can be asked: it is tried again', async () => {
    const made = await pause();
    at.api.setFault({ kind: 'unavailable', count: 9 });
    expect(await codeOf(pauseRoute.followUp(made, { key: 'key', early: null }, at.desk))).toBe('unavailable');
  });
});

underOrdeals(pauseRoute, ({ platform, now }) => ({
  typed: { route: 'adria-card-fr', until: typedAt(now, 60), reason: 'a drill' },
  effects: async () => Number((await platform.operations.route('adria-card-fr')).state === 'paused'),
}));
