/**
 * Canonical rows of any format as the lines that matching compares.
 *
 * Invariant: an amount that has more decimals than its currency is never rounded; such a row is a problem.
 */
import { parseDay } from '../kernel/calendar-day.js';
import { currencyExponent } from '../kernel/currency.js';
import type { StatementItem, StatementRow } from './formats/format.js';
import type { StatementLine } from './findings.js';
import { problem, type Problem } from './problems.js';
import { addTo, type Table } from './tables.js';

export function statementLines(items: Iterable<StatementItem>): Table<StatementLine> {
  const table: Table<StatementLine> = { rows: [], problems: [] };
  for (const item of items) {
    if (item.type === 'row') addTo(table, lineOf(item));
    else if (item.type === 'problem') table.problems.push(item);
  }
  return table;
}

function lineOf(row: StatementRow): StatementLine | Problem {
  if (row.unsettled !== undefined) return problem(row.line, 'not_settled', row.unsettled);
  const exponent = currencyExponent(row.currency) ?? row.exponent;
  const amountMinor = rescale(row.amountMinor, row.exponent, exponent);
  const feeMinor = rescale(row.feeMinor ?? 0n, row.exponent, exponent);
  if (amountMinor === null || feeMinor === null)
    return problem(
      row.line,
      'excess_decimals',
      `${row.currency} has ${exponent} decimals, the row has more`,
      'amount',
    );
  return {
    file: 0,
    line: row.line,
    reference: referenceOf(row),
    amountMinor,
    currency: row.currency,
    day: parseDay(row.valueDate ?? row.bookedAt?.slice(0, 10) ?? ''),
    type: row.kind,
    feeMinor,
    batch: row.batchRef ?? '',
  };
}

/** The payment's own reference. Where a bank gives all parts of an entry the entry's, ours tells them apart. */
function referenceOf({ partnerRef, batchRef, ourRef }: StatementRow): string {
  const isShared = partnerRef !== undefined && partnerRef === batchRef;
  return (isShared ? ourRef : undefined) ?? partnerRef ?? batchRef ?? ourRef ?? '';
}

/** The same amount with other decimals; null where that would round. */
function rescale(minor: bigint, from: number, to: number): bigint | null {
  if (to >= from) return minor * 10n ** BigInt(to - from);
  const factor = 10n ** BigInt(from - to);
  return minor % factor === 0n ? minor / factor : null;
}
