/** The account header (03) and the transaction detail (16) of a BAI2 report. */
import { currencyExponent } from '../../kernel/currency.js';
import { problem, quoted, type Problem } from '../problems.js';
import { sixDigitDay } from './dates.js';
import type { RowKind, StatementRow } from './format.js';

/** A record with its continuations, each without its terminating slash. */
export interface BaiRecord {
  line: number;
  code: string;
  /** The text behind the code and its comma. */
  body: string;
  continuations: string[];
}

export interface AccountHeader {
  account: string;
  currency: string;
  opening: bigint | undefined;
  closing: bigint | undefined;
  /** Everything that the control total of the account counts. */
  sum: bigint;
  /** Total credits less total debits. */
  summed: bigint;
  /** Whether the summaries are code and amount alone, as Australian and New Zealand banks write them (NAI). */
  isPairs: boolean;
  problems: Problem[];
}

const openingLedger = '010';
const closingLedger = '015';
const totalCredits = '100';
const totalDebits = '400';
const defaultCurrency = 'USD';

/** `hasVersion`: what names version 2 or 3 has counts and funds types in its summaries. */
export function readAccountHeader(
  record: BaiRecord,
  groupCurrency: string,
  hasVersion: boolean,
): AccountHeader {
  const fields = [record.body, ...record.continuations]
    .join(',')
    .split(',')
    .map((field) => field.trim());
  const [account = '', ownCurrency = '', ...rest] = fields;
  const header: AccountHeader = {
    account,
    currency: ownCurrency || groupCurrency || defaultCurrency,
    opening: undefined,
    closing: undefined,
    sum: 0n,
    summed: 0n,
    isPairs: !hasVersion && arePairs(rest),
    problems: [],
  };
  if (!/^[A-Z]{3}$/.test(header.currency))
    header.problems.push(
      problem(record.line, 'bad_currency', `${quoted(header.currency)} is not a currency code`, 'currency'),
    );
  for (let at = 0; at < rest.length;) {
    const [code = '', amountText = ''] = [rest[at], rest[at + 1]];
    if (code !== '' || amountText !== '') addSummary(header, code, amountText, record.line);
    at += header.isPairs ? 2 : 3 + fundsWidth(rest, at + 3);
  }
  return header;
}

const arePairs = (fields: string[]): boolean =>
  fields.length >= 4 &&
  fields.length % 2 === 0 &&
  fields.every((field, at) => at % 2 === 1 || /^\d{3}$/.test(field));

function addSummary(header: AccountHeader, code: string, amountText: string, line: number): void {
  const amount = readMinor(amountText === '' ? '0' : amountText);
  if (amount === null || !/^\d{3}$/.test(code)) {
    const text = amount === null ? amountText : code;
    header.problems.push(
      problem(line, 'bad_amount', `${quoted(text)} is not a summary of the account`, 'summary'),
    );
    return;
  }
  header.sum += amount;
  if (amountText === '') return;
  if (code === openingLedger) header.opening = amount;
  if (code === closingLedger) header.closing = amount;
  if (code === totalCredits) header.summed += amount;
  if (code === totalDebits) header.summed -= amount;
}

/**
 * How many fields the funds type takes, itself included: S has three amounts, V a date and a time, D as it says. None
 * where another type code is in its place, because the bank left it out.
 */
function fundsWidth(fields: string[], at: number): number {
  const type = fields[at] ?? '';
  switch (type) {
    case 'S':
      return 4;
    case 'V':
      return 3;
    case 'D': {
      const count = fields[at + 1] ?? '';
      return /^\d{1,2}$/.test(count) ? 2 + 2 * Number(count) : 2;
    }
    default:
      return /^\d{3}$/.test(type) ? 0 : 1;
  }
}

/** 400 to 699 are debits, so are the disbursements of loans and the upper half of the codes that banks define. */
export const isDebitCode = (code: string): boolean =>
  (code >= '400' && code <= '699') || (code >= '760' && code <= '799') || (code >= '960' && code <= '999');

/** The sign may stand behind the digits. */
function readMinor(text: string): bigint | null {
  const [, sign = '', digits, behind = ''] = /^([+-]?)(\d{1,30})(-?)$/.exec(text) ?? [];
  if (digits === undefined || (sign !== '' && behind !== '')) return null;
  return sign === '-' || behind === '-' ? -BigInt(digits) : BigInt(digits);
}

const detailFields = { code: 0, amount: 1, funds: 2 };

/** The account that a detail belongs to. */
export interface DetailOf {
  account: string;
  currency: string;
  /** With one reference instead of two, as the summaries are pairs. */
  isPairs: boolean;
}

export function readDetail(
  record: BaiRecord,
  { account, currency, isPairs }: DetailOf,
  day: string | undefined,
): StatementRow | Problem {
  const references = isPairs ? 1 : 2;
  const { text, fields } = detailText(record, references);
  const code = fields[detailFields.code]?.trim() ?? '';
  const amountText = fields[detailFields.amount]?.trim() ?? '';
  const amount = readMinor(amountText === '' ? '0' : amountText);
  if (!/^\d{3}$/.test(code))
    return problem(record.line, 'bad_type', `${quoted(code)} is not a type code`, 'type');
  if (amount === null)
    return problem(record.line, 'bad_amount', `${quoted(amountText)} is not whole minor units`, 'amount');
  const isDebit = isDebitCode(code);
  const width = fundsWidth(
    fields.map((field) => field.trim()),
    detailFields.funds,
  );
  const behind = detailFields.funds + width;
  const [bankRef = '', customerRef = ''] = [fields[behind]?.trim(), fields[behind + 1]?.trim()];
  const valueDate =
    fields[detailFields.funds]?.trim() === 'V' ? (fields[detailFields.funds + 1] ?? '').trim() : '';
  const row: StatementRow = {
    type: 'row',
    line: record.line,
    account,
    kind: kindOf(code),
    amountMinor: isDebit ? -amount : amount,
    currency,
    exponent: currencyExponent(currency) ?? 2,
    raw: {
      type: code,
      ...(valueDate !== '' && { valueDate }),
      record: [record.body, ...record.continuations].join('\n'),
    },
  };
  const facts = {
    // No reference is a zero in such a file.
    partnerRef: isPairs && /^0+$/.test(bankRef) ? '' : bankRef,
    ourRef: customerRef,
    valueDate: sixDigitDay(valueDate) ?? day,
    bookedAt: day,
    description: text,
  };
  for (const [name, value] of Object.entries(facts))
    if (value !== undefined && value !== '') Object.assign(row, { [name]: value });
  return row;
}

/** The fields up to the text, which is the last one and may hold commas; continuations go on where the record stopped. */
function detailText(
  { body, continuations }: BaiRecord,
  references: number,
): { fields: string[]; text: string } {
  let whole = body;
  for (const part of continuations) whole += (hasText(whole, references) ? '\n' : ',') + part;
  const fields = whole.split(',');
  const textAt = textField(fields, references);
  return { fields: fields.slice(0, textAt), text: fields.slice(textAt).join(',').trim() };
}

const textField = (fields: string[], references: number): number =>
  detailFields.funds +
  fundsWidth(
    fields.map((field) => field.trim()),
    detailFields.funds,
  ) +
  references;

const hasText = (whole: string, references: number): boolean => {
  const fields = whole.split(',');
  return fields.length > textField(fields, references);
};

/** Type codes that say more than credit or debit. Source: BAI, uniform type codes. */
const kinds: Readonly<Record<string, RowKind>> = {
  '257': 'return',
  '258': 'return',
  '259': 'return',
  '266': 'return',
  '252': 'return',
  '255': 'return',
  '354': 'interest',
  '555': 'return',
  '556': 'return',
  '557': 'return',
  '558': 'return',
  '566': 'return',
  '654': 'interest',
  '661': 'fee',
  '698': 'fee',
};

const kindOf = (code: string): RowKind =>
  kinds[code] ?? (code >= '100' && code <= '699' ? 'transfer' : 'other');
