/**
 * What leaves for the alerts channel when a partner's published status changes.
 */
import type { StatusNews } from '../../partners/watch.js';
import type { OutgoingMessage } from '../../ports/outbox.js';
import { troubleCardOf, type RememberedStatus } from '../../ports/partner-statuses.js';
import { partnerStatusCard } from './published.js';

/** The card first, so that its thread exists when the news arrives. */
export function partnerMessages(
  { name, channel }: { name: string; channel: string },
  status: RememberedStatus,
  news: StatusNews | null,
): OutgoingMessage[] {
  const liveCard = troubleCardOf(status);
  const card = partnerStatusCard(name, status);
  const live = { channel, card, liveCard };
  return news === null ? [live] : [live, { channel, card, threadOf: liveCard }];
}
