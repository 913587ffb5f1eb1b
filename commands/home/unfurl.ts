/**
 * The preview of a dashboard link: the same first answer as the command's, for everybody who reads the channel.
 *
 * Invariants: the person may look up payments, and the channel has no members from another company. A preview has no personal
 * data and no buttons, and the audit log records it before it is shown.
 */
import { isId } from '../../src/payments/found-ids.js';
import type { CardBlock } from '../../src/ports/card.js';
import type { Unfurl } from '../../src/ports/command.js';
import { disputePreview } from '../../src/views/disputes/dispute.js';
import { paymentTraceCard } from '../../src/views/payments/trace.js';
import { payoutCard } from '../../src/views/payments/payout.js';
import type { DisputeDeps } from '../dispute/index.js';
import { requireInternal, requireLookups } from '../door.js';
import { lastOf, type PaymentDeps } from '../payment.js';

export interface UnfurlDeps extends PaymentDeps, Pick<DisputeDeps, 'paymentsApi' | 'clock'> {
  /** Hosts of the pages that the configuration links to. */
  dashboardHosts: ReadonlySet<string>;
}

export const unfurl: Unfurl<UnfurlDeps> = async ({ url, person: { userId }, channelId }, desk) => {
  const id = idIn(url, desk.dashboardHosts);
  if (id === null) return null;
  await requireInternal(desk.channels, channelId);
  await requireLookups(desk, userId, 'Previews');
  const blocks = await previewOf(id, userId, desk);
  if (blocks === null) return null;
  await desk.audit.record({
    kind: 'lookup.shared',
    actor: userId,
    subjects: [id],
    why: null,
    details: { channel: channelId, as: 'preview' },
  });
  return blocks.filter(({ type }) => type !== 'actions');
};

/** Of the last part of the path that is an id. */
function idIn(url: string, hosts: ReadonlySet<string>): string | null {
  if (!URL.canParse(url)) return null;
  const { hostname, pathname } = new URL(url);
  if (!hosts.has(hostname)) return null;
  return pathname.split('/').findLast(isId) ?? null;
}

async function previewOf(id: string, userId: string, desk: UnfurlDeps): Promise<readonly CardBlock[] | null> {
  if (/^d[pu]_/.test(id)) {
    const dispute = await desk.paymentsApi?.dispute(id);
    return dispute ? disputePreview(dispute, desk.clock.now(), desk.links).blocks : null;
  }
  const found = await lastOf(desk.payments.follow(id));
  if (found?.kind === 'payout') return payoutCard(found.report, desk.links).blocks;
  if (found?.kind !== 'trace') return null;
  const { trace, complete } = found;
  const { links } = desk;
  return paymentTraceCard({ trace, complete, links, sharedBy: userId, startable: [], revealable: false })
    .blocks;
}
