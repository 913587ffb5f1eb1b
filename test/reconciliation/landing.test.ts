/** Which bank line brings which payout: by name, in parts, by amount, or not yet; and what holds for any of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReportedPayout } from '../../src/ports/payouts.js';
import type { LineSighting } from '../../src/ports/reconciliation.js';
import { landingsOf, type Landing, type LandingTerms } from '../../src/reconciliation/payouts/landing.js';

/** Due a day later, late for another two; the bank was read up to day 10. */
const terms: LandingTerms = { dueOn: (day) => day + 1, lastOn: (due) => due + 2, windowDays: 3, told: 10 };

const payout = (batch: string, amountMinor: bigint, more: Partial<ReportedPayout> = {}): ReportedPayout => ({
  partner: 'northpay',
  businessDay: 5,
  batch,
  reference: '',
  currency: 'EUR',
  amountMinor,
  day: 5,
  fileName: 'northpay.csv',
  line: 1,
  ...more,
});

const bankLine = (
  line: number,
  amountMinor: bigint,
  { businessDay = 6, ...more }: Partial<LineSighting['line']> & { businessDay?: number } = {},
): LineSighting => ({
  partner: 'harbour',
  businessDay,
  fileName: 'harbour.xml',
  line: {
    file: 1,
    line,
    reference: `bank-${line}`,
    amountMinor,
    currency: 'EUR',
    day: businessDay,
    type: 'payment',
    feeMinor: 0n,
    batch: '',
    ...more,
  },
});

/** “short -20 / 1 2”. */
const said = ({ state, differenceMinor, lines }: Landing): string =>
  `${state} ${differenceMinor} / ${lines.map(({ line }) => line.line).join(' ')}`;
const say = (payouts: ReportedPayout[], lines: LineSighting[], with_: Partial<LandingTerms> = {}): string[] =>
  landingsOf(payouts, lines, { ...terms, ...with_ }).map(said);

describe('a payout', () => {
  it.each<[string, string, ReportedPayout[], LineSighting[]]>([
    [
      'has arrived by the reference of the bank',
      'arrived 0 / 1',
      [payout('B1', 100n)],
      [bankLine(1, 100n, { reference: 'B1' })],
    ],
    [
      'has arrived by our reference',
      'arrived 0 / 1',
      [payout('B1', 100n)],
      [bankLine(1, 100n, { order: 'B1' })],
    ],
    [
      'has arrived by its own reference where the batch has another',
      'arrived 0 / 1',
      [payout('B1', 100n, { reference: 'txn_1' })],
      [bankLine(1, 100n, { order: 'txn_1' })],
    ],
    [
      'has arrived in parts',
      'arrived 0 / 1 2',
      [payout('B1', 100n)],
      [bankLine(1, 60n, { order: 'B1' }), bankLine(2, 40n, { order: 'B1' })],
    ],
    ['is short', 'short -20 / 1', [payout('B1', 100n)], [bankLine(1, 80n, { order: 'B1' })]],
    ['is paid too much', 'over 20 / 1', [payout('B1', 100n)], [bankLine(1, 120n, { order: 'B1' })]],
    [
      'that the partner collects is taken from the account',
      'arrived 0 / 1',
      [payout('B1', -100n)],
      [bankLine(1, -100n, { order: 'B1' })],
    ],
    ['has arrived by amount and date alone', 'arrived 0 / 1', [payout('B1', 100n)], [bankLine(1, 100n)]],
    [
      'is not looked for by amount before it left',
      'missing 0 / ',
      [payout('B1', 100n)],
      [bankLine(1, 100n, { businessDay: 4 })],
    ],
    [
      'is not looked for by amount for ever',
      'missing 0 / ',
      [payout('B1', 100n)],
      [bankLine(1, 100n, { businessDay: 10 })],
    ],
    [
      'of a common amount is ambiguous',
      'ambiguous 0 / 1 2',
      [payout('B1', 100n)],
      [bankLine(1, 100n), bankLine(2, 100n)],
    ],
    [
      'never matches another currency',
      'missing 0 / ',
      [payout('B1', 100n)],
      [bankLine(1, 100n, { order: 'B1', currency: 'USD' })],
    ],
    [
      'takes no line that names another payout',
      'missing 0 / ',
      [payout('B1', 100n), payout('B2', 90n)],
      [bankLine(1, 100n, { order: 'B2' })],
    ],
  ])('%s', (_why, expected, payouts, lines) => {
    expect(say(payouts, lines)[0]).toBe(expected);
  });

  it.each<[string, number | null, string]>([
    ['before any statement of the bank', null, 'due 0 / '],
    ['before the statement of its due day', 5, 'due 0 / '],
    ['within the grace', 6, 'late 0 / '],
    ['after the grace', 8, 'missing 0 / '],
  ])('that is not there, %s', (_when, told, expected) => {
    expect(say([payout('B1', 100n)], [], { told })).toEqual([expected]);
  });

  it('shares its name with another one, and each has its own line', () => {
    const twins = [payout('B1', 100n, { line: 1 }), payout('B1', 70n, { line: 2 })];
    const lines = [bankLine(1, 70n, { order: 'B1' }), bankLine(2, 100n, { order: 'B1' })];
    expect(say(twins, lines)).toEqual(['arrived 0 / 2', 'arrived 0 / 1']);
  });

  it('of one amount is ambiguous beside another one when only one line came', () => {
    const twins = [payout('B1', 100n), payout('B2', 100n)];
    expect(say(twins, [bankLine(1, 100n)])).toEqual(['ambiguous 0 / 1', 'ambiguous 0 / 1']);
  });
});

/** Few values, so that names and amounts collide often. */
const payouts = fc
  .array(
    fc.record({
      batch: fc.constantFrom('', 'B1', 'B2', 'B3'),
      reference: fc.constantFrom('', 'B1', 'R1'),
      currency: fc.constantFrom('EUR', 'USD'),
      amountMinor: fc.constantFrom(100n, 100n, 60n, -100n),
      day: fc.integer({ min: 1, max: 9 }),
    }),
    { maxLength: 8 },
  )
  .map((all) => all.map((facts, at) => payout(facts.batch, facts.amountMinor, { ...facts, line: at + 1 })));
const lines = fc
  .array(
    fc.record({
      order: fc.constantFrom('', 'B1', 'B2', 'R1', 'X'),
      currency: fc.constantFrom('EUR', 'USD'),
      amountMinor: fc.constantFrom(100n, 60n, 40n, -100n),
      businessDay: fc.integer({ min: 1, max: 10 }),
    }),
    { maxLength: 8 },
  )
  .map((all) => all.map(({ amountMinor, ...facts }, at) => bankLine(at + 1, amountMinor, facts)));

describe('for any payouts and lines', () => {
  it('each payout has one answer, no line pays two, none pays another currency, and the difference is what came', () => {
    fc.assert(
      fc.property(payouts, lines, (some, other) => {
        const landings = landingsOf(some, other, terms);
        expect(landings.map((landing) => landing.payout)).toEqual(some);
        const paying = landings
          .filter(({ state }) => state !== 'ambiguous')
          .flatMap((landing) => landing.lines);
        expect(new Set(paying).size).toBe(paying.length);
        for (const { payout: one, state, lines: found, differenceMinor } of landings) {
          expect(found.every(({ line }) => line.currency === one.currency)).toBe(true);
          const came = found.reduce((sum, { line }) => sum + line.amountMinor, 0n);
          if (['arrived', 'short', 'over'].includes(state))
            expect(differenceMinor).toBe(came - one.amountMinor);
          else expect(differenceMinor).toBe(0n);
          expect(['arrived', 'short', 'over', 'ambiguous'].includes(state)).toBe(found.length > 0);
        }
      }),
    );
  });

  it('the order in which they come changes nothing', () => {
    const byPayout = (landings: Landing[]): string[] =>
      landings.map((landing) => `${landing.payout.line}: ${said(landing)}`).sort();
    fc.assert(
      fc.property(payouts, lines, (some, other) => {
        const straight = landingsOf(some, other, terms);
        const turned = landingsOf([...some].reverse(), [...other].reverse(), terms);
        expect(byPayout(turned)).toEqual(byPayout(straight));
      }),
    );
  });
});
