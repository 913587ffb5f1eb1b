-- Disputes as the provider said last, so that the queue has all of them, and who works on each.
create table paydesk.disputes (
  id text collate "C" primary key,
  partner text collate "C" not null,
  charge text collate "C",
  payment text collate "C",
  amount_minor bigint not null,
  currency text collate "C" not null,
  status text collate "C" not null,
  reason text collate "C" not null,
  network text collate "C",
  network_reason_code text collate "C",
  case_type text collate "C",
  opened_at timestamptz not null,
  answer_allowed boolean not null,
  respond_by timestamptz,
  past_due boolean not null,
  submission_count integer not null,
  -- Whether an answer is awaited; a date that passes changes nothing about it.
  awaits boolean not null,
  -- When the provider was asked for what stands here.
  seen_at timestamptz not null,
  owner text collate "C",
  taken_at timestamptz,
  -- The nearest of the reminders that was sent: 72, 24 or 3 hours before the deadline.
  reminded_hours integer,
  -- It has a card in the channel.
  announced boolean not null default false,
  told_at timestamptz,
  version integer not null default 1,
  check ((owner is null) = (taken_at is null))
);
create index disputes_queue on paydesk.disputes (respond_by nulls first, id) where awaits;
create index disputes_owner on paydesk.disputes (owner) where awaits and owner is not null;
create index disputes_opened on paydesk.disputes (opened_at);
create index disputes_told on paydesk.disputes (told_at) where announced;

-- Early fraud warnings, counted in the networks' programmes.
create table paydesk.fraud_warnings (
  id text collate "C" primary key,
  partner text collate "C" not null,
  charge text collate "C" not null,
  network text collate "C",
  warned_at timestamptz not null
);
create index on paydesk.fraud_warnings (warned_at);
