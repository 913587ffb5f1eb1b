-- Rows that are added to see whether rows can be added, and taken back at once.
create table paydesk.probes (filler text not null);
alter table paydesk.probes alter column filler set storage external;
