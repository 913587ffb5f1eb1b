/**
 * What an approved request holds of the caps.
 *
 * Invariant: partner, merchant and amount are those of the plan, which come from the world, never from what was typed.
 */
import type { CapEntry } from '../../ports/remediations.js';
import type { Transaction } from '../../ports/transaction.js';
import type { RemediationDeps, Snapshot } from './deps.js';
import { capsOn, longestWindowMs, type CapRuling } from '../policy/caps.js';
import { actionOf } from './transitions.js';

/** Null where no money is at stake; what is only armed holds nothing until it acts. */
export function capEntryOf(
  deps: RemediationDeps,
  { remediation: { id, action, requesterId }, plan, ruling: { reporting } }: Snapshot,
  at: Date,
): CapEntry | null {
  if (!reporting || actionOf(deps, action).arms) return null;
  const { partner, merchant } = plan.preview;
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
