/**
 * The outbox in Postgres: enqueueing for the desk, claiming for the senders.
 *
 * Invariants: see `ports/outbox.ts`. The lock on a channel's row serialises its senders over all replicas, and the
 * oldest open message of a channel is the only one that can be claimed.
 */
import type { Card } from '../../ports/card.js';
import type { ClaimedMessage, Outbox, OutboxBacklog, OutboxQueue } from '../../ports/outbox.js';
import type { Database } from './database.js';
import { requirePg } from './transactions.js';

const openChannelSql = `
  insert into paydesk.outbox_channels (channel, next_at) values ($1, $2)
  on conflict (channel) do nothing`;

const enqueueSql = `
  insert into paydesk.outbox (channel, card, live_card, thread_of, once, enqueued_at)
  values ($1, $2, $3, $4, $5, $6)
  on conflict (once) do nothing`;

// A newer state of a live card takes the place of the one that still waits.
const mergeSql = `
  update paydesk.outbox set card = $2 where live_card = $1 and state = 'waiting'
  returning id`;

const claimSql = `
  with next as (
    select o.id
    from paydesk.outbox_channels c
    cross join lateral (
      select id, state, claimed_at, thread_of from paydesk.outbox
      where channel = c.channel and state in ('waiting', 'sending')
      order by id limit 1
    ) o
    where c.next_at <= $1
      and (o.state = 'waiting' or o.claimed_at < $2)
    order by o.id
    limit 1
    for update of c skip locked
  )
  update paydesk.outbox o
  set state = 'sending', claimed_at = $1, attempts = attempts + 1,
      outcome_unknown = o.outcome_unknown or o.state = 'sending'
  from next
  where o.id = next.id
  returning o.id, o.channel, o.card, o.live_card, o.attempts, o.enqueued_at, o.outcome_unknown,
    (select ts from paydesk.live_cards where live_card = o.live_card) as ts,
    (select ts from paydesk.live_cards where live_card = o.thread_of) as thread_ts`;

const sentSql = `
  update paydesk.outbox set state = 'sent', finished_at = $2, last_fault = null where id = $1 and state = 'sending'`;

const placeLiveCardSql = `
  insert into paydesk.live_cards (live_card, channel, ts, updated_at) values ($1, $2, $3, $4)
  on conflict (live_card) do update set channel = $2, ts = $3, updated_at = $4`;

const holdChannelSql = `update paydesk.outbox_channels set next_at = $2 where channel = $1`;

// A newer state of the same card may have been enqueued meanwhile: the older message goes on, with the newer state,
// because only its id tells whether it was posted already.
const takeNewerSql = `
  delete from paydesk.outbox where live_card = $1 and state = 'waiting'
  returning card`;

const postponeSql = `
  update paydesk.outbox set state = 'waiting', last_fault = $2, outcome_unknown = $3, card = coalesce($4, card)
  where id = $1 and state = 'sending'`;

const refuseSql = `
  update paydesk.outbox set state = 'refused', finished_at = $3, last_fault = $2 where id = $1 and state = 'sending'`;

const backlogSql = `
  select count(*) filter (where state <> 'refused') as waiting,
         count(*) filter (where state = 'refused') as refused,
         min(enqueued_at) filter (where state <> 'refused') as oldest
  from paydesk.outbox where state in ('waiting', 'sending', 'refused')`;

export function createOutbox(onEnqueued: () => void): Outbox {
  return {
    enqueue: async (tx, { channel, card, liveCard, threadOf, once }) => {
      const { query, now } = requirePg(tx);
      await query(openChannelSql, [channel, now]);
      const merged = liveCard === undefined ? [] : await query(mergeSql, [liveCard, JSON.stringify(card)]);
      if (merged.length === 0) {
        await query(enqueueSql, [
          channel,
          JSON.stringify(card),
          liveCard ?? null,
          threadOf ?? null,
          once ?? null,
          now,
        ]);
      }
      onEnqueued();
    },
  };
}

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

export function createOutboxQueue(database: Database): OutboxQueue {
  return {
    claim: async (now, staleBefore) => {
      const [row] = await database.query<ClaimedRow>(claimSql, [now, staleBefore]);
      return row ? claimed(row) : null;
    },
    sent: (message, ts, now, nextAt) =>
      database.run(async ({ query }) => {
        await query(sentSql, [message.id, now]);
        if (message.liveCard !== null)
          await query(placeLiveCardSql, [message.liveCard, message.channel, ts, now]);
        await query(holdChannelSql, [message.channel, nextAt]);
      }),
    postpone: (message, until, why) =>
      database.run(async ({ query }) => {
        const [newer] =
          message.liveCard === null ? [] : await query<{ card: Card }>(takeNewerSql, [message.liveCard]);
        const card = newer ? JSON.stringify(newer.card) : null;
        await query(postponeSql, [message.id, why, message.outcomeUnknown, card]);
        await query(holdChannelSql, [message.channel, until]);
      }),
    refuse: async (message, why, now) => {
      await database.query(refuseSql, [message.id, why, now]);
    },
    backlog: async () => backlogOf(await database.query(backlogSql)),
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
