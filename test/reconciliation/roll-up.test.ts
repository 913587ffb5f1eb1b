/**
 * Breaks rolled forward: opening plus new less cleared is closing, whatever happens to breaks and wherever a period is
 * cut; and each week and month is posted once, by the partners' clocks.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reconRollUpJob } from '../../jobs/recon-roll-up.js';
import { isoDay, parseDay } from '../../src/kernel/calendar-day.js';
import { dayMs, hourMs } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import type { BreakFlow, BreakSum } from '../../src/ports/breaks.js';
import { lastComplete, monthNamed, type Period } from '../../src/reconciliation/roll-up/period.js';
import { requireBalance } from '../../src/reconciliation/roll-up/roll-up.js';
import { faultsOf, linesOf } from '../support/cards.js';
import { startBench, type Bench } from './bench.js';

const start = new Date('2026-10-01T00:00:00Z');
const dayOf = (text: string): number => parseDay(text) ?? 0;
let bench: Bench;
beforeAll(async () => {
  bench = await startBench('2026-11-30T06:00:00Z');
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.clear();
  await bench.database.query('truncate paydesk.recon_roll_ups');
});

/** Hours after the start at which a break changed: open, over, open again… Written off instead of resolved where it says so. */
interface Life {
  currency: 'EUR' | 'JPY';
  minor: number;
  partner: 'northpay' | 'harbour';
  steps: { hours: number; isWriteOff: boolean }[];
}

const at = (hours: number): Date => new Date(start.getTime() + hours * hourMs);

async function keep(lives: readonly Life[]): Promise<void> {
  for (const [number, { currency, minor, partner, steps }] of lives.entries()) {
    const kinds = steps.map(({ isWriteOff }, index) =>
      index === 0 ? 'opened' : index % 2 === 0 ? 'reopened' : isWriteOff ? 'written_off' : 'resolved',
    );
    const last = kinds.at(-1) ?? 'opened';
    const state = last === 'opened' || last === 'reopened' ? 'open' : last;
    const [opened, changed] = [at(steps[0]?.hours ?? 0), at(steps.at(-1)?.hours ?? 0)];
    const [row] = await bench.database.query<{ number: bigint }>(
      `insert into paydesk.breaks (identity, partner, business_day, kind, currency, difference_minor, state, material, opened_at, changed_at)
       values ($1, $2, $3::timestamptz, 'amount', $4, $5, $6, false, $3, $7) returning number`,
      [`identity-${number}`, partner, opened, currency, minor, state, changed],
    );
    for (const [index, { hours }] of steps.entries())
      await bench.database.query(
        `insert into paydesk.break_events (break, at, actor, kind, text) values ($1, $2, 'paydesk', $3, '')`,
        [row!.number, at(hours), kinds[index]],
      );
  }
}

const life = fc.record({
  currency: fc.constantFrom('EUR' as const, 'JPY' as const),
  minor: fc.integer({ min: -500_000, max: 500_000 }),
  partner: fc.constantFrom('northpay' as const, 'harbour' as const),
  steps: fc
    .uniqueArray(fc.integer({ min: 0, max: 60 * 24 }), { minLength: 1, maxLength: 5 })
    .chain((hours) =>
      fc.tuple(
        ...hours
          .sort((a, b) => a - b)
          .map((each) => fc.record({ hours: fc.constant(each), isWriteOff: fc.boolean() })),
      ),
    ),
});

/** By walking through each life. */
function openAt(lives: readonly Life[], currency: string, instant: Date): BreakSum {
  const open = lives.filter(
    (one) =>
      one.currency === currency && one.steps.filter(({ hours }) => at(hours) < instant).length % 2 === 1,
  );
  return { count: open.length, minor: open.reduce((sum, { minor }) => sum + BigInt(Math.abs(minor)), 0n) };
}

const none: BreakSum = { count: 0, minor: 0n };

it('adds up for any lives and any periods, and one period ends where the next begins', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(life, { maxLength: 8 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 3, maxLength: 3 }),
      async (lives, days) => {
        await bench.clear();
        await keep(lives);
        const [from = 0, between = 0, to = 0] = days
          .sort((a, b) => a - b)
          .map((day) => day + dayOf('2026-10-01'));
        const periods: Period[] = [
          { kind: 'week', from, to: between },
          { kind: 'week', from: between, to },
        ];
        const [first, second] = await Promise.all(
          periods.map((period) => bench.desk.rollUp('harbour', period)),
        );
        const own = lives.filter(({ partner }) => partner === 'harbour');
        for (const currency of ['EUR', 'JPY']) {
          const [before, after] = [first, second].map((rolled) =>
            rolled!.totals.find((flow) => flow.currency === currency),
          );
          const instants = [from, between, to].map((day) => new Date(day * dayMs));
          expect(before?.opening ?? none).toEqual(openAt(own, currency, instants[0]!));
          expect(before?.closing ?? none).toEqual(openAt(own, currency, instants[1]!));
          expect(after?.opening ?? none).toEqual(before?.closing ?? none);
          expect(after?.closing ?? none).toEqual(openAt(own, currency, instants[2]!));
        }
      },
    ),
    { numRuns: 25 },
  );
});

describe('an equation that does not hold', () => {
  const flow: BreakFlow = {
    currency: 'EUR',
    opening: { count: 2, minor: 300n },
    opened: { count: 1, minor: 50n },
    reopened: none,
    resolved: { count: 1, minor: 100n },
    writtenOff: none,
    closing: { count: 2, minor: 250n },
  };

  it('stops the roll-up, by count and by value', () => {
    expect(() => requireBalance(flow)).not.toThrow();
    expect(() => requireBalance({ ...flow, closing: { count: 3, minor: 250n } })).toThrow(
      'do not roll forward',
    );
    expect(() => requireBalance({ ...flow, closing: { count: 2, minor: 251n } })).toThrow(
      'do not roll forward',
    );
  });

  it.each([
    [
      "update paydesk.breaks set state = 'resolved'",
      'does not end in its current state',
      'a state that was changed by hand',
    ],
    [
      "insert into paydesk.break_events (break, at, actor, kind, text) select number, opened_at + interval '1 hour', 'paydesk', 'opened', '' from paydesk.breaks",
      'do not roll forward',
      'a step that is there twice',
    ],
  ])('%s: %s (%s)', async (sql, message) => {
    await keep([
      { currency: 'EUR', minor: 5, partner: 'harbour', steps: [{ hours: 30, isWriteOff: false }] },
    ]);
    await bench.database.query(sql);
    const period: Period = { kind: 'week', from: dayOf('2026-10-01'), to: dayOf('2026-10-08') };
    await expect(bench.desk.rollUp('harbour', period)).rejects.toMatchObject({
      code: 'internal',
      publicMessage: expect.stringContaining(message),
    });
  });
});

describe('periods', () => {
  it.each([
    ['week', '2026-11-30', '2026-11-23', '2026-11-30', 'on Monday the week before is over'],
    ['week', '2026-11-29', '2026-11-16', '2026-11-23', 'on Sunday this one is not'],
    ['month', '2026-12-01', '2026-11-01', '2026-12-01', 'on the first the month is over'],
    ['month', '2026-11-30', '2026-10-01', '2026-11-01', 'on the last it is not'],
    ['month', '2027-01-01', '2026-12-01', '2027-01-01', 'over the end of a year'],
    ['month', '2028-03-15', '2028-02-01', '2028-03-01', 'a February of 29 days'],
  ] as const)('the last %s on %s is %s to %s: %s', (kind, today, from, to, _why) => {
    const period = lastComplete(kind, dayOf(today));
    expect([isoDay(period.from), isoDay(period.to)]).toEqual([from, to]);
  });

  it('are no months that no calendar has', () => {
    expect(monthNamed(2026, 13)).toBeNull();
    expect(monthNamed(2026, 0)).toBeNull();
  });
});

describe('in the channel', () => {
  const run = (): Promise<void> => reconRollUpJob.run(new Date(), { reconciliation: bench.desk }, silentLog);
  const titles = (): string[] => bench.posted().map(({ card }) => card.text);
  /** Hours of the year’s last quarter in which breaks of both partners live. */
  const lives: Life[] = [
    { currency: 'EUR', minor: -12_000, partner: 'northpay', steps: [{ hours: 24, isWriteOff: false }] },
    {
      currency: 'EUR',
      minor: 500,
      partner: 'northpay',
      steps: [55 * 24, 57 * 24].map((hours) => ({ hours, isWriteOff: true })),
    },
    { currency: 'JPY', minor: 900, partner: 'harbour', steps: [{ hours: 56 * 24, isWriteOff: false }] },
  ];

  it('the week is posted once, on Monday at eight by the latest of the partners’ clocks', async () => {
    await keep(lives);
    // Eight o'clock in Amsterdam; Harbour Bank is in UTC.
    bench.setTime('2026-11-30T07:59:00Z');
    await run();
    expect(bench.posted()).toEqual([]);
    bench.setTime('2026-11-30T08:00:00Z');
    await Promise.all([run(), run()]);
    await run();
    const [message, ...more] = bench.posted();
    expect(more).toEqual([]);
    expect(message).toMatchObject({ channel: 'C0RECON01' });
    const { card } = message!;
    expect(card.text).toBe('Week 23–29 Nov: 2 breaks open at the end, 1 more than before');
    expect(linesOf(card).join('\n')).toContain(
      '*EUR* 1 open (120.00) + 1 new (5.00) − 1 cleared (5.00) = 1 open (120.00) · 1 of the cleared written off',
    );
    expect(linesOf({ text: card.text, blocks: card.plainer! }).join('\n')).toContain(
      '• Harbour Bank: *JPY* 0 open (0) + 1 new (900) − 0 cleared (0) = 1 open (900)',
    );
    expect([card, { text: card.text, blocks: card.plainer! }].flatMap(faultsOf)).toEqual([]);
  });

  it('the month is posted on its first day, and a desk that was down does it later', async () => {
    await keep(lives);
    bench.setTime('2026-12-03T11:00:00Z');
    await run();
    expect(titles()).toEqual([
      'Week 23–29 Nov: 2 breaks open at the end, 1 more than before',
      'November 2026: 2 breaks open at the end, 1 more than before',
    ]);
    bench.setTime('2026-12-06T23:00:00Z');
    await run();
    expect(titles()).toEqual([]);
  });

  it('nothing is posted before the first statement', async () => {
    bench.setTime('2026-12-01T09:00:00Z');
    await run();
    expect(titles()).toEqual([]);
  });
});
