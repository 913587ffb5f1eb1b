-- What a break is about, in the partner's or the ledger's word for it: by it a break stays the same one, with its number,
-- when a newer run names its rows anew.
alter table paydesk.breaks add column reference text collate "C" not null default '';
create function paydesk.break_reference(entries jsonb, lines jsonb) returns text
language sql immutable set search_path = pg_catalog, pg_temp
return coalesce(nullif(entries -> 0 ->> 'reference', ''), nullif(lines -> 0 ->> 'reference', ''), '');
update paydesk.breaks b set reference = paydesk.break_reference(r.entries, r.lines)
from paydesk.recon_results r where r.identity = b.identity and r.type = 'break';
