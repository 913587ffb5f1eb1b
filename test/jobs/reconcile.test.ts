/** The job on a real folder and a real database: what it takes in, what it says, and what it says once. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reconcileJob } from '../../jobs/reconcile.js';
import { createResults } from '../../src/adapters/postgres/recon-results.js';
import { parseDay } from '../../src/kernel/calendar-day.js';
import { silentLog } from '../../src/kernel/log.js';
import type { OutgoingMessage } from '../../src/ports/outbox.js';
import { recordingLog, type Line } from '../engine/recording-log.js';
import { startBench, type Bench } from '../reconciliation/bench.js';
import { breakCard } from '../../src/views/reconciliation/breaks.js';
import { dayCard } from '../../src/views/reconciliation/day.js';
import { faultsOf, linesOf } from '../support/cards.js';

const morning = '2026-11-28T06:00:00Z';
let bench: Bench;
beforeAll(async () => {
  bench = await startBench(morning);
});
afterAll(() => bench.close());
beforeEach(async () => {
  bench.setTime(morning);
  await bench.clear();
});
afterEach(() => {
  expect(bench.faults).toEqual([]);
});

const slot = new Date(morning);
const run = (): Promise<void> => reconcileJob.run(slot, { reconciliation: bench.desk }, silentLog);

/** Two slots, with the rest of a file between them. */
async function runTwice(): Promise<OutgoingMessage[]> {
  await run();
  bench.setTime('2026-11-28T06:00:30Z');
  await run();
  return bench.posted();
}

const texts = (messages: readonly OutgoingMessage[]): string[] => messages.map(({ card }) => card.text);
const bookAll = (): Promise<void> =>
  bench.book(
    { id: 'L1', reference: 'P1', minor: 1_000, day: '2026-11-26' },
    { id: 'L2', reference: 'P2', minor: 2_000, day: '2026-11-26' },
    { id: 'L3', reference: 'P3', minor: 3_000, day: '2026-11-26' },
  );
const [p1, p2, p3] = (['P1 10.00', 'P2 20.00', 'P3 30.00'] as const).map((text) => {
  const [reference = '', amount = ''] = text.split(' ');
  return { reference, amount, day: '2026-11-27' };
}) as [Row, Row, Row];
interface Row {
  reference: string;
  amount: string;
  day: string;
}

it('begins no day once its time is up, and the next slot goes on', async () => {
  await bookAll();
  await bench.put('northpay_27.csv', p1, p2, p3);
  await run();
  bench.setTime('2026-11-28T06:00:30Z');
  const reconciliation = bench.desk;
  await reconcileJob.run(slot, { reconciliation }, silentLog, AbortSignal.abort());
  expect(bench.posted()).toEqual([]);
  await run();
  expect(bench.posted().length).toBeGreaterThan(0);
});

it('does nothing where no partner has statements', async () => {
  await reconcileJob.run(slot, { reconciliation: null }, silentLog);
  expect(bench.posted()).toEqual([]);
});

it('says what it did, and nothing while there is nothing to do', async () => {
  const lines: Line[] = [];
  const log = recordingLog(lines);
  await bookAll();
  await bench.put('northpay_27.csv', p1, p2, p3);
  await reconcileJob.run(slot, { reconciliation: bench.desk }, log);
  expect(lines).toEqual([]);
  bench.setTime('2026-11-28T06:00:30Z');
  await reconcileJob.run(slot, { reconciliation: bench.desk }, log);
  expect(lines).toMatchObject([{ fields: { taken: 1, reconciled: 1 } }]);
});

describe('a day is one card', () => {
  it('that is green where everything is explained', async () => {
    await bookAll();
    await bench.put('northpay_27.csv', p1, p2, p3);
    const posted = await runTwice();
    expect(posted).toMatchObject([{ channel: 'C0RECON01', liveCard: 'recon:northpay:2026-11-27' }]);
    expect(texts(posted)).toEqual(['Northpay is whole for Fri 27 Nov: 3 of 3 statement lines explained']);
  });

  it.each([
    ['missing', [p1, p2], '1 break, 30.00 EUR unexplained', '30.00 EUR missing at partner'],
    ['short paid', [p1, p2, { ...p3, amount: '28.80' }], '1 break, 1.20 EUR unexplained', '1.20 EUR short'],
    ['over', [p1, p2, { ...p3, amount: '31.00' }], '1 break, 1.00 EUR unexplained', '1.00 EUR over'],
    [
      'unknown to us',
      [p1, p2, p3, { reference: 'X9', amount: '7.00', day: '2026-11-27' }],
      '1 break, 7.00 EUR unexplained',
      '7.00 EUR missing in ledger',
    ],
    [
      'captured twice',
      [p1, p2, { ...p3, order: 'O3' }, { ...p3, reference: 'P4', order: 'O3' }],
      '1 break, 30.00 EUR unexplained',
      '30.00 EUR duplicate at partner',
    ],
  ])('of which a line is %s', async (_kind, rows, headline, inThread) => {
    await bookAll();
    await bench.put('northpay_27.csv', ...rows);
    const [card, news, file, ...more] = await runTwice();
    expect(more).toEqual([]);
    expect(file).toMatchObject({
      threadOf: 'recon:northpay:2026-11-27',
      file: {
        name: 'breaks-northpay-2026-11-27.csv',
        text: expect.stringMatching(/\r\nBRK-1,northpay,2026-11-27,/),
      },
    });
    expect(card?.card.text).toBe(`Northpay is not whole for Fri 27 Nov: ${headline}`);
    expect(news?.threadOf).toBe('recon:northpay:2026-11-27');
    expect(linesOf(news!.card).join('\n')).toContain(inThread);
  });

  it('a second look and the same file under another name say nothing new', async () => {
    await bookAll();
    await bench.put('northpay_27.csv', p1, p2);
    await runTwice();
    await bench.put('northpay_again.csv', p1, p2);
    expect(await runTwice()).toEqual([]);
  });

  it('draws thirty days as twenty points at most, the worst of those that it joins', async () => {
    await bookAll();
    await bench.put('northpay_27.csv', p1, p2);
    await runTwice();
    const businessDay = parseDay('2026-11-27') ?? 0;
    const report = await bench.desk.day({ partner: 'northpay', businessDay });
    const trend = Array.from({ length: 31 }, (_, at) => ({
      businessDay: businessDay - 30 + at,
      explained: at === 30 ? 97.5 : 99,
    }));
    const card = dayCard({ ...report!, trend });
    expect(faultsOf(card)).toEqual([]);
    const chart = card.blocks.at(-1) as unknown as { chart: { series: { data: object[] }[] } };
    expect(chart.chart.series[0]?.data).toHaveLength(16);
    expect(chart.chart.series[0]?.data.at(-1)).toEqual({ label: '27 Nov', value: 97.5 });
  });

  it('a corrected file of the same day resolves the break', async () => {
    await bookAll();
    await bench.put('northpay_27.csv', p1, p2);
    await runTwice();
    bench.setTime('2026-11-28T06:10:00Z');
    await bench.put('northpay_27b.csv', p1, p2, p3);
    await bench.settle();
    const posted = bench.posted();
    expect(posted.at(-1)?.card.text).toBe(
      'Northpay is whole for Fri 27 Nov: 3 of 3 statement lines explained',
    );
    expect((await bench.desk.break('BRK-1')).found.state).toBe('resolved');
  });

  it('that is run again finds what it found: what it answered of earlier days is no break', async () => {
    await bench.book({ id: 'L1', reference: 'P1', minor: 1_000, day: '2026-11-25' });
    await bench.book({ id: 'L2', reference: 'P2', minor: 2_000, day: '2026-11-26' });
    await bench.put('northpay_26.csv', { ...p1, day: '2026-11-26' });
    await bench.settle();
    await bench.put('northpay_27.csv', p2);
    await bench.settle();
    const key = { partner: 'northpay', businessDay: parseDay('2026-11-27') ?? 0 };
    for (const runs of [2, 3]) {
      await bench.desk.run(key);
      expect(await bench.desk.day(key)).toMatchObject({ unit: { runs, breaks: {} }, open: [] });
    }
  });

  it('what comes a day later resolves the break, and says so under the day that missed it', async () => {
    await bookAll();
    await bench.put('northpay_27.csv', p1, p2);
    await runTwice();
    bench.setTime('2026-12-01T06:00:00Z');
    await bench.put('northpay_30.csv', { ...p3, day: '2026-11-30' });
    await bench.settle();
    const posted = bench.posted();
    expect(posted.find(({ threadOf }) => threadOf === 'recon:northpay:2026-11-27')?.card.text).toBe(
      '1 break of this day resolved by the statement of Mon 30 Nov',
    );
    expect((await bench.desk.break('BRK-1')).found).toMatchObject({
      state: 'resolved',
      resolution: { line: { fileName: 'northpay_30.csv', line: 2 } },
    });
  });
});

it('what was pending and came teaches how long money takes; what is open is still to come', async () => {
  await bench.book(
    { id: 'L1', reference: 'P1', minor: 1_000, day: '2026-11-26' },
    { id: 'L2', reference: 'P2', minor: 2_000, day: '2026-11-26' },
    { id: 'L3', reference: 'P3', minor: 3_000, day: '2026-11-27' },
  );
  await bench.put('northpay_26.csv', { ...p1, day: '2026-11-26' });
  await bench.settle();
  await bench.put('northpay_27.csv', p2);
  await bench.settle();
  const results = createResults(bench.database);
  const [thursday, friday] = [parseDay('2026-11-26') ?? 0, parseDay('2026-11-27') ?? 0];
  expect(await results.settled('northpay', thursday)).toEqual([
    { day: thursday, settledOn: friday, currency: 'EUR', count: 1, minor: 2_000n },
  ]);
  expect(await results.openMoney('northpay')).toEqual([
    { day: friday, dueOn: friday + 3, currency: 'EUR', count: 1, minor: 3_000n },
  ]);
  const lines = linesOf(bench.posted().at(-1)!.card).join('\n');
  expect(lines).toMatch(
    /Clearing 100 % of 2[^]*What lands next[^]*\*EUR\* today closed, tomorrow closed, by Sunday nothing yet, later 30\.00 · Fri 27 Nov brought 20\.00 · n = 1 · by the settlement rule/,
  );
});

it('the card of a payment that was captured twice names the line that it says again', async () => {
  await bench.book({ id: 'L1', reference: 'P1', minor: 1_000, day: '2026-11-26' });
  await bench.put('northpay_27.csv', { ...p1, order: 'O1' }, { ...p1, reference: 'P9', order: 'O1' });
  await runTwice();
  const [found] = (await bench.desk.breaks({ limit: 5 })).breaks;
  expect(found?.kind).toBe('duplicate_at_partner');
  const { doubled, sides } = await bench.desk.break(found?.id ?? '');
  expect([...sides, ...doubled].map(({ line }) => line.reference).sort()).toEqual(['P1', 'P9']);
  const lines = linesOf(breakCard(await bench.desk.break(found?.id ?? ''), []));
  expect(lines.join('\n')).toMatch(
    /Partner’s statement.*\n.*`P9`.*line 3\n.*Repeats this line.*\n.*`P1`.*line 2/,
  );
});

it.each([
  ['PO1', ['batch_residue'], 'as the partner calls the payout'],
  ['txn_1', ['batch_residue'], 'as our ledger calls it'],
  ['P1', [], 'a payment in it has no break of its own'],
])('the break of a payout is found by %s: %j, %s', async (name, expected) => {
  await bench.book(
    { id: 'L1', reference: 'P1', minor: 1_000, day: '2026-11-26', batch: 'PO1' },
    { id: 'L2', reference: 'txn_1', minor: -900, day: '2026-11-27', kind: 'payout', batch: 'PO1' },
  );
  await bench.put('northpay_27.csv', { ...p1, batch: 'PO1' });
  await runTwice();
  const found = await bench.desk.openBreaks('northpay', [name], 5);
  expect(found.map(({ kind }) => kind)).toEqual(expected);
});

describe('a file that is late', () => {
  beforeEach(async () => {
    await bookAll();
    await bench.put('northpay_27.csv', p1, p2, p3);
    await runTwice();
    bench.setTime('2026-12-01T06:59:00Z');
  });

  it('is said once, when its time has passed, and said to have come', async () => {
    await run();
    expect(bench.posted()).toEqual([]);
    bench.setTime('2026-12-01T07:01:00Z');
    await run();
    await run();
    const posted = bench.posted();
    expect(posted).toMatchObject([{ liveCard: 'late:northpay:2026-11-30' }]);
    expect(posted[0]?.card.text).toContain('is late');
    expect(JSON.stringify(posted[0]?.card.blocks)).toContain(
      'request-statement:statement:northpay 2026-11-30',
    );
    await bench.put('northpay_30.csv', { reference: 'P9', amount: '9.00', day: '2026-11-30' });
    await bench.settle();
    const told = bench.posted().filter(({ liveCard }) => liveCard === 'late:northpay:2026-11-30');
    expect(texts(told)).toEqual([expect.stringContaining('has arrived')]);
  });

  it('nothing of its day is missing until it is there', async () => {
    await bench.book({ id: 'L5', reference: 'P5', minor: 5_000, day: '2026-11-27' });
    bench.setTime('2026-12-01T07:01:00Z');
    await run();
    expect((await bench.desk.breaks({ limit: 10 })).total).toBe(0);
  });
});

it('a file that cannot be used is set aside with a reason, once', async () => {
  await bench.put('northpay_27.csv', { reference: 'P1', amount: 'ten', day: '2026-11-27' });
  const [card, ...more] = await runTwice();
  expect(more).toEqual([]);
  expect(card?.card.text).toContain('northpay_27.csv');
});
