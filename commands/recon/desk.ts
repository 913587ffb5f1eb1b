/** What `/recon` and its buttons work with. */
import { OpsError } from '../../src/kernel/errors.js';
import type { Directory } from '../../src/ports/directory.js';
import type { ReconciliationDesk } from '../../src/reconciliation/desk.js';
import type { RemediationDesk } from '../../src/remediation/remediation.js';

export interface ReconDesk {
  /** Null while no partner has statements. */
  reconciliation: ReconciliationDesk | null;
  directory: Directory;
  remediation: Pick<RemediationDesk, 'actions'> | null;
}

export const reconciliation = 'Reconciliation';

/** Throws `misconfigured`. */
export function requireReconciliation({
  reconciliation: desk,
}: Pick<ReconDesk, 'reconciliation'>): ReconciliationDesk {
  if (desk) return desk;
  throw new OpsError('misconfigured', 'No statements are connected.', {
    hint: 'Ask your Paydesk admin to add `statements` to partners in paydesk.yaml and to set BOOKS_DATABASE_URL.',
  });
}
