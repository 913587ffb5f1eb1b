-- The audit log: a chain of entries. `body` is the exact text that was hashed; the other columns repeat it for searching.
create table paydesk.audit_entries (
  seq bigint primary key,
  at timestamptz not null,
  kind text collate "C" not null,
  actor text collate "C" not null,
  subjects text[] collate "C" not null,
  previous text collate "C" not null,
  body text collate "C" not null,
  hash text collate "C" not null
);
create index audit_entries_subjects on paydesk.audit_entries using gin (subjects);
create index audit_entries_actor on paydesk.audit_entries (actor, seq);
create index audit_entries_kind on paydesk.audit_entries (kind, seq);

-- The end of the chain, in one row. Locking it makes a transaction the only one that extends the chain.
create table paydesk.audit_head (
  single boolean primary key default true check (single),
  seq bigint not null,
  hash text collate "C" not null,
  at timestamptz
);
insert into paydesk.audit_head (seq, hash) values (0, repeat('0', 64));

-- Heads that were told outside the database, one a day.
create table paydesk.audit_witnesses (
  day date primary key,
  seq bigint not null,
  hash text collate "C" not null,
  at timestamptz not null
);

-- The application may neither change the head nor lock it: these two do it in the owner's name.
create function paydesk.audit_lock_head() returns table (seq bigint, hash text, at timestamptz)
language sql volatile security definer set search_path = ''
as $$ select h.seq, h.hash, h.at from paydesk.audit_head h for update $$;

create function paydesk.audit_extend() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update paydesk.audit_head h set seq = new.seq, hash = new.hash, at = new.at
  where h.seq = new.seq - 1 and h.hash = new.previous
    and new.hash = encode(sha256(convert_to(new.body, 'UTF8')), 'hex');
  if not found then
    raise exception 'audit entry % does not continue the chain', new.seq using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger extends_chain before insert on paydesk.audit_entries
  for each row execute function paydesk.audit_extend();

-- For everybody, the owner included.
create function paydesk.audit_refuse() returns trigger language plpgsql
as $$
begin
  raise exception 'the audit log is only added to' using errcode = 'insufficient_privilege';
end $$;
create trigger only_added_to before update or delete or truncate on paydesk.audit_entries
  for each statement execute function paydesk.audit_refuse();
create trigger only_added_to before update or delete or truncate on paydesk.audit_witnesses
  for each statement execute function paydesk.audit_refuse();
create trigger never_removed before delete or truncate on paydesk.audit_head
  for each statement execute function paydesk.audit_refuse();
