/**
 * The outbox in Postgres: enqueueing for the desk, claiming for the senders.
 *
 * Invariants: see `ports/outbox.ts`. A claim leases the whole channel by moving its `next_at`, so two senders never
 * hold messages of one channel at once; each statement that settles a claim does nothing once another
 * sender has claimed the message.
 * Deliberately absent: waiting for locks. What a transaction of the desk is rewriting is passed over until it ends.
 */
import { dayMs } from '../../kernel/clock.js';
import type { Json } from '../../kernel/canonical-json.js';
import { redactWithin } from '../../kernel/sensitive.js';
import type { Card } from '../../ports/card.js';
import type {
  ClaimedMessage,
  Outbox,
  OutboxBacklog,
  OutboxQueue,
  OutgoingMessage,
} from '../../ports/outbox.js';
import type { Database, PgTransaction } from './database.js';
import { createOutboxTeller, type OutboxNotices } from './outbox-news.js';
import { jsonText } from './texts.js';
import { requirePg } from './transactions.js';

/** What was sent is kept for a month, for people to look back and for `once` to hold; each sending forgets a few. */
const keptMs = 30 * dayMs;

const openChannelSql = `
  insert into paydesk.outbox_channels (channel, next_at) values ($1, $2)
  on conflict (channel) do nothing`;

const enqueueSql = `
  insert into paydesk.outbox (channel, card, thread_of, enqueued_at, concerns, once, file)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (once) do nothing`;

// A newer state of a live card takes the place of the one that still waits.
const enqueueLiveSql = `
  insert into paydesk.outbox (channel, card, thread_of, enqueued_at, concerns, live_card)
  values ($1, $2, $3, $4, $5, $6)
  on conflict (live_card) where state = 'waiting' and attempts = 0 and live_card is not null
  do update set card = excluded.card, channel = excluded.channel`;

// What waits behind a card that is held aside are that card's own newer states and its thread.
// Reading `next_at` under the lock that moves it is what keeps a second sender, with an older view, from claiming too.
const claimSql = `
  with free as (
    select m.id
    from paydesk.outbox_channels c
    cross join lateral (
      select id from paydesk.outbox o
      where o.channel = c.channel and o.state in ('waiting', 'sending')
        and (o.held_until is null or o.held_until <= $1)
        and not exists (
          select from paydesk.outbox held
          where held.channel = c.channel and held.state in ('waiting', 'sending') and held.held_since is not null
            and held.held_until > $1 and held.id < o.id and held.live_card = coalesce(o.live_card, o.thread_of)
        )
      order by o.id limit 1
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
  select id, channel, card, live_card, attempts, enqueued_at, outcome_unknown, held_since, concerns, file,
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
  update paydesk.outbox_channels c set next_at = $5 from done where c.channel = done.channel
  returning c.channel`;

const postponeSql = `
  with done as (
    update paydesk.outbox set state = 'waiting', last_fault = $3, outcome_unknown = $4, held_until = null
    where id = $1 and attempts = $2 and state = 'sending'
    returning channel
  )
  update paydesk.outbox_channels c set next_at = $5 from done where c.channel = done.channel`;

const holdSql = `
  with done as (
    update paydesk.outbox set state = 'waiting', last_fault = $3, held_since = coalesce(held_since, $4),
      held_until = case when $6 then $5::timestamptz end, outcome_unknown = $7
    where id = $1 and attempts = $2 and state = 'sending'
    returning channel
  )
  update paydesk.outbox_channels c set next_at = case when $6 then $4 else $5 end
  from done where c.channel = done.channel
  returning c.channel`;

const refuseSql = `
  with done as (
    update paydesk.outbox set state = 'refused', last_fault = $3, finished_at = $4
    where id = $1 and attempts = $2 and state = 'sending'
    returning channel
  )
  update paydesk.outbox_channels c set next_at = $4 from done where c.channel = done.channel
  returning c.channel`;

const backlogSql = `
  select count(*) filter (where state <> 'refused') as waiting,
         count(*) filter (where state = 'refused') as refused,
         count(*) filter (where state <> 'refused' and held_since is not null) as held,
         min(enqueued_at) filter (where state <> 'refused') as oldest,
         min(held_since) filter (where state <> 'refused') as held_since,
         (array_agg(last_fault order by held_since, id)
           filter (where state <> 'refused' and held_since is not null))[1] as refusal
  from paydesk.outbox where state in ('waiting', 'sending', 'refused')`;

/** `onEnqueued` is called once a sender can see what was enqueued. */
export function createOutbox(onEnqueued: () => void): Outbox {
  return {
    enqueue: async (tx, message) => {
      const own = requirePg(tx);
      await enqueue(own, message);
      own.afterCommit(onEnqueued);
    },
  };
}

/** A card may have been made of anything: the row outlives it. */
const withoutCardNumbers = (card: Card): Json => redactWithin(JSON.parse(JSON.stringify(card)) as Json);

async function enqueue(
  { query, now }: PgTransaction,
  { channel, card, liveCard, threadOf, concerns, once, file }: OutgoingMessage,
): Promise<void> {
  await query(openChannelSql, [channel, now]);
  const values = [channel, jsonText(withoutCardNumbers(card)), threadOf ?? null, now, concerns ?? null];
  if (liveCard === undefined)
    await query(enqueueSql, [...values, once ?? null, file === undefined ? null : jsonText(file)]);
  else await query(enqueueLiveSql, [...values, liveCard]);
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
  held_since: Date | null;
  concerns: string | null;
  file: ClaimedMessage['file'];
}

const nobody: OutboxNotices = { channels: [], card: ({ channel }) => ({ text: channel, blocks: [] }) };

/** Without `notices`, operators get no message. */
export function createOutboxQueue(database: Database, notices = nobody): OutboxQueue {
  const { query } = database;
  const teller = createOutboxTeller(notices, enqueue);
  return {
    claim: async (now, leaseUntil) => {
      const [row] = await query<ClaimedRow>(claimSql, [now, leaseUntil]);
      if (!row) return null;
      const message = claimed(row, leaseUntil);
      if (message.liveCard === null || message.attempts === 1) return message;
      const [newer] = await query<{ card: Card }>(takeNewerSql, [
        message.id,
        message.liveCard,
        message.channel,
      ]);
      return newer ? { ...message, card: newer.card } : message;
    },
    sent: async (message, ts, now, nextAt) => {
      const { id, attempts, heldSince } = message;
      const values = [id, attempts, now, ts, nextAt, new Date(now.getTime() - keptMs)];
      if (heldSince === null) {
        await query(sentSql, values);
        return;
      }
      await database.run(async (tx) => {
        const [done] = await tx.query(sentSql, values);
        if (done) await teller.delivered(tx, message, heldSince);
      });
    },
    postpone: async ({ id, attempts, outcomeUnknown }, until, why) => {
      await query(postponeSql, [id, attempts, why, outcomeUnknown, until]);
    },
    hold: async (message, { refusal, until, aside }, now) => {
      await database.run(async (tx) => {
        const { id, attempts, outcomeUnknown } = message;
        const values = [id, attempts, refusal, now, until, aside, outcomeUnknown];
        const [done] = await tx.query(holdSql, values);
        if (done) await teller.held(tx, message, refusal);
      });
    },
    refuse: async (message, refusal, now) => {
      await database.run(async (tx) => {
        const [done] = await tx.query(refuseSql, [message.id, message.attempts, refusal, now]);
        if (done) await teller.refused(tx, message, refusal);
      });
    },
    backlog: async () => backlogOf(await query(backlogSql)),
  };
}

const claimed = (row: ClaimedRow, leaseUntil: Date): ClaimedMessage => ({
  id: row.id,
  channel: row.channel,
  card: row.card,
  liveCard: row.live_card,
  ts: row.ts,
  threadTs: row.thread_ts,
  attempts: row.attempts,
  enqueuedAt: row.enqueued_at,
  outcomeUnknown: row.outcome_unknown,
  heldSince: row.held_since,
  concerns: row.concerns,
  file: row.file,
  leaseUntil,
});

function backlogOf([row]: {
  waiting?: bigint;
  held?: bigint;
  refused?: bigint;
  oldest?: Date | null;
  held_since?: Date | null;
  refusal?: string | null;
}[]): OutboxBacklog {
  const since = row?.held_since ?? null;
  return {
    waiting: Number(row?.waiting ?? 0n),
    held: Number(row?.held ?? 0n),
    refused: Number(row?.refused ?? 0n),
    oldestWaitingAt: row?.oldest ?? null,
    oldestHeld: since && { since, refusal: row?.refusal ?? 'no reason' },
  };
}
