-- Looking for an effect: a look that failed is not one that found nothing, and looking goes on after a person was asked.
alter table paydesk.remediations
  add column unknown_since timestamptz,
  add column asked_at timestamptz,
  add column failed_looks integer not null default 0,
  add column watch_until timestamptz;

update paydesk.remediations set unknown_since = changed_at, asked_at = case when looks >= 6 then changed_at end
where state = 'unknown';

-- Those that wait for the other side to answer again.
create index remediations_unanswered on paydesk.remediations (due_at) where failed_looks > 0 and due_at is not null;
