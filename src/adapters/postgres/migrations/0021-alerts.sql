-- Alerts and what people did about them.
create table paydesk.alerts (
  number bigint generated always as identity primary key,
  metric text collate "C" not null,
  kind text collate "C" not null check (kind in ('rate', 'volume', 'late', 'unreadable')),
  state text collate "C" not null check (state in ('open', 'acknowledged', 'snoozed', 'resolved')),
  slice jsonb not null,
  facts jsonb not null,
  ruling text not null,
  onset_at timestamptz not null,
  opened_at timestamptz not null,
  resolved_at timestamptz,
  owner text collate "C",
  escalations integer not null default 0,
  dismissed_by text collate "C",
  check ((state = 'resolved') = (resolved_at is not null))
);
select paydesk.give_life('paydesk.alerts');
create index on paydesk.alerts (metric) where state <> 'resolved';
create index on paydesk.alerts (resolved_at desc) where state = 'resolved';

-- Metrics whose alerts notify nobody until a time.
create table paydesk.metric_quiets (
  metric text collate "C" primary key,
  until timestamptz not null,
  by text collate "C" not null
);
