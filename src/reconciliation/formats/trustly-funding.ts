/**
 * Trustly's funding report of the Americas (P11KFUN): records by their first field, without column names. H begins a file,
 * F is a payout, I an item of one, L ends the file.
 *
 * Invariants: the items of a payout, less their fees, come to it, and the last record states what the file has; an item
 * without a payout reports a state and moves no money yet. Source: Trustly, “Funding report” of the Americas. Deliberately
 * absent: sums over the parts of a report that comes in several files.
 */
import { currencyExponent } from '../../kernel/currency.js';
import { orNoStatement, problem, quoted, type Problem } from '../problems.js';
import { csvRecords, type CsvRecord } from './csv-records.js';
import { badDates, isoDate, isoMoment } from './dates.js';
import { decimalText, isSameAmount, readAmount, sameExponent, totalOf, type ExactAmount } from './decimal.js';
import type { RowKind, StatementFormat, StatementItem, StatementRow } from './format.js';
import { faultProblem } from './named-records.js';

export const trustlyFunding: StatementFormat = {
  id: 'trustly-funding',
  title: 'Trustly funding report, Americas (P11KFUN)',
  recognises: (head) => /^\uFEFF?\s*"?H"?,"?P11KFUN"?,/.test(head),
  parse: (text) => orNoStatement(parseFunding(text)),
};

const itemFields = [
  'Record Type',
  'Transaction ID',
  'Created At',
  'Original Transaction ID',
  'Merchant ID',
  'Payment Type',
  'Payment Provider Type',
  'Payment Provider ID',
  'Account Number',
  'Merchant Reference',
  'Transaction Type',
  'Transaction Status',
  'Updated At',
  'Processed At',
  'Currency',
  'Amount',
  'Funding Trace ID',
  'Reason',
  'Batch ID',
  'Batch Transaction Type',
  'Original Merchant Reference',
  'Payment Provider Transaction ID',
  'Fee',
] as const;

const fundingFields = [
  'Record Type',
  'Processor',
  'Reserved',
  'Funding Trace ID',
  'Currency',
  'Amount',
  'Items',
  'Funded At',
] as const;

type Field = (typeof itemFields)[number] | (typeof fundingFields)[number];

/** A record with the names of its fields; earlier versions end sooner, later ones may have more. */
interface Named {
  line: number;
  get: (field: Field) => string;
  raw: Record<string, string>;
}

function named({ line, fields }: CsvRecord, names: readonly Field[]): Named {
  const raw: Record<string, string> = {};
  for (const [at, field] of fields.entries()) raw[names[at] ?? `Field ${at + 1}`] = field.trim();
  return { line, raw, get: (field) => raw[field] ?? '' };
}

function* parseFunding(text: string): Generator<StatementItem, void, undefined> {
  const reader = new Reader(fundedDays(text));
  let last = 1;
  for (const record of csvRecords(text)) {
    last = record.line;
    if ('fault' in record) yield faultProblem(record);
    else yield* reader.read(record);
  }
  yield* reader.end(last);
}

/** The day of each payout, which may stand behind its items. */
function fundedDays(text: string): Map<string, string> {
  const days = new Map<string, string>();
  for (const [line] of text.matchAll(/^"?F"?,.*$/gm))
    for (const record of csvRecords(line)) {
      if ('fault' in record) continue;
      const { get } = named(record, fundingFields);
      const day = isoDate(get('Funded At'));
      if (day !== undefined) days.set(get('Funding Trace ID'), day);
    }
  return days;
}

const nothing: ExactAmount = { minor: 0n, exponent: 0 };

interface Funding {
  line: number;
  amount: ExactAmount;
}

/** One file: from its header to its last record. */
interface File {
  line: number;
  merchant: string;
  from: string | undefined;
  to: string | undefined;
  isWhole: boolean;
  items: number;
  fundings: Map<string, Funding>;
  /** What the items of each payout come to, less their fees. */
  nets: Map<string, ExactAmount>;
}

class Reader {
  private file: File | null = null;

  constructor(private readonly days: ReadonlyMap<string, string>) {}

  *read(record: CsvRecord): Generator<StatementItem, void, undefined> {
    const [first = ''] = record.fields;
    // Each of several files that were glued together may begin with a byte order mark, which hides a quote behind it.
    const type = first.replace(/[\uFEFF"]/g, '').trim();
    if (type === 'H') return yield* this.begin(record);
    if (!/^[FIL]$/.test(type))
      return yield problem(record.line, 'unknown_record', `${quoted(first)} is not a record of this report`);
    if (!this.file) return yield problem(record.line, 'no_header', 'no header (H) comes before the record');
    if (type === 'L') {
      yield* closing(this.file, record);
      this.file = null;
      return;
    }
    yield* type === 'F' ? this.funding(this.file, record) : this.item(this.file, record);
  }

  private *begin({ line, fields }: CsvRecord): Generator<Problem, void, undefined> {
    yield* this.end(line);
    const [, , , from = '', to = '', merchant = '', part = ''] = fields.map((field) => field.trim());
    this.file = {
      line,
      merchant,
      from: isoDate(from),
      to: isoDate(to),
      isWhole: /^(?:0*1of0*1)?$/.test(part),
      items: 0,
      fundings: new Map(),
      nets: new Map(),
    };
    yield* badDates(line, { 'Start Date': from, 'End Date': to });
  }

  *end(line: number): Generator<Problem, void, undefined> {
    if (this.file) yield problem(line, 'truncated', 'the file ends without its last record (L)');
    this.file = null;
  }

  /** The payout leaves the balance at Trustly, as its items came to it. */
  private *funding(file: File, record: CsvRecord): Generator<StatementItem, void, undefined> {
    const funding = named(record, fundingFields);
    const { line, get, raw } = funding;
    const amount = amountIn(funding, 'Amount');
    const trace = get('Funding Trace ID');
    file.fundings.set(trace, { line, amount: 'code' in amount ? nothing : amount });
    if ('code' in amount) return yield amount;
    const row: StatementRow = {
      type: 'row',
      line,
      account: file.merchant,
      kind: 'payout',
      amountMinor: -amount.minor,
      currency: get('Currency'),
      exponent: amount.exponent,
      raw,
    };
    yield withFacts(row, {
      partnerRef: trace,
      batchRef: trace,
      valueDate: isoDate(get('Funded At')),
      bookedAt: isoMoment(get('Funded At')),
      description: get('Processor'),
    });
    yield* badDates(line, { 'Funded At': get('Funded At') });
  }

  private *item(file: File, record: CsvRecord): Generator<StatementItem, void, undefined> {
    file.items++;
    const item = named(record, itemFields);
    const { line, get, raw } = item;
    const [amount, fee] = [amountIn(item, 'Amount'), amountIn(item, 'Fee')];
    if ('code' in amount) return yield amount;
    if ('code' in fee) return yield fee;
    const { exponent, minor } = sameExponent({ amount, fee });
    const trace = get('Funding Trace ID');
    const net = minor.amount + minor.fee;
    file.nets.set(trace, totalOf([file.nets.get(trace) ?? nothing, { minor: net, exponent }]));
    const row: StatementRow = {
      type: 'row',
      line,
      account: get('Merchant ID') || file.merchant,
      kind: kinds[get('Batch Transaction Type')] ?? kinds[get('Transaction Type')] ?? 'other',
      amountMinor: minor.amount,
      currency: get('Currency'),
      exponent,
      ...(get('Fee') !== '' && { feeMinor: -minor.fee, netMinor: net }),
      raw,
    };
    if (trace === '') row.unsettled = 'Trustly has not settled the item yet';
    yield withFacts(row, {
      partnerRef: get('Transaction ID'),
      ourRef: get('Merchant Reference') || get('Original Merchant Reference'),
      batchRef: trace,
      valueDate: this.days.get(trace),
      bookedAt: isoMoment(get('Processed At')) ?? isoMoment(get('Created At')),
      description: [get('Transaction Type'), get('Transaction Status'), get('Reason')].join(' ').trim(),
    });
    yield* badDates(line, { 'Processed At': get('Processed At'), 'Created At': get('Created At') });
  }
}

/** By what the item is in its payout, or else by the transaction. */
const kinds: Readonly<Record<string, RowKind>> = {
  Sale: 'payment',
  Return: 'return',
  Refund: 'refund',
  Capture: 'payment',
  Retry: 'payment',
  Deposit: 'payout',
  Reclaim: 'payout_reversal',
};

/** An item that moves nothing yet may leave out its amount, and many have no fee. */
function amountIn({ line, get, raw }: Named, field: 'Amount' | 'Fee'): ExactAmount | Problem {
  const [text, currency] = [get(field), get('Currency')];
  if (currencyExponent(currency) === undefined)
    return problem(line, 'bad_currency', `${quoted(currency)} is not a currency code`, 'Currency');
  const isNone = text === '' && (field === 'Fee' || (raw.Amount === '' && get('Funding Trace ID') === ''));
  return (
    readAmount(isNone ? '0' : text, currency) ??
    problem(line, 'bad_amount', `${quoted(text)} is not an amount`, field)
  );
}

type Facts = Partial<
  Record<'partnerRef' | 'ourRef' | 'batchRef' | 'valueDate' | 'bookedAt' | 'description', string | undefined>
>;

function withFacts(row: StatementRow, facts: Facts): StatementRow {
  for (const [name, value] of Object.entries(facts))
    if (value !== undefined && value !== '') Object.assign(row, { [name]: value });
  return row;
}

/** ISO 4217 for no currency at all. */
const noCurrency = 'XXX';

function* closing(file: File, { line, fields }: CsvRecord): Generator<StatementItem, void, undefined> {
  const { merchant, from, to, items, fundings, nets } = file;
  if (items === 0 && fundings.size === 0 && from !== undefined && to !== undefined)
    yield { type: 'statement', line: file.line, account: merchant, currency: noCurrency, from, to };
  const [, itemsText = '', , fundingsText = '', funded = ''] = fields.map((field) => field.trim());
  const counts: [name: string, stated: string, found: number][] = [
    ['items', itemsText, items],
    ['payouts', fundingsText, fundings.size],
  ];
  for (const [name, stated, found] of counts)
    if (stated !== '' && Number(stated) !== found)
      yield problem(line, 'total_mismatch', `${stated} ${name} are stated, the file has ${found}`, name);
  if (!file.isWhole) return;
  const total = readAmount(funded, '');
  if (funded !== '' && total === null)
    yield problem(line, 'bad_amount', `${quoted(funded)} is not an amount`, 'Amount');
  if (total)
    yield* mismatch(line, 'the payouts', total, totalOf([...fundings.values()].map(({ amount }) => amount)));
  for (const [trace, { line: at, amount }] of fundings)
    yield* mismatch(at, `the items of ${trace}`, amount, nets.get(trace) ?? nothing);
}

function* mismatch(
  line: number,
  what: string,
  stated: ExactAmount,
  found: ExactAmount,
): Generator<Problem, void, undefined> {
  if (isSameAmount(stated, found)) return;
  const [one, other] = [stated, found].map(({ minor, exponent }) => decimalText(minor, exponent));
  yield problem(line, 'total_mismatch', `${one} is stated, ${what} come to ${other}`, 'Amount');
}
