/**
 * Whether a statement opens with the balance that the account's statement before it closed with, though it came in
 * another file.
 *
 * Invariant: a statement that covers days of the one before is no gap: it opens where that one opened.
 */
import { isoDay, parseDay } from '../../kernel/calendar-day.js';
import { currencyExponent } from '../../kernel/currency.js';
import type { StatedBalance } from '../../ports/reconciliation.js';
import { decimalText } from '../formats/decimal.js';
import type { StatementFacts, StatementItem } from '../formats/format.js';
import { problem, type Problem } from '../problems.js';

/** Of statements that name their days. */
export const statedBalance = (item: StatementItem): StatedBalance[] =>
  item.type === 'statement' ? balanceOf(item) : [];

function balanceOf(facts: StatementFacts): StatedBalance[] {
  const { line, account, currency, openingMinor = null, closingMinor = null } = facts;
  const from = parseDay(facts.from ?? facts.to ?? '');
  const to = parseDay(facts.to ?? facts.from ?? '');
  if (from === null || to === null || (openingMinor === null && closingMinor === null)) return [];
  const exponent = facts.exponent ?? currencyExponent(currency) ?? 2;
  return [{ line, account, currency, exponent, from, to, openingMinor, closingMinor }];
}

/** The oldest of each account: the others follow one in the same file, which its format looks at. */
export const firstOfAccounts = (balances: readonly StatedBalance[]): StatedBalance[] =>
  balances.filter(
    (one, at) =>
      !balances.some(
        (other, place) =>
          other.account === one.account &&
          other.currency === one.currency &&
          (other.to < one.to || (other.to === one.to && place < at)),
      ),
  );

export function gapAfter(before: StatedBalance, after: StatedBalance): Problem | null {
  if (before.closingMinor === null || after.openingMinor === null) return null;
  const exponent = Math.max(before.exponent, after.exponent);
  const scaled = (minor: bigint, from: number): bigint => minor * 10n ** BigInt(exponent - from);
  const opening = scaled(after.openingMinor, after.exponent);
  const difference = opening - scaled(before.closingMinor, before.exponent);
  if (difference === 0n) return null;
  const isOverlap =
    before.to === after.from &&
    before.openingMinor !== null &&
    scaled(before.openingMinor, before.exponent) === opening;
  if (isOverlap) return null;
  const amount = `${decimalText(difference, exponent)} ${after.currency}`;
  const message = `the opening balance of ${after.account} differs by ${amount} from the closing balance of ${isoDay(before.to)}`;
  return problem(after.line, 'balance_gap', message, 'opening');
}
