/** What an amount that a person wrote can be in minor units. */
import { currencyCodes } from '../../kernel/currency.js';
import { parseMajor } from '../../kernel/money.js';

/** `19.99` is 1999 in EUR, 19990 in KWD and nothing in JPY: the minor units per currency that can hold it. */
export function minorByCurrency(amountMajor: string): Record<string, string> {
  const readings = currencyCodes.map((code) => [code, parseMajor(amountMajor, code)] as const);
  return Object.fromEntries(
    readings.flatMap(([code, read]) => (read.ok ? [[code, read.value.minor.toString()]] : [])),
  );
}
