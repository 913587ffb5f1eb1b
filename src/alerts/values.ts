/**
 * Values of levels and amounts as people write them.
 */
import { isCurrency } from '../kernel/currency.js';
import { formatMoney, money } from '../kernel/money.js';

/** What a value counts: a unit, or money in whole minor units. */
export interface Valued {
  unit?: string;
  currency?: string;
}

/** “412 payments”, “1,250.00 EUR”. */
export function valueText(value: number, { unit, currency }: Valued): string {
  if (currency !== undefined && isCurrency(currency)) return formatMoney(money(value, currency));
  const text = value.toLocaleString('en-GB', {
    ...(Math.abs(value) < 1
      ? { maximumSignificantDigits: 3 }
      : { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 }),
  });
  const counted = currency === undefined ? unit : `minor units of ${currency}`;
  return [text.replace('-', '−'), counted].filter((part) => part !== undefined).join(' ');
}

/** “12 to 85 payments”. */
export const bandText = ({ low, high }: { low: number; high: number }, of: Valued): string =>
  low === high
    ? valueText(low, of)
    : `${valueText(low, { ...of, ...(of.unit !== undefined && { unit: '' }) }).trim()} to ${valueText(high, of)}`;
