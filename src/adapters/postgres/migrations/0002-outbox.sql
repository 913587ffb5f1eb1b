-- Messages on their way to a channel. What a row says is never lost: it is sent, taken over by the
-- message before it of the same live card, or kept as refused.
create table paydesk.outbox (
  id bigint generated always as identity primary key,
  channel text collate "C" not null,
  card jsonb not null,
  live_card text collate "C",
  thread_of text collate "C",
  once text collate "C" unique,
  state text not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'refused')),
  attempts integer not null default 0,
  outcome_unknown boolean not null default false,
  enqueued_at timestamptz not null,
  claimed_at timestamptz,
  finished_at timestamptz,
  last_fault text
);

-- A waiting update of a live card is rewritten, not queued twice.
create unique index outbox_waiting_live_card on paydesk.outbox (live_card) where state = 'waiting' and live_card is not null;
create index outbox_open on paydesk.outbox (channel, id) where state in ('waiting', 'sending');
create index outbox_refused on paydesk.outbox (id) where state = 'refused';

-- When a channel may receive its next message. One row a channel; locking it makes a sender the only one there.
create table paydesk.outbox_channels (
  channel text collate "C" primary key,
  next_at timestamptz not null
);

-- Where each live card stands in Slack.
create table paydesk.live_cards (
  live_card text collate "C" primary key,
  channel text collate "C" not null,
  ts text collate "C" not null,
  updated_at timestamptz not null
);
