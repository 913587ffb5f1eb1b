/**
 * `/dispute`: which disputes need a response, and how long is left for this one?
 */
import { queueOf, urgencyOf } from '../src/disputes/queue.js';
import type { Clock } from '../src/kernel/clock.js';
import { OpsError } from '../src/kernel/errors.js';
import { refuseCardNumber } from '../src/kernel/card-number-refusal.js';
import type { Card } from '../src/ports/card.js';
import type { Command } from '../src/ports/command.js';
import type { PaymentsApi } from '../src/ports/payments-api.js';
import { disputeCard, disputeQueueCard } from '../src/views/disputes/dispute.js';
import type { RemediationDesk } from '../src/remediation/remediation.js';
import type { Links } from '../src/views/kit/links.js';
import { lookUpIds } from '../src/views/kit/look-ups.js';
import { startableIn } from '../src/views/remediation/start.js';
import { requireLookups, type LookupDoor } from './door.js';

export interface DisputeDesk extends LookupDoor {
  /** Null while no payments API is connected. */
  paymentsApi: PaymentsApi | null;
  links: Links;
  clock: Clock;
  remediation: Pick<RemediationDesk, 'actions'> | null;
}

/** One page of the provider's list: enough to see what is due, quick enough to answer at once. */
const mostScanned = 100;

export const disputeCommand: Command<DisputeDesk> = {
  name: '/dispute',
  summary: 'See which disputes need a response, and by when',
  usageHint: '[dp_… | du_…]',
  examples: [
    { text: '/dispute', does: 'disputes that need a response, nearest deadline first' },
    { text: '/dispute dp_1Q…', does: 'one dispute: deadline, amount, reason, evidence' },
  ],
  reads: () => true,
  run: async ({ text, answer, person }, desk) => {
    await requireLookups(desk, person.userId, 'Disputes');
    return answer.privately(text.trim() === '' ? await queueCard(desk) : await oneCard(text, desk));
  },
  actions: {
    [lookUpIds.dispute]: async ({ value, answer, person }, desk) => {
      await requireLookups(desk, person.userId, 'Disputes');
      return answer.privately(await oneCard(value, desk));
    },
  },
};

async function queueCard(desk: DisputeDesk): Promise<Card> {
  const { links, clock } = desk;
  const { rows, problems } = await connected(desk).recentDisputes(mostScanned);
  const now = clock.now();
  const scanned = rows.length + problems.length;
  const isAll = scanned < mostScanned;
  return disputeQueueCard({ queue: queueOf(rows, now), unread: problems, scanned, isAll, now, links });
}

async function oneCard(text: string, desk: DisputeDesk): Promise<Card> {
  const dispute = await connected(desk).dispute(requireDisputeId(text.trim()));
  const now = desk.clock.now();
  const startable = startableIn(desk);
  return disputeCard({ dispute, urgency: urgencyOf(dispute, now), now, links: desk.links, startable });
}

function connected({ paymentsApi }: DisputeDesk): PaymentsApi {
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
    hint: 'Dispute IDs look like dp_1Q2w or du_1Q2w. For a payment’s disputes, use `/payment`.',
  });
}
