/**
 * The free text of an entry (:86:): structured by `?20`, by code words such as `EREF+` or `/EREF/`, or not at all.
 */
export interface Details {
  /** What the payer's bank passed on unchanged. */
  endToEnd?: string;
  /** The reference of the account holder. */
  customer?: string;
  description: string;
}

export function referencesIn(details: string): Details {
  const structured = /^\s*\d{3}\s*(?=[?<~^])([?<~^])/.exec(details)?.[1];
  if (structured !== undefined) return fromSubfields(details, structured);
  const text = details.replaceAll('\n', '').trim();
  const found = slashWords(text) ?? plusWords(text);
  return found ?? { description: details.replace(/\s+/g, ' ').trim() };
}

/** German structure: `?00` names the booking, `?20` to `?29` and `?60` to `?63` carry the purpose. */
function fromSubfields(details: string, mark: string): Details {
  const fields = details.replaceAll('\n', '').split(mark).slice(1);
  const purpose = fields
    .filter((field) => /^(?:2\d|6[0-3])/.test(field))
    .map((field) => field.slice(2))
    .join('');
  const found = plusWords(purpose);
  return found ?? { description: purpose.replace(/\s+/g, ' ').trim() };
}

const codeWords = 'EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PREF|RREF';

/** `EREF+abc` up to the next code word. */
function plusWords(text: string): Details | null {
  const parts = [...text.matchAll(new RegExp(`(${codeWords})\\+(.*?)(?=(?:${codeWords})\\+|$)`, 'gs'))];
  if (parts.length === 0) return null;
  const values = new Map(parts.map(([, word = '', value = '']) => [word, value.trim()]));
  return detailsOf(values.get('EREF'), values.get('KREF'), values.get('SVWZ') ?? text);
}

/** `/EREF/abc` up to the next code word between slashes. */
function slashWords(text: string): Details | null {
  if (!/\/(?:EREF|REMI|BENM|ORDP|MARF|PREF|KREF|CSID|TRCD)\//.test(text)) return null;
  const words = [...text.matchAll(/\/(EREF|REMI|BENM|ORDP|MARF|PREF|KREF|CSID|TRCD|ISDT|NAME|IBAN|BIC|RTRN|ULTB|ULTD|PURP|SVCL|TRTP)\/+(.*?)(?=\/(?:[A-Z]{3,4})\/|$)/gs)]; // prettier-ignore
  const values = new Map(words.map(([, word = '', value = '']) => [word, value.trim()]));
  return detailsOf(values.get('EREF'), values.get('KREF') ?? values.get('PREF'), values.get('REMI') ?? text);
}

function detailsOf(endToEnd: string | undefined, customer: string | undefined, description: string): Details {
  return {
    ...(endToEnd === undefined || endToEnd === '' ? {} : { endToEnd }),
    ...(customer === undefined || customer === '' ? {} : { customer }),
    description: description.replace(/\s+/g, ' ').trim(),
  };
}
