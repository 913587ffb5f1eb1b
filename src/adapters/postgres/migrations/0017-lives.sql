-- One life for every thing that people work on: when it is due, its version, and which replica has it in hand.

-- Replicas wait on this channel. What is due later is found by their own timers, so it is not announced.
create function paydesk.announce_due() returns trigger language plpgsql as $$
begin
  if (tg_op = 'INSERT' or new.due_at is distinct from old.due_at) and new.due_at <= clock_timestamp() + interval '1 second' then
    perform pg_notify('paydesk_due', '');
  end if;
  return null;
end $$;

-- For the migration that makes a table of such things.
create function paydesk.give_life(things regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s
    add column if not exists due_at timestamptz,
    add column if not exists version integer not null default 1,
    add column lease_owner text collate "C",
    add column lease_until timestamptz', things);
  execute format('create index on %s (due_at) where due_at is not null', things);
  execute format('create index on %s (lease_owner) where lease_owner is not null', things);
  execute format('create trigger announce_due after insert or update of due_at on %s
    for each row execute function paydesk.announce_due()', things);
end $$;

drop index paydesk.remediations_due;
select paydesk.give_life('paydesk.remediations');
select paydesk.give_life('paydesk.job_cursors');
