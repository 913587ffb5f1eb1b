/** What holds for any two files: conservation, order, and that the exact pass changes nothing but the time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generate } from '../../bench/reconciliation/generate.js';
import { byJoin, byRules, ledgerHeader, statementHeader, table } from './support.js';

/** Few values, so that references, amounts and days collide often. */
const reference = fc.constantFrom(
  '',
  'r1',
  'r2',
  'r3',
  'b1',
  'b2',
  'NONREF',
  ' r1 ',
  '"r1"',
  '"q,""x"""',
  'R"2"x',
  'é1',
  '12E5',
);
const amount = fc.constantFrom(
  '100',
  '100',
  '100',
  '-100',
  '60',
  '40',
  '0',
  '-0',
  '+7',
  '9007199254740993',
  '1.5',
  '',
);
const currency = fc.constantFrom('USD', 'USD', 'USD', 'EUR', 'usd', 'US');
const day = fc.constantFrom('2026-11-01', '2026-11-03', '2026-11-04', '2026-11-09', '2026-02-29', '');
const batch = fc.constantFrom('', 'b1', 'b2', 'r1');
const fee = fc.constantFrom('0', '0', '5', 'x');
const odd = fc.constantFrom('', '   ', '"', 'a,b', 'x,"y\nz,1,USD,2026-11-01,p,', '\0,,,,,,');

const ledgerRow = fc.tuple(reference, amount, currency, day, batch).map(
  ([ref, minor, code, on, po]) =>
    (id: number) =>
      `L${id},${ref},${minor},${code},${on},payment,${po}`,
);
const statementRow = fc.tuple(reference, amount, currency, day, fee).map(
  ([ref, minor, code, on, kept]) =>
    (no: number) =>
      `${no},${ref},${minor},${code},${on},payment,${kept}`,
);
const oddRow = odd.map((text) => () => text);

const rowsOf = (row: fc.Arbitrary<(at: number) => string>): fc.Arbitrary<string[]> =>
  fc
    .array(fc.oneof({ arbitrary: row, weight: 12 }, { arbitrary: oddRow, weight: 1 }), { maxLength: 14 })
    .map((rows) => rows.map((make, at) => make(at + 1)));

const pieceBytes = fc.constantFrom(Infinity, Infinity, 150, 61, 17);
const lineBreak = fc.constantFrom('\n', '\r\n');

describe('any two files', () => {
  it('come out the same with the exact pass and without, in pieces of any size', () => {
    fc.assert(
      fc.property(
        rowsOf(ledgerRow),
        rowsOf(statementRow),
        lineBreak,
        pieceBytes,
        (ours, theirs, end, size) => {
          const ledger = table(ledgerHeader, ours).replaceAll('\n', end);
          const statement = table(statementHeader, theirs).replaceAll('\n', end);
          expect(byJoin(ledger, statement, undefined, size)).toEqual(byRules(ledger, statement));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('come out the same in any order of rows', () => {
    const shuffled = (rows: fc.Arbitrary<string[]>): fc.Arbitrary<[string[], string[]]> =>
      rows.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    const whole = (row: fc.Arbitrary<(at: number) => string>): fc.Arbitrary<string[]> =>
      fc.array(row, { maxLength: 14 }).map((rows) => rows.map((make, at) => make(at + 1)));
    fc.assert(
      fc.property(
        shuffled(whole(ledgerRow)),
        shuffled(whole(statementRow)),
        ([ours, oursMixed], [theirs, theirsMixed]) => {
          const { findings, summary } = byRules(table(ledgerHeader, ours), table(statementHeader, theirs));
          const mixed = byRules(table(ledgerHeader, oursMixed), table(statementHeader, theirsMixed));
          expect([mixed.findings, mixed.summary]).toEqual([findings, summary]);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

it.each([1, 2, 3])('finds the truth of generated files, seed %i', (seed) => {
  const { ledger, statement, truth } = generate(20_000, seed);
  const said = byJoin(ledger, statement);
  expect(said).toEqual(byRules(ledger, statement));
  const wanted = truth.map(({ kind, ledgerIds, statementLines }) => {
    const type = kind === 'batch' || kind === 'amount_date' ? 'match' : 'break';
    return `${type} ${kind} ${[...ledgerIds].sort().join(' ')} / ${statementLines.join(' ')}`;
  });
  const duplicates = /duplicate_(?:in_ledger|at_partner)/;
  // Which of two equal rows is the surplus is a matter of order, so duplicates are compared by number.
  const plain = (lines: string[]): string[] => lines.filter((text) => !duplicates.test(text)).sort();
  expect(plain(said.findings)).toEqual(plain(wanted));
  expect(said.findings.filter((text) => duplicates.test(text))).toHaveLength(
    wanted.filter((text) => duplicates.test(text)).length,
  );
});
