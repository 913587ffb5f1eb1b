/**
 * The free text of an entry (:86:): structured by `?20`, by code words such as `EREF+` or `/EREF/`, or not at all; and the
 * amounts in its supplementary details.
 */
import { readAmount, type ExactAmount } from './decimal.js';

export interface Details {
  /** What the payer's bank passed on unchanged. */
  endToEnd?: string;
  /** The reference of the account holder. */
  customer?: string;
  description: string;
}

/** SWIFT allows 390 characters and dialects a few thousand; looking for words in more would take too long. */
const mostCharacters = 10_000;

export function referencesIn(details: string): Details {
  if (details.length > mostCharacters) return { description: details.replace(/\s+/g, ' ').trim() };
  const [, key, mark] = /^\s*(\d{3})?\s*([?<>~^|@])\d\d/.exec(details) ?? [];
  const structured = mark === undefined ? null : fromSubfields(details, mark);
  // Without the key of the booking a text may begin like a field.
  if (structured && (key !== undefined || structured.description !== '')) return structured;
  const text = details.replaceAll('\n', '').trim();
  const found = slashWords(text) ?? plusWords(text);
  return found ?? { description: details.replace(/\s+/g, ' ').trim() };
}

/** German and Polish structure: `?00` names the booking, `?20` to `?29` and `?60` to `?63` carry the purpose. */
function fromSubfields(details: string, mark: string): Details {
  // The mark may also occur in a text: two digits after it make it a field.
  const fields = details
    .replaceAll('\n', '')
    .split(new RegExp(`\\${mark}(?=\\d\\d)`))
    .slice(1);
  const textOf = (codes: RegExp): string =>
    fields
      .filter((field) => codes.test(field))
      .map((field) => field.slice(2))
      .join('');
  const purpose = textOf(/^(?:2\d|6[0-3])/) || textOf(/^00/);
  const found = plusWords(purpose);
  return found ?? { description: purpose.replace(/\s+/g, ' ').trim() };
}

const plusWordList = 'EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PREF|RREF';

const plusPattern = new RegExp(`(${plusWordList})\\+(.*?)(?=(?:${plusWordList})\\+|$)`, 'gs');

/** `EREF+abc` up to the next code word. */
function plusWords(text: string): Details | null {
  const parts = [...text.matchAll(plusPattern)];
  if (parts.length === 0) return null;
  const values = new Map(parts.map(([, word = '', value = '']) => [word, value.trim()]));
  return detailsOf(values.get('EREF'), values.get('KREF'), values.get('SVWZ') ?? text);
}

const slashWordList =
  'EREF|REMI|BENM|ORDP|MARF|PREF|KREF|CSID|TRCD|TRTP|ISDT|NAME|ADDR|IBAN|BIC|ID|CNTP|INIT|RTRN|ULTB|ULTC|ULTD|PURP|' +
  'SVCL|BUSP|RREF|HIST|OCMT|CHGS|EXCH|DACT|NRTX|SUM';

const slashPattern = new RegExp(`/(${slashWordList})/(.*?)(?=/+(?:${slashWordList})/|/*$)`, 'gs');

/** `/EREF/abc` up to the next code word between slashes. */
function slashWords(text: string): Details | null {
  if (!/\/(?:EREF|REMI|BENM|ORDP|MARF|PREF|KREF|CSID|TRCD|TRTP)\//.test(text)) return null;
  const words = [...text.matchAll(slashPattern)];
  const values = new Map(words.map(([, word = '', value = '']) => [word, value.trim()]));
  const remittance = values.get('REMI')?.replace(/^\/?(?:USTD|STRD)\/+/, '');
  const description = remittance === undefined || remittance === '' ? text : remittance;
  return detailsOf(values.get('EREF'), values.get('KREF') ?? values.get('PREF'), description);
}

function detailsOf(endToEnd: string | undefined, customer: string | undefined, description: string): Details {
  return {
    ...(endToEnd === undefined || endToEnd === '' ? {} : { endToEnd }),
    ...(customer === undefined || customer === '' ? {} : { customer }),
    description: description.replace(/\s+/g, ' ').trim(),
  };
}

export interface NamedAmount extends ExactAmount {
  currency: string;
}

/** `/OCMT/USD12,5/`: the amount before conversion. */
export const originalAmountIn = (text: string): NamedAmount | null =>
  amountAfter(/\/OCMT\/([A-Z]{3})([\d,]+)/, text);

/** `/CHGS/EUR0,5/`: what the bank kept. */
export const chargesIn = (text: string): NamedAmount | null =>
  amountAfter(/\/CHGS\/([A-Z]{3})([\d,]+)/, text);

function amountAfter(pattern: RegExp, text: string): NamedAmount | null {
  const [, currency = '', digits = ''] = pattern.exec(text) ?? [];
  const amount = digits === '' ? null : readAmount(digits, currency, { decimal: ',' });
  return amount && { ...amount, currency };
}
