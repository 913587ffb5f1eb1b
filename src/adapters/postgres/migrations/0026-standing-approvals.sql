-- What Paydesk began by itself: under which standing approval, and which alert let it. And why something is ended early.
alter table paydesk.remediations
  add column standing text collate "C",
  add column alert text collate "C",
  add column end_why text,
  add check ((standing is null) = (alert is null));
create unique index remediations_uses on paydesk.remediations (standing, alert) where standing is not null;

create or replace function paydesk.keep_plan() returns trigger language plpgsql as $$
begin
  if (new.form_key, new.action, new.plan, new.plan_hash, new.requester, new.channel, new.why, new.ruling, new.break_glass,
      new.idempotency_key, new.subjects, new.contends, new.created_at, new.standing, new.alert)
     is distinct from (old.form_key, old.action, old.plan, old.plan_hash, old.requester, old.channel, old.why, old.ruling,
      old.break_glass, old.idempotency_key, old.subjects, old.contends, old.created_at, old.standing, old.alert) then
    raise exception 'what was asked for never changes';
  end if;
  return new;
end $$;
