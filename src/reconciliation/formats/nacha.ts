/**
 * NACHA files: returns (addenda 99), notifications of change (addenda 98), and the entries of ordinary files.
 *
 * Invariants: records have 94 characters, found by their first; counts, entry hashes and totals of batch and file must
 * agree. A returned debit takes money back from us, a returned credit brings it back; a dishonoured return undoes that, and
 * one that is contested does it again. A notification moves none.
 * Source: Nacha Operating Rules, appendix three (file format) and four (returns).
 */
import { isCurrency } from '../../kernel/currency.js';
import { orNoStatement, problem, quoted, type Problem } from '../problems.js';
import { badDates, sixDigitDay } from './dates.js';
import type { ForeignAmount, RowKind, StatementFormat, StatementItem, StatementRow } from './format.js';
import { isDishonored, returnReasons } from './nacha-reasons.js';
import { isBlank, nulBytes } from './text.js';

export const nacha: StatementFormat = {
  id: 'nacha',
  title: 'NACHA returns and notifications of change',
  recognises: (head) => fileStart.test(head) || batchStart.test(head),
  parse: parseNacha,
};

/** A file header names the size of its records and of its blocks; a file without a batch has nothing else. */
const fileStart = /^\uFEFF?101.{31}094\d\d1/;
/** A batch of its own, cut out of a file. */
const batchStart = /^\uFEFF?5(?:200|220|225|280).{83}\d{7}\s*$/m;

const recordLength = 94;
const filler = '9'.repeat(recordLength);

interface Physical {
  line: number;
  text: string;
}

/** The records of a file, with line breaks or in one block without. */
function* recordsOf(text: string): Generator<Physical | Problem, void, undefined> {
  for (const [at, physical] of text
    .replaceAll('\uFEFF', '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = at + 1;
    if (isBlank(physical)) continue;
    for (const part of partsOf(physical.trimEnd())) {
      if (part.length === recordLength) yield { line, text: part };
      else yield problem(line, 'bad_length', `${part.length} characters, but a record has ${recordLength}`);
    }
  }
}

/** A line is a record that may have lost the blanks at its end, or a block of them, whose last one may be cut off. */
function partsOf(physical: string): string[] {
  if (physical.length <= recordLength) return [physical.padEnd(recordLength)];
  const parts = physical.match(/.{1,94}/gs) ?? [];
  // Controls end with blanks, the others with a number.
  return parts.map((part) => (/^[189]/.test(part) ? part.padEnd(recordLength) : part));
}

interface Sums {
  entries: number;
  hash: bigint;
  debits: bigint;
  credits: bigint;
}

const noSums = (): Sums => ({ entries: 0, hash: 0n, debits: 0n, credits: 0n });

/** Where records of an accounting advice (ADV) are wider than those of other batches. */
interface Layout {
  amount: [from: number, to: number];
  /** Debits and credits of a batch control, and of a file control. */
  batchTotals: [debits: number, credits: number, end: number];
  fileTotals: [debits: number, credits: number, end: number];
}

const usualLayout: Layout = { amount: [29, 39], batchTotals: [20, 32, 44], fileTotals: [31, 43, 55] };
const adviceLayout: Layout = { amount: [27, 39], batchTotals: [20, 40, 60], fileTotals: [31, 51, 71] };

const isAdvice = (batch: Batch | null): boolean => batch?.entryClass === 'ADV';
const layoutOf = (batch: Batch | null): Layout => (isAdvice(batch) ? adviceLayout : usualLayout);
const amountOf = (text: string, batch: Batch | null): bigint | null =>
  minorOf(text.slice(...layoutOf(batch).amount));

interface Batch {
  company: string;
  /** Such as PPD, WEB or IAT. */
  entryClass: string;
  number: string;
  effective: string | undefined;
  description: string;
  /** Of an international batch (IAT) whose amounts are converted. */
  exchange: { currency: string; rate: string } | undefined;
}

interface Entry {
  line: number;
  text: string;
  addenda: Physical[];
}

class Reader {
  private batch: Batch | null = null;
  private entry: Entry | null = null;
  private readonly sums = { batch: noSums(), file: noSums() };
  private batches = 0;
  private created: string | undefined;
  private isOpen = false;
  private header: Physical | null = null;
  /** Of the latest batch: a file has advices alone, or none. */
  private layout = usualLayout;

  *read({ line, text }: Physical): Generator<StatementItem, void, undefined> {
    const type = text.slice(0, 1);
    if (type === '7') return yield* this.addAddenda(line, text);
    yield* this.flush();
    yield* this.unfinished(line, type);
    if (type === '1') {
      this.created = sixDigitDay(text.slice(23, 29));
      this.sums.file = noSums();
      this.batches = 0;
      this.isOpen = true;
      this.header = { line, text };
      yield* badDates(line, { created: dateIn(text, 23) }, sixDigitDay);
    } else if (type === '5') yield* this.openBatch(line, text);
    else if (type === '6') this.openEntry(line, text);
    else if (type === '8') yield* this.closeBatch(line, text);
    else if (text !== filler && type === '9') yield* this.closeFile(line, text);
    else if (text !== filler)
      yield problem(line, 'unknown_record', `${quoted(text)} is not a record of this format`);
  }

  /** A control record that is missing: the file was cut, or another one follows. */
  private *unfinished(line: number, type: string): Generator<Problem, void, undefined> {
    if (this.batch && /^[159]$/.test(type)) {
      yield endless(line, this.batch);
      this.batch = null;
    }
    if (this.isOpen && type === '1')
      yield problem(line, 'truncated', 'a file begins before the previous one has its control record (9)');
  }

  *end(line: number): Generator<StatementItem, void, undefined> {
    yield* this.flush();
    if (this.isOpen) yield problem(line, 'truncated', 'the file ends without its control record (9)');
    // A batch that was cut out of a file has no file control, but its own.
    else if (this.batch) yield endless(line, this.batch);
  }

  private *openBatch(line: number, text: string): Generator<StatementItem, void, undefined> {
    this.sums.batch = noSums();
    this.batch = {
      company: text.slice(40, 50).trim(),
      entryClass: text.slice(50, 53),
      number: text.slice(87, 94).trim(),
      effective: sixDigitDay(text.slice(69, 75)),
      description: text.slice(53, 63).trim(),
      exchange: exchangeOf(text),
    };
    this.layout = layoutOf(this.batch);
    yield { type: 'statement', line, account: this.batch.company, id: this.batch.number, currency: 'USD' };
    yield* badDates(line, { effective: dateIn(text, 69) }, sixDigitDay);
  }

  private openEntry(line: number, text: string): void {
    this.entry = { line, text, addenda: [] };
    this.count(text.slice(3, 11), isDebit(text), amountOf(text, this.batch) ?? 0n);
  }

  private *addAddenda(line: number, text: string): Generator<StatementItem, void, undefined> {
    for (const sums of Object.values(this.sums)) sums.entries++;
    if (this.entry) this.entry.addenda.push({ line, text });
    else yield problem(line, 'unknown_record', 'an addenda record (7) follows no entry (6)');
  }

  private count(bank: string, debit: boolean, amount: bigint): void {
    for (const sums of Object.values(this.sums)) {
      sums.entries++;
      sums.hash += BigInt(/^\d{8}$/.test(bank) ? bank : 0);
      if (debit) sums.debits += amount;
      else sums.credits += amount;
    }
  }

  private *flush(): Generator<StatementItem, void, undefined> {
    const { entry } = this;
    this.entry = null;
    if (entry) yield rowOf(entry, this.batch, this.created);
  }

  private *closeBatch(line: number, text: string): Generator<StatementItem, void, undefined> {
    this.batches++;
    const [debits, credits, end] = this.layout.batchTotals;
    yield* checkControl(line, this.sums.batch, {
      count: text.slice(4, 10),
      hash: text.slice(10, 20),
      debits: text.slice(debits, credits),
      credits: text.slice(credits, end),
    });
    this.batch = null;
  }

  private *closeFile(line: number, text: string): Generator<StatementItem, void, undefined> {
    this.isOpen = false;
    if (this.batches === 0) yield* this.nothing();
    if (Number(text.slice(1, 7)) !== this.batches)
      yield problem(
        line,
        'total_mismatch',
        `${Number(text.slice(1, 7))} batches are stated, the file has ${this.batches}`,
      );
    const [debits, credits, end] = this.layout.fileTotals;
    yield* checkControl(line, this.sums.file, {
      count: text.slice(13, 21),
      hash: text.slice(21, 31),
      debits: text.slice(debits, credits),
      credits: text.slice(credits, end),
    });
  }

  /** A day without returns comes as a file without batches. */
  private *nothing(): Generator<StatementItem, void, undefined> {
    const { header, created } = this;
    if (!header || created === undefined) return;
    const account = header.text.slice(3, 13).trim();
    yield { type: 'statement', line: header.line, account, currency: 'USD', from: created, to: created };
  }
}

/**
 * The second digit of a transaction code: 0 to 4 credits, 5 to 9 debits the account of the other side. Advices (81 to 88)
 * are credits and debits in turn, of our own account.
 */
const isDebit = (text: string): boolean => {
  const digit = Number(text.slice(2, 3));
  return text.slice(1, 2) === '8' ? digit % 2 === 0 : digit >= 5;
};

/** Six digits; blanks and zeros are no date. */
const dateIn = (text: string, at: number): string => text.slice(at, at + 6).replace(/^[ 0]*$/, '');

/** Codes ending in 1 and 6 are returns and notifications of change. */
const isSentBack = (text: string): boolean => /^6[2-5][16]/.test(text);

const endless = (line: number, { number }: Batch): Problem =>
  problem(line, 'truncated', `batch ${number} ends without its control record (8)`);

/** Blanks may fill up the front; behind digits they are those of a record that was cut off. */
const minorOf = (text: string): bigint | null => (/^ *\d+$/.test(text) ? BigInt(text.trim()) : null);

/** Ten digits of the sum of the banks' numbers. */
const hashModulus = 10_000_000_000n;

function* checkControl(
  line: number,
  { entries, hash, debits, credits }: Sums,
  stated: { count: string; hash: string; debits: string; credits: string },
): Generator<Problem, void, undefined> {
  const checks: [name: string, stated: string, found: bigint][] = [
    ['entries and addenda', stated.count, BigInt(entries)],
    ['entry hash', stated.hash, hash % hashModulus],
    ['total debits', stated.debits, debits],
    ['total credits', stated.credits, credits],
  ];
  for (const [name, text, found] of checks) {
    const value = minorOf(text);
    if (value !== found)
      yield problem(
        line,
        'total_mismatch',
        `${name}: ${text.trim()} is stated, the records add up to ${found}`,
        name,
      );
  }
}

function rowOf(entry: Entry, batch: Batch | null, created: string | undefined): StatementRow | Problem {
  const { line, text } = entry;
  const amount = amountOf(text, batch);
  if (!batch) return problem(line, 'no_batch', 'an entry (6) is outside a batch (5)');
  if (amount === null)
    return problem(
      line,
      'bad_amount',
      `${quoted(text.slice(...layoutOf(batch).amount))} is not whole cents`,
      'amount',
    );
  const change = addendaOf(entry, '98');
  const returned = addendaOf(entry, '99');
  // Without it nothing says whether money moves, or which way.
  if (isSentBack(text) && (change ?? returned) === undefined)
    return problem(line, 'no_addenda', 'a returned entry has no addenda record (99 or 98)', 'addenda');
  const moved = comesToUs(text, batch, returned) ? amount : -amount;
  const row: StatementRow = {
    type: 'row',
    line,
    account: batch.company,
    kind: kindOf(text, batch, returned, change),
    amountMinor: change === undefined ? moved : 0n,
    currency: 'USD',
    exponent: 2,
    raw: rawOf(entry),
  };
  const fx = foreignAmount(entry, batch);
  if (fx) row.fx = fx;
  const addenda = returned ?? change;
  const facts = {
    partnerRef: text.slice(79, 94).trim(),
    ourRef: addenda === undefined ? ownReference(batch, text) : addenda.slice(6, 21).trim(),
    batchRef: batch.number,
    valueDate: batch.effective ?? created,
    bookedAt: created,
    description: describe(batch, returned, change),
  };
  for (const [name, value] of Object.entries(facts))
    if (value !== undefined && value !== '') Object.assign(row, { [name]: value });
  return row;
}

/** An indicator of FF says that nothing is converted; the one behind it, whether a rate follows. */
function exchangeOf(header: string): Batch['exchange'] {
  const codes = [header.slice(63, 66), header.slice(66, 69)];
  const currency = codes.find((code) => code !== 'USD' && isCurrency(code));
  if (header.slice(50, 53) !== 'IAT' || header.slice(20, 22) === 'FF' || !currency) return undefined;
  return { currency, rate: header.slice(22, 23) === '1' ? header.slice(23, 38).trim() : '' };
}

/** The first addenda record of an international entry has what it comes to in the other currency, with two decimals. */
function foreignAmount({ addenda }: Entry, { exchange }: Batch): ForeignAmount | undefined {
  const amount = minorOf(addenda.find(({ text }) => text.startsWith('710'))?.text.slice(6, 24) ?? '');
  if (!exchange || amount === null || amount === 0n) return undefined;
  const { currency, rate } = exchange;
  return { currency, amountMinor: amount, exponent: 2, ...(rate !== '' && { rate }) };
}

const addendaOf = ({ addenda }: Entry, type: '98' | '99'): string | undefined =>
  addenda.find(({ text }) => text.slice(1, 3) === type)?.text;

/**
 * What we debit comes to us, unless it is returned; an advice says what happened to our own account. A dishonoured return
 * has the transaction code of the return, and so has a contested one.
 */
function comesToUs(text: string, batch: Batch, returned: string | undefined): boolean {
  const goesBack = returned !== undefined && !isDishonored(returned.slice(3, 6));
  return (isDebit(text) !== goesBack) !== isAdvice(batch);
}

function kindOf(
  text: string,
  batch: Batch,
  returned: string | undefined,
  change: string | undefined,
): RowKind {
  if (change !== undefined) return 'notification_of_change';
  if (returned !== undefined) return 'return';
  if (isAdvice(batch)) return 'transfer';
  if (isReversal(batch)) return 'reversal';
  return isDebit(text) ? 'direct_debit' : 'payout';
}

/** The rules require this word for entries that undo others, and reserve it for them. */
const isReversal = ({ description }: Batch): boolean => description === 'REVERSAL';

/** International entries (IAT) and advices have other facts in the place of our reference. */
const ownReference = ({ entryClass }: Batch, text: string): string =>
  entryClass === 'IAT' || entryClass === 'ADV' ? '' : text.slice(39, 54).trim();

function describe(batch: Batch, returned: string | undefined, change: string | undefined): string {
  if (returned !== undefined) {
    const code = returned.slice(3, 6);
    return [code, returnReasons[code]].filter((part) => part !== undefined).join(' ');
  }
  return change === undefined
    ? batch.description
    : `${change.slice(3, 6)} ${change.slice(35, 64).trim()}`.trim();
}

function rawOf({ text, addenda }: Entry): Record<string, string> {
  const raw: Record<string, string> = {
    transactionCode: text.slice(1, 3),
    receivingBank: text.slice(3, 12).trim(),
    individualId: text.slice(39, 54).trim(),
    individualName: text.slice(54, 76).trim(),
    record: text.trimEnd(),
  };
  if (addenda.length > 0) raw.addenda = addenda.map((each) => each.text.trimEnd()).join('\n');
  return raw;
}

function* parseNacha(text: string): Generator<StatementItem, void, undefined> {
  yield* nulBytes(text);
  const reader = new Reader();
  let line = 1;
  for (const record of orNoStatement(recordsOf(text))) {
    line = record.line;
    if ('type' in record) yield record;
    else yield* reader.read(record);
  }
  yield* reader.end(line);
}
