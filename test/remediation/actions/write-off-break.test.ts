/** Giving up a difference, over breaks that a real run found and on a real database. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeOffBreak } from '../../../src/remediation/actions/write-off-break.js';
import type { Plan, World } from '../../../src/remediation/kit/action.js';
import { startBench, type Bench, type Reported } from '../../reconciliation/bench.js';
import { sourceOf } from '../../support/cards.js';
import { codeOf, only, planned, refused } from '../payments-desk.js';
import type { Break, WriteOffs } from '../../../src/ports/breaks.js';
import { underOrdeals } from '../ordeals.js';

const morning = '2026-11-28T06:00:00Z';
let bench: Bench;
beforeAll(async () => {
  bench = await startBench(morning);
});
afterAll(() => bench.close());

const day = '2026-11-27';
const short: Reported = { reference: 'P1', amount: '28.80', day };
/** BRK-1 is 1.20 EUR short. */
beforeEach(async () => {
  bench.setTime(morning);
  await bench.clear();
  await bench.database.query('delete from paydesk.remediations');
  await bench.book({ id: 'L1', reference: 'P1', minor: 3_000, day: '2026-11-26' });
  await report('northpay_27.csv', short);
  await request('REM key', 'U1MEI');
});

async function report(name: string, ...rows: Reported[]): Promise<void> {
  await bench.put(name, ...rows);
  await bench.settle();
  bench.posted();
}

/** The request whose order it is, as the desk keeps it. */
const request = (key: string, requester: string): Promise<unknown> =>
  bench.database.query(
    `insert into paydesk.remediations (form_key, action, plan, plan_hash, requester, channel, why, ruling, break_glass,
       idempotency_key, subjects, contends, created_at, state, expires_at, calls, looks, misses, evidence, verified, review, changed_at)
     values ($1, 'write-off', '{}', '', $2, 'C1', 'It is small', '{}', false, $1, '{}', '{}', now(), 'executing', now(), 1, 0, 0, '{}',
       false, 'none', now())`,
    [key, requester],
  );

const world = (): World => ({
  payments: null,
  writes: null,
  operations: null,
  mail: null,
  books: null,
  writeOffs: bench.writeOffs,
  attachments: null,
  partners: [{ id: 'northpay', name: 'Northpay', contact: null }],
  metrics: [],
  paymentsPartner: null,
  clock: { now: () => new Date(morning) },
});
const typed = { break: 'brk-1', reason: 'Too small to chase' };
const plan = (): Promise<Plan> => planned(writeOffBreak, typed, world());
const stateOf = async (): Promise<string> => (await bench.desk.break('BRK-1')).found.state;

describe('what cannot be written off', () => {
  it.each([
    ['', '', ['break', 'reason'], 'nothing'],
    ['BRK-', 'x', ['break'], 'no number'],
    ['REM-1', 'x', ['break'], 'the id of something else'],
    ['BRK-1 or 2', 'x', ['break'], 'two'],
    ['-1', 'x', ['break'], 'a negative number'],
    ['BRK-9999999999999', 'x', ['break'], 'more digits than any break has'],
    ['1', 'x'.repeat(301), ['reason'], 'a reason that is too long'],
    ['1', 'card 4242424242424242', ['reason'], 'a card number'],
  ])('%j %s: %j (%s)', (id, reason, fields, _why) => {
    const told = writeOffBreak.faultsOf({ break: id, reason });
    expect(told.map(({ field }) => field)).toEqual(fields);
  });

  it('a break that does not exist', async () => {
    const [fault] = await refused(writeOffBreak, { ...typed, break: '77' }, world());
    expect(fault?.message).toMatch(/BRK-77/);
  });

  it('one that is resolved, or written off', async () => {
    await bench.desk.resolve({ id: 'BRK-1', personId: 'U1MEI', why: 'Booked by hand' });
    expect(await refused(writeOffBreak, typed, world())).toEqual(only('break', /BRK-1 is resolved/));
    await bench.desk.reopen({ id: 'BRK-1', personId: 'U1MEI', why: 'It is not' });
    await writeOffBreak.execute(await plan(), 'REM key', world());
    expect(await refused(writeOffBreak, typed, world())).toEqual(
      only('break', /BRK-1 is already written off/),
    );
  });

  it('one in a currency that nobody can value', async () => {
    await report('northpay_27b.csv', short, { reference: 'X9', amount: '7.00', currency: 'XBQ', day });
    expect(await refused(writeOffBreak, { ...typed, break: 'BRK-2' }, world())).toEqual(
      only('break', /BRK-2 is in “XBQ”, which is not an ISO 4217 currency/),
    );
    expect(await bench.desk.prefill('BRK-2', 'message-partner')).toMatchObject({
      text: expect.stringContaining('X9: 700 XBQ'),
    });
  });

  it('anything where no statements are connected', async () => {
    expect(await refused(writeOffBreak, typed, { ...world(), writeOffs: null })).toEqual(
      only(null, /No statements are connected/),
    );
  });
});

describe('the plan', () => {
  it('says what is given up, and that the ledger stays as it is', async () => {
    expect((await plan()).preview).toEqual({
      headline: 'Write off 1.20 EUR of BRK-1 at Northpay',
      changes: [
        'BRK-1 (amount): open → written off',
        'The statement has 1.20 EUR less than our ledger says; the ledger is not changed.',
        'Reason: Too small to chase',
      ],
      affected: ['Its business day counts this break as closed.'],
      undo: 'Reopen BRK-1 with a reason.',
      irreversible: null,
      value: { minor: 120n, currency: 'EUR' },
      subject: { kind: 'break', id: 'BRK-1' },
      partner: 'northpay',
      merchant: null,
    });
  });

  it('of money that came on top says that the statement has more', async () => {
    await report('northpay_27b.csv', short, { reference: 'X9', amount: '7.00', day });
    const { preview } = await planned(writeOffBreak, { ...typed, break: 'BRK-2' }, world());
    expect(preview.changes[1]).toBe(
      'The statement has 7.00 EUR more than our ledger says; the ledger is not changed.',
    );
    expect(preview.value).toEqual({ minor: 700n, currency: 'EUR' });
  });

  it('of two rows that differ in their dates alone says so', async () => {
    await report('northpay_27b.csv', { ...short, amount: '30.00', day: '2026-11-10' });
    const { breaks } = await bench.desk.breaks({ kind: 'date', limit: 5 });
    expect(breaks).toMatchObject([{ state: 'open', differenceMinor: 0n }]);
    const { preview } = await planned(writeOffBreak, { ...typed, break: breaks[0]!.id }, world());
    expect(preview.changes[1]).toBe(
      'The statement and our ledger have the same amount; the ledger is not changed.',
    );
  });

  it('stays the same when somebody takes the break', async () => {
    const made = await plan();
    await bench.desk.take('BRK-1', 'U2LARS');
    expect(await writeOffBreak.changesSince(made, world())).toEqual([]);
  });
});

describe('the order', () => {
  it('is found again and verified, and its history names the person and the request', async () => {
    const made = await plan();
    expect(await writeOffBreak.readBack(made, 'REM key', world())).toEqual({
      kind: 'not_done',
      evidence: ['BRK-1 was not written off by this request.'],
    });
    const effect = await writeOffBreak.execute(made, 'REM key', world());
    expect(effect).toEqual({ id: 'BRK-1', summary: 'BRK-1 written off: 1.20 EUR' });
    expect(await writeOffBreak.readBack(made, 'REM key', world())).toEqual({ kind: 'done', effect });
    expect(await writeOffBreak.verify(made, 'REM key', effect, world())).toEqual({
      kind: 'visible',
      evidence: 'BRK-1 is written off.',
    });
    expect((await bench.desk.break('BRK-1')).found).toMatchObject({
      state: 'written_off',
      resolution: { by: 'U1MEI' },
      remediationId: expect.stringMatching(/^REM-\d+$/),
    });
  });

  it('is reported in the thread of the break, and its day becomes whole', async () => {
    await writeOffBreak.execute(await plan(), 'REM key', world());
    const told = bench.posted().map(({ card }) => sourceOf(card));
    expect(told.join('\n')).toMatch(
      /BRK-1 is written off, requested by <@U1MEI>: “Too small to chase”[^]*Northpay is whole/,
    );
    expect(bench.faults).toEqual([]);
  });

  it('given twice takes effect once', async () => {
    const made = await plan();
    await writeOffBreak.execute(made, 'REM key', world());
    bench.posted();
    await writeOffBreak.execute(made, 'REM key', world());
    expect(bench.posted().filter(({ threadOf }) => threadOf !== undefined)).toEqual([]);
  });

  it('of another request is not ours, and is refused when it is over', async () => {
    const made = await plan();
    await request('theirs', 'U2LARS');
    const effect = await writeOffBreak.execute(made, 'theirs', world());
    expect((await writeOffBreak.readBack(made, 'REM key', world())).kind).toBe('not_done');
    expect((await writeOffBreak.verify(made, 'REM key', effect, world())).kind).toBe('not_yet');
    expect(await codeOf(writeOffBreak.execute(made, 'REM key', world()))).toBe('conflict');
  });

  it('is not carried out again after a person reopened the break', async () => {
    const made = await plan();
    const effect = await writeOffBreak.execute(made, 'REM key', world());
    await bench.desk.reopen({ id: 'BRK-1', personId: 'U2LARS', why: 'They will pay' });
    expect((await writeOffBreak.verify(made, 'REM key', effect, world())).kind).toBe('not_yet');
    expect(await stateOf()).toBe('open');
  });

  it('who asked for it does not sign the day off; another person does', async () => {
    await writeOffBreak.execute(await plan(), 'REM key', world());
    const key = { partner: 'northpay', businessDay: (await bench.desk.newest('northpay'))!.businessDay };
    expect(await codeOf(bench.desk.signOff(key, 'U1MEI'))).toBe('forbidden');
    await bench.desk.signOff(key, 'U2LARS');
    expect((await bench.desk.day(key))?.day?.signedBy).toBe('U2LARS');
  });
});

describe('a world that moved on', () => {
  it('a person explained the break', async () => {
    const made = await plan();
    await bench.desk.resolve({ id: 'BRK-1', personId: 'U2LARS', why: 'Booked by hand' });
    expect(await writeOffBreak.changesSince(made, world())).toEqual([
      'state: open → resolved',
      'BRK-1 is resolved: there is nothing to write off.',
    ]);
    expect(await codeOf(writeOffBreak.execute(made, 'REM key', world()))).toBe('conflict');
    expect(await stateOf()).toBe('resolved');
  });

  it('a corrected file has another amount', async () => {
    const made = await plan();
    await report('northpay_27b.csv', { ...short, amount: '20.00' });
    const changes = await writeOffBreak.changesSince(made, world());
    expect(changes, 'nobody approved this amount').not.toEqual([]);
    expect(await codeOf(writeOffBreak.execute(made, 'REM key', world()))).toBe('conflict');
  });
});

/** One break as a desk keeps it: written off once, by the request that says so. */
function oneBreak(at: Date): { writeOffs: WriteOffs; writtenOff: () => number } {
  let kept: Break = {
    id: 'BRK-1',
    identity: 'BRK-1',
    partner: 'northpay',
    businessDay: 20_784,
    kind: 'missing_at_partner',
    currency: 'EUR',
    differenceMinor: -500n,
    state: 'open',
    ownerId: null,
    material: false,
    openedAt: at,
    changedAt: at,
    resolution: null,
    remediationId: null,
    hasCard: false,
    version: 1,
  };
  let count = 0;
  let writer: string | null = null;
  const writeOffs: WriteOffs = {
    find: () => Promise.resolve(kept),
    writeOff: ({ idempotencyKey }) => {
      if (writer !== idempotencyKey) count++;
      writer = idempotencyKey;
      kept = { ...kept, state: 'written_off' };
      return Promise.resolve(kept);
    },
    writtenOffBy: ({ idempotencyKey }) => Promise.resolve(writer === idempotencyKey ? kept : null),
  };
  return { writeOffs, writtenOff: () => count };
}

underOrdeals(writeOffBreak, ({ now }) => {
  const { writeOffs, writtenOff } = oneBreak(now);
  return { typed, world: { writeOffs }, effects: () => Promise.resolve(writtenOff()) };
});
