/**
 * What leaves for channels when a request changes: its live card, the news in the card's thread, and alarms.
 */
import type { OutgoingMessage } from '../ports/outbox.js';
import { liveCardOf } from '../ports/remediations.js';
import type { News, Snapshot } from '../remediation/deps.js';
import type { Policy } from '../remediation/policy.js';
import { noLinks, type Links } from './links.js';
import { alarmCard, newsCard, remediationCard } from './remediation-card.js';

type Channels = Policy['channels'];

/** The card first, so that news that is sent with it has a thread to stand in. */
export function remediationMessages(
  snapshot: Snapshot,
  news: News | null,
  { approvals: channel }: Channels,
  links: Links = noLinks,
): OutgoingMessage[] {
  const liveCard = liveCardOf(snapshot.remediation.id);
  const concerns = snapshot.remediation.requesterId;
  const card: OutgoingMessage = { channel, card: remediationCard(snapshot, { links }), liveCard, concerns };
  return news ? [card, { channel, card: newsCard(news, snapshot), threadOf: liveCard }] : [card];
}

export const alarmMessage = (
  personId: string,
  text: string,
  snapshot: Snapshot | null,
  { alarm }: Channels,
): OutgoingMessage => ({ channel: alarm, card: alarmCard(personId, text, snapshot) });
