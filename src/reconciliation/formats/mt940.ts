/**
 * SWIFT MT940 (end of day) and MT942 (intraday) statements, with the dialects of banks.
 *
 * Invariants: a reversal keeps its own sign (RC takes money away, RD gives it back); an entry that cannot be read is a
 * problem and its neighbours stand; opening balance, entries and closing balance must add up.
 * Source: SWIFT Standards MT, category 9.
 */
import { dayOf, isoDay } from '../../kernel/calendar-day.js';
import { isCurrency } from '../../kernel/currency.js';
import { problem, quoted, type Problem } from '../problems.js';
import { balanceFacts, checkBalances, movementOf } from './balances.js';
import { sixDigitDay } from './dates.js';
import { isSameAmount, readAmount, totalOf, withExponent, type ExactAmount } from './decimal.js';
import type { RowKind, StatementFacts, StatementFormat, StatementItem, StatementRow } from './format.js';
import { chargesIn, originalAmountIn, referencesIn } from './mt940-details.js';

export const mt940: StatementFormat = {
  id: 'mt940',
  title: 'SWIFT MT940 or MT942',
  recognises: (head) => /(?:^|\{4:)[\p{Cc}\uFEFF]*:20:/mu.test(head) && /^:25P?:/m.test(head),
  parse: parseMt940,
};

/** A tag with its text, continuation lines included. */
interface Tag {
  line: number;
  name: string;
  text: string;
}

function* parseMt940(text: string): Generator<StatementItem, void, undefined> {
  let message: Tag[] = [];
  for (const piece of tagsOf(text)) {
    if ('type' in piece) {
      yield piece;
      continue;
    }
    if (piece.name === '20' && message.length > 0) {
      yield* readMessage(message);
      message = [];
    }
    message.push(piece);
  }
  if (message.length > 0) yield* readMessage(message);
}

const tagLine = /^:(\d{2}[A-Z]?|NS|940|942):(.*)$/s;

/** What stands around messages: SWIFT blocks, the headers of file transfer, and the end of a message. */
const envelopeLine =
  /^(?:\{.*|-.*|[\s\p{Cc}]*|\d{4} \d{2}[A-Z].*|94[02][ \dA-Z]*|:94[02]:|[\d ]+|(?:[FIO]\d\d)?[A-Z]{6}[A-Z\d]{2,24})$/u;

function* tagsOf(text: string): Generator<Tag | Problem, void, undefined> {
  let tag: Tag | null = null;
  for (const [at, lineText] of text.split(/\r\n|\r|\n/).entries()) {
    const line = at + 1;
    const content = lineText.replace(/^[\p{Cc}\uFEFF]+/u, '').replace(/^(?:\{[^}]*\})*\{4:/, '');
    const [, name, rest = ''] = tagLine.exec(content) ?? [];
    const isEnd = /^-(?:\}|\p{Cc}|XXX|$)/u.test(content);
    if (name !== undefined && !name.startsWith('94')) {
      if (tag) yield tag;
      tag = { line, name, text: rest };
    } else if (isEnd || tag === null) {
      if (tag) yield tag;
      tag = null;
      if (!envelopeLine.test(content) && content !== '')
        yield problem(line, 'unknown_line', `${quoted(content)} belongs to no message`);
    } else tag.text += `\n${content}`;
  }
  if (tag) yield tag;
}

interface Balance {
  amount: ExactAmount;
  currency: string;
  date: string | undefined;
  line: number;
}

function* readMessage(tags: Tag[]): Generator<StatementItem, void, undefined> {
  const first = tags[0]?.line ?? 1;
  const find = (...names: string[]): Tag | undefined => tags.find(({ name }) => names.includes(name));
  const opening = readBalance(find('60F', '60M'));
  const closing = readBalance(find('62F', '62M'));
  for (const balance of [opening, closing]) if (balance && 'type' in balance) yield balance;
  const [open, close] = [opening, closing].map((balance) =>
    balance && !('type' in balance) ? balance : undefined,
  );
  const account = readAccount(find('25', '25P')?.text ?? '');
  const currency = open?.currency ?? close?.currency ?? floorCurrency(tags) ?? account.currency;
  if (currency === undefined) {
    yield problem(first, 'no_currency', 'the message names no currency', ':60F:');
    for (const { line } of tags.filter(({ name }) => name === '61'))
      yield problem(line, 'no_currency', 'the entry has no currency without its statement', ':61:');
    return;
  }
  const facts: StatementFacts = {
    type: 'statement',
    line: first,
    account: account.id,
    currency,
    ...balanceFacts(open?.amount, close?.amount, currency),
  };
  const id = find('28C', '28')?.text.trim();
  if (id !== undefined && id !== '') facts.id = id;
  if (open?.date !== undefined) facts.from = open.date;
  if (close?.date !== undefined) facts.to = close.date;
  yield facts;
  const rows: StatementRow[] = [];
  for (const item of readEntries(tags, account.id, currency)) {
    yield item;
    if (item.type === 'row') rows.push(item);
  }
  if (open && !find('62F', '62M'))
    yield problem(
      tags.at(-1)?.line ?? first,
      'truncated',
      'the statement ends without a closing balance',
      ':62F:',
    );
  yield* checkBalances(open?.amount, close?.amount, rows.map(movementOf), close?.line ?? first);
  yield* checkSums(tags, rows, currency);
}

const balancePattern = /^([CD])(\d{6})([A-Z]{3})([\d.,]+)\s*$/;

function readBalance(tag: Tag | undefined): Balance | Problem | undefined {
  if (!tag) return undefined;
  const [, mark, date = '', currency = '', amountText = ''] = balancePattern.exec(tag.text.trim()) ?? [];
  const amount = mark === undefined ? null : readSwiftAmount(amountText, currency);
  if (amount === null)
    return problem(tag.line, 'bad_balance', `${quoted(tag.text)} is not a balance`, `:${tag.name}:`);
  const signed = mark === 'D' ? { ...amount, minor: -amount.minor } : amount;
  return { amount: signed, currency, date: sixDigitDay(date), line: tag.line };
}

/** SWIFT writes a decimal comma, which stands even where no decimals follow; some banks write a point. */
const readSwiftAmount = (text: string, currency: string): ExactAmount | null =>
  readAmount(text.replace(/\.(?=\d*$)/, ','), currency, { decimal: ',' });

function readAccount(text: string): { id: string; currency: string | undefined } {
  const [line = ''] = text.trim().split('\n');
  const [, id = line, currency] = /^(.*\d) ?\/?([A-Z]{3})$/.exec(line.trim()) ?? [];
  return currency !== undefined && isCurrency(currency)
    ? { id, currency }
    : { id: line.trim(), currency: undefined };
}

/** MT942 has no balance; its floor limit and its sums name the currency. */
function floorCurrency(tags: Tag[]): string | undefined {
  for (const { name, text } of tags) {
    if (name === '34F') return /^([A-Z]{3})/.exec(text)?.[1];
    if (name === '90C' || name === '90D') return /^\d+([A-Z]{3})/.exec(text)?.[1];
  }
  return undefined;
}

function* readEntries(
  tags: Tag[],
  account: string,
  currency: string,
): Generator<StatementRow | Problem, void, undefined> {
  for (const [at, tag] of tags.entries()) {
    if (tag.name !== '61') continue;
    const next = tags[at + 1];
    yield readEntry(tag, next?.name === '86' ? next.text : '', account, currency);
  }
}

const entryPattern =
  /^(\d{6})(\d{4})?(R?[CD]|E[CD])([A-Z](?=\d))?(\d[\d.]*,?\d*)([A-Z][A-Z0-9]{3})?([^\n]*?)(?:\/\/([^\n]*))?(?:\n([\s\S]*))?$/;

function readEntry(tag: Tag, details: string, account: string, currency: string): StatementRow | Problem {
  const match = entryPattern.exec(tag.text);
  if (!match) return problem(tag.line, 'bad_entry', `${quoted(tag.text)} is not an entry`, ':61:');
  const [, value = '', entry, mark = '', , amountText = '', code = '', customer = '', bank, supplement] =
    match;
  const amount = readSwiftAmount(amountText, currency);
  const valueDate = sixDigitDay(value);
  if (amount === null)
    return problem(tag.line, 'bad_amount', `${quoted(amountText)} is not an amount`, ':61:');
  if (valueDate === undefined) return problem(tag.line, 'bad_date', `${quoted(value)} is not a date`, ':61:');
  const isDebit = mark === 'D' || mark === 'ED' || mark === 'RC';
  const row: StatementRow = {
    type: 'row',
    line: tag.line,
    account,
    kind: kindOf(mark, code),
    amountMinor: isDebit ? -amount.minor : amount.minor,
    currency,
    exponent: amount.exponent,
    valueDate,
    raw: { ':61:': tag.text, ':86:': details },
  };
  const bookedAt = entry === undefined ? undefined : nearDate(entry, valueDate);
  if (bookedAt !== undefined) row.bookedAt = bookedAt;
  addReferences(row, customer.trim(), bank?.trim() ?? '', details || (supplement ?? ''));
  addConversion(row, supplement ?? '');
  return row;
}

/** Words in the place of a reference: none, or one that points to the details. */
const noReference = /^(?:(?:NONREF|NREF|NOTPROVIDED|EREF|PREF|MARF|KREF|KREF\+|EREF\+)|)$/;

function addReferences(row: StatementRow, customer: string, bank: string, details: string): void {
  const found = referencesIn(details);
  const ours = [found.endToEnd ?? '', found.customer ?? '', customer].find((text) => !noReference.test(text));
  if (!noReference.test(bank)) row.partnerRef = bank;
  if (ours !== undefined) row.ourRef = ours;
  if (found.description !== '') row.description = found.description;
}

/** What was converted, and what the bank kept of it, is in the supplementary details. */
function addConversion(row: StatementRow, supplement: string): void {
  const original = originalAmountIn(supplement);
  if (original && original.currency !== row.currency)
    row.fx = { currency: original.currency, amountMinor: original.minor, exponent: original.exponent };
  const charges = chargesIn(supplement);
  if (charges?.currency === row.currency && charges.exponent <= row.exponent)
    row.feeMinor = withExponent(charges, row.exponent);
}

const kinds: Readonly<Record<string, RowKind>> = {
  CHG: 'fee',
  COM: 'fee',
  INT: 'interest',
  DDT: 'direct_debit',
  RTI: 'return',
  RET: 'return',
};

function kindOf(mark: string, code: string): RowKind {
  if (mark.startsWith('R')) return 'reversal';
  return kinds[code.slice(1)] ?? 'transfer';
}

/** The day MMDD in the year that brings it nearest to another day. */
function nearDate(monthDay: string, near: string): string | undefined {
  const [month, day] = [Number(monthDay.slice(0, 2)), Number(monthDay.slice(2))];
  const year = Number(near.slice(0, 4));
  const target = dayOf(year, Number(near.slice(5, 7)), Number(near.slice(8))) ?? 0;
  const candidates = [year - 1, year, year + 1]
    .map((each) => dayOf(each, month, day))
    .filter((each) => each !== null);
  candidates.sort((a, b) => Math.abs(a - target) - Math.abs(b - target));
  return candidates[0] === undefined ? undefined : isoDay(candidates[0]);
}

/** MT942 states the number and the sum of its debits and credits. */
function* checkSums(
  tags: Tag[],
  rows: StatementRow[],
  currency: string,
): Generator<Problem, void, undefined> {
  for (const tag of tags) {
    if (tag.name !== '90C' && tag.name !== '90D') continue;
    const [, count = '', amountText = ''] = /^(\d+)[A-Z]{3}([\d.,]+)/.exec(tag.text) ?? [];
    const stated = readSwiftAmount(amountText, currency);
    const side = rows.filter(({ amountMinor }) => amountMinor < 0n === (tag.name === '90D'));
    const { minor, exponent } = totalOf(side.map(movementOf));
    const sum = { exponent, minor: minor < 0n ? -minor : minor };
    const isRight = stated !== null && Number(count) === side.length && isSameAmount(stated, sum);
    if (!isRight)
      yield problem(
        tag.line,
        'total_mismatch',
        `${quoted(tag.text)} is not the sum of ${side.length} entries`,
        `:${tag.name}:`,
      );
  }
}
