/**
 * What the channel reads of disputes: a live card for each, the news in its thread, early fraud warnings, and reminders.
 *
 * Invariant: the first line says what is to be done and by when; a card names the person who has it, or offers to take it.
 */
import type { ActionsBlock } from '@slack/types';
import type { DisputeNews } from '../../disputes/desk.js';
import { draftWords } from '../../disputes/drafts.js';
import { urgencyOf } from '../../disputes/queue.js';
import { formatMoney } from '../../kernel/money.js';
import { answerTo } from '../../nouns/dispute.js';
import type { Card } from '../../ports/card.js';
import type { KnownDispute } from '../../ports/dispute-register.js';
import type { Charge, EarlyFraudWarning } from '../../ports/payments-api.js';
import {
  actions,
  button,
  cardOf,
  context,
  escape,
  instant,
  mention,
  section,
  sections,
} from '../kit/blocks.js';
import { joined, reference, type Links } from '../kit/links.js';
import { lookUpButton } from '../kit/look-ups.js';
import { disputeIds, ownerLine, ownershipButtons, ownershipValue } from './ownership.js';
import { amountWords, dueSentence, marks, nameOf, words } from './dispute.js';

export interface AnnouncementModel {
  dispute: KnownDispute;
  now: Date;
  links: Links;
}

/** The live card of a dispute. */
export function announcementCard({ dispute, now, links }: AnnouncementModel): Card {
  const { id, ownerId, createdAt, brand, networkReasonCode } = dispute;
  const isAwaited = answerTo(dispute, now).kind !== 'none';
  const urgency = urgencyOf(dispute, now);
  const title = `${nameOf(dispute)} for ${formatMoney(dispute.amount)}: ${dueWords(dispute, now)}`;
  const code = [brand, networkReasonCode].filter((part) => part !== null).join(' ');
  return cardOf(title, [
    section(`${urgency === null ? ':scales:' : marks[urgency]} *${title}*`),
    ...sections([
      joined(`*Reason:* ${words(dispute.reason)}`, code === '' ? null : escape(code)),
      ...(isAwaited || ownerId !== null ? [ownerLine(ownerId)] : []),
      ...(dispute.draft !== null && isAwaited && dispute.submissionCount === 0
        ? [`*Draft evidence:* ${draftWords[dispute.draft.word]} · ${escape(dispute.draft.reason)}`]
        : []),
    ]),
    ...buttonsOf(dispute, isAwaited),
    context(joined(reference(links, 'dispute', id), `opened ${instant(createdAt)}`, escape(dispute.partner))),
  ]);
}

/** A live card is read later than it was made: it says when a response is due, and not how long is left. */
function dueWords(dispute: KnownDispute, now: Date): string {
  const answer = answerTo(dispute, now);
  return answer.kind === 'due' ? `response due by ${instant(answer.by)}` : lowered(dueSentence(dispute, now));
}

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function buttonsOf(dispute: KnownDispute, isAwaited: boolean): ActionsBlock[] {
  const { id, ownerId, paymentId, chargeId } = dispute;
  const payment = paymentId ?? chargeId;
  return actions(
    ...ownershipButtons({ id, ownerId, isAwaited, readerId: null }),
    lookUpButton('dispute', id),
    payment === null ? null : lookUpButton('payment', payment),
  );
}

/** For the thread of the card. */
export function disputeNewsCard({ by, from, text }: DisputeNews): Card {
  const said = from === null ? escape(text) : `${escape(text.replace(/\.$/, ''))} from ${mention(from)}.`;
  const line = [by === null ? '' : mention(by), said].filter(Boolean).join(' ');
  return cardOf(line, [section(line)]);
}

export interface FraudWarningModel {
  warning: EarlyFraudWarning;
  charge: Charge;
  links: Links;
}

export function fraudWarningCard({ warning, charge, links }: FraudWarningModel): Card {
  const { id, fraudType, actionable, createdAt, chargeId, paymentId } = warning;
  const title = `Early fraud warning for ${formatMoney(charge.amount)}: ${words(fraudType)}`;
  const advice = actionable
    ? 'A full refund now keeps it from becoming a dispute. The warning counts towards the network’s programme either way.'
    : 'The payment is already refunded or disputed; no action needed.';
  return cardOf(title, [
    section(`:triangular_flag_on_post: *${title}*`),
    section(advice),
    ...actions(lookUpButton('payment', paymentId ?? chargeId)),
    context(joined(reference(links, 'early_fraud_warning', id), `raised ${instant(createdAt)}`)),
  ]);
}

const remindedMax = 10;

/** One message for all whose time has come since the last. */
export function reminderCard(disputes: readonly KnownDispute[], now: Date, links: Links): Card {
  const [first] = disputes;
  const count = disputes.length === 1 ? '1 dispute has' : `${disputes.length} disputes have`;
  const title = `${count} no owner${first ? `: ${lowered(dueSentence(first, now))}` : ''}`;
  const rest = disputes.length - remindedMax;
  return cardOf(title, [
    section(`:alarm_clock: *${title}*`),
    ...disputes
      .slice(0, remindedMax)
      .flatMap((dispute) => [
        section(
          joined(
            dueSentence(dispute, now),
            amountWords(dispute),
            words(dispute.reason),
            reference(links, 'dispute', dispute.id),
          ),
          button({
            actionId: disputeIds.take,
            text: 'Take',
            value: ownershipValue(dispute.id, null),
            label: `Take ${dispute.id}`,
          }),
        ),
      ]),
    ...(rest > 0 ? [section(`and ${rest} more: \`/dispute due 3d\``)] : []),
  ]);
}
