/**
 * Lines that the partner converted: a difference that the exchange rate explains is a break of the rate, and a booking in
 * the currency before conversion is compared in that currency.
 *
 * Invariant: amounts of different currencies are never compared with each other: what the ledger has is held against what
 * the line says of that same currency. Deliberately absent: the rate that a line states. Files state it in either
 * direction and with few digits; the two amounts of a line say it exactly.
 */
import type { Conversion } from '../../ports/reconciliation.js';
import {
  broken,
  matched,
  type Break,
  type Finding,
  type LedgerEntry,
  type StatementLine,
} from '../findings.js';
import { isTolerated, type MatchSettings } from '../matching/settings.js';

/** A rate that is further off, in percent, is another amount and not another rate. */
const mostOff = 10n;

/** Findings of the rules, with those about one converted line judged by its rate. */
export const judgedByRate = (
  findings: readonly Finding[],
  tolerances: MatchSettings['tolerances'],
): Finding[] => findings.map((finding) => (finding.type === 'break' ? judged(finding, tolerances) : finding));

function judged(found: Break, tolerances: MatchSettings['tolerances']): Finding {
  const [entry, line] = [found.entries[0], found.lines[0]];
  const isPair = found.entries.length === 1 && found.lines.length === 1;
  if (!isPair || !entry || !line?.fx || line.fx.currency === line.currency) return found;
  if (found.kind === 'amount' && entry.currency === line.currency)
    return isNear(line.amountMinor, entry.amountMinor) ? { ...found, kind: 'fx' } : found;
  if (found.kind !== 'currency' || entry.currency !== line.fx.currency) return found;
  return judgedBefore(entry, line, line.fx, tolerances) ?? found;
}

/** The ledger has the amount before conversion; null where it is another amount. */
function judgedBefore(
  entry: LedgerEntry,
  line: StatementLine,
  fx: Conversion,
  tolerances: MatchSettings['tolerances'],
): Finding | null {
  const minor = line.amountMinor - settledFor(entry, line, fx);
  if (!isNear(entry.amountMinor, fx.amountMinor)) return null;
  const isRounding = -1n <= minor && minor <= 1n;
  if (isRounding || isTolerated(minor, tolerances.get(line.currency)))
    return matched('converted', [entry], [line]);
  return { ...broken('fx', [entry], [line]), minor };
}

/** The entry at the rate that was applied to the line. */
const settledFor = (entry: LedgerEntry, line: StatementLine, fx: Conversion): bigint =>
  rounded(entry.amountMinor * line.amountMinor, fx.amountMinor);

function rounded(numerator: bigint, denominator: bigint): bigint {
  const [n, d] = denominator < 0n ? [-numerator, -denominator] : [numerator, denominator];
  const half = n < 0n ? -(d / 2n) : d / 2n;
  return (n + half) / d;
}

function isNear(a: bigint, b: bigint): boolean {
  const gap = a < b ? b - a : a - b;
  const size = b < 0n ? -b : b;
  return gap * 100n <= size * mostOff;
}
