/** Whether a statement adds up (opening balance, rows, closing balance), and whether it goes on where the last one ended. */
import { plural } from '../../kernel/counts.js';
import { decimalText, isSameAmount, totalOf, withExponent, type ExactAmount } from './decimal.js';
import { currencyExponent } from '../../kernel/currency.js';
import type { StatementFacts, StatementItem, StatementRow } from './format.js';
import { problem, type Problem } from '../problems.js';

/** A problem at `line` unless opening plus movements is closing; none where a balance is missing. */
export function checkBalances(
  opening: ExactAmount | undefined,
  closing: ExactAmount | undefined,
  movements: readonly ExactAmount[],
  line: number,
): Problem[] {
  if (!opening || !closing) return [];
  const expected = totalOf([opening, totalOf(movements)]);
  if (isSameAmount(expected, closing)) return [];
  const { minor, exponent } = totalOf([closing, { ...expected, minor: -expected.minor }]);
  const message = `opening balance plus ${plural(movements.length, 'row')} differs from the closing balance by ${decimalText(minor, exponent)}`;
  return [problem(line, 'balance_mismatch', message, 'closing')];
}

/** What a row moves. */
export const movementOf = ({ amountMinor, exponent }: StatementRow): ExactAmount => ({
  minor: amountMinor,
  exponent,
});

/** Both balances in one exponent, which is named where it is not the currency's own. */
export function balanceFacts(
  opening: ExactAmount | undefined,
  closing: ExactAmount | undefined,
  currency: string,
): Pick<StatementFacts, 'openingMinor' | 'closingMinor' | 'exponent'> {
  const own = currencyExponent(currency) ?? 2;
  const exponent = Math.max(own, opening?.exponent ?? 0, closing?.exponent ?? 0);
  return {
    ...(opening && { openingMinor: withExponent(opening, exponent) }),
    ...(closing && { closingMinor: withExponent(closing, exponent) }),
    ...(exponent > own && { exponent }),
  };
}

/**
 * The items with a problem wherever a statement of an account does not open with the balance that the one before closed
 * with: a statement is missing, comes twice, or overlaps. Files that begin with the newest statement are read backwards.
 */
export function* withBalanceGaps(items: Iterable<StatementItem>): Generator<StatementItem, void, undefined> {
  const last = new Map<string, StatementFacts>();
  for (const item of items) {
    yield item;
    if (item.type !== 'statement') continue;
    const key = `${item.account} ${item.currency}`;
    const before = last.get(key);
    last.set(key, item);
    if (before) yield* gapBetween(before, item);
  }
}

function gapBetween(before: StatementFacts, after: StatementFacts): Problem[] {
  const [dayBefore, dayAfter] = [before, after].map((facts) => facts.to ?? facts.from);
  const isNewestFirst = dayBefore !== undefined && dayAfter !== undefined && dayAfter < dayBefore;
  const [older, newer] = isNewestFirst ? [after, before] : [before, after];
  if (older.closingMinor === undefined || newer.openingMinor === undefined) return [];
  const exponents = [older, newer].map((facts) => facts.exponent ?? currencyExponent(facts.currency) ?? 2);
  const exponent = Math.max(...exponents);
  const scaled = (minor: bigint, from = exponent): bigint => minor * 10n ** BigInt(exponent - from);
  const difference = scaled(newer.openingMinor, exponents[1]) - scaled(older.closingMinor, exponents[0]);
  if (difference === 0n) return [];
  const message = `the opening balance differs from the closing balance of the previous statement by ${decimalText(difference, exponent)}`;
  return [problem(after.line, 'balance_gap', message, 'opening')];
}
