/** What `/recon` and its buttons work with. */
import { OpsError } from '../../src/kernel/errors.js';
import type { Directory } from '../../src/ports/directory.js';
import type { ReconciliationService } from '../../src/reconciliation/reconciliation.js';
import type { RemediationService } from '../../src/remediation/remediation.js';

export interface ReconDeps {
  /** Null while no partner has statements. */
  reconciliation: ReconciliationService | null;
  directory: Directory;
  remediation: Pick<RemediationService, 'actions'> | null;
}

export const reconciliation = 'Reconciliation';

/** Throws `misconfigured`. */
export function requireReconciliation({
  reconciliation: desk,
}: Pick<ReconDeps, 'reconciliation'>): ReconciliationService {
  if (desk) return desk;
  throw new OpsError('misconfigured', 'No statements are connected.', {
    hint: 'Ask your Paydesk admin to add `statements` to partners in paydesk.yaml and to set BOOKS_DATABASE_URL.',
  });
}
