/**
 * SWIFT MT940 (end of day) and MT942 (intraday) statements, with the dialects of banks.
 *
 * Invariants: an entry that cannot be read is a problem, and its neighbours are still read; opening balance, entries and closing
 * balance must add up. Source: SWIFT Standards MT, category 9.
 */
import { plural } from '../../kernel/counts.js';
import { isCurrency } from '../../kernel/currency.js';
import { orNoStatement, problem, quoted, type Problem } from '../problems.js';
import { balanceFacts, checkBalances, movementOf } from './balances.js';
import { sixDigitDay } from './dates.js';
import { isSameAmount, totalOf, type ExactAmount } from './decimal.js';
import type { StatementFacts, StatementFormat, StatementItem, StatementRow } from './format.js';
import { bankDay, readEntries, readSwiftAmount } from './mt940-entry.js';
import { statementsOf, type Tag } from './mt940-tags.js';
import { nulBytes } from './text.js';

export const mt940: StatementFormat = {
  id: 'mt940',
  title: 'SWIFT MT940 or MT942',
  recognises(head) {
    const lines = withLineEnds(head);
    return (
      /(?:^|\{4:)[\p{Cc}\uFEFF]*:(?:20|25P?|28C?):/mu.test(lines) &&
      /^:(?:25P?|6[02][FM]|61|34F|90[CD]):/m.test(lines)
    );
  },
  *parse(file): Generator<StatementItem, void, undefined> {
    yield* nulBytes(file);
    const text = withLineEnds(file);
    for (const piece of orNoStatement(statementsOf(text)))
      if ('type' in piece) yield piece;
      else yield* readStatement(piece);
  },
};

/** Statements that come through FinTS may end their lines with `@@`. */
function withLineEnds(text: string): string {
  return /@@(?:\r\n|\r|\n)?:2[05]:/.test(text) ? text.replace(/@@(?:\r\n|\r|\n)?/g, '\n') : text;
}

function* readStatement(tags: Tag[]): Generator<StatementItem, void, undefined> {
  const first = tags[0]?.line ?? 1;
  const find = (...names: string[]): Tag | undefined => tags.find(({ name }) => names.includes(name));
  const account = readAccount(find('25', '25P')?.text ?? '');
  const currency = currencyIn(tags) ?? account.currency;
  if (currency === undefined) return yield* withoutCurrency(tags, first);
  const opening = readBalance(find(...openingTags), currency);
  const closing = readBalance(find(...closingTags), currency);
  for (const balance of [opening, closing]) if (balance && 'type' in balance) yield balance;
  const [open, close] = [opening, closing].map((balance) =>
    balance && !('type' in balance) ? balance : undefined,
  );
  for (const each of [open, close])
    if (each && each.date === undefined)
      yield problem(each.line, 'bad_date', 'the date of the balance is not valid', 'balance');
  yield factsOf({ line: first, account: account.id, currency, open, close, find });
  const rows: StatementRow[] = [];
  for (const item of readEntries(tags, account.id, currency)) {
    yield item;
    if (item.type === 'row') rows.push(item);
  }
  if (open && !closing)
    yield problem(
      tags.at(-1)?.line ?? first,
      'truncated',
      'the statement ends without a closing balance',
      ':62F:',
    );
  const booked = rows.filter(({ unsettled }) => unsettled === undefined);
  yield* checkBalances(open?.amount, close?.amount, booked.map(movementOf), close?.line ?? first);
  yield* checkSums(tags, rows, currency);
}

function* withoutCurrency(tags: Tag[], first: number): Generator<Problem, void, undefined> {
  yield problem(first, 'no_currency', 'the message names no currency', ':60F:');
  for (const { line } of tags.filter(({ name }) => name === '61'))
    yield problem(
      line,
      'no_currency',
      'the entry belongs to no statement, so its currency is unknown',
      ':61:',
    );
}

interface Balance {
  amount: ExactAmount;
  date: string | undefined;
  line: number;
}

interface StatementParts {
  line: number;
  account: string;
  currency: string;
  open: Balance | undefined;
  close: Balance | undefined;
  find: (...names: string[]) => Tag | undefined;
}

function factsOf({ line, account, currency, open, close, find }: StatementParts): StatementFacts {
  const balances = balanceFacts(open?.amount, close?.amount, currency);
  const facts: StatementFacts = { type: 'statement', line, account, currency, ...balances };
  const id = find('28C', '28')?.text.trim();
  if (id !== undefined && id !== '') facts.id = id;
  if (open?.date !== undefined) facts.from = open.date;
  // An intraday report has no balance but says when it was made.
  const to = close?.date ?? sixDigitDay(find('13D', '13')?.text.slice(0, 6) ?? '');
  if (to !== undefined) facts.to = to;
  return facts;
}

/** Some banks leave out the currency of a balance: it is the statement's. */
const balancePattern = /^([CD])(\d{6})([A-Z]{3})?([\d.,]+)$/;

function readBalance(tag: Tag | undefined, currency: string): Balance | Problem | undefined {
  if (!tag) return undefined;
  const [, mark, date = '', own = currency, amountText = ''] = balancePattern.exec(tag.text.trim()) ?? [];
  const amount = mark === undefined ? null : readSwiftAmount(amountText, own);
  const field = `:${tag.name}:`;
  if (amount === null) return problem(tag.line, 'bad_balance', `${quoted(tag.text)} is not a balance`, field);
  if (own !== currency)
    return problem(
      tag.line,
      'balance_currency',
      `the balance is in ${own}, the statement in ${currency}`,
      field,
    );
  const signed = mark === 'D' ? { ...amount, minor: -amount.minor } : amount;
  return { amount: signed, date: bankDay(date), line: tag.line };
}

function readAccount(text: string): { id: string; currency: string | undefined } {
  const [line = ''] = text.trim().split('\n');
  const [, id = line, currency] = /^(.*\d) ?\/?([A-Z]{3})$/.exec(line.trim()) ?? [];
  return currency !== undefined && isCurrency(currency)
    ? { id, currency }
    : { id: line.trim(), currency: undefined };
}

const openingTags = ['60F', '60M', '60'];
const closingTags = ['62F', '62M', '62'];

/** By the first balance that names it; MT942 has none, but a floor limit and sums. */
function currencyIn(tags: Tag[]): string | undefined {
  for (const { name, text } of tags) {
    const pattern = currencyPattern(name);
    const currency = pattern === null ? undefined : pattern.exec(text)?.[1];
    if (currency !== undefined) return currency;
  }
  return undefined;
}

function currencyPattern(name: string): RegExp | null {
  if (name === '34F') return /^([A-Z]{3})/;
  if (name === '90C' || name === '90D') return /^\d*([A-Z]{3})/;
  return openingTags.includes(name) || closingTags.includes(name) ? /^[CD]\d{6}([A-Z]{3})/ : null;
}

/** MT942 states the number and the sum of its debits and credits. */
function* checkSums(
  tags: Tag[],
  rows: StatementRow[],
  currency: string,
): Generator<Problem, void, undefined> {
  for (const tag of tags) {
    if (tag.name !== '90C' && tag.name !== '90D') continue;
    const [, count = '', amountText = ''] = /^(\d*)[A-Z]{3}([\d.,]+)/.exec(tag.text) ?? [];
    const stated = readSwiftAmount(amountText, currency);
    const side = rows.filter(({ amountMinor }) => amountMinor < 0n === (tag.name === '90D'));
    const { minor, exponent } = totalOf(side.map(movementOf));
    const sum = { exponent, minor: minor < 0n ? -minor : minor };
    const isCountRight = count === '' || Number(count) === side.length;
    const isRight = stated !== null && isCountRight && isSameAmount(stated, sum);
    if (!isRight)
      yield problem(
        tag.line,
        'total_mismatch',
        `${quoted(tag.text)} is not the sum of ${plural(side.length, 'entry', 'entries')}`,
        `:${tag.name}:`,
      );
  }
}
