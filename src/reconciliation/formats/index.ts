/** The registry of statement formats: one file and one line each. The first that recognises a file reads it. */
import { OpsError } from '../../kernel/errors.js';
import { adyenSettlement } from './adyen-settlement.js';
import { bai2 } from './bai2.js';
import { withBalanceGaps } from './balances.js';
import { camt } from './camt.js';
import { csvProfile } from './csv-profile.js';
import type { StatementFormat, StatementItem } from './format.js';
import { mt940 } from './mt940.js';
import { nacha } from './nacha.js';
import { paypal } from './paypal.js';
import { shippedProfiles } from './shipped-profiles.js';
import { stripePayouts } from './stripe-payouts.js';
import { decodeText } from './text.js';
import { trustlyFunding } from './trustly-funding.js';

export const formats: readonly StatementFormat[] = [
  camt,
  mt940,
  bai2,
  nacha,
  stripePayouts,
  adyenSettlement,
  paypal,
  trustlyFunding,
];

/** CSV by a profile: tried by their headers after all formats. */
export const profiles: readonly StatementFormat[] = shippedProfiles.map(csvProfile);

/** The items of a file, with what only shows between its statements. Never throws on bad data. */
export const parseStatement = (format: StatementFormat, text: string): Iterable<StatementItem> =>
  withBalanceGaps(format.parse(text));

/** Enough for a header with hundreds of columns. */
const headBytes = 65_536;

export interface Recognised {
  format: StatementFormat;
  /** The file in the encoding of the format. */
  text: string;
}

export function recognise(bytes: Uint8Array, known: readonly StatementFormat[]): Recognised | undefined {
  const head = headOf(bytes);
  const usual = decodeText(head).text;
  const format = known.find((each) =>
    each.recognises(each.encoding === undefined ? usual : decodeText(head, each.encoding).text),
  );
  return format && { format, text: decodeText(bytes, format.encoding).text };
}

/** Whole lines, because half a character would make another encoding of it. */
function headOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= headBytes) return bytes;
  const lineEnd = bytes.subarray(0, headBytes).lastIndexOf(0x0a);
  return bytes.subarray(0, lineEnd === -1 ? headBytes : lineEnd + 1);
}

/** Throws `invalid` for a format that does not exist. */
export function formatNamed(id: string, known: readonly StatementFormat[] = formats): StatementFormat {
  const format = known.find((each) => each.id === id);
  if (format) return format;
  throw new OpsError('invalid', `“${id.slice(0, 40)}” is not a statement format.`, {
    hint: namesHint(known),
  });
}

const namesHint = (known: readonly StatementFormat[]): string =>
  `Name one with --format: ${known.map(({ id }) => id).join(', ')}.`;
