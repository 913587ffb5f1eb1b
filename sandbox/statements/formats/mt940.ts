/**
 * SWIFT MT940: one message per account, several in one file. Source: SWIFT's category 9 message reference guide.
 * Invariant: `:60F:` plus the `:61:` lines is `:62F:`; amounts have a decimal comma even without decimals; details in
 * `:86:` carry the code words EREF and REMI in lines of at most 65 characters.
 */
import type { AccountEntry, AccountStatement } from '../accounts.js';
import { dayOf } from '../../world/calendar.js';
import { moneyFacts, type Currency } from '../../world/partners.js';
import { major, shortDay } from '../text.js';

export const mt940 = (statements: readonly AccountStatement[]): string => statements.map(message).join('');

function message(statement: AccountStatement, position: number): string {
  const { owner, account, currency, day, entries } = statement;
  const lines = [
    `{1:F01${owner.bic.slice(0, 8)}AXXX0000000000}{2:I940LARKGB2LXXXXN}{4:`,
    `:20:${shortDay(day)}${currency}${position}`,
    `:25:${account}`,
    `:28C:${(day % 1_000) + 1}/1`,
    `:60F:${balance(statement, statement.openingMinor)}`,
    ...entries.flatMap((entry) => entryLines(entry, day, currency)),
    `:62F:${balance(statement, statement.closingMinor)}`,
    '-}',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** The comma stands even where nothing follows it. */
const comma = (minor: number, currency: Currency): string =>
  major(Math.abs(minor), currency, ',') + (moneyFacts[currency].decimals === 0 ? ',' : '');

const balance = ({ currency, day }: AccountStatement, minor: number): string =>
  `${minor < 0 ? 'D' : 'C'}${shortDay(day)}${currency}${comma(minor, currency)}`;

function entryLines(entry: AccountEntry, day: number, currency: Currency): string[] {
  const booked = shortDay(dayOf(entry.bookedMs, 0)).slice(2);
  const mark = entry.amountMinor < 0 ? 'D' : 'C';
  // A customer reference has sixteen characters at most; longer ones go into the details.
  return [
    `:61:${shortDay(day)}${booked}${mark}${comma(entry.amountMinor, currency)}NTRFNONREF//${entry.reference.slice(0, 16)}`,
    ...wrapped(`:86:/EREF/${entry.endToEndId}/REMI/${entry.text}`),
  ];
}

const wrapped = (text: string): string[] => text.match(/.{1,65}/g) ?? [];
