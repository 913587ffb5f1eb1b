/** Asking for statements at the stateful platform: only what is missing, and not again and again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hourMs } from '../../../src/kernel/clock.js';
import { requestStatement } from '../../../src/remediation/actions/request-statement.js';
import type { Plan, World } from '../../../src/remediation/kit/action.js';
import type { PartnerStatement } from '../../../src/ports/operations.js';
import { codeOf, only, planned, refused } from '../payments-desk.js';
import { openPlatformDesk, type PlatformDesk } from '../platform-desk.js';
import { underOrdeals } from '../ordeals.js';

let at: PlatformDesk;
beforeEach(async () => {
  at = await openPlatformDesk();
});
afterEach(() => at.close());

const missing = '2026-11-17';
const typedFor = (businessDay = missing, partner = 'adria') => ({
  partner,
  businessDay,
  reason: 'It is late',
});
const plan = (world: World = at.desk): Promise<Plan> => planned(requestStatement, typedFor(), world);
const faults = (businessDay?: string, partner?: string, world: World = at.desk) =>
  refused(requestStatement, typedFor(businessDay, partner), world);
/** A platform that shows its statements with these changes: the stand-in's partners answer at once. */
const withStatements = (changes: Partial<PartnerStatement>): World => {
  const statement = async (partner: string, day: string): Promise<PartnerStatement> => ({
    ...(await at.operations.statement(partner, day)),
    ...changes,
  });
  return { ...at.desk, operations: { ...at.operations, statement } };
};
const requestedAt = (...times: string[]): Partial<PartnerStatement> => ({
  state: 'requested',
  requests: times.map((time) => ({ reference: `theirs-${time}`, at: new Date(`2026-11-18T${time}:00Z`) })),
});

describe('what cannot be asked for', () => {
  it.each([
    ['', '', '', ['partner', 'businessDay', 'reason'], 'nothing'],
    ['Adria Bank', missing, 'x', ['partner'], 'no partner’s id'],
    ['adria', '17.11.2026', 'x', ['businessDay'], 'another way to write a date'],
    ['adria', '2026-02-30', 'x', ['businessDay'], 'a day that no month has'],
    ['adria', '2026-11-17T00:00:00Z', 'x', ['businessDay'], 'an instant'],
    ['adria', '../x', 'x', ['businessDay'], 'a path'],
    ['adria', missing, 'x'.repeat(301), ['reason'], 'a reason that is too long'],
    ['adria', missing, 'card 4242424242424242', ['reason'], 'a card number'],
  ])('%s %s %s: %j (%s)', (partner, businessDay, reason, fields, _why) => {
    const told = requestStatement.faultsOf({ partner, businessDay, reason });
    expect(told.map(({ field }) => field)).toEqual(fields);
  });

  it.each([
    ['2026-11-19', /is in the future/],
    ['2999-01-01', /is in the future/],
    ['2026-08-19', /more than 90 days ago. Choose 2026-08-20 or later/],
    ['0001-01-01', /more than 90 days ago/],
    ['2026-08-20', /The platform has no Adria statement for 2026-08-20/],
    ['2026-11-16', /The Adria statement for 2026-11-16 has already arrived/],
  ])('%s: %s', async (day, message) => {
    expect(await faults(day)).toEqual(only('businessDay', message));
  });

  it('what is not due: the platform decides that, in the partner’s own time zone', async () => {
    const made = await planned(requestStatement, typedFor('2026-11-18'), at.desk);
    expect(await codeOf(requestStatement.execute(made, 'key', at.desk))).toBe('invalid');
    expect(at.sent).toEqual([]);
  });

  it('a partner that is not configured, and one that the platform does not know', async () => {
    expect(await faults(missing, 'nobody')).toEqual(only('partner', /Partner nobody is not configured/));
    expect(await faults(missing, 'northpay')).toEqual(only('businessDay', /no NorthPay statement/));
  });

  it('what was requested lately: says when', async () => {
    const asked = withStatements(requestedAt('09:00', '10:01'));
    expect(await faults(missing, 'adria', asked)).toEqual(
      only('businessDay', /was requested at 2026-11-18 10:01 UTC\. Try again after 2026-11-18 12:01 UTC/),
    );
  });

  it('anything without a platform, or while it is down', async () => {
    expect(await faults(missing, 'adria', { ...at.desk, operations: null })).toEqual(
      only(null, /operationsApi\.baseUrl/),
    );
    at.api.setFault({ kind: 'unavailable', count: 9 });
    expect(await codeOf(requestStatement.plan(typedFor(), at.desk))).toBe('unavailable');
  });
});

describe('the plan', () => {
  it('says what is asked of whom', async () => {
    expect((await plan()).preview).toEqual({
      headline: 'Ask Adria for the 2026-11-17 statement again',
      changes: ['Statement of 2026-11-17: missing → requested', 'Not requested before', 'Reason: It is late'],
      affected: ['Adria is asked to send the file again.'],
      undo: 'Nothing to undo: a second file for the same day is harmless.',
      irreversible: null,
      value: null,
      subject: { kind: 'statement', id: 'adria 2026-11-17' },
      partner: 'adria',
      merchant: null,
    });
  });

  it.each([
    [['10:00'], /Requested 1 time before, last at 2026-11-18 10:00 UTC/],
    [['09:00', '10:00'], /Requested 2 times before, last at 2026-11-18 10:00 UTC/],
  ])('after requests at %j that brought nothing says so', async (times, told) => {
    const { preview } = await plan(withStatements(requestedAt(...times)));
    expect(preview.changes.slice(0, 2)).toEqual([
      'Statement of 2026-11-17: still requested, requested once more',
      expect.stringMatching(told),
    ]);
  });
});

it('asks, is found again and verified, and the statement comes', async () => {
  const made = await plan();
  expect(await requestStatement.changesSince(made, at.desk)).toEqual([]);
  expect(await requestStatement.readBack(made, 'key', at.desk)).toEqual({
    kind: 'not_done',
    evidence: ['No request has this plan’s key. The Adria statement for 2026-11-17 is missing.'],
  });
  const effect = await requestStatement.execute(made, 'key', at.desk);
  expect(effect).toEqual({ id: 'key', summary: 'The Adria statement for 2026-11-17 is requested.' });
  expect(at.sent).toEqual([missing]);
  expect((await requestStatement.readBack(made, 'key', at.desk)).kind).toBe('done');
});

it.each([
  ['received', 'visible'],
  ['requested', 'visible'],
  ['missing', 'not_yet'],
] as const)('a statement that is %s is %s', async (state, kind) => {
  const made = await plan();
  const effect = await requestStatement.execute(made, 'key', at.desk);
  const found = await requestStatement.verify(made, 'key', effect, withStatements({ state }));
  expect(found).toEqual({ kind, evidence: `The Adria statement for 2026-11-17 is ${state}.` });
});

describe('a world that moved on', () => {
  it('the statement arrived', async () => {
    const made = await plan();
    at.sent.push(missing);
    expect(await requestStatement.changesSince(made, at.desk)).toEqual([
      'state: missing → received',
      'The Adria statement for 2026-11-17 has already arrived.',
    ]);
    expect(await codeOf(requestStatement.execute(made, 'key', at.desk))).toBe('conflict');
  });

  it('somebody else asked for it', async () => {
    const made = await plan();
    expect(await requestStatement.changesSince(made, withStatements(requestedAt('12:00')))).toEqual([
      'state: missing → requested',
      'requests: 0 → 1',
      'last requested at: none → 2026-11-18T12:00:00.000Z',
      expect.stringMatching(/was requested at/),
    ]);
  });

  it('the day became too old while it waited', async () => {
    const made = await plan();
    at.clock.advance(91 * 24 * hourMs);
    expect(await requestStatement.changesSince(made, at.desk)).toEqual([
      expect.stringMatching(/more than 90 days ago/),
    ]);
  });
});

describe('an answer that is lost', () => {
  const path = `/v1/statements/adria/${missing}/requests`;

  it('after the effect: unknown, then found although the statement has come', async () => {
    const made = await plan();
    at.api.setFault({ kind: 'timeout_after_effect', path });
    expect(await codeOf(requestStatement.execute(made, 'key', at.hasty))).toBe('unknown_outcome');
    const settled = await requestStatement.readBack(made, 'key', at.desk);
    expect(settled).toMatchObject({
      kind: 'done',
      effect: { summary: expect.stringMatching(/is received/) },
    });
    await requestStatement.execute(made, 'key', at.desk);
    expect(at.sent).toEqual([missing]);
  });

  it.each(['error_before_effect', 'unavailable'] as const)(
    '%s: unknown, surely not done, then done',
    async (kind) => {
      const made = await plan();
      at.api.setFault({ kind, path });
      expect(await codeOf(requestStatement.execute(made, 'key', at.desk))).toBe('unknown_outcome');
      expect((await requestStatement.readBack(made, 'key', at.desk)).kind).toBe('not_done');
      await requestStatement.execute(made, 'key', at.desk);
      expect(at.sent).toEqual([missing]);
    },
  );

  it('before the effect, and somebody else asks meanwhile: theirs is not ours', async () => {
    const made = await plan();
    at.api.setFault({ kind: 'error_before_effect', path });
    await codeOf(requestStatement.execute(made, 'key', at.desk));
    const asked = withStatements(requestedAt('12:00'));
    expect((await requestStatement.readBack(made, 'key', asked)).kind).toBe('not_done');
  });

  it('before the effect, and the statement comes meanwhile: not ours, and refused when ordered again', async () => {
    const made = await plan();
    at.api.setFault({ kind: 'error_before_effect', path });
    await codeOf(requestStatement.execute(made, 'key', at.desk));
    at.sent.push(missing);
    expect(await requestStatement.readBack(made, 'key', at.desk)).toMatchObject({
      kind: 'not_done',
      evidence: [expect.stringMatching(/is received/)],
    });
    expect(await codeOf(requestStatement.execute(made, 'key', at.desk))).toBe('conflict');
  });
});

underOrdeals(requestStatement, ({ platform: { operations } }) => ({
  typed: { partner: 'adria', businessDay: '2026-11-17', reason: 'a drill' },
  effects: async () => (await operations.statement('adria', '2026-11-17')).requests.length,
}));
