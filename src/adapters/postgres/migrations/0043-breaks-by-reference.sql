-- A payment's card names the open breaks about it.
create index breaks_reference on paydesk.breaks (reference) where state in ('open', 'owned') and reference <> '';
