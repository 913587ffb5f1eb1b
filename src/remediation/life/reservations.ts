/**
 * What an approved request holds of the caps.
 *
 * Invariant: partner, merchant and amount are those of the plan, which come from the world, never from what was typed.
 */
import type { CapEntry, Remediation } from '../../ports/remediations.js';
import type { Transaction } from '../../ports/transaction.js';
import type { Plan } from '../kit/action.js';
import type { RemediationDeps } from './deps.js';
import type { AllowedRuling } from '../policy/policy.js';
import { capsOn, longestWindowMs, type CapRuling } from '../policy/caps.js';

/** Null where no money is at stake. */
export function capEntryOf(
  { id, action, requesterId }: Remediation,
  { preview }: Plan,
  { reporting }: AllowedRuling,
  at: Date,
): CapEntry | null {
  if (!reporting) return null;
  const { partner, merchant } = preview;
  return { remediationId: id, action, requesterId, partner, merchant, minor: reporting.minor, at };
}

/** To be asked under the lock of the kill switch, through which every reservation passes. */
export async function capRulingOf(
  tx: Transaction,
  { policy, remediations }: RemediationDeps,
  entry: CapEntry,
): Promise<CapRuling> {
  const since = new Date(tx.now.getTime() - longestWindowMs(policy));
  return capsOn(policy, entry, await remediations.reservedSince(tx, since), tx.now);
}
