/**
 * What `/partner` works with, and how it reads a partner's name and the parts of an answer.
 */
import type { AlertService } from '../../src/alerts/alerts.js';
import type { Clock } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { nearest } from '../../src/kernel/nearest.js';
import { redactCardNumbers } from '../../src/kernel/sensitive.js';
import type { SignalService } from '../../src/partners/signals.js';
import type { AuditStore } from '../../src/ports/audit.js';
import type { Books } from '../../src/ports/books.js';
import type { PartnerStatuses } from '../../src/ports/partner-statuses.js';
import type { ReconciliationService } from '../../src/reconciliation/reconciliation.js';
import type { RemediationService } from '../../src/remediation/remediation.js';
import type { PartnerHelp } from '../../src/views/partners/partner.js';
import type { LookupDoor } from '../door.js';

export interface PartnerDeps extends LookupDoor {
  partners: readonly ListedPartner[];
  partnerStatuses: Pick<PartnerStatuses, 'all'>;
  /** What partners say of themselves by message. */
  signals: Pick<SignalService, 'open'>;
  books: Books | null;
  /** Null where no statements are reconciled. */
  reconciliation: Pick<
    ReconciliationService,
    'partners' | 'openCounts' | 'breakRecord' | 'punctuality' | 'today'
  > | null;
  alerts: Pick<AlertService, 'active' | 'metrics' | 'openedOf'> | null;
  auditStore: Pick<AuditStore, 'find'>;
  clock: Clock;
  remediation: Pick<RemediationService, 'actions'> | null;
}

export interface ListedPartner {
  id: string;
  name: string;
  timeZone: string;
  /** As the configuration has it: psp, bank, open_banking… */
  kind?: string | undefined;
  statusPage?: string | undefined;
  contact?: string | undefined;
  escalation?: PartnerHelp['escalation'];
  runbooks?: PartnerHelp['runbooks'];
}

/** Where the partner's statements are reconciled; null where they are not. */
export const reconciledIn = (id: string, { reconciliation }: PartnerDeps): PartnerDeps['reconciliation'] =>
  reconciliation?.partners.some(({ partner }) => partner === id) === true ? reconciliation : null;

/** Whether this is the id or the name of one. */
export const isPartner = (text: string, partners: readonly { id: string; name: string }[]): boolean =>
  partners.some((partner) => isNamed(partner, text));

const isNamed = ({ id, name }: { id: string; name: string }, text: string): boolean =>
  [id, name.toLowerCase()].includes(text.trim().toLowerCase());

/** By id or name. Throws `not_found` with what was meant, or with all there are. */
export function requirePartner<Partner extends { id: string; name: string }>(
  text: string,
  partners: readonly Partner[],
): Partner {
  const found = partners.find((partner) => isNamed(partner, text));
  if (found) return found;
  const guess = nearest(
    text.trim().toLowerCase().slice(0, 60),
    partners.flatMap(({ id, name }) => [id, name]),
  );
  throw new OpsError('not_found', `Unknown partner “${redactCardNumbers(text).trim().slice(0, 60)}”.`, {
    hint: guess === null ? `Partners: ${partners.map(({ id }) => id).join(', ')}.` : `Did you mean ${guess}?`,
  });
}
