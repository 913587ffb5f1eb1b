-- Payments that people watch: each is reported to its person once, when the awaited step arrives or becomes overdue.
create table paydesk.payment_watches (
  number bigint generated always as identity primary key,
  person text collate "C" not null,
  -- Their direct messages.
  channel text collate "C" not null,
  payment text collate "C" not null,
  hop text collate "C" not null,
  was_overdue boolean not null,
  state text collate "C" not null check (state in ('watching', 'arrived', 'overdue', 'ended', 'stopped')),
  started_at timestamptz not null
);
select paydesk.give_life('paydesk.payment_watches');
create unique index on paydesk.payment_watches (person, payment) where state = 'watching';
