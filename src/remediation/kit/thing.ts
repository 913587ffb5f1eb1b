/**
 * The things that cards show, as an action sees them when it says whether it fits.
 *
 * Invariant: a thing holds only what its card already knows, so that no offer costs a question; what a source did not
 * say is null or empty, and the action's own check has the last word.
 */
import { takesEvidence } from '../../nouns/dispute.js';
import type { Charge, Dispute, Payment, Refund } from '../../ports/payments-api.js';

/** What a button is about; the form that it opens is filled in with it. */
export type SubjectKind =
  'payment' | 'dispute' | 'payout' | 'route' | 'event' | 'statement' | 'partner' | 'break';

export interface PaymentThing {
  kind: 'payment';
  id: string;
  payment: Payment | null;
  /** The charge that decides the payment. */
  charge: Charge | null;
  refunds: readonly Refund[];
  disputes: readonly Dispute[];
  /**
   * The last of what took the same money more than once: a charge of this payment, or, without its charge, another payment
   * of the order. `place`: 2 after one other, 3 after two.
   */
  repeated: { id: string; charge: Charge | null; place: number } | null;
}

interface DisputeThing {
  kind: 'dispute';
  dispute: Dispute;
}

interface PartnerThing {
  kind: 'partner';
  id: string;
}

/** A difference between books and statements that is open. */
interface BreakThing {
  kind: 'break';
  id: string;
  /** Whether the books have what no statement has: the statement may be incomplete. */
  missingAtPartner: boolean;
}

/** A statement that should be there and is not. */
interface StatementThing {
  kind: 'statement';
  partner: string;
  /** `YYYY-MM-DD`. */
  businessDay: string;
}

export type Thing = (PaymentThing | DisputeThing | PartnerThing | BreakThing | StatementThing) & {
  now: Date;
};

/** A button that starts an action: its text, and what the form is about. */
export interface Offer {
  text: string;
  kind: SubjectKind;
  id: string;
}

/** The dispute that a card is about, or the one of its payment that waits for evidence. */
export function waitingDisputeOf(thing: Thing): Dispute | null {
  const disputes =
    thing.kind === 'payment' ? thing.disputes : thing.kind === 'dispute' ? [thing.dispute] : [];
  return disputes.find((dispute) => takesEvidence(dispute)) ?? null;
}
