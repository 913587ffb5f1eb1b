-- A partner's trouble has a life: it is due when its status page has not been read for too long.
alter table paydesk.partner_statuses add column told_at timestamptz;
select paydesk.give_life('paydesk.partner_statuses');
update paydesk.partner_statuses set due_at = checked_at + interval '10 minutes'
where indicator <> 'none' and stale_told_at is null;
