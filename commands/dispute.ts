/**
 * `/dispute`: which disputes need an answer, and how long is left for this one?
 */
import { queueOf, urgencyOf } from '../src/disputes/queue.js';
import type { Clock } from '../src/kernel/clock.js';
import { OpsError } from '../src/kernel/errors.js';
import { containsCardNumber } from '../src/kernel/sensitive.js';
import type { Command } from '../src/ports/command.js';
import type { PaymentsApi } from '../src/ports/payments-api.js';
import { disputeCard, disputeQueueCard } from '../src/views/dispute.js';
import type { RemediationDesk } from '../src/remediation/remediation.js';
import type { Links } from '../src/views/links.js';
import { startableIn } from '../src/views/remediation-start.js';
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
  summary: 'See which disputes need an answer, and by when',
  usageHint: '[dp_… | du_…]',
  examples: [
    { text: '/dispute', does: 'the disputes that need an answer, nearest deadline first' },
    { text: '/dispute dp_1Q…', does: 'one dispute: deadline, amount, reason, evidence' },
  ],
  reads: () => true,
  run: async ({ text, answer, person }, desk) => {
    await requireLookups(desk, person.userId, 'Disputes');
    const { paymentsApi, links, clock } = desk;
    if (!paymentsApi) throw notConnected();
    const now = clock.now();
    const id = text.trim();
    if (id === '') {
      const { rows, problems } = await paymentsApi.recentDisputes(mostScanned);
      const scanned = rows.length + problems.length;
      const isAll = scanned < mostScanned;
      const queue = queueOf(rows, now);
      return answer.privately(disputeQueueCard({ queue, unread: problems, scanned, isAll, now, links }));
    }
    const dispute = await paymentsApi.dispute(requireDisputeId(id));
    return answer.privately(
      disputeCard({ dispute, urgency: urgencyOf(dispute, now), now, links, startable: startableIn(desk) }),
    );
  },
  actions: {},
};

const notConnected = (): OpsError =>
  new OpsError('misconfigured', 'No payments API is connected, so disputes cannot be read.', {
    hint: 'Whoever runs Paydesk sets STRIPE_API_KEY and paymentsApi in paydesk.yaml.',
  });

function requireDisputeId(text: string): string {
  if (containsCardNumber(text))
    throw new OpsError('invalid', 'That looks like a card number, so it was not read, searched or kept.', {
      hint: 'Please delete it where you pasted it, and give the id of the dispute.',
    });
  const id = /(?:^|[^A-Za-z0-9])((?:dp|du)_[A-Za-z0-9]{4,60})(?![A-Za-z0-9_])/.exec(text)?.[1];
  if (id !== undefined) return id;
  throw new OpsError('invalid', 'That is not the id of a dispute.', {
    hint: 'Dispute ids look like dp_1Q2w or du_1Q2w. For any other id, /payment shows the disputes of the payment.',
  });
}
