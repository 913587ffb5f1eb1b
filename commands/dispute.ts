/**
 * `/dispute`: which disputes need a response, and how long is left for this one?
 */
import { queueOf, urgencyOf, type QueuedDispute } from '../src/disputes/queue.js';
import { dayMs, hourMs, type Clock } from '../src/kernel/clock.js';
import { formatDuration, parseDuration } from '../src/kernel/duration.js';
import { OpsError } from '../src/kernel/errors.js';
import { refuseCardNumber } from '../src/kernel/card-number-refusal.js';
import type { Card } from '../src/ports/card.js';
import type { Command } from '../src/ports/command.js';
import type { Dispute, PaymentsApi, ProviderSubject } from '../src/ports/payments-api.js';
import { disputeCard, type Surroundings } from '../src/views/disputes/dispute.js';
import { disputeQueueCard } from '../src/views/disputes/queue.js';
import type { RemediationService } from '../src/remediation/remediation.js';
import type { Links } from '../src/views/kit/links.js';
import { lookUpIds } from '../src/views/kit/look-ups.js';
import { startableIn } from '../src/views/remediation/start.js';
import { requireLookups, type LookupDoor } from './door.js';

export interface DisputeDeps extends LookupDoor {
  /** Null while no payments API is connected. */
  paymentsApi: PaymentsApi | null;
  /** Whose API that is. */
  paymentsPartner: string | null;
  links: Links;
  clock: Clock;
  remediation: Pick<RemediationService, 'actions'> | null;
}

/** Ten pages of the provider's list, newest first. */
const scannedMax = 1000;
/** An older dispute waits for no first answer any more: the longest deadline of a network is 120 days. */
const answerableMs = 180 * dayMs;

export const disputeCommand: Command<DisputeDeps> = {
  name: '/dispute',
  summary: 'See which disputes need a response, and by when',
  usageHint: '[dp_… | pi_… | due 24h]',
  examples: [
    { text: '/dispute', does: 'disputes that need a response, nearest deadline first' },
    { text: '/dispute due 3d', does: 'only those due within that time: `24h`, `3d`, `7d`' },
    { text: '/dispute dp_1Q…', does: 'one dispute: deadline, stakes, reason, who answers, evidence' },
    { text: '/dispute pi_3Q…', does: 'the disputes of one payment' },
  ],
  reads: () => true,
  run: async ({ text, answer, person }, desk) => {
    await requireLookups(desk, person.userId, 'Disputes');
    const narrowed = queueWords.exec(text.trim());
    return answer.privately(
      narrowed ? await queueCard(narrowed[1] ?? '', desk) : await askedCard(text, desk),
    );
  },
  actions: {
    [lookUpIds.dispute]: async ({ value, answer, person }, desk) => {
      await requireLookups(desk, person.userId, 'Disputes');
      return answer.privately(await oneCard(value, desk));
    },
  },
};

/** Nothing, or `due` and what narrows it. */
const queueWords = /^(?:due(?:\s+(.*))?)?$/is;

async function queueCard(narrowing: string, desk: DisputeDeps): Promise<Card> {
  const { links, clock } = desk;
  const withinMs = withinOf(narrowing, desk);
  const { rows, problems } = await connected(desk).recentDisputes(scannedMax);
  const now = clock.now();
  const scanned = rows.length + problems.length;
  const oldest = rows.at(-1)?.createdAt ?? now;
  const queue = queueOf(rows, now).filter(
    (queued) => withinMs === null || isDueWithin(queued, now, withinMs),
  );
  return disputeQueueCard({
    queue,
    within: withinMs === null ? null : `due within ${formatDuration(withinMs)}`,
    unread: problems,
    scanned,
    isAll: scanned < scannedMax || now.getTime() - oldest.getTime() > answerableMs,
    now,
    links,
  });
}

/** `24h`, `3d northpay`, in any order; null without a time. */
function withinOf(narrowing: string, desk: DisputeDeps): number | null {
  let withinMs: number | null = null;
  for (const word of narrowing.toLowerCase().split(/\s+/).filter(Boolean)) {
    const duration = parseDuration(word);
    if (duration !== null && duration >= hourMs) withinMs = duration;
    else if (word !== desk.paymentsPartner) throw unknownWord(word, desk);
  }
  return withinMs;
}

const unknownWord = (word: string, { paymentsPartner }: DisputeDeps): OpsError =>
  new OpsError(
    'invalid',
    `“${word.slice(0, 40)}” is neither a time nor a partner whose disputes are connected.`,
    {
      hint: `Try \`/dispute due 24h\` or \`/dispute due 7d\`${paymentsPartner === null ? '' : `; connected: ${paymentsPartner}`}.`,
    },
  );

/** What has no date may be due at any moment, and what is overdue still waits. */
function isDueWithin({ dispute, urgency }: QueuedDispute, now: Date, withinMs: number): boolean {
  if (urgency === 'not_allowed') return false;
  return dispute.respondBy === null || dispute.respondBy.getTime() - now.getTime() <= withinMs;
}

/** A dispute by its id, or those of a payment. */
async function askedCard(text: string, desk: DisputeDeps): Promise<Card> {
  const subject = paymentIn(text);
  if (subject === null) return oneCard(text, desk);
  const { rows, problems } = await connected(desk).disputesOf(subject);
  const [first, ...others] = rows;
  if (first && others.length === 0 && problems.length === 0) return cardFor(first, desk);
  if (rows.length + problems.length === 0) throw noDispute(subject);
  const { links, clock } = desk;
  const now = clock.now();
  const queue = rows.map((dispute) => ({ dispute, urgency: urgencyOf(dispute, now) ?? 'later' }) as const);
  return disputeQueueCard({
    queue,
    within: null,
    unread: problems,
    scanned: rows.length + problems.length,
    isAll: true,
    now,
    links,
  });
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

const oneCard = async (text: string, desk: DisputeDeps): Promise<Card> =>
  cardFor(await connected(desk).dispute(requireDisputeId(text.trim())), desk);

async function cardFor(dispute: Dispute, desk: DisputeDeps): Promise<Card> {
  const around = await surroundingsOf(dispute, connected(desk));
  const now = desk.clock.now();
  const urgency = urgencyOf(dispute, now);
  return disputeCard({ dispute, urgency, around, now, links: desk.links, startable: startableIn(desk) });
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

function connected({ paymentsApi }: DisputeDeps): PaymentsApi {
  if (paymentsApi) return paymentsApi;
  throw notConnected();
}

const notConnected = (): OpsError =>
  new OpsError('misconfigured', 'Disputes can’t be read: no payments API is connected.', {
    hint: 'Ask your Paydesk admin to set STRIPE_API_KEY and paymentsApi in paydesk.yaml.',
  });

function requireDisputeId(text: string): string {
  refuseCardNumber(text);
  const id = /(?:^|[^A-Za-z0-9])((?:dp|du)_[A-Za-z0-9]{4,60})(?![A-Za-z0-9_])/.exec(text)?.[1];
  if (id !== undefined) return id;
  throw new OpsError('invalid', 'That isn’t a dispute ID.', {
    hint: 'Dispute IDs look like dp_1Q2w or du_1Q2w. For a payment’s disputes, use `/dispute pi_…`.',
  });
}
