-- Both sides of a comparison, for the session. `f` is the finding that a row is in; null while no rule accounts for it.
-- `due_on` is the day on which an entry's money is due, `due` the same where it may still come.
-- Days count from 1970. Amounts have any number of digits.
create temporary table e (
  n bigint generated always as identity,
  id text collate "C" not null,
  reference text collate "C" not null,
  amount numeric not null,
  currency text collate "C" not null,
  day integer,
  type text collate "C" not null,
  batch text collate "C" not null,
  due_on integer,
  due integer,
  f bigint
);
create temporary table l (
  n bigint generated always as identity,
  file bigint not null,
  line bigint not null,
  reference text collate "C" not null,
  amount numeric not null,
  currency text collate "C" not null,
  day integer,
  type text collate "C" not null,
  fee numeric not null,
  batch text collate "C" not null,
  own text collate "C" not null default '',
  f bigint
);
create temporary table findings (f bigint primary key, type text not null, name text not null, due integer);
create temporary sequence finding;
create temporary table exact (currency text collate "C" not null, day integer, rows bigint not null, amount numeric not null);
