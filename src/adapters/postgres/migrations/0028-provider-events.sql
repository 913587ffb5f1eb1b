-- What a payments provider says has happened, by webhook or found by asking: each event once. An event only names its
-- object; what that object is now is read when the event is worked off, so the order of events does not matter.
create table paydesk.provider_events (
  id text collate "C" primary key,
  type text collate "C" not null,
  object text collate "C",
  happened_at timestamptz not null,
  received_at timestamptz not null,
  came_by text collate "C" not null check (came_by in ('webhook', 'polling')),
  failures integer not null default 0,
  finished_at timestamptz,
  outcome text
);
select paydesk.give_life('paydesk.provider_events');
create index on paydesk.provider_events (finished_at) where finished_at is not null;

-- How far a provider's lists have been read: since when we look, up to which instant, and the place within a long list.
create table paydesk.provider_looks (
  name text collate "C" primary key,
  begun_at timestamptz not null,
  looked_to timestamptz,
  cursor text collate "C",
  whole_at timestamptz,
  unread jsonb not null default '[]'
);

-- A provider's own alerts about its service. A later message of the same alert, in whatever order it comes, completes the row.
create table paydesk.partner_signals (
  id text collate "C" primary key,
  partner text collate "C" not null,
  type text collate "C" not null,
  summary text not null,
  severity text collate "C",
  started_at timestamptz,
  resolved_at timestamptz,
  seen_at timestamptz not null
);
create index on paydesk.partner_signals (partner) where resolved_at is null;
