-- A head is told for a day that has begun somewhere on earth. Told for days to come, it would keep the heads of those days
-- from being told: the running role could silence the witnesses for years.
create or replace function paydesk.audit_witness(day date)
returns table (seq bigint, hash text, at timestamptz)
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
  insert into paydesk.audit_witnesses as w (day, seq, hash, at)
  select audit_witness.day, h.seq, h.hash, greatest(date_trunc('milliseconds', now()), h.at) from paydesk.audit_head h
  where audit_witness.day <= (now() at time zone 'UTC')::date + 1
  on conflict do nothing
  returning w.seq, w.hash, w.at
$$;
