/** What `/dispute` works with. */
import type { DisputeService } from '../../src/disputes/desk.js';
import type { MonthReport } from '../../src/disputes/month-report.js';
import type { Month } from '../../src/kernel/month.js';
import { refuseCardNumber } from '../../src/kernel/card-number-refusal.js';
import type { Clock } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import type { PaymentsApi } from '../../src/ports/payments-api.js';
import type { RemediationService } from '../../src/remediation/remediation.js';
import type { Links } from '../../src/views/kit/links.js';
import type { LookupDoor } from '../door.js';

export interface DisputeDeps extends LookupDoor {
  /** Null while no payments API is connected. */
  paymentsApi: PaymentsApi | null;
  /** Whose API that is. */
  paymentsPartner: string | null;
  /** Null while no payments API is connected. */
  disputes: DisputeService | null;
  monthReport: ((month: Month) => Promise<MonthReport>) | null;
  links: Links;
  clock: Clock;
  remediation: Pick<RemediationService, 'actions'> | null;
}

/** With a payments API. Throws `misconfigured` without one. */
export function connected({ paymentsApi, disputes, monthReport }: DisputeDeps) {
  if (paymentsApi && disputes && monthReport) return { api: paymentsApi, disputes, monthReport };
  throw new OpsError('misconfigured', 'Disputes can’t be read: no payments API is connected.', {
    hint: 'Ask your Paydesk admin to set STRIPE_API_KEY and paymentsApi in paydesk.yaml.',
  });
}

/** The partner that a word names. Throws `invalid` for one without disputes, with what else could be typed. */
export function partnerIn(
  word: string,
  { paymentsPartner }: DisputeDeps,
  { what, hint }: { what: string; hint: string },
): string {
  if (word === paymentsPartner) return word;
  throw new OpsError(
    'invalid',
    `“${word.slice(0, 40)}” is neither ${what} nor a partner whose disputes are connected.`,
    { hint: `${hint}${paymentsPartner === null ? '' : `; connected: ${paymentsPartner}`}.` },
  );
}

/** Throws `invalid`. */
export function requireDisputeId(text: string): string {
  refuseCardNumber(text);
  const id = /(?:^|[^A-Za-z0-9])((?:dp|du)_[A-Za-z0-9]{4,60})(?![A-Za-z0-9_])/.exec(text)?.[1];
  if (id !== undefined) return id;
  throw new OpsError('invalid', 'That isn’t a dispute ID.', {
    hint: 'Dispute IDs look like dp_1Q2w or du_1Q2w. For a payment’s disputes, use `/dispute pi_…`; `/dispute due` lists those that need a response.',
  });
}
