/** Whether a statement adds up: opening balance, rows, closing balance. */
import { withExponent, type ExactAmount } from './decimal.js';
import type { StatementRow } from './format.js';
import { problem, type Problem } from '../problems.js';

/** A problem at `line` unless opening plus rows is closing; none where a balance is missing. */
export function checkBalances(
  opening: ExactAmount | undefined,
  closing: ExactAmount | undefined,
  rows: readonly StatementRow[],
  line: number,
): Problem[] {
  if (!opening || !closing) return [];
  const exponent = Math.max(opening.exponent, closing.exponent, ...rows.map((row) => row.exponent));
  const scaled = (amount: ExactAmount): bigint => withExponent(amount, exponent);
  const sum = rows.reduce(
    (total, row) => total + scaled({ minor: row.amountMinor, exponent: row.exponent }),
    scaled(opening),
  );
  const difference = scaled(closing) - sum;
  if (difference === 0n) return [];
  const message = `opening balance plus ${rows.length} rows differs from the closing balance by ${decimal(difference, exponent)}`;
  return [problem(line, 'balance_mismatch', message, 'closing')];
}

function decimal(minor: bigint, exponent: number): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, '0');
  const split = digits.length - exponent;
  return `${minor < 0n ? '-' : ''}${digits.slice(0, split)}${exponent === 0 ? '' : `.${digits.slice(split)}`}`;
}
