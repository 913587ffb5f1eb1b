/**
 * Amounts as people write them: `49,00`, `$1,250.00`, `1.250,00 €`, `CHF 1'250.-`, `Rs 1,25,000`.
 *
 * Invariant: what can be read in two ways (`1.250`: a thousand and more, or dinars with three decimals) gives both.
 */
import { isCurrency } from '../kernel/currency.js';

const dollars = ['USD', 'CAD', 'AUD', 'NZD', 'SGD', 'HKD', 'TWD', 'MXN', 'ARS', 'CLP', 'COP', 'BRL'];

/** Which currencies a sign may mean. */
const signs: Readonly<Record<string, readonly string[]>> = {
  $: dollars,
  us$: ['USD'],
  a$: ['AUD'],
  au$: ['AUD'],
  c$: ['CAD'],
  ca$: ['CAD'],
  nz$: ['NZD'],
  s$: ['SGD'],
  hk$: ['HKD'],
  nt$: ['TWD'],
  mx$: ['MXN'],
  r$: ['BRL'],
  '€': ['EUR'],
  euro: ['EUR'],
  euros: ['EUR'],
  '£': ['GBP'],
  '¥': ['JPY', 'CNY'],
  yen: ['JPY'],
  '₹': ['INR'],
  rs: ['INR', 'PKR', 'LKR'],
  '₩': ['KRW'],
  '₺': ['TRY'],
  '₴': ['UAH'],
  '₽': ['RUB'],
  '₪': ['ILS'],
  '₫': ['VND'],
  '₦': ['NGN'],
  '₱': ['PHP'],
  '฿': ['THB'],
  zł: ['PLN'],
  zl: ['PLN'],
  kč: ['CZK'],
  kr: ['SEK', 'NOK', 'DKK', 'ISK'],
  ft: ['HUF'],
  lei: ['RON'],
  fr: ['CHF'],
  sfr: ['CHF'],
  dollar: dollars,
  dollars,
  pounds: ['GBP'],
};

/** The currencies that a word means, or null for a word that means none. */
export function currenciesOf(word: string): readonly string[] | null {
  const code = word.toUpperCase();
  if (/^[A-Z]{3}$/.test(code) && isCurrency(code)) return [code];
  return signs[word.toLowerCase().replace(/\.$/, '')] ?? null;
}

const sign = Object.keys(signs)
  .toSorted((a, b) => b.length - a.length)
  .map((each) => each.replace(/\$/g, String.raw`\$`))
  .join('|');
const currency = String.raw`(?:${sign}|[a-z]{3})`;
const attached = new RegExp(
  String.raw`^[-+−]?(${currency})?[-+−]?(\d[\d.,'’_]*?(?:[.,][-–—]{1,2})?)(${currency})?$`,
  'i',
);

export interface WrittenAmount {
  /** Plain decimals, the likelier reading first. */
  majors: string[];
  /** What stood beside the number without a blank; null for a bare number. */
  currencies: readonly string[] | null;
}

/** Null for a word that is not an amount. */
export function amountOf(word: string): WrittenAmount | null {
  const [, before, number = '', after] = attached.exec(word) ?? [];
  const beside = before ?? after;
  const currencies = beside === undefined ? null : currenciesOf(beside);
  const majors = majorsOf(number);
  if (majors.length === 0 || (beside !== undefined && currencies === null) || (before && after)) return null;
  return { majors, currencies };
}

const decimal = /^\d{1,12}(?:\.\d{1,3})?$/;

function majorsOf(written: string): string[] {
  const number = written.replace(/[.,][-–—]{1,2}$/, '');
  if (/^\d{1,12}$/.test(number)) return [number];
  const three = /^(\d{1,3})[.,](\d{3})$/.exec(number);
  if (three) {
    const [, whole = '', rest = ''] = three;
    const readings = [`${whole}${rest}`, `${whole}.${rest}`];
    return whole.startsWith('0') ? readings.slice(1) : number.includes('.') ? readings.reverse() : readings;
  }
  const plain = ungrouped(number)?.replace(',', '.');
  return plain !== undefined && decimal.test(plain) ? [plain] : [];
}

/** Thousands in threes with one mark throughout, or the Indian way; the decimal mark is another one. */
function ungrouped(number: string): string | undefined {
  if (/^\d{1,12}[.,]\d{1,3}$/.test(number)) return number;
  const [, mark] = /^\d{1,3}([.,'’_])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d{1,3})?$/.exec(number) ?? [];
  if (mark !== undefined) return number.replaceAll(mark, '');
  return /^\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?$/.test(number) ? number.replaceAll(',', '') : undefined;
}

const beforeDecimals = String.raw`(?=[.,]\d{1,3}(?!\d))`;
const spaced = (source: string): RegExp => new RegExp(source, 'giu');

/** Thousands with blanks between, as one word, where decimals or a currency say that it is one number. */
export const joinThousands = (text: string): string =>
  [
    spaced(String.raw`(?<![\d.,])\d{1,3}(?: \d{3})+${beforeDecimals}`),
    spaced(String.raw`(?<![\d.,])\d{1,3}(?: \d{3})+(?= ?(?:${currency})(?![\p{L}\d]))`),
    spaced(String.raw`(?<=(?:^|[^\p{L}\d])(?:${currency}) ?)\d{1,3}(?: \d{3})+(?![\d.,])`),
  ].reduce((joined, pattern) => joined.replace(pattern, (number) => number.replaceAll(' ', '')), text);
