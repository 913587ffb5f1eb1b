/** The exchange rate of a break: as the ledger booked it, and as the partner applied it. */
import { currencyExponent } from '../../kernel/currency.js';
import type { BreakFact } from '../../ports/reconciliation.js';
import { escape } from '../kit/blocks.js';

interface Amount {
  minor: bigint;
  currency: string;
}

/** “booked at 0.85, applied 0.86 EUR per USD”. */
export function rateLines({
  entries: [entry],
  lines: [line],
}: Pick<BreakFact, 'entries' | 'lines'>): string[] {
  if (!entry || !line?.fx) return [];
  const settled = { minor: line.amountMinor, currency: line.currency };
  const before = { minor: line.fx.amountMinor, currency: line.fx.currency };
  const booked = { minor: entry.amountMinor, currency: entry.currency };
  const bookedRate = entry.currency === line.currency ? rateText(booked, before) : rateText(settled, booked);
  const unit = `${escape(settled.currency)} per ${escape(before.currency)}`;
  return [`*Exchange rate*`, `• booked at ${bookedRate}, applied ${rateText(settled, before)} ${unit}`];
}

/** Six digits that count: for people, nothing is computed from it. */
function rateText(settled: Amount, before: Amount): string {
  const major = ({ minor, currency }: Amount): number =>
    Number(minor) / 10 ** (currencyExponent(currency) ?? 0);
  return String(Number((major(settled) / major(before)).toPrecision(6)));
}
