/**
 * What leaves for channels when a request changes: its live card, the news in the card's thread, and alarms.
 */
import type { OutgoingMessage } from '../../ports/outbox.js';
import { liveCardOf } from '../../ports/remediations.js';
import type { Alarm, News, Snapshot } from '../../remediation/life/deps.js';
import type { Policy } from '../../remediation/policy/policy.js';
import { noLinks, type Links } from '../kit/links.js';
import { alarmCard, newsCard, newsLine, remediationCard } from './card.js';
import { freezeCard } from './freeze.js';
import { undoButton } from './buttons.js';
import { actions, cardOf, section } from '../kit/blocks.js';

type Channels = Policy['channels'];

/** The card first, so that news sent with it has a thread. */
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

/** What Paydesk began by itself is reported in the thread of its alert as well, with a button to undo it. */
export function alertThreadMessage(
  snapshot: Snapshot,
  news: News,
  { channel, liveCard }: { channel: string; liveCard: string },
): OutgoingMessage {
  const line = newsLine(news, snapshot);
  const isNew = snapshot.remediation.state === 'approved';
  const way = isNew ? actions(undoButton(snapshot)) : [];
  const card = cardOf(line, [section(`:zap: ${line}`), ...way]);
  return { channel, card, threadOf: liveCard };
}

/** A freeze has a live card, with the button that lifts it; what is done about it later is said again. */
export function alarmMessages({ personId, text, about }: Alarm, policy: AlarmPolicy): OutgoingMessage[] {
  const { alarm: channel } = policy.channels;
  if (about.kind === 'request') {
    const { snapshot } = about;
    return [
      {
        channel,
        card: alarmCard(personId, text, {
          snapshot,
          groups: groupIds(policy, snapshot.ruling.approverGroups),
        }),
      },
    ];
  }
  const { freeze } = about;
  const { killSwitch } = policy;
  const groups = groupIds(policy, [...killSwitch.lift, ...killSwitch.freeze]);
  const live = { channel, card: freezeCard(freeze, groups), liveCard: `freeze:${freeze.at.toISOString()}` };
  const isNew = freeze.liftBy === null && freeze.liftedBy === null;
  return isNew
    ? [live]
    : [live, { channel, card: alarmCard(personId, text, { snapshot: null, groups: [] }) }];
}

type AlarmPolicy = Pick<Policy, 'channels' | 'groups' | 'killSwitch'>;

const groupIds = ({ groups }: AlarmPolicy, names: readonly string[]): string[] => [
  ...new Set(names.flatMap((name) => groups[name] ?? [])),
];
