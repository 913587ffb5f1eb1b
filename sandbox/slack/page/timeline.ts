/**
 * What one person sees of a channel: which messages, grouped how, under which day.
 * Invariant: pure; an ephemeral message is seen by its one person only; a thread's replies are seen in the thread.
 */
import type { Channel, Message, User } from '../wire.js';
import { dayKey } from './dates.js';

export interface Row {
  message: Message;
  /** True when the author's picture and name are left out because the message before is theirs too. */
  grouped: boolean;
  /** True for the first message of a day. */
  opensDay: boolean;
}

interface ThreadSummary {
  count: number;
  /** User ids of those who replied, first repliers first. */
  authors: string[];
  lastTs: string;
}

const groupSpanSeconds = 300;

export function isVisible(message: Message, personId: string): boolean {
  return message.ephemeral_to === undefined || message.ephemeral_to === personId;
}

function isReply(message: Message): boolean {
  return message.thread_ts !== undefined && message.thread_ts !== message.ts;
}

/** The rows of a channel's main list. */
export function channelRows(channel: Channel, personId: string, tz: string): Row[] {
  const shown = channel.messages.filter(
    (each) => isVisible(each, personId) && (!isReply(each) || each.subtype === 'thread_broadcast'),
  );
  return rows(shown, tz);
}

/** The rows of one thread: its parent first. */
export function threadRows(channel: Channel, threadTs: string, personId: string, tz: string): Row[] {
  const shown = channel.messages.filter(
    (each) => isVisible(each, personId) && (each.ts === threadTs || each.thread_ts === threadTs),
  );
  return rows(shown, tz);
}

/** The reply line under a parent message, or null where there are no replies. */
export function threadSummary(channel: Channel, parent: Message): ThreadSummary | null {
  const replies = channel.messages.filter(
    (each) => each.thread_ts === parent.ts && isReply(each) && each.ephemeral_to === undefined,
  );
  const last = replies.at(-1);
  if (last === undefined) return null;
  return { count: replies.length, authors: [...new Set(replies.map((each) => each.user))], lastTs: last.ts };
}

function rows(messages: Message[], tz: string): Row[] {
  return messages.map((message, at) => {
    const before = messages[at - 1];
    const opensDay = before === undefined || dayKey(before.ts, tz) !== dayKey(message.ts, tz);
    return { message, opensDay, grouped: !opensDay && continues(before, message) };
  });
}

function continues(before: Message, message: Message): boolean {
  return (
    before.user === message.user &&
    before.subtype === message.subtype &&
    before.ephemeral_to === message.ephemeral_to &&
    Number(message.ts) - Number(before.ts) < groupSpanSeconds
  );
}

/** How many messages a person has not seen: later than `lastReadTs` and not their own. */
export function unreadCount(channel: Channel, personId: string, lastReadTs: string): number {
  const fresh = (each: Message): boolean =>
    Number(each.ts) > Number(lastReadTs) &&
    each.user !== personId &&
    isVisible(each, personId) &&
    !isReply(each);
  return channel.messages.filter(fresh).length;
}

/** The other side of a direct conversation, or null for a channel. */
export function counterpart(channel: Channel, personId: string, users: User[]): User | null {
  if (!channel.is_im) return null;
  const id = channel.members.find((member) => member !== personId) ?? personId;
  return users.find((user) => user.id === id) ?? null;
}

/** The direct conversation of two people: the one that exists, or one that begins with the first message in it. */
export function directWith(channels: Channel[], person: User, other: User): Channel {
  const isOurs = (each: Channel): boolean =>
    each.is_im && each.members.length === 2 && [person.id, other.id].every((id) => each.members.includes(id));
  return (
    channels.find(isOurs) ?? {
      id: `@${other.name}`,
      name: `dm-${other.name}`,
      is_private: true,
      is_im: true,
      is_archived: false,
      topic: '',
      purpose: '',
      members: [person.id, other.id],
      messages: [],
    }
  );
}

/** The channels and direct conversations a person is in, by name, archived ones left out. */
export function conversationsOf(
  channels: Channel[],
  personId: string,
): { channels: Channel[]; direct: Channel[] } {
  const mine = channels.filter((each) => each.members.includes(personId) && !each.is_archived);
  const byName = (a: Channel, b: Channel): number => a.name.localeCompare(b.name);
  return {
    channels: mine.filter((each) => !each.is_im).sort(byName),
    direct: mine.filter((each) => each.is_im),
  };
}
