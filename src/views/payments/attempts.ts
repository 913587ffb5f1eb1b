/**
 * What a trace does not follow and yet must show: attempts that were declined and why, other captures, and which part of
 * the payment somebody looked up.
 */
import { formatMoney } from '../../kernel/money.js';
import { bookedMovements } from '../../payments/booked.js';
import { severalCaptures } from '../../payments/captures.js';
import { valueOf, type Findings } from '../../payments/findings.js';
import { adviceOnAttempt, adviceOnCharge, type RetryAdvice } from '../../payments/retry-advice.js';
import type { PaymentAttempt } from '../../ports/books.js';
import type { Charge } from '../../ports/payments-api.js';
import { code, escape, instant } from '../kit/blocks.js';
import { joined, reference, type Links } from '../kit/links.js';
import { adviceParts, reasonOf } from './retry.js';

const words = (text: string): string => escape(text.replaceAll('_', ' '));

/** “You looked up RRN …: the attempt of … that failed”; null for a lookup of the payment itself. */
export function lookedUpLine({ lookedUp }: Findings): string | null {
  if (!lookedUp) return null;
  const { label, value, attempt } = lookedUp;
  const which = attempt
    ? `: the attempt of ${instant(attempt.createdAt)} that ${outcomeOf(attempt)}`
    : `, which is part of this payment`;
  return `:round_pushpin: You looked up ${words(label)} ${code(value)}${which}`;
}

function outcomeOf({ status, declineCode }: PaymentAttempt): string {
  const became = status === 'succeeded' || status === 'failed' ? status : `is ${words(status)}`;
  return declineCode === null ? became : `${became} (${words(declineCode)})`;
}

interface Reading {
  links: Links;
  asOf: Date;
  /** The payment was paid after all. */
  isPaid: boolean;
}

/** The latest attempt is a hop of its own; the others are history, the newest first. */
export function attemptLines(findings: Findings, links: Links, asOf: Date): string[] {
  const isPaid = valueOf(findings.charge)?.status === 'succeeded';
  const reading = { links, asOf, isPaid };
  const [, ...earlier] = valueOf(findings.attempts) ?? [];
  const booked = [...earlier, ...(valueOf(findings.siblings) ?? [])].map((attempt) =>
    bookedLine(attempt, adviceOnAttempt(attempt, valueOf(findings.charges) ?? []), reading),
  );
  const inBooks = new Set((valueOf(findings.attempts) ?? []).map(({ chargeId }) => chargeId));
  const declined = (valueOf(findings.charges) ?? [])
    .filter(
      ({ id, status }) => status === 'failed' && !inBooks.has(id) && id !== valueOf(findings.charge)?.id,
    )
    .map((charge) => declinedLine(charge, reading));
  return [...booked, ...declined];
}

/** Once it is paid there is nothing to try again; that the network forbids the card stays worth knowing. */
const adviceShown = (advice: RetryAdvice | null, { asOf, isPaid }: Reading): string[] =>
  isPaid && advice?.action !== 'never' ? [] : adviceParts(advice, asOf);

function bookedLine(attempt: PaymentAttempt, advice: RetryAdvice | null, reading: Reading): string {
  const { links } = reading;
  const { status, declineCode, errorOrigin, amount, createdAt, paymentId, chargeId, partner } = attempt;
  const mark =
    status === 'failed' ? ':x:' : status === 'succeeded' ? ':white_check_mark:' : ':hourglass_flowing_sand:';
  return joined(
    `${mark} *Attempt* ${words(status)}`,
    declineCode === null ? null : reasonOf(advice, words(declineCode)),
    ...adviceShown(advice, reading),
    errorOrigin === null
      ? null
      : `caused by the ${words(errorOrigin === 'own' ? 'own system' : errorOrigin)}`,
    formatMoney(amount),
    instant(createdAt),
    chargeId === null ? reference(links, 'payment', paymentId) : reference(links, 'charge', chargeId),
    `at ${escape(partner)}`,
  );
}

function declinedLine(charge: Charge, reading: Reading): string {
  const { id, amount, createdAt, failure, outcome } = charge;
  const advice = adviceOnCharge(charge);
  return joined(
    ':x: *Attempt* failed',
    reasonOf(advice, words(failure?.declineCode ?? failure?.code ?? outcome?.reason ?? 'declined')),
    ...adviceShown(advice, reading),
    outcome?.sellerMessage ? escape(outcome.sellerMessage) : null,
    formatMoney(amount),
    instant(createdAt),
    reference(reading.links, 'charge', id),
  );
}

/** Every capture of the payment or order, once there are several. */
export const captureLines = (findings: Findings, links: Links): string[] =>
  severalCaptures(findings).map(({ id, source, amount, at, givenBack }, index) =>
    joined(
      `:heavy_dollar_sign: *Capture ${index + 1}*${givenBack ? ', nothing left to refund' : ''}`,
      formatMoney(amount),
      instant(at),
      reference(links, source === 'books' ? 'payment' : 'charge', id),
      source === 'books' ? 'per our books' : null,
    ),
  );

/** Refunds and disputes that the books alone tell of. */
export function bookedLines(findings: Findings): string[] {
  const refunds = findings.refunds.state === 'known' ? [] : bookedMovements(findings, 'refund');
  const disputes = findings.disputes.state === 'known' ? [] : bookedMovements(findings, 'dispute');
  const line = (mark: string, what: string, of: (typeof refunds)[number]): string =>
    joined(
      `${mark} *${what}* booked`,
      formatMoney(of.amount),
      instant(of.bookedAt),
      code(of.reference),
      'per our books',
    );
  return [
    ...refunds.map((refund) => line(':leftwards_arrow_with_hook:', 'Refund', refund)),
    ...disputes.map((dispute) =>
      line(':rotating_light:', dispute.isIncoming ? 'Dispute returned' : 'Dispute', dispute),
    ),
  ];
}
