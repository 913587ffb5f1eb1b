/**
 * Which actions contradict each other: about the same thing, only one of the two can be meant.
 *
 * Invariant: while one is open the other is not entered, so that people cannot approve both; a broken glass passes, because what
 * changed voids the other one right before it begins.
 * Deliberately absent: the same action twice. Parts of a payment are refunded one after another.
 */
import { OpsError } from '../../kernel/errors.js';
import type { Remediation } from '../../ports/remediations.js';
import type { Transaction } from '../../ports/transaction.js';
import type { RemediationDeps } from './deps.js';

export const contradictions: readonly (readonly [string, string])[] = [
  ['capture-payment', 'cancel-payment'],
  ['refund-payment', 'cancel-payment'],
  ['refund-payment', 'accept-dispute'],
  ['refund-payment', 'submit-evidence'],
  ['accept-dispute', 'submit-evidence'],
  ['accept-dispute', 'stage-evidence'],
  ['pause-route', 'resume-route'],
];

const contradict = (one: string, other: string): boolean =>
  contradictions.some(([a, b]) => (a === one && b === other) || (b === one && a === other));

/** To be asked under the lock through which every request enters. Throws `conflict`. */
export async function requireNoContradiction(
  tx: Transaction,
  { remediations, actions }: RemediationDeps,
  { id, action, contends, breakGlass }: Remediation,
): Promise<void> {
  if (breakGlass) return;
  const open = await remediations.openAbout(tx, { id, contends });
  const other = open.find((rival) => contradict(action, rival.action));
  if (!other) return;
  const title = actions.find((known) => known.id === other.action)?.title ?? other.action;
  throw new OpsError(
    'conflict',
    `${other.id} (${title}) is open for the same item and conflicts with this.`,
    { hint: `See \`/remediate show ${other.id}\`. It must be decided or withdrawn first.` },
  );
}
