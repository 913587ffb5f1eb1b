/** Replays at the stateful platform: only to who can bear it, not twice in a row, once per plan. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minuteMs } from '../../../src/kernel/clock.js';
import { replayEvent } from '../../../src/remediation/actions/replay-event.js';
import type { Plan, World } from '../../../src/remediation/kit/action.js';
import type { PlatformEvent } from '../../../src/ports/operations.js';
import { eventId } from '../../operations-api/support.js';
import { codeOf, only, planned, refused } from '../payments-desk.js';
import { openPlatformDesk, type PlatformDesk } from '../platform-desk.js';
import { underOrdeals } from '../ordeals.js';

let at: PlatformDesk;
beforeEach(async () => {
  at = await openPlatformDesk();
});
afterEach(() => at.close());

const typedFor = (target = 'ledger', event = eventId) => ({ event, target });
const plan = (target?: string): Promise<Plan> => planned(replayEvent, typedFor(target), at.desk);
const faults = (target?: string, event?: string, world: World = at.desk) =>
  refused(replayEvent, typedFor(target, event), world);
const replayedByOthers = (target = 'ledger', idempotencyKey = 'theirs') =>
  at.operations.replayEvent({ eventId, target, idempotencyKey });
const replays = async () => (await at.operations.event(eventId)).replays;
/** A platform that shows its events with these changes. */
const withEvents = (change: (event: PlatformEvent) => Partial<PlatformEvent>): World => {
  const event = async (id: string): Promise<PlatformEvent> => {
    const shown = await at.operations.event(id);
    return { ...shown, ...change(shown) };
  };
  return { ...at.desk, operations: { ...at.operations, event } };
};

describe('what cannot be replayed', () => {
  it.each([
    ['', '', ['event', 'target'], 'nothing'],
    ['evt_known/replays', 'ledger', ['event'], 'a path'],
    ['evt_１', 'ledger', ['event'], 'digits of another script'],
    [eventId, 'the ledger', ['target'], 'a blank'],
    [eventId, '..', ['target'], 'a path'],
  ])('%s to %s: %j (%s)', (event, target, fields, _why) => {
    expect(replayEvent.faultsOf({ event, target }).map(({ field }) => field)).toEqual(fields);
  });

  it('an event that the platform does not know', async () => {
    expect(await faults('ledger', 'evt_other')).toEqual(only('event', /has no object with this ID/));
  });

  it('to a target that it has not: the targets are listed', async () => {
    expect(await faults('ledgr')).toEqual(
      only('target', /has no target ledgr\. Its targets: ledger, customer-notices, order-service\./),
    );
    expect(
      await faults(
        'ledger',
        eventId,
        withEvents(() => ({ targets: [] })),
      ),
    ).toEqual(only('target', /has no target ledger\. It has no targets\./));
  });

  it('to a target that would act on it twice', async () => {
    expect(await faults('customer-notices')).toEqual(only('target', /only an idempotent target/));
  });

  it('to the same target within ten minutes, while another is free', async () => {
    await replayedByOthers();
    at.clock.advance(10 * minuteMs - 1);
    expect(await faults()).toEqual(
      only('target', /replayed to ledger at 2026-11-18 12:00 UTC\. Try again after 2026-11-18 12:10 UTC/),
    );
    await plan('order-service');
    at.clock.advance(1);
    await plan('ledger');
  });

  it('anything without a platform', async () => {
    expect(await faults('ledger', eventId, { ...at.desk, operations: null })).toEqual(
      only(null, /operationsApi\.baseUrl/),
    );
  });
});

describe('the plan', () => {
  it('says when it was delivered last, and that it was never replayed', async () => {
    expect((await plan()).preview).toEqual({
      headline: `Replay ${eventId} (charge.succeeded) to ledger`,
      changes: [
        'ledger gets the event again: last delivered at 2026-11-18 11:59 UTC',
        'Not replayed to it before',
      ],
      affected: ['ledger is idempotent according to the platform: processing the event twice is safe.'],
      undo: 'Nothing to undo: processing the event twice is safe.',
      irreversible: null,
      value: null,
      subject: { kind: 'event', id: eventId },
      partner: null,
      merchant: null,
    });
  });

  it('says how often it was replayed, and when it was never delivered', async () => {
    await replayedByOthers('order-service', 'other-target');
    await replayedByOthers('ledger', 'first');
    at.clock.advance(15 * minuteMs);
    await replayedByOthers('ledger', 'second');
    at.clock.advance(15 * minuteMs);
    expect((await plan()).preview.changes).toEqual([
      'ledger gets the event again: last delivered at 2026-11-18 12:15 UTC',
      'Replayed to it 2 times before, last at 2026-11-18 12:15 UTC',
    ]);
    expect((await plan('order-service')).preview.changes[1]).toMatch(/1 time before/);
    const world = withEvents(({ targets }) => ({
      targets: targets.map((target) => ({ ...target, lastDeliveredAt: null })),
    }));
    const { preview } = await planned(replayEvent, typedFor(), world);
    expect(preview.changes[0]).toBe('ledger gets the event again: never delivered');
  });
});

it('replays, is found again and verified', async () => {
  const made = await plan();
  expect(await replayEvent.changesSince(made, at.desk)).toEqual([]);
  expect(await replayEvent.readBack(made, 'key', at.desk)).toEqual({
    kind: 'not_done',
    evidence: [`No replay of ${eventId} has this plan’s key.`],
  });
  const effect = await replayEvent.execute(made, 'key', at.desk);
  expect(effect).toEqual({ id: 'key', summary: `${eventId} was replayed to ledger.` });
  expect(await replays()).toMatchObject([{ reference: 'key', target: 'ledger' }]);
  expect(await replayEvent.readBack(made, 'key', at.desk)).toEqual({ kind: 'done', effect });
  expect((await replayEvent.verify(made, 'key', effect, at.desk)).kind).toBe('visible');
  const unlisted = withEvents(() => ({ replays: [] }));
  expect((await replayEvent.verify(made, 'key', effect, unlisted)).kind).toBe('not_yet');
});

describe('an event of which a part cannot be read', () => {
  const unread = 'target ledger cannot be read: idempotent is missing';

  it('says so where it is the target that is meant, and others are free', async () => {
    const world = withEvents(({ targets }) => ({
      targets: targets.filter(({ id }) => id !== 'ledger'),
      problems: [unread],
    }));
    expect(await faults('ledger', eventId, world)).toEqual([
      ...only('target', /has no target ledger\. Its targets: /),
      ...only('target', /On the platform, target ledger cannot be read/),
    ]);
    await planned(replayEvent, typedFor('order-service'), world);
  });

  it('may hold the replay that is looked for', async () => {
    const made = await plan();
    const world = withEvents(() => ({ replays: [], problems: ['replay (without id) cannot be read: at'] }));
    expect(await replayEvent.readBack(made, 'key', world)).toMatchObject({ kind: 'cannot_tell' });
  });
});

describe('a world that moved on', () => {
  it('somebody else replayed it', async () => {
    const made = await plan();
    await replayedByOthers();
    expect(await replayEvent.changesSince(made, at.desk)).toEqual([
      'last delivered at: 2026-11-18T11:59:00.000Z → 2026-11-18T12:00:00.000Z',
      'replays: 0 → 1',
      'last replayed at: none → 2026-11-18T12:00:00.000Z',
      expect.stringMatching(/again after/),
    ]);
  });

  it('to another target changes nothing, nor does a target that was added', async () => {
    const made = await plan();
    await replayedByOthers('order-service');
    const more = withEvents(({ targets }) => ({
      targets: [...targets, { id: 'new', idempotent: true, lastDeliveredAt: null }],
    }));
    expect(await replayEvent.changesSince(made, more)).toEqual([]);
  });

  it('the target no longer bears it twice', async () => {
    const made = await plan();
    const world = withEvents(({ targets }) => ({
      targets: targets.map((target) => ({ ...target, idempotent: false })),
    }));
    expect(await replayEvent.changesSince(made, world)).toEqual([
      'idempotent: yes → no',
      expect.stringMatching(/would process the event twice/),
    ]);
  });
});

describe('an answer that is lost', () => {
  const path = `/v1/events/${eventId}/replays`;

  it('after the effect: unknown, then found, and the same order again does nothing more', async () => {
    const made = await plan();
    at.api.setFault({ kind: 'timeout_after_effect', path });
    expect(await codeOf(replayEvent.execute(made, 'key', at.hasty))).toBe('unknown_outcome');
    expect((await replayEvent.readBack(made, 'key', at.desk)).kind).toBe('done');
    await replayEvent.execute(made, 'key', at.desk);
    expect(await replays()).toHaveLength(1);
  });

  it.each(['error_before_effect', 'unavailable'] as const)(
    '%s, and somebody else replays it meanwhile: theirs is not ours',
    async (kind) => {
      const made = await plan();
      at.api.setFault({ kind, path });
      expect(await codeOf(replayEvent.execute(made, 'key', at.desk))).toBe('unknown_outcome');
      await replayedByOthers();
      expect((await replayEvent.readBack(made, 'key', at.desk)).kind).toBe('not_done');
      await replayEvent.execute(made, 'key', at.desk);
      expect((await replays()).map(({ reference }) => reference)).toEqual(['theirs', 'key']);
    },
  );
});

underOrdeals(replayEvent, ({ platform: { operations } }) => ({
  typed: { event: eventId, target: 'ledger' },
  effects: async () => (await operations.event(eventId)).replays.length,
}));
