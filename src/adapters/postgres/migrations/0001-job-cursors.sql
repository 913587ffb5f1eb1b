-- How far each scheduled job has come: no slot at or before `slot` is started any more.
create table paydesk.job_cursors (
  job text collate "C" primary key,
  slot timestamptz not null
);
