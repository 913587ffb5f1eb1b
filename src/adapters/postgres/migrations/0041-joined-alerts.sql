-- The alert on whose card this one is shown, because both have one cause.
alter table paydesk.alerts add column joined text collate "C";
create index on paydesk.alerts (joined) where joined is not null;
