-- Places of statements that cannot be read now: since when, why, and whether people were told.
create table paydesk.statement_place_faults (
  place text collate "C" primary key,
  since timestamptz not null,
  why text not null,
  told boolean not null
);
