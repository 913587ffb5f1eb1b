/**
 * News about messages that the chat platform refuses: to operators in another channel, and to the person who was
 * told to look for the message.
 *
 * Invariants: told in the transaction that changes the message; each thing once, however often the message is tried.
 */
import type { Card } from '../../ports/card.js';
import type { ClaimedMessage, HeldSince, OutboxNews, OutgoingMessage } from '../../ports/outbox.js';
import type { Database, PgTransaction } from './database.js';

/** Where operators learn of messages that cannot be posted, and how it is said. */
export interface OutboxNotices {
  /** The first one is used that the news is not about, and that takes messages itself. */
  channels: readonly string[];
  card: (news: OutboxNews) => Card;
}

interface HeldChannel {
  channel: string;
  /** The oldest message that is held there. */
  first: bigint;
  since: Date;
  waiting: bigint;
}

const heldSql = `
  select channel, min(id) as first, min(held_since) as since,
    (select count(*) from paydesk.outbox w where w.channel = o.channel and w.state in ('waiting', 'sending')) as waiting
  from paydesk.outbox o
  where held_since is not null and state in ('waiting', 'sending')
  group by channel`;

export const createHeldSince =
  ({ query }: Pick<Database, 'query'>): HeldSince =>
  async (channel) =>
    (await query<HeldChannel>(heldSql)).find((held) => held.channel === channel)?.since ?? null;

export interface OutboxTeller {
  held(tx: PgTransaction, message: ClaimedMessage, refusal: string): Promise<void>;
  /** A message that was held since then has been sent. */
  delivered(tx: PgTransaction, message: ClaimedMessage, since: Date): Promise<void>;
  refused(tx: PgTransaction, message: ClaimedMessage, refusal: string): Promise<void>;
}

type Enqueue = (tx: PgTransaction, message: OutgoingMessage) => Promise<void>;

export function createOutboxTeller({ channels, card }: OutboxNotices, enqueue: Enqueue): OutboxTeller {
  const tellOperators = async (tx: PgTransaction, news: OutboxNews, once: string): Promise<void> => {
    const held = new Set((await tx.query<HeldChannel>(heldSql)).map(({ channel }) => channel));
    const open = channels.find((channel) => channel !== news.channel && !held.has(channel));
    if (open !== undefined) await enqueue(tx, { channel: open, card: card(news), once: `outbox-${once}` });
  };
  const tellPerson = async (
    tx: PgTransaction,
    { id, channel, concerns, card: { text } }: ClaimedMessage,
    kind: 'yours_held' | 'yours_delivered',
  ): Promise<void> => {
    if (concerns === null) return;
    await enqueue(tx, {
      channel: concerns,
      card: card({ kind, channel, text }),
      once: `outbox-${kind}:${id}`,
    });
  };
  return {
    held: async (tx, message, refusal) => {
      const { channel } = message;
      const all = await tx.query<HeldChannel>(heldSql);
      const { first = message.id, waiting = 1n } = all.find((held) => held.channel === channel) ?? {};
      const news = { kind: 'held', channel, refusal, waiting: Number(waiting) } as const;
      await tellOperators(tx, news, `held:${channel}:${refusal}:${first}`);
      await tellPerson(tx, message, 'yours_held');
    },
    delivered: async (tx, message, since) => {
      const { channel } = message;
      await tellPerson(tx, message, 'yours_delivered');
      const all = await tx.query<HeldChannel>(heldSql);
      if (all.some((held) => held.channel === channel)) return;
      await tellOperators(tx, { kind: 'delivered', channel, since }, `delivered:${message.id}`);
    },
    refused: (tx, { id, channel, card: { text } }, refusal) =>
      tellOperators(tx, { kind: 'refused', channel, refusal, text }, `refused:${id}`),
  };
}
