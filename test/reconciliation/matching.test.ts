/** What two files that differ in one way are said to be: a row per way, with its reason. */
import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/kernel/calendar-day.js';
import { target } from '../../src/reconciliation/calendars/target.js';
import { defaultSettings } from '../../src/reconciliation/matching/settings.js';
import { dueAsOf, dueDay, parseSettlementRule } from '../../src/reconciliation/settlement.js';
import { byJoin, byRules, ledgerHeader, statementHeader, table } from './support.js';

const day = '2026-11-02';

/** A ledger row in short: id, reference, amount, and what differs from the usual. */
const entry = (
  id: string,
  ref: string,
  amount: number | string,
  { currency = 'USD', on = day, batch = '' } = {},
): string => `${id},${ref},${amount},${currency},${on},payment,${batch}`;
const line = (
  no: number,
  ref: string,
  amount: number | string,
  { currency = 'USD', on = day, fee = 0 } = {},
): string => `${no},${ref},${amount},${currency},${on},payment,${fee}`;

describe.each([
  ['the rules alone', byRules],
  ['the exact pass and the rules', byJoin],
])('%s', (_name, reconcileTables) => {
  it('reads tables behind blank lines, and names lines by where they are', () => {
    const ledger = `\n \r\n${table(ledgerHeader, [entry('A', 'r1', 100), 'bad'])}`;
    const statement = `\uFEFF\n\n${table(statementHeader, [line(1, 'r1', 100), 'bad', 'worse'])}`;
    expect(reconcileTables(ledger, statement)).toMatchObject({
      findings: [],
      problems: ['5 csv_width', '5 csv_width', '6 csv_width'],
      summary: { matched: { exact: 1 } },
    });
  });

  it('refuses a header that names a column twice', () => {
    const twice = `${ledgerHeader},Currency`;
    expect(() => reconcileTables(table(twice, []), table(statementHeader, []))).toThrow(/currency twice/);
  });

  it.each<[why: string, ledger: string[], statement: string[], findings: string[]]>([
    ['nothing differs', [entry('A', 'r1', 100)], [line(1, 'r1', 100)], []],
    ['a weekend lies between', [entry('A', 'r1', 100)], [line(1, 'r1', 100, { on: '2026-11-04' })], []],
    ['money that never came', [entry('A', 'r1', 100)], [], ['break missing_at_partner A / ']],
    ['money that we do not know', [], [line(1, 'r1', 100)], ['break missing_in_ledger  / 1']],
    ['paid short', [entry('A', 'r1', 100)], [line(1, 'r1', 90)], ['break amount A / 1']],
    ['paid too much', [entry('A', 'r1', 100)], [line(1, 'r1', 110)], ['break amount A / 1']],
    [
      'the fee taken from the payment',
      [entry('A', 'r1', 100)],
      [line(1, 'r1', 97, { fee: 3 })],
      ['break fee A / 1'],
    ],
    [
      'a fee that does not explain it',
      [entry('A', 'r1', 100)],
      [line(1, 'r1', 90, { fee: 3 })],
      ['break amount A / 1'],
    ],
    [
      'another currency',
      [entry('A', 'r1', 100)],
      [line(1, 'r1', 100, { currency: 'EUR' })],
      ['break currency A / 1'],
    ],
    [
      'far later than due',
      [entry('A', 'r1', 100)],
      [line(1, 'r1', 100, { on: '2026-11-20' })],
      ['break date A / 1'],
    ],
    [
      'booked twice by us: the later id is the surplus',
      [entry('B', 'r1', 100), entry('A', 'r1', 100)],
      [line(1, 'r1', 100)],
      ['break duplicate_in_ledger B / '],
    ],
    [
      'paid twice by the partner',
      [entry('A', 'r1', 100)],
      [line(1, 'r1', 100), line(2, 'r1', 100)],
      ['break duplicate_at_partner  / 2'],
    ],
    [
      'a line without a day takes the entry that no dated line is near',
      [entry('A', 'r1', 100, { on: '2026-11-02' }), entry('B', 'r1', 100, { on: '2026-11-12' })],
      [line(1, 'r1', 100, { on: '' }), line(2, 'r1', 100, { on: '2026-11-02' })],
      [],
    ],
    [
      'an entry without a day takes the line that no dated entry is near',
      [entry('A', 'r1', 100, { on: '' }), entry('B', 'r1', 100, { on: '2026-11-12' })],
      [line(1, 'r1', 100, { on: '2026-11-02' }), line(2, 'r1', 100, { on: '2026-11-12' })],
      [],
    ],
    [
      'twins on both sides are no duplicates',
      [entry('A', 'r1', 100), entry('B', 'r1', 100)],
      [line(1, 'r1', 100), line(2, 'r1', 100)],
      [],
    ],
    [
      'a payment and its refund under one reference',
      [entry('A', 'r1', 100), entry('B', 'r1', -100)],
      [line(1, 'r1', 100)],
      ['break missing_at_partner B / '],
    ],
    [
      'a refund is never the answer to a payment',
      [entry('A', 'r1', 100)],
      [line(1, 'r1', -100)],
      ['break missing_at_partner A / ', 'break missing_in_ledger  / 1'],
    ],
    [
      'one payment in two lines',
      [entry('A', 'r1', 100)],
      [line(1, 'r1', 60), line(2, 'r1', 40)],
      ['match split A / 1 2'],
    ],
    [
      'two captures in one line less the fee',
      [entry('A', 'r1', 60), entry('B', 'r1', 40)],
      [line(1, 'r1', 95, { fee: 5 })],
      ['match split A B / 1'],
    ],
    [
      'the nearest amounts belong together',
      [entry('A', 'r1', 50), entry('B', 'r1', 100)],
      [line(1, 'r1', 98)],
      ['break amount B / 1', 'break missing_at_partner A / '],
    ],
    [
      'a batch less its fee',
      [entry('A', 'r1', 60, { batch: 'po' }), entry('B', 'r2', 40, { batch: 'po' })],
      [line(1, 'po', 95, { fee: 5 })],
      ['match batch A B / 1'],
    ],
    [
      'a batch with a surplus',
      [entry('A', 'r1', 60, { batch: 'po' }), entry('B', 'r2', 40, { batch: 'po' })],
      [line(1, 'po', 101)],
      ['break batch_residue A B / 1'],
    ],
    [
      'a batch paid twice',
      [entry('A', 'r1', 60, { batch: 'po' }), entry('B', 'r2', 40, { batch: 'po' })],
      [line(1, 'po', 100), line(2, 'po', 100)],
      ['break duplicate_at_partner  / 2', 'match batch A B / 1'],
    ],
    [
      'a batch paid in two parts',
      [entry('A', 'r1', 60, { batch: 'po' }), entry('B', 'r2', 40, { batch: 'po' })],
      [line(1, 'po', 30), line(2, 'po', 70)],
      ['match batch A B / 1 2'],
    ],
    [
      'a batch never adds up two currencies',
      [entry('A', 'r1', 60, { batch: 'po' }), entry('B', 'r2', 40, { batch: 'po', currency: 'EUR' })],
      [line(1, 'po', 100)],
      ['break batch_residue A / 1', 'break missing_at_partner B / '],
    ],
    [
      'an entry that has its own line is not in the batch a second time',
      [entry('A', 'r1', 60, { batch: 'po' }), entry('B', 'r2', 40, { batch: 'po' })],
      [line(1, 'r1', 60), line(2, 'po', 40)],
      ['match batch B / 2'],
    ],
    [
      'no reference, one candidate',
      [entry('A', 'r1', 100)],
      [line(1, '', 100, { on: '2026-11-04' })],
      ['match amount_date A / 1'],
    ],
    [
      'no reference, two candidates',
      [entry('A', 'r1', 100), entry('B', 'r2', 100)],
      [line(1, '', 100)],
      ['break ambiguous A B / 1'],
    ],
    [
      'a chain of candidates is one question',
      [entry('A', 'r1', 100, { on: '2026-11-01' }), entry('B', 'r2', 100, { on: '2026-11-05' })],
      [line(1, '', 100, { on: '2026-11-03' }), line(2, '', 100, { on: '2026-11-06' })],
      ['break ambiguous A B / 1 2'],
    ],
    [
      'a candidate three days away is none',
      [entry('A', 'r1', 100, { on: '2026-11-01' })],
      [line(1, '', 100, { on: '2026-11-04' })],
      ['break missing_at_partner A / ', 'break missing_in_ledger  / 1'],
    ],
    [
      'an unknown reference is not replaced by amount and date',
      [entry('A', 'r1', 100)],
      [line(1, 'other', 100)],
      ['break missing_at_partner A / ', 'break missing_in_ledger  / 1'],
    ],
    [
      'a placeholder is no reference',
      [entry('A', 'r1', 100)],
      [line(1, 'NOTPROVIDED', 100)],
      ['match amount_date A / 1'],
    ],
    [
      'amounts beyond a double are exact',
      [entry('A', 'r1', '90071992547409931')],
      [line(1, 'r1', '90071992547409932')],
      ['break amount A / 1'],
    ],
    [
      'no currency crosses without a reference',
      [entry('A', 'r1', 100)],
      [line(1, '', 100, { currency: 'EUR' })],
      ['break missing_at_partner A / ', 'break missing_in_ledger  / 1'],
    ],
  ])('%s', (_why, ledger, statement, findings) => {
    const said = reconcileTables(table(ledgerHeader, ledger), table(statementHeader, statement));
    expect(said.findings).toEqual(findings);
  });

  it.each<[why: string, ledger: string[], statement: string[], problems: string[]]>([
    ['a decimal is no minor unit', [entry('A', 'r1', '1.00')], [], ['2 bad_amount']],
    ['the 30th of February', [entry('A', 'r1', 1, { on: '2026-02-30' })], [], ['2 bad_date']],
    [
      'a field too many',
      [`${entry('A', 'r1', 1)},x`, entry('B', 'r2', 1)],
      [line(1, 'r2', 1)],
      ['2 csv_width'],
    ],
    [
      'an open quote costs its line only',
      [`A,"r1,1,USD,${day},p,`, entry('B', 'r2', 1)],
      [line(1, 'r2', 1)],
      ['2 csv_quote'],
    ],
    ['a NUL byte', [entry('A', 'r\0', 1)], [], ['2 csv_nul']],
    ['no id', [entry('', 'r1', 1)], [], ['2 missing_value']],
    ['an exponent', [], [line(1, 'r1', '1E5')], ['2 bad_amount']],
  ])('quarantines: %s', (_why, ledger, statement, problems) => {
    const said = reconcileTables(table(ledgerHeader, ledger), table(statementHeader, statement));
    expect(said.problems).toEqual(problems);
    expect(said.findings.filter((finding) => finding.includes(' B '))).toEqual([]);
  });

  it('keeps a quoted reference with a comma, a quote and a line break', () => {
    const ref = '"r,""1""\nx"';
    const said = reconcileTables(
      table(ledgerHeader, [entry('A', ref, 1), entry('B', 'r2', 5)]),
      table(statementHeader, [line(1, ref, 2), line(2, 'r2', 6)]),
    );
    expect(said.findings).toEqual(['break amount A / 1', 'break amount B / 2']);
  });
});

describe('money that is not due yet', () => {
  const dueLater = (asOf: string) => (each: { day: number | null }) => {
    const due = dueDay(each.day ?? 0, parseSettlementRule('T+2'), target);
    return due > (parseDay(asOf) ?? 0) ? due : null;
  };
  it.each<[why: string, on: string, asOf: string, findings: string[]]>([
    ['Thursday’s money is due on Monday', '2026-11-26', '2026-11-27', ['pending 2026-11-30 A / ']],
    ['Wednesday’s money was due on Friday', '2026-11-25', '2026-11-27', ['break missing_at_partner A / ']],
    ['Saturday counts as no day', '2026-11-28', '2026-11-30', ['pending 2026-12-01 A / ']],
    ['Christmas is closed for two days', '2026-12-23', '2026-12-24', ['pending 2026-12-28 A / ']],
    ['Good Friday and Easter Monday are closed', '2026-04-01', '2026-04-06', ['pending 2026-04-07 A / ']],
  ])('%s', (_why, on, asOf, findings) => {
    const settings = { ...defaultSettings, dueLater: dueLater(asOf) };
    const ledger = table(ledgerHeader, [entry('A', 'r1', 100, { on })]);
    expect(byRules(ledger, table(statementHeader, []), settings).findings).toEqual(findings);
  });

  it.each([
    ['the day it is due, over Easter', 'T+2', '2026-04-02', '2026-04-08', []],
    ['a day after it was due', 'T+2', '2026-04-02', '2026-04-09', ['break date A / 1']],
    ['within a week that is settled on Friday', 'weekly friday', '2026-11-20', '2026-11-25', []],
    ['three days before its payment', 'T+2', '2026-04-07', '2026-04-04', ['break date A / 1']],
  ])('money that comes %s', (_when, rule, on, came, findings) => {
    const terms = { rule: parseSettlementRule(rule), byType: new Map(), graceDays: 0, calendar: target };
    const settings = { ...defaultSettings, ...dueAsOf(parseDay('2026-12-01') ?? 0, terms) };
    const ledger = table(ledgerHeader, [entry('A', 'r1', 100, { on })]);
    const statement = table(statementHeader, [line(1, 'r1', 100, { on: came })]);
    expect(byRules(ledger, statement, settings).findings).toEqual(findings);
    expect(byJoin(ledger, statement, settings).findings).toEqual(findings);
  });

  it('a second capture that is not due is pending and no duplicate', () => {
    const settings = { ...defaultSettings, dueLater: dueLater('2026-11-27') };
    const ledger = table(ledgerHeader, [
      entry('A', 'r1', 100, { on: '2026-11-23' }),
      entry('B', 'r1', 100, { on: '2026-11-26' }),
    ]);
    const statement = table(statementHeader, [line(1, 'r1', 100, { on: '2026-11-25' })]);
    expect(byRules(ledger, statement, settings).findings).toEqual(['pending 2026-11-30 B / ']);
  });
});
