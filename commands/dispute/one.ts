/** One dispute, or those of a payment, as the provider has them now; and who has it. */
import { urgencyOf } from '../../src/disputes/queue.js';
import { refuseCardNumber } from '../../src/kernel/card-number-refusal.js';
import { OpsError } from '../../src/kernel/errors.js';
import { part } from '../../src/kernel/part.js';
import { answerTo, canBeAnswered } from '../../src/nouns/dispute.js';
import type { Card } from '../../src/ports/card.js';
import type { Dispute, PaymentsApi, ProviderSubject } from '../../src/ports/payments-api.js';
import { disputeCard, type Surroundings } from '../../src/views/disputes/dispute.js';
import { paymentDisputesCard } from '../../src/views/disputes/queue.js';
import { startableIn } from '../../src/views/remediation/start.js';
import { connected, requireDisputeId, type DisputeDeps } from './deps.js';

/** A dispute by its id, or those of a payment. */
export async function askedCard(text: string, readerId: string, desk: DisputeDeps): Promise<Card> {
  const subject = paymentIn(text);
  if (subject === null) return oneCard(text, readerId, desk);
  const { rows, problems } = await connected(desk).api.disputesOf(subject);
  const [first, ...others] = rows;
  if (first && others.length === 0 && problems.length === 0) return cardFor(first, readerId, null, desk);
  if (rows.length + problems.length === 0) throw noDispute(subject);
  const { links, clock } = desk;
  return paymentDisputesCard({ disputes: rows, unread: problems, now: clock.now(), links });
}

function paymentIn(text: string): ProviderSubject | null {
  refuseCardNumber(text);
  const [, id = ''] = /(?:^|[^A-Za-z0-9])((?:pi|ch|py)_[A-Za-z0-9]{4,60})(?![A-Za-z0-9_])/.exec(text) ?? [];
  if (id === '') return null;
  return id.startsWith('pi_') ? { paymentId: id } : { chargeId: id };
}

const noDispute = (subject: ProviderSubject): OpsError =>
  new OpsError(
    'not_found',
    `${'paymentId' in subject ? subject.paymentId : subject.chargeId} has no dispute.`,
  );

/** `note`: what has just been done about it; null for nothing. */
export const oneCard = async (
  text: string,
  readerId: string,
  desk: DisputeDeps,
  note: string | null = null,
): Promise<Card> =>
  cardFor(await connected(desk).api.dispute(requireDisputeId(text.trim())), readerId, note, desk);

/** The rest of the card is worth more than waiting longer for the draft. */
const draftMs = 3000;

async function cardFor(
  dispute: Dispute,
  readerId: string,
  note: string | null,
  desk: DisputeDeps,
): Promise<Card> {
  const { api, disputes } = connected(desk);
  const [around, packet, owner] = await Promise.all([
    surroundingsOf(dispute, api),
    part(
      canBeAnswered(dispute, desk.clock.now()) ? disputes.packetOf(dispute) : Promise.resolve(null),
      draftMs,
    ),
    disputes.ownerOf(dispute.id).then(
      (id) => ({ id }),
      // The card says that it is not known; everything else on it is the provider's.
      () => null,
    ),
  ]);
  const now = desk.clock.now();
  return disputeCard({
    dispute,
    urgency: urgencyOf(dispute, now),
    around,
    packet,
    owner,
    note,
    isAwaited: answerTo(dispute, now).kind !== 'none',
    readerId,
    now,
    links: desk.links,
    startable: startableIn(desk),
  });
}

/** Read side by side; what cannot be read is said on the card and hides nothing. */
async function surroundingsOf(dispute: Dispute, api: PaymentsApi): Promise<Surroundings> {
  const { paymentId, chargeId } = dispute;
  const subject = paymentId !== null ? { paymentId } : chargeId !== null ? { chargeId } : null;
  if (subject === null) return { refunds: [], others: [], warnings: [] };
  const [refunds, others, warnings] = await Promise.allSettled([
    api.refundsOf(subject),
    api.disputesOf(subject),
    api.earlyFraudWarningsOf(subject),
  ]);
  return {
    refunds: refunds.status === 'fulfilled' ? refunds.value.rows : null,
    others: others.status === 'fulfilled' ? others.value.rows : null,
    warnings: warnings.status === 'fulfilled' ? warnings.value.rows : null,
  };
}
