/**
 * The card of one dispute: what is due and by when, what it is about, what is at stake, who answers at the deadline, and
 * which evidence is there.
 */
import { compellingEvidenceOf } from '../../disputes/compelling-evidence.js';
import type { Packet } from '../../disputes/evidence/packet.js';
import type { Urgency } from '../../disputes/queue.js';
import { reasonCodeOf } from '../../disputes/reason-codes.js';
import { heldOf, stakesOf, type Stake } from '../../disputes/stakes.js';
import { formatDuration } from '../../kernel/duration.js';
import { formatMoney, isZero } from '../../kernel/money.js';
import type { Part } from '../../kernel/part.js';
import { answerTo, canBeAnswered, isInquiry, isOver, isUnknownStatus } from '../../nouns/dispute.js';
import { answeredBy, responderSentence, withoutAnswer } from '../../nouns/responder.js';
import type { Card } from '../../ports/card.js';
import type { DisputeFacts } from '../../ports/dispute-register.js';
import type { EvidenceKind } from '../../ports/evidence.js';
import type { Dispute, EarlyFraudWarning, Refund } from '../../ports/payments-api.js';
import { alternativesText, kindsText, lackingFor, setsFor } from '../../nouns/evidence-needs.js';
import { actions, cardOf, code, escape, fields, instant, section, sections } from '../kit/blocks.js';
import { reference, type Links } from '../kit/links.js';

import { lookUpButton } from '../kit/look-ups.js';
import { ownerLine, ownershipButtons } from './ownership.js';
import { packetBlocks } from './packet.js';
import { startButtons, type Startable } from '../remediation/start.js';

export const marks: Readonly<Record<Urgency, string>> = {
  no_date: ':red_circle:',
  past_due: ':red_circle:',
  within_24_hours: ':red_circle:',
  within_72_hours: ':large_orange_circle:',
  within_7_days: ':large_yellow_circle:',
  later: ':large_green_circle:',
  not_allowed: ':no_entry_sign:',
};

export const words = (text: string): string => escape(text.replaceAll('_', ' '));

/** “Inquiry” where it is none of the disputes that move money. */
export const nameOf = (dispute: Pick<Dispute, 'status'>): string =>
  isInquiry(dispute) ? 'Inquiry' : 'Dispute';

/** `warning_needs_response` as “needs response”: that it is an inquiry is said by its name. */
const statusWords = ({ status }: Pick<Dispute, 'status'>): string => words(status.replace(/^warning_/, ''));

/** With what has to be known of a word that Paydesk does not know. */
const statusText = (dispute: Pick<Dispute, 'status'>): string =>
  `${statusWords(dispute)}${isUnknownStatus(dispute) ? ' (unknown status: see the provider’s dashboard)' : ''}`;

export function dueSentence(dispute: DisputeFacts, now: Date): string {
  const answer = answerTo(dispute, now);
  switch (answer.kind) {
    case 'due':
      return `Response due by ${instant(answer.by)}, ${formatDuration(answer.by.getTime() - now.getTime())} left`;
    case 'late':
      return answer.by
        ? `Response overdue by ${formatDuration(answer.by.getTime() - now.getTime())} (was due ${instant(answer.by)})`
        : 'Response overdue; the provider gives no date';
    case 'no_date':
      return 'Response due; the provider gives no date';
    case 'not_allowed':
      return `${nameOf(dispute)} can only be accepted: the network allows no response`;
    case 'none':
      return `${nameOf(dispute)} ${statusWords(dispute)}, no response due`;
  }
}

/** What else happened to the charge; null where it could not be read. */
export interface Surroundings {
  refunds: readonly Refund[] | null;
  others: readonly Dispute[] | null;
  warnings: readonly EarlyFraudWarning[] | null;
}

export interface DisputeCardModel {
  dispute: Dispute;
  urgency: Urgency | null;
  around: Surroundings;
  /** The draft answer; null where none is awaited. */
  packet: Part<Packet>;
  /** Its owner; null for none, or where that cannot be read. */
  owner: { id: string | null } | null;
  /** What the reader has just done about it, as mrkdwn; null for nothing. */
  note: string | null;
  isAwaited: boolean;
  readerId: string;
  now: Date;
  links: Links;
  /** The guarded actions that the desk has. */
  startable: readonly Startable[];
}

export function disputeCard(model: DisputeCardModel): Card {
  const { dispute, urgency, around, packet, now, links, startable } = model;
  const payment = dispute.paymentId ?? dispute.chargeId;
  const pairs: [string, string][] = [
    [nameOf(dispute), reference(links, 'dispute', dispute.id)],
    ['Amount', amountWords(dispute)],
    ['Reason', reasonWords(dispute)],
    ['Status', statusText(dispute)],
    ['Opened', instant(dispute.createdAt)],
    ['Evidence', evidenceWords(dispute)],
  ];
  if (payment !== null) pairs.push(['Payment', reference(links, 'payment', payment)]);
  const plain = `${dueSentence(dispute, now)} · ${formatMoney(dispute.amount)} ${escape(dispute.id)}`;
  return cardOf(plain, [
    section(`${urgency ? marks[urgency] : ':scales:'} *${dueSentence(dispute, now)}*`),
    ...(model.note === null ? [] : [section(model.note)]),
    fields(pairs),
    ...sections([
      ...ownerLines(model),
      ...deadlineLines(dispute, now),
      ...stakeLines(dispute),
      ...evidenceLines(dispute, now),
      ...aroundLines(dispute, around),
    ]),
    ...packetBlocks(packet),
    ...actions(
      ...(model.owner === null
        ? []
        : ownershipButtons({ ...model, id: dispute.id, ownerId: model.owner.id })),
      ...startButtons({ kind: 'dispute', dispute, now }, startable),
      payment === null ? null : lookUpButton('payment', payment),
    ),
  ]);
}

/** For everybody in a channel: what is due, and what it is about. */
export function disputePreview(dispute: Dispute, now: Date, links: Links): Card {
  const { id, paymentId } = dispute;
  return cardOf(`${dueSentence(dispute, now)} · ${escape(id)}`, [
    section(`*${dueSentence(dispute, now)}*`),
    fields([
      [nameOf(dispute), reference(links, 'dispute', id)],
      ['Amount', amountWords(dispute)],
      ['Reason', reasonWords(dispute)],
      ['Status', statusText(dispute)],
      ...(paymentId === null
        ? []
        : [['Payment', reference(links, 'payment', paymentId)] satisfies [string, string]]),
    ]),
  ]);
}

function ownerLines({ owner, isAwaited }: DisputeCardModel): string[] {
  if (owner === null) return ['*Owner:* can’t be read at the moment'];
  return isAwaited || owner.id !== null ? [ownerLine(owner.id)] : [];
}

/** “fraudulent: other fraud, card not present (visa 10.4, chargeback; source: Visa’s guidelines)”. */
function reasonWords({ brand, networkReasonCode, caseType, reason }: Dispute): string {
  const known = reasonCodeOf(brand, networkReasonCode);
  const networkCode = [brand, networkReasonCode].filter((part) => part !== null).join(' ');
  const network = [networkCode, caseType?.replaceAll('_', ' ')].filter(Boolean).join(', ');
  const unknown = networkReasonCode === null ? null : 'meaning unknown';
  const source = known === null ? unknown : `source: ${known.source}`;
  const notes = [network, source].filter(Boolean).join('; ');
  const meaning = known === null ? '' : `: ${known.meaning}`;
  return `${words(reason)}${meaning}${notes === '' ? '' : ` (${escape(notes)})`}`;
}

/** Who answers at the deadline, or who has answered. */
function deadlineLines(dispute: Dispute, now: Date): string[] {
  const responder = responderSentence(dispute, now);
  const answered = answeredBy(dispute, now);
  const otherwise = withoutAnswer(dispute);
  return [
    ...(responder === null
      ? []
      : [
          `*Who answers at the deadline:* ${escape(responder)}.${otherwise === null ? '' : ` ${otherwise}.`}`,
        ]),
    ...(answered === null ? [] : [`*Answered by:* ${escape(answered)}`]),
  ];
}

function stakeLines(dispute: Dispute): string[] {
  if (dispute.movements === null) return ['*At stake:* the dispute’s balance transactions can’t be read'];
  const stakes = stakesOf(dispute.movements);
  if (stakes.length === 0)
    return isInquiry(dispute) ? [] : ['*At stake:* nothing withdrawn from the balance yet'];
  return [
    ...stakes.map((stake) => `*At stake:* ${stakeWords(stake)}`),
    ...(isOver(dispute) || isUnknownStatus(dispute) ? [] : stakes.flatMap(outcomeLine)),
  ];
}

/** What each outcome costs, as far as the provider's own movements say it. */
function outcomeLine(stake: Stake): string[] {
  const held = heldOf(stake);
  if (held === null) return [];
  const { amount, withFees } = held;
  const fee = isZero(stake.fees) ? '' : `, fee of ${formatMoney(stake.fees)} included`;
  const kept = isZero(stake.fees) ? '' : '; the fee only comes back if your contract says so';
  return [
    `*If lost or accepted:* ${formatMoney(withFees)} gone${fee}. *If won:* ${formatMoney(amount)} comes back${kept}.`,
  ];
}

function stakeWords({ withdrawn, returned, fees }: Stake): string {
  const back = isZero(returned) ? '' : `, ${formatMoney(returned)} returned`;
  const fee = isZero(fees) ? '' : `, ${formatMoney(fees)} fee`;
  return `${formatMoney(withdrawn)} withdrawn${back}${fee}`;
}

/** What the category needs against what is there, while it can be answered. */
function evidenceLines(dispute: Dispute, now: Date): string[] {
  const compelling = compellingEvidenceOf(dispute);
  const present = Object.keys(dispute.evidence) as EvidenceKind[];
  const lacking = canBeAnswered(dispute, now) ? lackingFor(dispute.reason, present) : [];
  const lines = lacking.length === 0 ? [] : [`*Evidence required:* ${alternativesText(lacking)}`];
  if (canBeAnswered(dispute, now) && setsFor(dispute.reason).length === 0)
    lines.push(
      `*Evidence required:* no fixed set for “${words(dispute.reason)}”; the bank decides case by case`,
    );
  if (canBeAnswered(dispute, now) && dispute.feeUnacknowledged)
    lines.push(
      '*Fee to answer:* the network charges one (Visa: 500 USD, refunded if you win); agree to it in the provider’s dashboard first',
    );
  if (canBeAnswered(dispute, now) && present.length > 0)
    lines.push(`*Evidence present:* ${kindsText(present)}`);
  if (compelling?.qualifies === true) lines.push('*Visa Compelling Evidence 3.0:* qualifies');
  if (compelling?.qualifies === false)
    lines.push(
      `*Visa Compelling Evidence 3.0:* ${words(compelling.status)}${compelling.lacking.length === 0 ? '' : `; lacks ${escape(compelling.lacking.join('; '), 600)}`}`,
    );
  return lines;
}

const aroundMax = 8;

function aroundLines(dispute: Dispute, { refunds, others, warnings }: Surroundings): string[] {
  const unread = [
    refunds === null ? 'refunds' : null,
    others === null ? 'other disputes' : null,
    warnings === null ? 'early fraud warnings' : null,
  ].filter((part) => part !== null);
  const parts = [
    ...(refunds ?? []).map(({ amount, status }) => `refund of ${formatMoney(amount)} ${words(status)}`),
    ...(others ?? [])
      .filter(({ id }) => id !== dispute.id)
      .map((other) => `${nameOf(other).toLowerCase()} ${code(other.id)} ${statusWords(other)}`),
    ...(warnings ?? []).map(
      ({ createdAt, fraudType }) => `early fraud warning ${instant(createdAt)} (${words(fraudType)})`,
    ),
  ];
  const more = parts.length - aroundMax;
  const rest = more > 0 ? [`${more} more`] : [];
  return [
    ...(dispute.isChargeRefundable ? ['The charge can still be refunded.'] : []),
    ...(parts.length === 0
      ? []
      : [`*Also on this payment:* ${[...parts.slice(0, aroundMax), ...rest].join(' · ')}`]),
    ...(unread.length === 0 ? [] : [`:grey_question: ${unread.join(', ')} can’t be read at the moment`]),
  ];
}

/** An inquiry asks about an amount and takes none of it. */
export const amountWords = (dispute: DisputeFacts): string =>
  `${formatMoney(dispute.amount)}${isInquiry(dispute) ? ', nothing withdrawn' : ''}`;

function evidenceWords({ submissionCount, hasEvidence }: Dispute): string {
  if (submissionCount > 0) return 'submitted';
  return hasEvidence ? 'saved as draft, not submitted' : 'none yet';
}
