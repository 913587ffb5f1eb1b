-- What people do about breaks. The facts of a break are in recon_results under the same identity; here is its life.
create table paydesk.breaks (
  number bigint generated always as identity primary key,
  identity text collate "C" not null unique,
  partner text collate "C" not null,
  business_day date not null,
  kind text collate "C" not null,
  currency text collate "C" not null,
  difference_minor numeric not null,
  state text collate "C" not null check (state in ('open', 'owned', 'resolved', 'written_off')),
  owner text collate "C",
  -- Above the amount from which a difference in this currency matters.
  material boolean not null,
  opened_at timestamptz not null,
  changed_at timestamptz not null,
  -- What ended it: a rule with its file and line, or a person.
  resolved_rule text collate "C",
  resolved_file bigint references paydesk.statement_files,
  resolved_line bigint,
  resolved_by text collate "C",
  resolved_day date,
  -- The guarded action that was started from it last.
  remediation text collate "C",
  -- Whether it has a card and a thread of its own.
  has_card boolean not null default false,
  version integer not null default 1,
  check ((state = 'owned') <= (owner is not null))
);
create index breaks_open on paydesk.breaks (partner, business_day) where state in ('open', 'owned');
create index breaks_day on paydesk.breaks (partner, business_day);
create index breaks_owner on paydesk.breaks (owner) where state = 'owned';
create index breaks_remediation on paydesk.breaks (remediation) where remediation is not null;

-- The history of breaks: added to, and never changed.
create table paydesk.break_events (
  id bigint generated always as identity primary key,
  break bigint not null references paydesk.breaks,
  at timestamptz not null,
  -- A Slack user id, or paydesk.
  actor text collate "C" not null,
  kind text collate "C" not null,
  text text not null
);
create index break_events_break on paydesk.break_events (break, id);

-- A business day as people work on it: followed up to which run, shown or not, and signed off by whom.
create table paydesk.recon_days (
  partner text collate "C" not null,
  business_day date not null,
  followed_runs integer not null default 0,
  -- A summary of it is in the channel.
  shown boolean not null default false,
  -- When its file was said to be late; null while it is not.
  late_at timestamptz,
  signed_by text collate "C",
  signed_at timestamptz,
  primary key (partner, business_day)
);

-- Who signed off or re-opened a day, and why: added to, and never changed.
create table paydesk.recon_day_events (
  id bigint generated always as identity primary key,
  partner text collate "C" not null,
  business_day date not null,
  at timestamptz not null,
  actor text collate "C" not null,
  kind text collate "C" not null check (kind in ('signed', 'reopened')),
  text text not null
);
create index recon_day_events_day on paydesk.recon_day_events (partner, business_day, id);

create function paydesk.keep_history() returns trigger language plpgsql as $$
begin
  raise exception 'history is only added to';
end $$;
create trigger break_events_keep before update or delete on paydesk.break_events
  for each statement execute function paydesk.keep_history();
create trigger recon_day_events_keep before update or delete on paydesk.recon_day_events
  for each statement execute function paydesk.keep_history();
