/** Words and marks that all cards of reconciliation share. */
import { countText, plural } from '../../kernel/counts.js';
import { isoDay, weekdayOf, type Day } from '../../kernel/calendar-day.js';
import { currencyExponent } from '../../kernel/currency.js';
import { formatMoney } from '../../kernel/money.js';
import type { Break } from '../../ports/breaks.js';
import type { BreakKind, RuleName } from '../../ports/reconciliation.js';
import { escape, mention } from '../kit/blocks.js';

export const kindWords: Readonly<Record<BreakKind, string>> = {
  missing_at_partner: 'missing at partner',
  missing_in_ledger: 'missing in ledger',
  amount: 'amount differs',
  currency: 'currency differs',
  duplicate_in_ledger: 'duplicate in ledger',
  duplicate_at_partner: 'duplicate at partner',
  fee: 'fee differs',
  fx: 'exchange rate differs',
  date: 'date differs',
  batch_residue: 'payout differs from its lines',
  ambiguous: 'ambiguous',
};

const ruleWords: Readonly<Record<string, string>> = {
  exact: 'same reference and amount',
  split: 'several rows that add up',
  tolerance: 'amount within tolerance',
  batch: 'payout equals its entries',
  batch_group: 'payouts equal their entries',
  amount_date: 'same amount, near date',
  converted: 'same amount before conversion',
};

export const ruleText = (rule: RuleName): string => ruleWords[rule] ?? `rule ${rule.replace(/^rule:/, '')}`;

/** 27 Nov 2026 as “Fri 27 Nov”. */
export function dayText(day: Day): string {
  const [, month = '', date = ''] = isoDay(day).split('-');
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  return `${weekdays[weekdayOf(day) - 1] ?? ''} ${Number(date)} ${months[Number(month) - 1] ?? ''}`;
}

/** An amount as people write it; minor units where a currency is not of ISO 4217. */
export function amountText(minor: bigint, currency: string): string {
  if (currencyExponent(currency) === undefined) return escape(`${minor} ${currency}`);
  return formatMoney({ minor, currency });
}

/** An amount beside its currency's name. */
export function bareAmount(minor: bigint, currency: string): string {
  const text = amountText(minor, currency);
  const name = ` ${currency}`;
  return text.endsWith(name) ? text.slice(0, -name.length) : text;
}

const size = (minor: bigint): bigint => (minor < 0n ? -minor : minor);
const sizeText = (minor: bigint, currency: string): string => amountText(size(minor), currency);

/** Amounts of several currencies, largest count first as given, at most four. */
export function amountsText(amounts: readonly (readonly [currency: string, minor: bigint])[]): string {
  const shown = amounts.slice(0, 4).map(([currency, minor]) => amountText(minor, currency));
  const rest = amounts.length - shown.length;
  return `${shown.join(' + ')}${rest > 0 ? ` and ${plural(rest, 'more currency', 'more currencies')}` : ''}`;
}

/** What is wrong, in a clause with its amount: “1,234.00 EUR missing at partner”. */
export function breakClause({
  kind,
  currency,
  differenceMinor,
}: Pick<Break, 'kind' | 'currency' | 'differenceMinor'>): string {
  const amount = sizeText(differenceMinor, currency);
  switch (kind) {
    case 'amount':
    case 'batch_residue':
    case 'fee':
    case 'fx':
      return `${amount} ${differenceMinor < 0n ? 'short' : 'over'} (${kindWords[kind]})`;
    default:
      return `${amount} ${kindWords[kind]}`;
  }
}

/** What ended a break, with the line that did. */
export function resolutionText({ resolution, state }: Break): string {
  if (resolution === null) return 'open again';
  if (state === 'written_off') return `written off, requested by ${mention(resolution.by ?? '')}`;
  if (resolution.by !== null) return `resolved by ${mention(resolution.by)}`;
  const rule = resolution.rule === null ? '' : ` (${ruleText(resolution.rule)})`;
  if (resolution.line !== null)
    return `arrived in ${escape(resolution.line.fileName)}, line ${countText(resolution.line.line)}${rule}`;
  if (resolution.rule !== null) return `booked in the meantime${rule}`;
  return 'a corrected file or a new booking explains it';
}
