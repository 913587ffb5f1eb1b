/**
 * Who answers a dispute at its deadline when no one acts, and who has answered it.
 *
 * Source: the provider's `intended_submission_method` and `evidence_details.submission_method`. With Smart Disputes the
 * provider answers by itself, for a share of what is won. Invariant: a word that is not known here never counts as an
 * answer, so that no one relies on it.
 * Deliberately absent: whether Smart Disputes will find evidence, and its price, which the provider does not say.
 */
import type { Dispute } from '../ports/payments-api.js';
import { answerTo, isInquiry, isUnknownStatus } from './dispute.js';

export type Responder =
  /** Nothing is sent unless a person submits it. */
  | 'person'
  /** The provider, because no evidence was given. */
  | 'provider_without_evidence'
  /** A person: the evidence that is staged has switched the provider's answer off. */
  | 'person_staged'
  /** The provider where it has evidence of its own, otherwise a person. */
  | 'provider_or_person'
  /** The provider where it has evidence of its own, otherwise no one. */
  | 'provider_alone'
  | 'unknown';

type Method = Pick<Dispute, 'intendedSubmission' | 'hasEvidence'>;

export function responderOf({ intendedSubmission, hasEvidence }: Method): Responder {
  switch (intendedSubmission) {
    case null:
    case 'manual':
      return 'person';
    case 'prefer_manual':
      return hasEvidence ? 'person_staged' : 'provider_without_evidence';
    case 'prefer_smart_disputes':
      return 'provider_or_person';
    case 'smart_disputes':
      return 'provider_alone';
    default:
      return 'unknown';
  }
}

const providerAnswers = 'the provider (Smart Disputes) answers for a share of the amount won';

const sentences: Readonly<Record<Exclude<Responder, 'unknown'>, string>> = {
  person: 'Your team: nothing is sent unless someone submits evidence',
  provider_without_evidence: `If you provide no evidence, ${providerAnswers}`,
  person_staged: 'Your team: draft evidence has switched the provider’s own answer (Smart Disputes) off',
  provider_or_person: `If it has evidence of its own, ${providerAnswers}; otherwise your team must`,
  provider_alone: `If it has evidence of its own, ${providerAnswers}; your evidence isn’t sent`,
};

type Deadline = Pick<Dispute, 'status' | 'respondBy' | 'answerAllowed' | 'pastDue' | 'submissionCount'>;

/** Who answers at the deadline; null when no answer is due. */
export function responderSentence(dispute: Method & Deadline, now: Date): string | null {
  const { kind } = answerTo(dispute, now);
  if ((kind !== 'due' && kind !== 'no_date') || dispute.submissionCount > 0) return null;
  const responder = responderOf(dispute);
  if (responder !== 'unknown') return sentences[responder];
  return `Unknown: the provider says “${dispute.intendedSubmission ?? ''}”. Don’t rely on an automatic answer`;
}

/** Who has answered; null while an answer is due, or where the provider does not say. */
export function answeredBy(dispute: Deadline & Pick<Dispute, 'submissionMethod'>, now: Date): string | null {
  const { submissionMethod, submissionCount } = dispute;
  if (submissionMethod === 'smart_disputes') return 'the provider (Smart Disputes)';
  if (submissionMethod === 'manual') return 'your team';
  if (submissionMethod !== null && submissionMethod !== 'not_submitted') return submissionMethod;
  if (submissionCount > 0 || submissionMethod === null) return null;
  return answerTo(dispute, now).kind === 'none' ? 'nobody' : null;
}

/** What happens without an answer, as a sentence; null where the status does not say. */
export function withoutAnswer(dispute: Pick<Dispute, 'status'>): string | null {
  if (isUnknownStatus(dispute)) return null;
  return isInquiry(dispute)
    ? 'Without an answer, the inquiry may become a dispute'
    : 'Without an answer, the dispute is lost';
}
