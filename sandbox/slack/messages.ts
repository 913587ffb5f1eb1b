/**
 * What was said: posting, changing and deleting messages, and what their threads know of them.
 * Invariant: a message's `ts` is unique in the workspace and grows; messages of a channel are in the order of `ts`, and
 * only its newest are kept.
 */
import type { Cause, Changes } from './changes.js';
import type { Clock } from './clock.js';
import type { Limits } from './limits.js';
import type { Block, Channel, FileRef, Message, MessageMetadata } from './wire.js';

export interface NewMessage {
  channel: string;
  user: string;
  text: string;
  blocks?: Block[] | undefined;
  thread_ts?: string | undefined;
  ephemeral_to?: string | undefined;
  files?: FileRef[] | undefined;
  subtype?: string | undefined;
  metadata?: MessageMetadata | undefined;
}

export interface MessageEdit {
  text: string;
  blocks: Block[] | undefined;
  /** Undefined keeps what is there, null takes it away. */
  metadata?: MessageMetadata | null | undefined;
}

/** What stands around a message's text. */
type Surroundings = Pick<Message, 'reactions' | 'attachments' | 'pinned_to' | 'pinned_info' | 'subtype'>;

/** What was said. */
export interface Messages {
  findMessage(channelId: string, ts: string): Message | undefined;
  post(message: NewMessage, cause?: Cause): Message;
  /** Replaces what the message says; it counts as edited only when the new content is text alone. */
  edit(message: Message, change: MessageEdit, cause?: Cause): Message;
  remove(message: Message, cause?: Cause): void;
  /** Changes what stands around the text; a member that is undefined goes away. */
  amend(
    message: Message,
    change: { [key in keyof Surroundings]: Surroundings[key] | undefined },
    cause?: Cause,
  ): void;
}

interface MessagesDeps {
  clock: Clock;
  changes: Changes;
  limits: Limits;
}

/** Unique, growing timestamps in Slack's form `seconds.micros`. */
function createTimestamps(clock: Clock): () => string {
  let lastMicros = 0;
  return () => {
    lastMicros = Math.max(clock.now().getTime() * 1000, lastMicros + 1);
    return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`;
  };
}

const tombstoneText = 'tombstone';
const tombstone = {
  user: 'USLACKBOT',
  text: 'This message was deleted.',
  subtype: tombstoneText,
  hidden: true,
} as const;

function createThreads(channels: ReadonlyMap<string, Channel>) {
  const findMessage = (channelId: string, ts: string) =>
    channels.get(channelId)?.messages.find((message) => message.ts === ts);
  const repliesTo = ({ channel, ts }: Message) =>
    (channels.get(channel)?.messages ?? []).filter(
      (each) => each.thread_ts === ts && each.ts !== ts && each.ephemeral_to === undefined,
    );
  return {
    findMessage,
    /** The parent of a reply that everybody sees. */
    parentOf: ({ channel, ts, thread_ts, ephemeral_to }: NewMessage & { ts?: string }) =>
      thread_ts === undefined || thread_ts === ts || ephemeral_to !== undefined
        ? undefined
        : findMessage(channel, thread_ts),
    /** Writes on the parent who replied and when last. */
    count: (parent: Message, by: 1 | -1): void => {
      const replies = repliesTo(parent);
      parent.reply_count = (parent.reply_count ?? 0) + by;
      parent.reply_users = [...new Set(replies.map(({ user }) => user))];
      parent.thread_ts = parent.ts;
      const latest = replies.at(-1);
      if (latest) parent.latest_reply = latest.ts;
      else delete parent.latest_reply;
    },
  };
}

/** What is in the place of a deleted message that has replies. */
const tombstoneOf = ({
  channel,
  ts,
  reply_count = 0,
  reply_users = [],
  latest_reply = ts,
}: Message): Message => ({
  ...tombstone,
  channel,
  ts,
  thread_ts: ts,
  reply_count,
  reply_users,
  latest_reply,
});

function put(message: Message, { text, blocks, metadata }: MessageEdit, nextTs: () => string): void {
  message.text = text;
  if (blocks === undefined) {
    delete message.blocks;
    message.edited = { ts: nextTs() };
  } else message.blocks = blocks;
  if (metadata === null) delete message.metadata;
  else if (metadata !== undefined) message.metadata = metadata;
}

export function createMessages(
  { clock, changes, limits }: MessagesDeps,
  channels: ReadonlyMap<string, Channel>,
  bot: { user_id: string; bot_id: string },
): Messages {
  const nextTs = createTimestamps(clock);
  const { findMessage, parentOf, count } = createThreads(channels);
  const countReply = (message: Message, by: 1 | -1, cause?: Cause) => {
    const parent = parentOf(message);
    if (parent === undefined) return;
    count(parent, by);
    if (parent.subtype === tombstoneText && parent.reply_count === 0) takeAway(parent, cause);
    else changes.emit({ type: 'message_changed', message: parent }, cause);
  };
  const takeAway = (message: Message, cause?: Cause) => {
    const channel = channels.get(message.channel);
    if (channel) channel.messages = channel.messages.filter((other) => other !== message);
    const { channel: id, ts } = message;
    changes.emit({ type: 'message_deleted', channel: id, ts }, { ...cause, previous: message });
  };
  /** The replies to a deleted message stay, below a tombstone in its place. */
  const bury = (previous: Message, cause?: Cause) => {
    const { channel: id, ts } = previous;
    const message = tombstoneOf(previous);
    const channel = channels.get(id);
    if (channel) channel.messages = channel.messages.map((other) => (other.ts === ts ? message : other));
    changes.emit({ type: 'message_changed', message }, { ...cause, isEdit: true, previous });
  };
  return {
    findMessage,
    post(input, cause) {
      const given = Object.entries(input).filter(([, value]) => value !== undefined);
      const author = input.user === bot.user_id ? { bot_id: bot.bot_id } : {};
      const parent = parentOf(input);
      const below = parent && { parent_user_id: parent.user };
      const message = {
        ...Object.fromEntries(given),
        ...author,
        ...below,
        ts: nextTs(),
      } as unknown as Message;
      const kept = channels.get(input.channel)?.messages ?? [];
      kept.push(message);
      kept.splice(0, kept.length - limits.messagesKept);
      changes.emit({ type: 'message', message }, cause);
      countReply(message, 1, cause);
      return message;
    },
    edit(message, change, cause) {
      const previous = { ...message };
      put(message, change, nextTs);
      changes.emit({ type: 'message_changed', message }, { ...cause, isEdit: true, previous });
      return message;
    },
    remove(message, cause) {
      if ((message.reply_count ?? 0) > 0) {
        bury(message, cause);
        return;
      }
      takeAway(message, cause);
      countReply(message, -1, cause);
    },
    amend(message, change, cause) {
      const previous = { ...message };
      Object.assign(message, change);
      changes.emit({ type: 'message_changed', message }, { ...cause, previous });
    },
  };
}
