/**
 * BAI2 cash management reports: file (01, 99), group (02, 98), account (03, 49), detail (16), continuation (88).
 *
 * Invariants: the type code gives the sign; amounts are minor units of the account's currency; record counts and control
 * totals on every level must agree. Sources: BAI, “Cash Management Balance Reporting Specifications, version 2”; NAB,
 * “Account information, NAI file format”, which is the first version of it.
 */
import { currencyExponent } from '../../kernel/currency.js';
import { orNoStatement, problem, quoted, type Problem } from '../problems.js';
import { isDebitCode, readAccountHeader, readDetail, type BaiRecord } from './bai2-records.js';
import { checkBalances, movementOf } from './balances.js';
import { badDates, sixDigitDay } from './dates.js';
import type { StatementFacts, StatementFormat, StatementItem, StatementRow } from './format.js';
import { isBlank, nulBytes } from './text.js';

export const bai2: StatementFormat = {
  id: 'bai2',
  title: 'BAI2 balance report',
  recognises: (head) => /^\uFEFF?\s*01,/.test(head) && /(?:^|\/\s*)0[23],/m.test(head),
  parse: parseBai2,
};

const knownCodes = new Set(['01', '02', '03', '16', '49', '98', '99']);

/** Some banks go on behind the slash that ends a record with the next one, in the same line. */
const nextRecord =
  /\/\s+(?=(?:01,[^,]*,[^,]*,\d{6}|02,[^,]*,[^,]*,[1-4],\d{6}|03,\w|16,\d{3},|49,[-+]?\d+,\d+\/|88,|9[89],[-+]?\d+,\d+,\d+\/))/;

interface Piece {
  line: number;
  text: string;
}

const joinedIn = (physical: string): string[] =>
  physical.split(nextRecord).map((part, at, parts) => (at < parts.length - 1 ? `${part}/` : part));

/** The sixth field of a file header is the length of a physical record, if they have one. */
const fileHeader = /^01,(?:[^,\n]*,){5}\s*(\d{2,4})\s*,/;

/** Records padded to one length follow each other without a separator. */
function blocksIn(physical: string): string[] | null {
  const length = Number(fileHeader.exec(physical)?.[1] ?? 0);
  if (length === 0 || physical.length <= length) return null;
  const blocks = physical.match(new RegExp(`.{1,${length}}`, 'g')) ?? [];
  return blocks.every((block) => /^(?:0[123]|16|49|88|9[89]),/.test(block)) ? blocks : null;
}

function* piecesOf(text: string): Generator<Piece, void, undefined> {
  for (const [at, line] of text.split(/\r\n|\r|\n/).entries()) {
    const physical = line.replace(/^\uFEFF/, '');
    for (const content of blocksIn(physical) ?? joinedIn(physical))
      if (!isBlank(content)) yield { line: at + 1, text: content.trim() };
  }
}

function* recordsOf(text: string): Generator<BaiRecord | Problem, void, undefined> {
  let record: BaiRecord | null = null;
  let isEnded = true;
  for (const { line, text: content } of piecesOf(text)) {
    const code = content.slice(0, 2);
    const body = content.slice(3).replace(/\s*\/$/, '');
    if (code === '88' && record) record.continuations.push(body);
    else if (knownCodes.has(code) && (content[2] === ',' || content[2] === undefined)) {
      if (record) yield record;
      record = { line, code, body, continuations: [] };
    } else if (record?.code === '16' && !isEnded) addText(record, content);
    else {
      yield problem(line, 'unknown_record', `${quoted(content)} is not a record of this format`);
      continue;
    }
    isEnded = content.endsWith('/');
  }
  if (record) yield record;
}

/** The text of a detail that no slash has ended goes on in the next line, even without a continuation record. */
function addText(record: BaiRecord, content: string): void {
  const text = `\n${content.replace(/\s*\/$/, '')}`;
  const last = record.continuations.length - 1;
  if (last < 0) record.body += text;
  else record.continuations[last] = (record.continuations[last] ?? '') + text;
}

/** What one level of the file has come to, against what its trailer states. */
interface Level {
  amount: bigint;
  parts: number;
  records: number;
}

const emptyLevel = (): Level => ({ amount: 0n, parts: 0, records: 0 });

interface Account {
  line: number;
  facts: StatementFacts;
  rows: StatementRow[];
  /** What the header says that its movements come to: a report may leave out the movements. */
  summed: bigint;
  isPairs: boolean;
}

class Reader {
  private account: Account | null = null;
  private readonly levels = { account: emptyLevel(), group: emptyLevel(), file: emptyLevel() };
  private groupCurrency = '';
  private groupDay: string | undefined;
  private isOpen = false;
  private hasVersion = true;
  /** The trailers of such a file have a second total where others count their records. */
  private isPairs = false;

  *read(record: BaiRecord): Generator<StatementItem, void, undefined> {
    const size = 1 + record.continuations.length;
    yield* this.unfinished(record);
    for (const level of Object.values(this.levels)) level.records += size;
    const fields = [record.body, ...record.continuations].join(',').split(',');
    switch (record.code) {
      case '01':
        this.isOpen = true;
        this.hasVersion = (fields[versionField]?.trim() ?? '') !== '';
        this.isPairs = false;
        this.levels.file = { ...emptyLevel(), records: size };
        return;
      case '02':
        this.levels.group = { ...emptyLevel(), records: size };
        this.groupDay = sixDigitDay(fields[3] ?? '');
        this.groupCurrency = fields[5]?.trim() ?? '';
        return yield* badDates(record.line, { 'as-of date': dateIn(fields[3]) }, sixDigitDay);
      case '03':
        this.levels.account = { ...emptyLevel(), records: size };
        return yield* this.openAccount(record);
      case '16':
        return yield* this.detail(record);
      case '49':
        return yield* this.closeAccount(record, fields);
      case '98':
        return yield* this.closeLevel(record, fields, 'group', 'file');
      default:
        this.isOpen = false;
        return yield* this.closeLevel(record, fields, 'file', null);
    }
  }

  /** A trailer that is missing: the file was cut, or another one follows. */
  private *unfinished({ line, code }: BaiRecord): Generator<Problem, void, undefined> {
    if (this.account && code !== '16' && code !== '49') {
      yield problem(line, 'truncated', `account ${this.account.facts.account} ends without its trailer (49)`);
      this.account = null;
    }
    if (this.isOpen && code === '01')
      yield problem(line, 'truncated', 'a file begins before the previous one has its trailer (99)');
  }

  *end(line: number): Generator<StatementItem, void, undefined> {
    if (this.isOpen) yield problem(line, 'truncated', 'the file ends without its trailer (99)');
  }

  private *openAccount(record: BaiRecord): Generator<StatementItem, void, undefined> {
    const header = readAccountHeader(record, this.groupCurrency, this.hasVersion);
    yield* header.problems;
    const { account, currency, opening, closing, isPairs } = header;
    this.isPairs = isPairs;
    this.levels.account.amount += header.sum;
    const facts: StatementFacts = { type: 'statement', line: record.line, account, currency };
    if (opening !== undefined) facts.openingMinor = opening;
    if (closing !== undefined) facts.closingMinor = closing;
    if (this.groupDay !== undefined) facts.from = facts.to = this.groupDay;
    this.account = { line: record.line, facts, rows: [], summed: header.summed, isPairs };
    yield facts;
  }

  private *detail(record: BaiRecord): Generator<StatementItem, void, undefined> {
    if (!this.account)
      return yield problem(record.line, 'no_account', 'a detail (16) is outside an account (03)');
    const { facts, rows, isPairs } = this.account;
    const { account, currency } = facts;
    const item = readDetail(record, { account, currency, isPairs }, this.groupDay);
    yield item;
    if (item.type === 'problem') return;
    yield* badDates(record.line, { 'value date': dateIn(item.raw.valueDate) }, sixDigitDay);
    rows.push(item);
    // Control totals count amounts as they are in the file, without the direction of the type code.
    this.levels.account.amount += isDebitCode(item.raw.type ?? '') ? -item.amountMinor : item.amountMinor;
  }

  private *closeAccount(record: BaiRecord, fields: string[]): Generator<StatementItem, void, undefined> {
    const { account, group } = this.levels;
    group.parts++;
    group.amount += controlTotal(fields[0]) ?? account.amount;
    yield* checkTrailer(record, fields[0], this.isPairs ? '' : fields[1], account);
    if (!this.account) return;
    const { facts, rows, summed, line } = this.account;
    const exponent = currencyExponent(facts.currency) ?? 2;
    const balance = (minor: bigint | undefined) => (minor === undefined ? undefined : { minor, exponent });
    yield* checkBalances(
      balance(facts.openingMinor),
      balance(facts.closingMinor),
      rows.length > 0 ? rows.map(movementOf) : [{ minor: summed, exponent }],
      line,
    );
    this.account = null;
  }

  private *closeLevel(
    record: BaiRecord,
    fields: string[],
    name: 'group' | 'file',
    outer: 'file' | null,
  ): Generator<StatementItem, void, undefined> {
    const level = this.levels[name];
    if (outer) {
      this.levels[outer].parts++;
      this.levels[outer].amount += controlTotal(fields[0]) ?? level.amount;
    }
    const stated = fields[1]?.trim() ?? '';
    if (stated !== '' && Number(stated) !== level.parts)
      yield problem(
        record.line,
        'total_mismatch',
        `the trailer states ${stated} parts, the file has ${level.parts}`,
        'count',
      );
    yield* checkTrailer(record, fields[0], this.isPairs && outer ? '' : fields[2], level);
  }
}

/** Of a file header. */
const versionField = 7;

/** Blanks and zeros are no date. */
const dateIn = (text = ''): string => text.trim().replace(/^0+$/, '');

const controlTotal = (text: string | undefined): bigint | null =>
  /^[+-]?\d+$/.test(text?.trim() ?? '') ? BigInt((text ?? '').trim().replace('+', '')) : null;

function* checkTrailer(
  { line }: BaiRecord,
  totalText: string | undefined,
  recordsText: string | undefined,
  { amount, records }: Level,
): Generator<Problem, void, undefined> {
  const total = controlTotal(totalText);
  if (total !== null && total !== amount)
    yield problem(
      line,
      'total_mismatch',
      `the control total is ${total}, the amounts add up to ${amount}`,
      'control total',
    );
  const stated = recordsText?.trim() ?? '';
  if (stated !== '' && Number(stated) !== records)
    yield problem(
      line,
      'total_mismatch',
      `the trailer states ${stated} records, the file has ${records}`,
      'records',
    );
}

function* parseBai2(text: string): Generator<StatementItem, void, undefined> {
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
