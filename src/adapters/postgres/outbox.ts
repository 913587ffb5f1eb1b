/**
 * The outbox in Postgres: enqueueing for the desk, claiming for the senders.
 *
 * Invariants: see `ports/outbox.ts`. A claim leases the whole channel by moving its `next_at`, so two senders never
 * have messages of one channel in hand at once; whatever settles a claim is one statement that does nothing once another
 * sender has claimed the message.
 * Deliberately absent: waiting for locks. What a transaction of the desk is rewriting is passed over until it ends.
 */
import { dayMs } from '../../kernel/clock.js';
import type { Json } from '../../kernel/canonical-json.js';
import { redactWithin } from '../../kernel/sensitive.js';
import type { Card } from '../../ports/card.js';
import type { ClaimedMessage, Outbox, OutboxBacklog, OutboxQueue } from '../../ports/outbox.js';
import type { Database } from './database.js';
import { requirePg } from './transactions.js';

/** What was sent is kept for a month, for people to look back and for `once` to hold; each sending forgets a few. */
const keptMs = 30 * dayMs;

const openChannelSql = `
  insert into paydesk.outbox_channels (channel, next_at) values ($1, $2)
  on conflict (channel) do nothing`;

const enqueueSql = `
  insert into paydesk.outbox (channel, card, thread_of, enqueued_at, once)
  values ($1, $2, $3, $4, $5)
  on conflict (once) do nothing`;

// A newer state of a live card takes the place of the one that still waits.
const enqueueLiveSql = `
  insert into paydesk.outbox (channel, card, thread_of, enqueued_at, live_card)
  values ($1, $2, $3, $4, $5)
  on conflict (live_card) where state = 'waiting' and attempts = 0 and live_card is not null
  do update set card = excluded.card, channel = excluded.channel`;

// Reading `next_at` under the lock that moves it is what keeps a second sender, with an older view, from claiming too.
const claimSql = `
  with free as (
    select m.id
    from paydesk.outbox_channels c
    cross join lateral (
      select id from paydesk.outbox
      where channel = c.channel and state in ('waiting', 'sending')
      order by id limit 1
    ) oldest
    join paydesk.outbox m on m.id = oldest.id
    where c.next_at <= $1
    order by m.id limit 1
    for update of c, m skip locked
  ), claimed as (
    update paydesk.outbox o
    set state = 'sending', attempts = attempts + 1, outcome_unknown = o.outcome_unknown or o.state = 'sending'
    from free
    where o.id = free.id and o.state in ('waiting', 'sending')
    returning o.*
  ), leased as (
    update paydesk.outbox_channels c set next_at = $2 from claimed where c.channel = claimed.channel
  )
  select id, channel, card, live_card, attempts, enqueued_at, outcome_unknown,
    (select ts from paydesk.live_cards l where l.live_card = o.live_card and l.channel = o.channel) as ts,
    (select ts from paydesk.live_cards l where l.live_card = o.thread_of and l.channel = o.channel) as thread_ts
  from claimed o`;

// Only a message that was tried before can have a newer one of the same card behind it.
const takeNewerSql = `
  with newer as (
    delete from paydesk.outbox where id in (
      select id from paydesk.outbox
      where live_card = $2 and channel = $3 and state = 'waiting' and attempts = 0
      for update skip locked
    )
    returning card
  )
  update paydesk.outbox o set card = newer.card from newer where o.id = $1
  returning o.card`;

const sentSql = `
  with done as (
    update paydesk.outbox set state = 'sent', finished_at = $3, last_fault = null
    where id = $1 and attempts = $2 and state = 'sending'
    returning channel, live_card
  ), placed as (
    insert into paydesk.live_cards (live_card, channel, ts, updated_at)
    select live_card, channel, $4, $3 from done where live_card is not null
    on conflict (live_card) do update set channel = excluded.channel, ts = excluded.ts, updated_at = excluded.updated_at
  ), old as (
    delete from paydesk.outbox where id in (
      select id from paydesk.outbox where state = 'sent' and finished_at < $6
      order by finished_at limit 5 for update skip locked
    )
  )
  update paydesk.outbox_channels c set next_at = $5 from done where c.channel = done.channel`;

const postponeSql = `
  with done as (
    update paydesk.outbox set state = 'waiting', last_fault = $3, outcome_unknown = $4
    where id = $1 and attempts = $2 and state = 'sending'
    returning channel
  )
  update paydesk.outbox_channels c set next_at = $5 from done where c.channel = done.channel`;

const refuseSql = `
  with done as (
    update paydesk.outbox set state = 'refused', last_fault = $3, finished_at = $4
    where id = $1 and attempts = $2 and state = 'sending'
    returning channel
  )
  update paydesk.outbox_channels c set next_at = $4 from done where c.channel = done.channel`;

const backlogSql = `
  select count(*) filter (where state <> 'refused') as waiting,
         count(*) filter (where state = 'refused') as refused,
         min(enqueued_at) filter (where state <> 'refused') as oldest
  from paydesk.outbox where state in ('waiting', 'sending', 'refused')`;

/** `onEnqueued` is called once a sender can see what was enqueued. */
export function createOutbox(onEnqueued: () => void): Outbox {
  return {
    enqueue: async (tx, { channel, card, liveCard, threadOf, once }) => {
      const { query, now, afterCommit } = requirePg(tx);
      await query(openChannelSql, [channel, now]);
      const values = [channel, JSON.stringify(withoutCardNumbers(card)), threadOf ?? null, now];
      if (liveCard === undefined) await query(enqueueSql, [...values, once ?? null]);
      else await query(enqueueLiveSql, [...values, liveCard]);
      afterCommit(onEnqueued);
    },
  };
}

/** Whatever a card was made of: the row outlives it. */
const withoutCardNumbers = (card: Card): Json => redactWithin(JSON.parse(JSON.stringify(card)) as Json);

interface ClaimedRow {
  id: bigint;
  channel: string;
  card: Card;
  live_card: string | null;
  ts: string | null;
  thread_ts: string | null;
  attempts: number;
  enqueued_at: Date;
  outcome_unknown: boolean;
}

export function createOutboxQueue({ query }: Database): OutboxQueue {
  return {
    claim: async (now, leaseUntil) => {
      const [row] = await query<ClaimedRow>(claimSql, [now, leaseUntil]);
      if (!row) return null;
      const message = claimed(row);
      if (message.liveCard === null || message.attempts === 1) return message;
      const [newer] = await query<{ card: Card }>(takeNewerSql, [
        message.id,
        message.liveCard,
        message.channel,
      ]);
      return newer ? { ...message, card: newer.card } : message;
    },
    sent: async ({ id, attempts }, ts, now, nextAt) => {
      const forgotten = new Date(now.getTime() - keptMs);
      await query(sentSql, [id, attempts, now, ts, nextAt, forgotten]);
    },
    postpone: async ({ id, attempts, outcomeUnknown }, until, why) => {
      await query(postponeSql, [id, attempts, why, outcomeUnknown, until]);
    },
    refuse: async ({ id, attempts }, why, now) => {
      await query(refuseSql, [id, attempts, why, now]);
    },
    backlog: async () => backlogOf(await query(backlogSql)),
  };
}

const claimed = (row: ClaimedRow): ClaimedMessage => ({
  id: row.id,
  channel: row.channel,
  card: row.card,
  liveCard: row.live_card,
  ts: row.ts,
  threadTs: row.thread_ts,
  attempts: row.attempts,
  enqueuedAt: row.enqueued_at,
  outcomeUnknown: row.outcome_unknown,
});

function backlogOf([row]: { waiting?: bigint; refused?: bigint; oldest?: Date | null }[]): OutboxBacklog {
  return {
    waiting: Number(row?.waiting ?? 0n),
    refused: Number(row?.refused ?? 0n),
    oldestWaitingAt: row?.oldest ?? null,
  };
}
