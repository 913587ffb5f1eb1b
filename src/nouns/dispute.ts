/**
 * What the state of a dispute means: whether money is away, and whether, and by when, an answer can be given.
 *
 * Invariants: the deadline is the provider's own, never computed from a network's table; “no answer is allowed” and “no
 * date is given” are two things; a status that is not known here is shown as it is, and is due while its date is to come.
 */
import type { Dispute } from '../ports/payments-api.js';

type Status = Pick<Dispute, 'status'>;

/** A question before a dispute: nothing is withdrawn, and the charge can still be refunded. */
export const isInquiry = ({ status }: Status): boolean => status.startsWith('warning_');

/** The provider's words share their endings: `warning_needs_response`, and others to come. */
const needsResponse = ({ status }: Status): boolean => /(^|_)needs_response$/.test(status);

/** Inquiries are answered as disputes are. Appeals are not: they take other evidence. */
export const takesEvidence = ({ status }: Status): boolean =>
  status === 'needs_response' || status === 'warning_needs_response';

export const isOver = ({ status }: Status): boolean =>
  /(^|_)(closed|won|lost|prevented|refunded)$/.test(status);

/** The customer has the money through it for good. Inquiries withdraw nothing. */
export const tookTheMoneyBack = (dispute: Status): boolean =>
  dispute.status === 'lost' || (!isInquiry(dispute) && dispute.status.endsWith('_lost'));

export type Answer =
  | { kind: 'due'; by: Date }
  /** An answer is wanted, and the provider names no date. */
  | { kind: 'no_date' }
  /** An answer would be wanted, and the bank or the network hears none. */
  | { kind: 'not_allowed' }
  | { kind: 'late'; by: Date | null }
  /** None is awaited. */
  | { kind: 'none' };

type Deadline = Pick<Dispute, 'status' | 'respondBy' | 'answerAllowed' | 'pastDue'>;

/** A word of the provider that is neither known here nor ends as one that is. */
export const isUnknownStatus = (dispute: Status): boolean =>
  !needsResponse(dispute) && !isOver(dispute) && !/(^|_)under_review$/.test(dispute.status);

export function answerTo(dispute: Deadline, now: Date): Answer {
  const { respondBy, answerAllowed, pastDue } = dispute;
  if (isUnknownStatus(dispute) && respondBy && respondBy > now) return { kind: 'due', by: respondBy };
  if (!needsResponse(dispute)) return { kind: 'none' };
  if (!answerAllowed) return { kind: 'not_allowed' };
  if (respondBy ? respondBy <= now : pastDue) return { kind: 'late', by: respondBy };
  return respondBy ? { kind: 'due', by: respondBy } : { kind: 'no_date' };
}

/** Whether evidence can still be handed in. The bank takes it once. */
export function canBeAnswered(dispute: Deadline & Pick<Dispute, 'submissionCount'>, now: Date): boolean {
  const { kind } = answerTo(dispute, now);
  return takesEvidence(dispute) && dispute.submissionCount === 0 && (kind === 'due' || kind === 'no_date');
}
