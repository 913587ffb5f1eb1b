-- Incidents: one channel for alerts of one cause, from its making to its archive.
create table paydesk.incidents (
  number bigint generated always as identity primary key,
  state text collate "C" not null check (state in ('opening', 'open', 'failed', 'closing', 'closed')),
  step text collate "C" check (step in ('create', 'invite', 'topic', 'card', 'pin', 'summary', 'archive')),
  title text not null,
  name text collate "C" not null,
  opened_by text collate "C" not null,
  opened_at timestamptz not null,
  changed_at timestamptz not null default clock_timestamp(),
  channel text collate "C",
  problems jsonb not null default '[]',
  cause text,
  impact text,
  closed_by text collate "C",
  closed_at timestamptz,
  summary_tried boolean not null default false
);
select paydesk.give_life('paydesk.incidents');
create index on paydesk.incidents (number) where state <> 'closed';

-- What happened, for the summary.
create table paydesk.incident_entries (
  incident bigint not null references paydesk.incidents,
  source text collate "C" not null,
  at timestamptz not null,
  by text collate "C",
  text text not null,
  primary key (incident, source)
);

-- {"id":"INC-1","channel":"C…","open":true}
alter table paydesk.alerts
  add column incident jsonb,
  add column changed_at timestamptz not null default clock_timestamp();
update paydesk.alerts set changed_at = coalesce(resolved_at, opened_at);
create index on paydesk.alerts ((incident ->> 'id')) where incident is not null;
create index on paydesk.alerts (changed_at);

-- Changes to the company's own systems, as its pipelines report them.
create table paydesk.changes (
  kind text collate "C" not null,
  title text not null,
  by text,
  partner text collate "C",
  url text,
  at timestamptz not null,
  primary key (at, kind, title)
);
