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
const headCharacters = 65_536;

export const recognised = (text: string, known: readonly StatementFormat[]): StatementFormat | undefined => {
  const head = text.slice(0, headCharacters);
  return known.find((each) => each.recognises(head));
};

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
