-- Our own reference of a line, such as an order: two payments of one order and amount are one that was captured twice.
alter table paydesk.recon_lines add column own_reference text collate "C" not null default '';

-- The unit whose run made a break out of a row that waited since an earlier unit: its next run judges the row anew.
alter table paydesk.recon_open add column broken_by bigint references paydesk.recon_units;
create index recon_open_broken on paydesk.recon_open (broken_by) where broken_by is not null;

-- Until now such a row moved to the unit that made it a break.
update paydesk.recon_open o set broken_by = o.unit, business_day = u.after_day, due_on = u.after_day
from paydesk.recon_units u
where u.id = o.unit and o.side = 'ledger' and o.identity is not null and o.closed_by is null
  and date '1970-01-01' + (o.row ->> 'day')::int <= u.after_day;
