/**
 * Any partner's CSV, described by a profile instead of code: where columns are, how numbers and dates are written, what
 * gives the sign, which lines are totals.
 *
 * Invariant: a line is a row, a totals line that was checked, or a problem; columns that the profile does not name are
 * kept in `raw`.
 */
import { plural } from '../../kernel/counts.js';
import { currencyExponent } from '../../kernel/currency.js';
import { problem, quoted, type Problem } from '../problems.js';
import { movementOf } from './balances.js';
import { dateReader, type DateReader } from './date-pattern.js';
import {
  decimalText,
  isSameAmount,
  raiseExponent,
  readAmount,
  sameExponent,
  totalOf,
  withExponent,
  type ExactAmount,
} from './decimal.js';
import type { RowKind, StatementFormat, StatementItem, StatementRow } from './format.js';
import { delimiterOf, hasColumn, namedRecords, type NamedRecord } from './named-records.js';

/** Columns by their names in the file; the first that has a value counts. */
interface ProfileColumns {
  amount?: string[] | undefined;
  /** Instead of `amount`: two columns without signs. */
  credit?: string[] | undefined;
  debit?: string[] | undefined;
  currency?: string[] | undefined;
  fee?: string[] | undefined;
  net?: string[] | undefined;
  kind?: string[] | undefined;
  partnerRef?: string[] | undefined;
  ourRef?: string[] | undefined;
  batchRef?: string[] | undefined;
  account?: string[] | undefined;
  valueDate?: string[] | undefined;
  bookedAt?: string[] | undefined;
  description?: string[] | undefined;
  /** The amount before conversion. */
  foreignAmount?: string[] | undefined;
  foreignCurrency?: string[] | undefined;
  foreignRate?: string[] | undefined;
  /** What all rows of its batch and currency come to, on each of them. */
  total?: string[] | undefined;
}

/** What a line about the rows states of them. */
interface SummaryTotals {
  rows: string;
  net: string;
}

export interface CsvProfile {
  id: string;
  title: string;
  /** Of files that are not UTF-8 or UTF-16. */
  encoding?: string | undefined;
  delimiter: string;
  decimal: '.' | ',';
  thousands?: string | undefined;
  /** Amounts are whole minor units. */
  minorUnits: boolean;
  /** Such as `yyyy-MM-dd` or `dd.MM.yyyy HH:mm:ss`; the first that fits counts. */
  dates: string[];
  columns: ProfileColumns;
  /** For files without a currency column. */
  currency?: string | undefined;
  /** A column whose value makes the amount negative. */
  sign?: { column: string; negative: string[] } | undefined;
  /** A fee that is written as a negative number. */
  negativeFees: boolean;
  /** The partner's words for kinds; `*` at the beginning or the end stands for any text. */
  kinds: Record<string, RowKind>;
  /** Kinds whose amounts leave our balance although the file has them positive. */
  outgoing: RowKind[];
  /** A line of totals: the value that marks it, and kinds that it leaves out. */
  trailer?: { column: string; values: string[]; leavesOut: RowKind[] } | undefined;
  /** A line about the rows behind it, under a header of its own: its values are used where a row has none. */
  summary?: { column: string; values: string[]; totals?: SummaryTotals } | undefined;
}

export function csvProfile(profile: CsvProfile): StatementFormat {
  const needed = neededColumns(profile);
  const hasAll = (fields: string[]): boolean =>
    needed.every((names) => names.some((name) => hasColumn(fields, name)));
  const { summary } = profile;
  const isHeader = summary ? (fields: string[]): boolean => hasColumn(fields, summary.column) : hasAll;
  return {
    id: profile.id,
    title: profile.title,
    encoding: profile.encoding,
    recognises: (head) => {
      const delimiter = delimiterOf(head, isHeader, profile.delimiter);
      const lines = head.split(/\r\n|\r|\n/).map((line) => plainFields(line, delimiter));
      return hasAll(lines.filter(isHeader).flat());
    },
    *parse(text): Generator<StatementItem, void, undefined> {
      const reader = new ProfileReader(profile);
      for (const record of namedRecords(text, { delimiter: profile.delimiter, isHeader }))
        if (record.type === 'problem') yield record;
        else yield* reader.read(record);
      yield* reader.end();
      yield* reader.checkBatches();
    },
  };
}

const plainFields = (line: string, delimiter: string): string[] =>
  line.split(delimiter).map((field) =>
    field
      .replaceAll('"', '')
      .replace(/^\uFEFF/, '')
      .trim(),
  );

/** A header names, for each thing that the profile places, one of its columns. */
const neededColumns = ({ columns, trailer, sign, summary }: CsvProfile): string[][] =>
  [columns.amount, columns.credit, columns.debit, columns.currency, columns.partnerRef, columns.kind]
    .filter((names) => names !== undefined)
    .concat([trailer, sign, summary].flatMap((rule) => (rule ? [[rule.column]] : [])));

interface Total {
  amount: ExactAmount;
  rows: number;
}

interface Batch extends Total {
  line: number;
  stated: ExactAmount;
}

class ProfileReader {
  private readonly dates: DateReader;
  private readonly kindOf: (word: string) => RowKind;
  private readonly totals = new Map<string, Total>();
  private summary: NamedRecord | null = null;
  /** The net amounts of the rows that the summary covers. */
  private nets: ExactAmount[] = [];
  /** By batch, currency and the total that its rows state. */
  private readonly batches = new Map<string, Batch>();

  constructor(private readonly profile: CsvProfile) {
    this.dates = dateReader(profile.dates);
    this.kindOf = kindReader(profile.kinds);
  }

  *read(line: NamedRecord): Generator<StatementItem, void, undefined> {
    const { trailer, summary } = this.profile;
    if (summary?.values.includes(line.get(summary.column)) === true) {
      yield* this.end();
      this.summary = line;
      return;
    }
    const whole = this.summary;
    const record = whole
      ? { ...line, get: (...names: string[]) => line.get(...names) || whole.get(...names) }
      : line;
    if (trailer?.values.includes(record.get(trailer.column)) === true)
      return yield* this.checkTrailer(record);
    const row = this.row(record);
    yield row;
    if (row.type === 'row') this.addToBatch(row, record);
    if (row.type === 'row' && summary?.totals) this.nets.push(netOf(row));
    if (row.type === 'row' && trailer?.leavesOut.includes(row.kind) !== true) this.add(row);
  }

  /** The totals of a summary are whole or rounded to the decimals that they have. */
  *end(): Generator<Problem, void, undefined> {
    const { summary: line, nets, profile } = this;
    this.nets = [];
    const totals = profile.summary?.totals;
    if (!line || !totals) return;
    const rows = line.get(totals.rows);
    if (rows !== '' && rows !== String(nets.length))
      yield problem(
        line.line,
        'total_mismatch',
        `${rows} rows are stated, ${nets.length} could be read`,
        totals.rows,
      );
    const stated = this.amount(line, this.currencyOf(line), [totals.net]);
    const { minor, exponent } = totalOf([...nets, ...(stated ? [{ ...stated, minor: -stated.minor }] : [])]);
    const unit = 10n ** BigInt(exponent - (stated?.exponent ?? 0));
    if (!stated || (minor < 0n ? -minor : minor) * 2n <= (unit === 1n ? 0n : unit)) return;
    const message = `the sum of ${plural(nets.length, 'row')} differs from the total by ${decimalText(minor, exponent)}`;
    yield problem(line.line, 'total_mismatch', message, totals.net);
  }

  private addToBatch(row: StatementRow, record: NamedRecord): void {
    const { total } = this.profile.columns;
    const stated = total ? this.amount(record, row.currency, total) : null;
    if (!stated) return;
    const key = [row.batchRef, row.currency, stated.minor, stated.exponent].join('\n');
    const batch = this.batches.get(key) ?? {
      line: row.line,
      stated,
      amount: { minor: 0n, exponent: 0 },
      rows: 0,
    };
    batch.amount = totalOf([batch.amount, movementOf(row)]);
    batch.rows++;
    this.batches.set(key, batch);
  }

  *checkBatches(): Generator<Problem, void, undefined> {
    for (const { line, stated, amount, rows } of this.batches.values()) {
      if (isSameAmount(stated, amount)) continue;
      const { minor, exponent } = totalOf([amount, { ...stated, minor: -stated.minor }]);
      const message = `the sum of ${plural(rows, 'row')} differs from the stated total by ${decimalText(minor, exponent)}`;
      yield problem(line, 'total_mismatch', message, this.profile.columns.total?.[0]);
    }
  }

  private add({ currency, amountMinor, exponent }: StatementRow): void {
    const total = this.totals.get(currency) ?? { amount: { minor: 0n, exponent }, rows: 0 };
    const sum = sameExponent({ total: total.amount, row: { minor: amountMinor, exponent } });
    const amount = { exponent: sum.exponent, minor: sum.minor.total + sum.minor.row };
    this.totals.set(currency, { amount, rows: total.rows + 1 });
  }

  private *checkTrailer(record: NamedRecord): Generator<Problem, void, undefined> {
    const currency = this.currencyOf(record);
    const stated = this.amount(record, currency, this.profile.columns.amount);
    const found = this.totals.get(currency) ?? { amount: { minor: 0n, exponent: 0 }, rows: 0 };
    this.totals.delete(currency);
    if (!stated) return;
    const { minor } = sameExponent({ stated, found: found.amount });
    if (minor.stated !== minor.found)
      yield problem(
        record.line,
        'total_mismatch',
        `the ${found.rows} rows above do not add up to the total`,
        'amount',
      );
  }

  private currencyOf(record: NamedRecord): string {
    const { columns, currency = '' } = this.profile;
    return (columns.currency ? record.get(...columns.currency) : currency).toUpperCase();
  }

  private amount(record: NamedRecord, currency: string, names: string[] | undefined): ExactAmount | null {
    const text = names ? record.get(...names) : '';
    const { minorUnits, decimal, thousands } = this.profile;
    if (minorUnits) {
      const exponent = currencyExponent(currency) ?? 2;
      return /^-?\d{1,30}$/.test(text) ? { minor: BigInt(text), exponent } : null;
    }
    return readAmount(text, currency, { decimal, ...(thousands === undefined ? {} : { thousands }) });
  }

  private row(record: NamedRecord): StatementRow | Problem {
    const { columns } = this.profile;
    const currency = this.currencyOf(record);
    if (!/^[A-Z][A-Z0-9]{2,9}$/.test(currency))
      return problem(
        record.line,
        'bad_currency',
        `${quoted(currency)} is not a currency code`,
        columns.currency?.[0],
      );
    const kind = columns.kind ? this.kindOf(record.get(...columns.kind)) : 'payment';
    const amount = this.signedAmount(record, currency, kind);
    if ('code' in amount) return amount;
    const row: StatementRow = {
      type: 'row',
      line: record.line,
      kind,
      amountMinor: amount.minor,
      currency,
      exponent: amount.exponent,
      raw: record.raw,
    };
    return this.addFees(row, record) ?? this.addForeign(row, record) ?? this.addFacts(row, record) ?? row;
  }

  private signedAmount(record: NamedRecord, currency: string, kind: RowKind): ExactAmount | Problem {
    const { columns, sign, outgoing } = this.profile;
    if (columns.credit && columns.debit) {
      const zero: ExactAmount = { minor: 0n, exponent: 0 };
      const read = (names: string[]): ExactAmount | null =>
        record.get(...names) === '' ? zero : this.amount(record, currency, names);
      const [credit, debit] = [read(columns.credit), read(columns.debit)];
      if (!credit || !debit) return badAmount(record, credit ? columns.debit : columns.credit);
      const { exponent, minor } = sameExponent({ credit, debit });
      return {
        exponent: Math.max(exponent, currencyExponent(currency) ?? 0),
        minor: minor.credit - minor.debit,
      };
    }
    const amount = this.amount(record, currency, columns.amount);
    if (!amount) return badAmount(record, columns.amount);
    if (this.isNetOfFee(record))
      return problem(
        record.line,
        'missing_value',
        'the row has a fee and no amount before it',
        columns.amount?.[0],
      );
    const isNegative = sign?.negative.includes(record.get(sign.column)) === true || outgoing.includes(kind);
    // Some files have both the word and the minus.
    return isNegative && amount.minor > 0n ? { ...amount, minor: -amount.minor } : amount;
  }

  /** What stands in for an amount that is missing is not the amount where a fee was taken from it. */
  private isNetOfFee(record: NamedRecord): boolean {
    const { amount = [], net = [], fee = [] } = this.profile.columns;
    const used = amount.find((name) => record.get(name) !== '') ?? '';
    return net.includes(used) && /[1-9]/.test(record.get(...fee));
  }

  private addFees(row: StatementRow, record: NamedRecord): Problem | null {
    const { columns, negativeFees } = this.profile;
    for (const [name, names] of [
      ['feeMinor', columns.fee],
      ['netMinor', columns.net],
    ] as const) {
      if (!names || record.get(...names) === '') continue;
      const amount = this.amount(record, row.currency, names);
      if (!amount) return badAmount(record, names);
      raiseExponent(row, amount.exponent);
      const minor = withExponent(amount, row.exponent);
      row[name] = name === 'feeMinor' && negativeFees ? -minor : minor;
    }
    return null;
  }

  private addForeign(row: StatementRow, record: NamedRecord): Problem | null {
    const { foreignAmount, foreignCurrency, foreignRate } = this.profile.columns;
    const currency = foreignCurrency ? record.get(...foreignCurrency).toUpperCase() : '';
    if (currency === '' || currency === row.currency) return null;
    row.fx = { currency };
    const rate = foreignRate ? record.get(...foreignRate) : '';
    if (rate !== '') row.fx.rate = rate;
    if (!foreignAmount || record.get(...foreignAmount) === '') return null;
    const amount = this.amount(record, currency, foreignAmount);
    if (!amount) return badAmount(record, foreignAmount);
    row.fx = { ...row.fx, amountMinor: amount.minor, exponent: amount.exponent };
    return null;
  }

  private addFacts(row: StatementRow, record: NamedRecord): Problem | null {
    const { columns } = this.profile;
    for (const name of ['account', 'partnerRef', 'ourRef', 'batchRef', 'description'] as const) {
      const value = columns[name] ? record.get(...columns[name]) : '';
      if (value !== '') row[name] = value;
    }
    for (const name of ['valueDate', 'bookedAt'] as const) {
      const text = columns[name] ? record.get(...columns[name]) : '';
      const moment = text === '' ? undefined : this.dates(text);
      if (text !== '' && moment === undefined)
        return problem(
          record.line,
          'bad_date',
          `${quoted(text)} is not a date like ${this.profile.dates.join(' or ')}`,
          columns[name]?.[0],
        );
      if (moment !== undefined) row[name] = name === 'valueDate' ? moment.slice(0, 10) : moment;
    }
    return null;
  }
}

const netOf = ({ netMinor, amountMinor, feeMinor = 0n, exponent }: StatementRow): ExactAmount => ({
  minor: netMinor ?? amountMinor - feeMinor,
  exponent,
});

const badAmount = (record: NamedRecord, names: string[] = []): Problem =>
  problem(record.line, 'bad_amount', `${quoted(record.get(...names))} is not an amount`, names[0]);

function kindReader(kinds: Record<string, RowKind>): (word: string) => RowKind {
  const patterns = Object.entries(kinds).filter(([word]) => /^\*|\*$/.test(word));
  return (word) =>
    (Object.hasOwn(kinds, word) ? kinds[word] : undefined) ??
    patterns.find(([pattern]) => fits(word, pattern))?.[1] ??
    'other';
}

const fits = (word: string, pattern: string): boolean =>
  pattern.startsWith('*') ? word.endsWith(pattern.slice(1)) : word.startsWith(pattern.slice(0, -1));
