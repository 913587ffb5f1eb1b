-- Time, number and hash of an entry are the database's own: the application says what happened, and nothing else.
-- What was written before stays as it is, so the constraints are for new rows.
alter table paydesk.audit_entries
  add constraint audit_entries_form check (
    seq > 0 and at between '2000-01-01Z' and '2200-01-01Z'
    and hash ~ '^[0-9a-f]{64}$' and previous ~ '^[0-9a-f]{64}$'
    and array_position(subjects, null) is null and octet_length(body) <= 1000000
  ) not valid;
alter table paydesk.audit_head
  add constraint audit_head_form check (
    seq >= 0 and hash ~ '^[0-9a-f]{64}$'
    and case when seq = 0 then at is null else coalesce(at between '2000-01-01Z' and '2200-01-01Z', false) end
  ) not valid;
alter table paydesk.audit_witnesses
  add constraint audit_witnesses_form check (
    seq >= 0 and hash ~ '^[0-9a-f]{64}$' and at between '2000-01-01Z' and '2200-01-01Z'
    and day between '2000-01-01' and '2200-01-01'
  ) not valid;

-- `pg_temp` last: named nowhere it would be searched first, for types too.
alter function paydesk.audit_extend() set search_path = pg_catalog, pg_temp;

-- Adds an entry. `details` is the text of a JSON object; the cast refuses what is none, so that it cannot say more than
-- its own member. The other members are written as JSON by the database, sorted as RFC 8785 wants.
create function paydesk.audit_append(kind text, actor text, subjects text[], why text, details text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  head record;
  written timestamptz(3);
  body text;
begin
  if kind is null or actor is null or subjects is null or jsonb_typeof(details::jsonb) is distinct from 'object' then
    raise exception 'an audit entry has a kind, an actor, subjects and details' using errcode = 'invalid_parameter_value';
  end if;
  select h.seq, h.hash, h.at into head from paydesk.audit_head h for update;
  if not found then
    raise exception 'the end of the audit log is gone' using errcode = 'no_data_found';
  end if;
  written := greatest(date_trunc('milliseconds', now()), head.at);
  body := '{"actor":' || to_json(actor)::text
    || ',"at":"' || to_char(written at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    || '","details":' || details
    || ',"kind":' || to_json(kind)::text
    || ',"previous":"' || head.hash
    || '","seq":' || (head.seq + 1)::text
    || ',"subjects":' || to_json(subjects)::text
    || ',"why":' || coalesce(to_json(why)::text, 'null') || '}';
  insert into paydesk.audit_entries (seq, at, kind, actor, subjects, previous, body, hash)
  values (
    head.seq + 1, written, kind, actor, subjects, head.hash, body,
    encode(sha256(convert_to(body, 'UTF8')), 'hex')
  );
end $$;

-- Puts down the head that is told for a day; no row when one was told for it before.
create function paydesk.audit_witness(day date) returns table (seq bigint, hash text, at timestamptz)
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
  insert into paydesk.audit_witnesses as w (day, seq, hash, at)
  select audit_witness.day, h.seq, h.hash, greatest(date_trunc('milliseconds', now()), h.at) from paydesk.audit_head h
  on conflict do nothing
  returning w.seq, w.hash, w.at
$$;

-- For the owner too: a witness of what is not in the log would accuse a good entry.
create function paydesk.audit_attest() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if new.seq = 0 and new.hash = repeat('0', 64)
    or exists (select from paydesk.audit_entries e where e.seq = new.seq and e.hash = new.hash) then
    return new;
  end if;
  raise exception 'entry % of the audit log has another hash', new.seq using errcode = 'integrity_constraint_violation';
end $$;
create trigger tells_of_an_entry before insert on paydesk.audit_witnesses
  for each row execute function paydesk.audit_attest();

drop function paydesk.audit_lock_head();

revoke all on function paydesk.audit_append(text, text, text[], text, text), paydesk.audit_witness(date) from public;

-- The role that runs Paydesk gets its rights anew after every migration; until then it must not keep these.
do $$
declare
  holder record;
begin
  for holder in
    select distinct grantee::regrole as role
    from pg_class c, aclexplode(c.relacl)
    where c.oid in ('paydesk.audit_entries'::regclass, 'paydesk.audit_witnesses'::regclass)
      and grantee <> 0 and grantee <> c.relowner
  loop
    execute format('revoke insert on paydesk.audit_entries, paydesk.audit_witnesses from %s', holder.role);
    execute format('grant execute on all functions in schema paydesk to %s', holder.role);
  end loop;
end $$;
