/**
 * 3-D Secure in one line: how the customer was authenticated, and who bears a fraud dispute.
 *
 * Invariant: a word that is not known here is shown as the provider writes it, and claims no liability.
 */
import { authenticationOf, type Authentication } from '../../payments/three-d-secure.js';
import type { Charge } from '../../ports/payments-api.js';
import { escape } from '../kit/blocks.js';
import { joined } from '../kit/links.js';

const liabilities: Readonly<Record<NonNullable<Authentication['liability']>, string>> = {
  issuer: 'fraud liability with the issuer',
  merchant: 'fraud liability with us',
  unclear: 'fraud liability unclear: result and ECI disagree',
};

export function authenticationLine(charge: Charge | null): string | null {
  const found = charge && authenticationOf(charge);
  if (!found) return null;
  if (found === 'none') return ':closed_lock_with_key: 3-D Secure: none';
  const { meaning, liability, facts } = found;
  const { flow, result, resultReason, eci, exemption, version } = facts;
  const said = [
    flow,
    meaning ?? result ?? 'no result',
    exemption === null || exemption === 'none' ? null : `${exemption.replaceAll('_', '-')} exemption`,
    resultReason?.replaceAll('_', ' ') ?? null,
    eci === null ? null : `ECI ${eci}`,
  ].filter((part) => part !== null && part !== '');
  const which = version === null ? '3-D Secure' : `3-D Secure ${escape(version)}`;
  return joined(
    `:closed_lock_with_key: ${which}: ${escape(said.join(', '))}`,
    liability === null ? null : liabilities[liability],
  );
}
