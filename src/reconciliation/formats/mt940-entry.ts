/**
 * An entry (`:61:`) of an MT940 or MT942 statement with its details (`:86:`, `:NS:`) as a row.
 *
 * Invariant: the mark alone gives the sign, so a reversal keeps its own (RC takes money away, RD gives it back).
 */
import { dayOf, isoDay, type Day } from '../../kernel/calendar-day.js';
import { problem, quoted, type Problem } from '../problems.js';
import { sixDigitDay } from './dates.js';
import { readAmount, withExponent, type ExactAmount } from './decimal.js';
import type { RowKind, StatementRow } from './format.js';
import { chargesIn, originalAmountIn, referencesIn } from './mt940-details.js';
import type { Tag } from './mt940-tags.js';

/** SWIFT writes a decimal comma, which stands even where no decimals follow; some banks write a point. */
export function readSwiftAmount(text: string, currency: string): ExactAmount | null {
  const decimal = text.lastIndexOf('.') > text.lastIndexOf(',') ? '.' : ',';
  const thousands = decimal === '.' ? ',' : '.';
  return readAmount(text, currency, text.includes(thousands) ? { decimal, thousands } : { decimal });
}

export function* readEntries(
  tags: Tag[],
  account: string,
  currency: string,
): Generator<StatementRow | Problem, void, undefined> {
  for (const [at, tag] of tags.entries()) {
    if (tag.name !== '61') continue;
    let end = at + 1;
    while (tags[end]?.name === '86' || tags[end]?.name === 'NS') end++;
    const row = readEntry(tag, detailsIn(tags.slice(at + 1, end)), account, currency);
    yield row;
    const booked = /^\d{6}(\d{4})/.exec(tag.text)?.[1];
    if (row.type === 'row' && row.bookedAt === undefined && booked !== undefined)
      yield problem(tag.line, 'bad_date', `${quoted(booked)} is not a day of the year`, ':61:');
  }
}

interface EntryDetails {
  /** `:86:`, of which some banks give an entry several. */
  text: string;
  /** `:NS:`, the bank's own fields: two digits and a text a line. */
  own: string;
}

function detailsIn(tags: Tag[]): EntryDetails {
  const textOf = (wanted: string): string =>
    tags
      .filter(({ name }) => name === wanted)
      .map(({ text }) => text)
      .join('\n');
  return { text: textOf('86'), own: textOf('NS') };
}

/**
 * Value date, entry date (blanks where a bank has none), mark, third letter of the currency, amount (behind a blank or a
 * line break at some banks; never a part of what is there), kind of booking (behind a blank or missing at some),
 * customer's and bank's reference (in a line of its own at some), supplement.
 */
const entryPattern =
  /^(\d{6})(\d{4}| {4})?(R?[CD]|E[CD])([A-Z](?=[\s\d,]))?\s?(\d[\d.]*(?![\d.,]|[ '’]\d)|[\d.]*,[\d.,]*)(?=\s|\/\/|[A-Z][A-Z0-9]{3}|[FNS][A-Z0-9 ]{3}|$) ?(?:(?!NON?REF)([A-Z][A-Z0-9]{3}|[FNS][A-Z0-9 ]{3}))?([^\n]*?)(?:\n?\/\/([^\n]*))?(?:\n([\s\S]*))?$/;

function readEntry(
  tag: Tag,
  details: EntryDetails,
  account: string,
  currency: string,
): StatementRow | Problem {
  const match = entryPattern.exec(tag.text);
  if (!match) return problem(tag.line, 'bad_entry', `${quoted(tag.text)} is not an entry`, ':61:');
  const [, value = '', entry = '', mark = '', , amountText = '', code = '', customerField = '', bank] = match;
  const amount = readSwiftAmount(amountText, currency);
  const valueDate = bankDay(value);
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
    raw: { ':61:': tag.text, ':86:': details.text, ...(details.own !== '' && { ':NS:': details.own }) },
  };
  if (mark.startsWith('E')) row.unsettled = 'the bank expects the entry and has not booked it';
  const bookedAt = nearDate(entry, valueDate);
  if (bookedAt !== undefined) row.bookedAt = bookedAt;
  const [customer, rest] = customerParts(customerField);
  const supplement = [rest, match[9] ?? ''].filter((part) => part !== '').join('\n');
  addReferences(row, customer, bank?.trim() ?? '', details.text || ownText(details.own) || supplement);
  addConversion(row, `${supplement}\n${details.text}`);
  return row;
}

const customerCharacters = 16;

/** A reference has 16 characters; behind blanks that fill it up some banks go on with a name. */
function customerParts(field: string): [customer: string, rest: string] {
  const filled = field.slice(0, customerCharacters);
  const isFilled = field.length > customerCharacters && filled.endsWith(' ');
  return isFilled ? [filled.trim(), field.slice(customerCharacters).trim()] : [field.trim(), ''];
}

const ownText = (own: string): string =>
  own
    .split('\n')
    .map((line) => line.replace(/^\d\d/, ''))
    .join('\n');

/** Banks that reckon every month with 30 days know a 30th of February: it is the month's last day. */
export function bankDay(text: string): string | undefined {
  const [, year = '', month, day] = /^(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
  const last = lastOfFebruary(2000 + Number(year), Number(month), Number(day));
  return sixDigitDay(text) ?? (last === null ? undefined : isoDay(last));
}

/** Words in the place of a reference: none, or one that points to the details. */
const noReference = /^(?:(?:NONREF|NOREF|NREF|NOTPROVIDED|EREF|PREF|MARF|KREF|KREF\+|EREF\+)|)$/;

function addReferences(row: StatementRow, customer: string, bank: string, details: string): void {
  const found = referencesIn(details);
  const ours = [found.endToEnd ?? '', found.customer ?? '', customer].find((text) => !noReference.test(text));
  if (!noReference.test(bank)) row.partnerRef = bank;
  if (ours !== undefined) row.ourRef = ours;
  if (found.description !== '') row.description = found.description;
}

/** What was converted, and what the bank kept of it: in the supplementary details, or in `:86:` at some banks. */
function addConversion(row: StatementRow, text: string): void {
  const original = originalAmountIn(text);
  if (original && original.currency !== row.currency)
    row.fx = { currency: original.currency, amountMinor: original.minor, exponent: original.exponent };
  const charges = chargesIn(text);
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

const lastOfFebruary = (year: number, month: number, day: number): Day | null =>
  month === 2 && (day === 29 || day === 30) ? (dayOf(year, 2, 29) ?? dayOf(year, 2, 28)) : null;

/** The day MMDD in the year that brings it nearest to another day; undefined for blanks and what is no day. */
function nearDate(monthDay: string, near: string): string | undefined {
  if (monthDay.trim() === '') return undefined;
  const [month, day] = [Number(monthDay.slice(0, 2)), Number(monthDay.slice(2))];
  const year = Number(near.slice(0, 4));
  const target = dayOf(year, Number(near.slice(5, 7)), Number(near.slice(8))) ?? 0;
  const candidates = [year - 1, year, year + 1]
    .map((each) => dayOf(each, month, day) ?? lastOfFebruary(each, month, day))
    .filter((each) => each !== null);
  candidates.sort((a, b) => Math.abs(a - target) - Math.abs(b - target));
  return candidates[0] === undefined ? undefined : isoDay(candidates[0]);
}
