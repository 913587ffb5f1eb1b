/** One business day compared: what a report says of its batches, what earlier days left open, what is kept. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoDay, parseDay } from '../../src/kernel/calendar-day.js';
import type { Config } from '../../src/config/schema.js';
import { reconciliation } from '../../src/config/reconciliation.js';
import type { KeptLine } from '../../src/ports/reconciliation.js';
import { isImplied, payoutsOf, residuesOf, withBatchLines } from '../../src/reconciliation/engine/batches.js';
import { ordersInQuestion, type OrderCount } from '../../src/reconciliation/engine/captured-twice.js';
import {
  judgeUnit,
  withoutHeld,
  type Carried,
  type UnitFindings,
} from '../../src/reconciliation/engine/compare.js';
import { noFacts, resultsOf } from '../../src/reconciliation/engine/facts.js';
import {
  differenceOf,
  feesOf,
  groupBy,
  sumOf,
  type LedgerEntry,
  type StatementLine,
} from '../../src/reconciliation/findings.js';
import { reconcile } from '../../src/reconciliation/matching/match.js';
import { defaultSettings } from '../../src/reconciliation/matching/settings.js';
import { dueBefore, termsOf } from '../../src/wiring/reconciliation-engine/terms.js';

const friday = parseDay('2026-11-27') ?? 0;

const entry = (id: string, minor: number, over: Partial<LedgerEntry> = {}): LedgerEntry => ({
  id,
  reference: id.replace('L', 'P'),
  amountMinor: BigInt(minor),
  currency: 'EUR',
  day: friday,
  type: 'capture',
  batch: '',
  ...over,
});

let lineCount = 0;
const line = (reference: string, minor: number, over: Partial<StatementLine> = {}): StatementLine => ({
  file: 1,
  line: ++lineCount,
  reference,
  amountMinor: BigInt(minor),
  currency: 'EUR',
  day: friday,
  type: 'payment',
  feeMinor: 0n,
  batch: '',
  ...over,
});

const payoutEntry = (minor: number): LedgerEntry => entry('L9', minor, { reference: 'PO1', type: 'payout' });
const payoutLine = (minor: number): StatementLine => line('PO1', minor, { type: 'payout', batch: 'B1' });

interface Over {
  carried: Carried[];
  isBefore: (entry: LedgerEntry) => boolean;
  isClearing: boolean;
}

/** As a run does it, with sums and counts of these lines. Entries of later days are not due yet. */
function compare(entries: LedgerEntry[], lines: StatementLine[], over: Partial<Over> = {}): UnitFindings {
  const { carried = [], isBefore = () => false, isClearing = true } = over;
  const open = carried.map(({ row }) => row);
  const isOwn = (row: LedgerEntry | StatementLine): boolean => !open.includes(row as LedgerEntry & KeptLine);
  const rest = { entries: entries.filter(isOwn), lines: lines.filter(isOwn) };
  const payouts = isClearing ? payoutsOf(entries, rest.lines) : [];
  const sums = payouts.map(({ line: { file, batch, currency } }) =>
    sumOf(rest.lines.filter((l) => l.file === file && l.batch === batch && l.currency === currency)),
  );
  const residues = residuesOf(payouts, sums);
  const found = reconcile(withoutHeld({ entries, lines }, residues), {
    ...defaultSettings,
    windowDays: 7,
    withinBatch: !isClearing,
    dueLater: ({ day }) => (day !== null && day > friday ? day : null),
  });
  const asked = ordersInQuestion(found);
  const orders = [
    ...groupBy(
      lines,
      ({ order, type, currency, amountMinor }) => `${order} ${type} ${currency} ${amountMinor}`,
    ),
  ]
    .map(([, [first, ...more]]): OrderCount => ({
      ...first!,
      order: first!.order ?? '',
      lines: 1 + more.length,
    }))
    .filter(({ order }) => asked.includes(order));
  const exact = { rows: 0, amounts: new Map(), late: new Map() };
  return judgeUnit(found, {
    businessDay: friday,
    exact,
    rest,
    carried,
    residues,
    tolerances: new Map(),
    orders,
    isBefore,
    quarantined: 0,
  });
}

function factsOf(found: UnitFindings, carried: readonly Carried[] = []) {
  const facts = noFacts();
  const key = { partner: 'northpay', businessDay: friday };
  const results = [...resultsOf(key, found, carried, [], facts)];
  return { ...facts, results };
}

/** `break amount L1/P1 -120`, without exact matches. */
const said = ({ findings, awaited }: UnitFindings): string[] =>
  [
    ...findings.flatMap((finding) => {
      if (finding.type === 'match' && finding.rule === 'exact') return [];
      const name =
        finding.type === 'match'
          ? finding.rule
          : finding.type === 'break'
            ? finding.kind
            : isoDay(finding.dueOn);
      const rows = `${finding.entries.map(({ id }) => id).join(' ')}/${finding.lines.map(({ reference }) => reference).join(' ')}`;
      const minor = finding.type === 'break' ? ` ${differenceOf(finding).minor}` : '';
      return [`${finding.type} ${name} ${rows}${minor}`];
    }),
    ...awaited.map(({ reference, amountMinor }) => `awaited ${reference} ${amountMinor}`),
  ].sort();

describe('the lines of a batch', () => {
  const inBatch = (reference: string, minor: number, fee = 0): StatementLine =>
    line(reference, minor, { batch: 'B1', feeMinor: BigInt(fee) });
  const told = (lines: StatementLine[]): string[] =>
    withBatchLines(lines).map(
      ({ reference, type, amountMinor, feeMinor }) => `${reference} ${type} ${amountMinor} ${feeMinor}`,
    );

  it.each<[string, StatementLine[], string[]]>([
    ['nothing is made of lines without a batch', [line('P1', 100)], ['P1 payment 100 0']],
    ['a line without a batch keeps its fee', [line('P1', 100, { feeMinor: 3n })], ['P1 payment 100 3']],
    [
      'fees become one line under the reference of the payout, as a ledger books them',
      [inBatch('P1', 100, 3), inBatch('P2', 200, 4), payoutLine(-293)],
      ['P1 payment 100 0', 'P2 payment 200 0', 'PO1 payout -293 0', 'PO1 fee -7 0'],
    ],
    [
      'a report without its payout implies one, and its fees are implied too',
      [inBatch('P1', 100, 3), inBatch('P2', 200, 4)],
      ['P1 payment 100 0', 'P2 payment 200 0', 'B1 implied_fee -7 0', 'B1 implied_payout -293 0'],
    ],
    [
      'a batch without fees has no fee line',
      [inBatch('P1', 100), payoutLine(-100)],
      ['P1 payment 100 0', 'PO1 payout -100 0'],
    ],
    [
      'fees that cancel out make no line',
      [inBatch('P1', 100, 3), inBatch('R1', -100, -3), payoutLine(0)],
      ['P1 payment 100 0', 'R1 payment -100 0', 'PO1 payout 0 0'],
    ],
    [
      'a batch in two currencies is two',
      [inBatch('P1', 100), { ...inBatch('P2', 50), currency: 'USD' }],
      ['P1 payment 100 0', 'P2 payment 50 0', 'B1 implied_payout -100 0', 'B1 implied_payout -50 0'],
    ],
  ])('%s', (_reason, lines, expected) => {
    expect(told(lines)).toEqual(expected);
  });

  it('an implied payout brings every batch to zero', () => {
    const row = fc.record({
      batch: fc.constantFrom('', 'B1', 'B2'),
      currency: fc.constantFrom('EUR', 'USD'),
      amount: fc.integer({ min: -1000, max: 1000 }),
      fee: fc.integer({ min: -20, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
        const lines = rows.map(({ batch, currency, amount, fee }, at) =>
          line(`P${at}`, amount, { batch, currency, feeMinor: BigInt(fee) }),
        );
        const made = withBatchLines(lines).filter(({ batch }) => batch !== '');
        expect(sumOf(made) - feesOf(made)).toBe(0n);
        const kept = withBatchLines(lines).filter((one) => !isImplied(one));
        expect(kept).toHaveLength(lines.length);
      }),
    );
  });
});

describe('a day', () => {
  const [l1, l2] = [entry('L1', 100), entry('L2', 200)];
  it.each<[string, LedgerEntry[], StatementLine[], string[]]>([
    ['all explained', [l1, l2], [line('P1', 100), line('P2', 200)], []],
    ['missing at the partner', [l1, l2], [line('P1', 100)], ['break missing_at_partner L2/ -200']],
    ['missing in the ledger', [l1], [line('P1', 100), line('P2', 200)], ['break missing_in_ledger /P2 200']],
    ['another amount', [l1], [line('P1', 88)], ['break amount L1/P1 -12']],
    ['not due yet', [entry('L1', 100, { day: friday + 3 })], [], ['pending 2026-11-30 L1/']],
    [
      'a payment of the same order and amount twice is a duplicate',
      [l1],
      [line('P1', 100, { order: 'O1' }), line('P7', 100, { order: 'O1' })],
      ['break duplicate_at_partner /P7 100'],
    ],
    [
      'of the same order and another amount it is not',
      [l1],
      [line('P1', 100, { order: 'O1' }), line('P7', 60, { order: 'O1' })],
      ['break missing_in_ledger /P7 60'],
    ],
    [
      'without an order it is not',
      [l1],
      [line('P1', 100), line('P7', 100)],
      ['break missing_in_ledger /P7 100'],
    ],
    [
      'a refund twice is not a capture twice',
      [entry('L1', -100, { type: 'refund' })],
      [line('P1', -100, { order: 'O1', type: 'refund' }), line('P7', -100, { order: 'O1', type: 'refund' })],
      ['break missing_in_ledger /P7 -100'],
    ],
    [
      'a payout that is what its lines come to',
      [l1, l2, payoutEntry(-300)],
      [line('P1', 100, { batch: 'B1' }), line('P2', 200, { batch: 'B1' }), payoutLine(-300)],
      [],
    ],
    [
      'a payout that is less than its lines come to is short',
      [l1, l2, payoutEntry(-280)],
      [line('P1', 100, { batch: 'B1' }), line('P2', 200, { batch: 'B1' }), payoutLine(-280)],
      ['break batch_residue L9/PO1 -20'],
    ],
    [
      'a payout that is more is over',
      [l1, payoutEntry(-110)],
      [line('P1', 100, { batch: 'B1' }), payoutLine(-110)],
      ['break batch_residue L9/PO1 10'],
    ],
    [
      'a line that is short explains the payout: one break and not two',
      [l1, l2, payoutEntry(-300)],
      [line('P1', 100, { batch: 'B1' }), line('P2', 180, { batch: 'B1' }), payoutLine(-300)],
      ['break amount L2/P2 -20'],
    ],
    [
      'a line that is left out explains it too',
      [l1, l2, payoutEntry(-300)],
      [line('P1', 100, { batch: 'B1' }), payoutLine(-300)],
      ['break missing_at_partner L2/ -200'],
    ],
  ])('%s', (_reason, entries, lines, expected) => {
    expect(said(compare(entries, lines))).toEqual(expected);
  });

  it('one booking pays one of two batches with the same reference', () => {
    const [first, second] = [payoutLine(-80), { ...payoutLine(-80), batch: 'B2' }];
    expect(said(compare([payoutEntry(-80)], [first, second]))).toEqual([
      'break batch_residue L9/PO1 80',
      'break missing_in_ledger /PO1 -80',
    ]);
  });

  it('in an account that is not one of clearing a payout is a line like others', () => {
    const lines = [line('P1', 100, { batch: 'B1' }), payoutLine(-80)];
    expect(said(compare([l1, payoutEntry(-80)], lines, { isClearing: false }))).toEqual([]);
  });

  it.each([
    [0, 'awaited PO1 -300', 'the day itself'],
    [5, 'awaited PO1 -300', 'the last day'],
    [6, 'break missing_in_ledger /PO1 -300', 'then it is a break'],
  ])('an implied line is awaited: after %d days %s (%s)', (days, expected, _why) => {
    const implied = line('PO1', -300, { type: 'implied_payout', day: friday - days });
    expect(said(compare([], [implied]))).toEqual([expected]);
  });

  it('what was due before the first day is no break, but a late line of it matches', () => {
    const isBefore = (): boolean => true;
    expect(compare([l1], [], { isBefore })).toMatchObject({ findings: [], summary: { ledgerRows: 0 } });
    expect(compare([l1], [line('P1', 100)], { isBefore }).findings).toMatchObject([{ type: 'match' }]);
  });

  it('what was due before the first day explains no payout, and what came of it late does', () => {
    const isBefore = ({ id }: LedgerEntry): boolean => id !== 'L9';
    const lines = [line('P1', 100, { batch: 'B1' }), payoutLine(-80)];
    expect(said(compare([l2, payoutEntry(-80)], lines, { isBefore }))).toContain(
      'break batch_residue L9/PO1 -20',
    );
    expect(said(compare([l1, l2, payoutEntry(-80)], lines, { isBefore }))).toContain(
      'break batch_residue L9/PO1 -20',
    );
    const late = [line('P1', 100, { batch: 'B1' }), payoutLine(-200)];
    const own = entry('L3', 200, { reference: 'P3' });
    const found = compare([l1, own, payoutEntry(-200)], late, { isBefore: ({ id }) => id === 'L1' });
    expect(said(found)).toEqual(['break missing_at_partner L3/ -200']);
  });
});

describe('what earlier days left open', () => {
  const open = (row: LedgerEntry | KeptLine, identity: string | null): Carried[] => [
    'id' in row ? { side: 'ledger', row, identity } : { side: 'statement', row, identity },
  ];
  const late = entry('L1', 100, { day: friday - 1 });

  it.each<[string, LedgerEntry[], StatementLine[], Carried[], string[], string[]]>([
    ['is not found again while nothing answers it', [late], [], open(late, 'a'), [], []],
    ['is closed by a late line', [late], [line('P1', 100)], open(late, 'a'), [], ['L1 exact']],
    [
      'is closed as an amount break by a line of another amount',
      [late],
      [line('P1', 90)],
      open(late, 'a'),
      ['break amount L1/P1 -10'],
      ['L1 amount'],
    ],
    [
      'was pending and becomes a break when it is due',
      [late],
      [],
      open(late, null),
      ['break missing_at_partner L1/ -100'],
      [],
    ],
  ])('%s', (_reason, entries, lines, carried, expected, closed) => {
    const found = compare(entries, lines, { carried });
    expect(said(found)).toEqual(expected);
    expect(factsOf(found, carried).closed.map(({ key, rule }) => `${key} ${rule}`)).toEqual(closed);
  });

  it('a line that came before its booking is closed by the booking', () => {
    const early = { ...line('P1', 100), identity: 'kept' };
    const carried = open(early, 'a');
    const found = compare([entry('L1', 100)], [early], { carried });
    expect(factsOf(found, carried)).toMatchObject({
      closed: [{ key: 'kept', rule: 'exact' }],
      open: [],
      results: [{ type: 'match', name: 'exact' }],
    });
  });

  it('what waited and is a break now stays where it is, with the name of its break', () => {
    const implied = { ...line('PO1', -300, { type: 'implied_payout', day: friday - 6 }), identity: 'kept' };
    const carried = [...open(late, null), ...open(implied, null)];
    const facts = factsOf(compare([late], [implied], { carried }), carried);
    expect(facts).toMatchObject({
      open: [],
      closed: [],
      breaks: { missing_at_partner: 1, missing_in_ledger: 1 },
    });
    expect(facts.broken.map(({ key }) => key)).toEqual(['kept', 'L1']);
    expect(facts.results.map(({ identity }) => identity)).toEqual(
      facts.broken.map(({ identity }) => identity),
    );
  });

  it('an exact answer to what was only pending is counted and not listed', () => {
    const carried = open(late, null);
    const facts = factsOf(compare([late], [line('P1', 100)], { carried }), carried);
    expect(facts).toMatchObject({ results: [], closed: [{ key: 'L1', rule: 'exact' }] });
  });

  it('a late line that is paid out with its batch explains the payout', () => {
    const carried = open(late, 'a');
    const lines = [line('P1', 100, { batch: 'B1' }), payoutLine(-200)];
    const found = compare([late, entry('L2', 200), payoutEntry(-200)], lines, { carried });
    expect(said(found)).toEqual(['break missing_at_partner L2/ -200']);
  });
});

describe('the name of a break', () => {
  const namesOf = (entries: LedgerEntry[], lines: StatementLine[]): (string | null)[] =>
    factsOf(compare(entries, lines))
      .results.map(({ identity }) => identity)
      .sort();

  it('does not depend on the place of a line, or on its file', () => {
    const first = namesOf([entry('L1', 100)], [line('P1', 90), line('X9', 7)]);
    const again = namesOf([entry('L1', 100)], [line('X9', 7, { file: 2 }), line('P1', 90, { file: 2 })]);
    expect(again).toEqual(first);
    expect(new Set(first).size).toBe(2);
  });

  it('tells equal lines apart', () => {
    const names = namesOf([], [line('X9', 7), line('X9', 7)]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('changes with the amount, because it is another break then', () => {
    expect(namesOf([entry('L1', 100)], [line('P1', 80)])).not.toEqual(
      namesOf([entry('L1', 100)], [line('P1', 90)]),
    );
  });
});

it.each<[string, string, string, string, string]>([
  ['capture', '2026-11-27', 'clearing:northpay', '2026-12-01', 'two business days, over a week-end'],
  ['payout', '2026-11-27', 'clearing:northpay', '2026-11-27', 'the partner books its payout itself'],
  ['fee', '2026-11-27', 'clearing:northpay', '2026-11-27', 'and its fees'],
  ['payout', '2026-11-27', 'cash:rheinbank', '2026-12-01', 'at a bank a payout arrives like other money'],
  ['capture', '2026-12-23', 'clearing:northpay', '2026-12-28', 'no payout on Christmas Day'],
])('a %s of %s in %s is due on %s: %s', (type, day, account, expected, _why) => {
  const statements = {
    settles: 'T+2',
    calendar: 'TARGET',
    ledgerAccount: account,
    references: ['partnerRef'],
  };
  const partners = [{ id: 'northpay', statements }] as unknown as Config['partners'];
  const terms = termsOf({ partners, reconciliation: reconciliation.parse(undefined) }, 'northpay');
  const due = parseDay(expected) ?? 0;
  const isBefore = (limit: number): boolean => dueBefore(terms, limit)({ type, day: parseDay(day) });
  expect([isBefore(due), isBefore(due + 1)]).toEqual([false, true]);
});

describe('any day', () => {
  const shared = {
    reference: fc.constantFrom('', 'P1', 'P2', 'P3', 'PO1', 'B1'),
    amount: fc.constantFrom(100, 100, 200, -100, -300, 60, 0),
    currency: fc.constantFrom('EUR', 'EUR', 'USD'),
    day: fc.constantFrom(friday - 9, friday - 1, friday, friday, friday + 3),
    batch: fc.constantFrom('', '', 'B1', 'PO1'),
    /** Open since an earlier day: as a break, as pending, or not. */
    since: fc.constantFrom('break', 'pending', null, null, null),
  };
  const ours = fc.record({ ...shared, type: fc.constantFrom('capture', 'refund', 'payout', 'fee') });
  const theirs = fc.record({
    ...shared,
    type: fc.constantFrom('payment', 'refund', 'payout', 'fee', 'implied_payout'),
    fee: fc.constantFrom(0n, 0n, 5n),
    order: fc.constantFrom('', 'O1', 'O2'),
  });

  const sums = (rows: readonly { currency: string; amountMinor: bigint }[]): Record<string, bigint> =>
    Object.fromEntries(
      ['EUR', 'USD'].map((code) => [code, sumOf(rows.filter(({ currency }) => currency === code))]),
    );

  it('has every row of both sides in exactly one finding, or open as it was; sums per currency add up', () => {
    fc.assert(
      fc.property(fc.array(ours, { maxLength: 9 }), fc.array(theirs, { maxLength: 9 }), (a, b) => {
        const carried: Carried[] = [];
        const entries = a.map(({ amount, since, ...rest }, at) => {
          const row = entry(`L${at}`, amount, rest);
          if (since !== null)
            carried.push({ side: 'ledger', row, identity: since === 'break' ? row.id : null });
          return row;
        });
        const lines = b.map(({ amount, since, fee, ...rest }, at) => {
          const row = { ...line(rest.reference, amount, { ...rest, feeMinor: fee }), identity: `S${at}` };
          if (since !== null)
            carried.push({ side: 'statement', row, identity: since === 'break' ? row.identity : null });
          return row;
        });
        const found = compare(entries, lines, { carried });
        const used = [
          ...found.findings.flatMap((finding): (LedgerEntry | StatementLine)[] => [
            ...finding.entries,
            ...finding.lines,
          ]),
          ...found.awaited,
        ];
        expect(new Set(used).size, 'no row twice').toBe(used.length);
        const all = [...entries, ...lines];
        const left = all.filter((row) => !used.includes(row));
        const known = new Set<object>(
          carried.filter(({ identity }) => identity !== null).map(({ row }) => row),
        );
        expect(left.filter((row) => !known.has(row))).toEqual([]);
        expect(sums([...used, ...left])).toEqual(sums(all));
        const facts = factsOf(found, carried);
        const names = facts.results.flatMap(({ identity }) => identity ?? []);
        expect(new Set(names).size, 'no two breaks of one name').toBe(names.length);
      }),
      { numRuns: 2000 },
    );
  });
});
