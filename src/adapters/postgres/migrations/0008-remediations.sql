-- Requests for guarded actions. A row is locked by whoever moves it; its plan never changes.
create table paydesk.remediations (
  number bigint generated always as identity primary key,
  form_key text collate "C" not null unique,
  action text collate "C" not null,
  plan text not null,
  plan_hash text collate "C" not null,
  requester text collate "C" not null,
  channel text collate "C" not null,
  why text not null,
  ruling text not null,
  break_glass boolean not null,
  idempotency_key text collate "C" not null unique,
  subjects text[] collate "C" not null,
  -- What only one request at a time may act upon.
  contends text[] collate "C" not null,
  created_at timestamptz not null,
  state text not null check (state in ('pending', 'approved', 'executing', 'unknown', 'done', 'closed',
    'refused', 'rejected', 'cancelled', 'expired', 'voided')),
  state_why text,
  expires_at timestamptz not null,
  due_at timestamptz,
  calls integer not null,
  looks integer not null,
  misses integer not null,
  effect_reference text,
  effect_summary text,
  evidence text[] not null,
  verified boolean not null,
  review text not null check (review in ('none', 'open', 'closed')),
  version integer not null default 1,
  changed_at timestamptz not null
);
create index remediations_due on paydesk.remediations (due_at) where due_at is not null;
create index remediations_state on paydesk.remediations (state, number);
create index remediations_requester on paydesk.remediations (requester, number);
create index remediations_changed on paydesk.remediations (changed_at);
-- Before a request begins, those about the same things that were ordered are looked for.
create index remediations_rivals on paydesk.remediations using gin (contends) where calls > 0;

create function paydesk.keep_plan() returns trigger language plpgsql as $$
begin
  if (new.form_key, new.action, new.plan, new.plan_hash, new.requester, new.channel, new.why, new.ruling, new.break_glass,
      new.idempotency_key, new.subjects, new.contends, new.created_at)
     is distinct from (old.form_key, old.action, old.plan, old.plan_hash, old.requester, old.channel, old.why, old.ruling,
      old.break_glass, old.idempotency_key, old.subjects, old.contends, old.created_at) then
    raise exception 'what was asked for never changes';
  end if;
  return new;
end $$;
create trigger remediations_keep_plan before update on paydesk.remediations
  for each row execute function paydesk.keep_plan();

-- One vote a person and request.
create table paydesk.remediation_votes (
  remediation bigint not null references paydesk.remediations,
  person text collate "C" not null,
  state text not null check (state in ('counted', 'unconfirmed', 'void')),
  cast_at timestamptz not null,
  void_why text,
  token_hash text collate "C" unique,
  confirmed_by text,
  primary key (remediation, person)
);

-- What approved requests hold of the caps; in minor units of the reporting currency.
create table paydesk.remediation_reservations (
  remediation bigint primary key references paydesk.remediations,
  action text collate "C" not null,
  requester text collate "C" not null,
  partner text collate "C",
  merchant text collate "C",
  minor bigint not null,
  reserved_at timestamptz not null
);
create index remediation_reservations_age on paydesk.remediation_reservations (reserved_at);

-- One row: whether everything is frozen. Approvals pass through its lock one at a time, so that caps hold.
create table paydesk.remediation_kill_switch (
  singleton boolean primary key default true check (singleton),
  frozen boolean not null,
  by text collate "C",
  why text,
  at timestamptz,
  lift_by text collate "C",
  lift_at timestamptz
);
insert into paydesk.remediation_kill_switch (frozen) values (false);
