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

/**
 * In which fields of a row the reference is that the ledger knows it by, first choice first: one of the canonical
 * references, or a column of the file by its own name.
 */
export type ReferenceFields = readonly string[];

export const usualReferences: ReferenceFields = ['partnerRef', 'batchRef', 'ourRef'];

/** Whether the ledger has an entry or a batch by this reference. */
export type IsKnown = (reference: string) => boolean;

export function statementLines(
  items: Iterable<StatementItem>,
  references: ReferenceFields = usualReferences,
  isKnown?: IsKnown,
): Table<StatementLine> {
  const table: Table<StatementLine> = { rows: [], problems: [] };
  for (const item of items) {
    if (item.type === 'row') addTo(table, lineOf(item, references, isKnown));
    else if (item.type === 'problem') table.problems.push(item);
  }
  return table;
}

function lineOf(
  row: StatementRow,
  references: ReferenceFields,
  isKnown: IsKnown | undefined,
): StatementLine | Problem {
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
    reference: referenceOf(row, references, isKnown),
    amountMinor,
    currency: row.currency,
    day: parseDay(row.valueDate ?? row.bookedAt?.slice(0, 10) ?? ''),
    type: row.kind,
    feeMinor,
    batch: row.batchRef ?? '',
    order: row.ourRef ?? '',
    ...conversionOf(row),
  };
}

/** Only a whole one: without the amount before conversion there is nothing to compare. */
function conversionOf({ fx, amountMinor, currency }: StatementRow): Pick<StatementLine, 'fx'> {
  if (fx?.amountMinor === undefined || fx.currency === currency) return {};
  const exponent = currencyExponent(fx.currency);
  const minor = exponent === undefined ? null : rescale(fx.amountMinor, fx.exponent ?? exponent, exponent);
  if (minor === null || minor === 0n) return {};
  // Some formats have no sign there.
  const isTurned = minor < 0n !== amountMinor < 0n;
  return { fx: { currency: fx.currency, amountMinor: isTurned ? -minor : minor, rate: fx.rate ?? '' } };
}

/**
 * Where a bank gives all parts of an entry the entry's own reference, ours tells them apart, for a ledger that may know
 * payments by ours. One that the ledger knows goes before the others, but a batch is compared as one by another rule.
 */
function referenceOf(row: StatementRow, references: ReferenceFields, isKnown: IsKnown | undefined): string {
  const isShared = row.partnerRef !== undefined && row.partnerRef === row.batchRef;
  const fields = isShared && references.includes('ourRef') ? ['ourRef', ...references] : references;
  let first = '';
  for (const field of fields) {
    const value = valueOf(row, field);
    if (value === '') continue;
    if (isKnown === undefined || (field !== 'batchRef' && isKnown(value))) return value;
    if (first === '') first = value;
  }
  return first;
}

function valueOf(row: StatementRow, field: string): string {
  const isCanonical = field === 'partnerRef' || field === 'batchRef' || field === 'ourRef';
  return (isCanonical ? row[field] : row.raw[field])?.trim() ?? '';
}

/** The same amount with other decimals; null where that would round. */
function rescale(minor: bigint, from: number, to: number): bigint | null {
  if (to >= from) return minor * 10n ** BigInt(to - from);
  const factor = 10n ** BigInt(from - to);
  return minor % factor === 0n ? minor / factor : null;
}
