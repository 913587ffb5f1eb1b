-- What reconciliation read and found, as facts. What people do about a break is kept elsewhere, by its identity.

-- A statement file that was taken in: each content once per partner, whatever it is called.
create table paydesk.statement_files (
  id bigint generated always as identity primary key,
  partner text collate "C" not null,
  sha256 text collate "C" not null check (sha256 ~ '^[0-9a-f]{64}$'),
  name text not null,
  format text collate "C" not null,
  received_at timestamptz not null,
  unique (partner, sha256)
);

-- A partner's business day, with what its last run came to.
create table paydesk.recon_units (
  id bigint generated always as identity primary key,
  partner text collate "C" not null,
  business_day date not null,
  after_day date not null,
  runs integer not null,
  ran_at timestamptz not null,
  as_of date not null,
  engine text collate "C" not null check (engine in ('join', 'sql')),
  ledger_rows bigint not null,
  statement_rows bigint not null,
  matched jsonb not null,
  breaks jsonb not null,
  pending bigint not null,
  quarantined bigint not null,
  cleared bigint not null,
  totals jsonb not null,
  unique (partner, business_day)
);

create table paydesk.recon_unit_files (
  unit bigint not null references paydesk.recon_units,
  file bigint not null references paydesk.statement_files,
  primary key (file)
);
create index recon_unit_files_unit on paydesk.recon_unit_files (unit);

-- The lines of the statements, a partition per unit: loaded without an index, which follows when the run is over.
create table paydesk.recon_lines (
  unit bigint not null,
  file bigint not null,
  line bigint not null,
  reference text collate "C" not null,
  amount_minor bigint not null,
  currency text collate "C" not null,
  value_date date,
  type text collate "C" not null,
  fee_minor bigint not null,
  batch text collate "C" not null default '',
  -- Of the amounts, where they have more decimals than the currency.
  exponent smallint,
  -- The file whose later version of the same payment counts instead.
  superseded_by bigint
) partition by list (unit);

-- Findings of the last run of a unit, except plain exact matches, which are only counted.
create table paydesk.recon_results (
  unit bigint not null references paydesk.recon_units,
  seq integer not null,
  type text collate "C" not null check (type in ('match', 'break', 'pending', 'quarantined')),
  -- A rule, a kind of break, or the code of a problem.
  name text collate "C" not null,
  identity text collate "C",
  currency text collate "C",
  difference_minor numeric,
  due_on date,
  entries jsonb not null,
  lines jsonb not null,
  message text,
  primary key (unit, seq),
  check ((type = 'break') = (identity is not null)),
  check ((type = 'pending') = (due_on is not null))
);
create index recon_results_breaks on paydesk.recon_results (identity) where type = 'break';

-- Rows of one side alone that a later unit may still answer: pending entries, and breaks that miss the other side.
create table paydesk.recon_open (
  partner text collate "C" not null,
  side text collate "C" not null check (side in ('ledger', 'statement')),
  -- The id of the entry, or the identity of the line.
  key text collate "C" not null,
  unit bigint not null references paydesk.recon_units,
  business_day date not null,
  -- Of an entry whose money is not due yet.
  due_on date,
  -- Of the break; null while the entry is pending.
  identity text collate "C",
  reference text collate "C" not null,
  batch text collate "C" not null,
  currency text collate "C" not null,
  amount_minor bigint not null,
  -- The whole entry or line.
  row jsonb not null,
  closed_by bigint references paydesk.recon_units,
  closed_day date,
  -- The rule that matched it, with both sides.
  closed_rule text collate "C",
  closed_entries jsonb,
  closed_lines jsonb,
  primary key (partner, side, key)
);
create index recon_open_reference on paydesk.recon_open (partner, reference) where closed_by is null;
create index recon_open_amount on paydesk.recon_open (partner, currency, amount_minor) where closed_by is null;
create index recon_open_batch on paydesk.recon_open (partner, batch) where closed_by is null and batch <> '';
create index recon_open_due on paydesk.recon_open (partner, due_on) where closed_by is null;
create index recon_open_unit on paydesk.recon_open (unit);
create index recon_open_closed on paydesk.recon_open (closed_by) where closed_by is not null;

-- A table for the lines of a unit, made where it is missing, with the file as default. The owner makes it, the application
-- fills it: it may not make tables itself.
create function paydesk.recon_open_lines(unit bigint, file bigint) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  name text := 'recon_lines_' || unit;
begin
  if to_regclass('paydesk.' || name) is null then
    -- Not as a partition at once: readers of other units would wait for this load.
    execute format('create table paydesk.%I (like paydesk.recon_lines including defaults)', name);
    execute format('alter table paydesk.%I alter unit set default %s, add check (unit = %s)', name, unit, unit);
    execute format('grant select, insert, update, delete on paydesk.%I to %I', name, session_user);
  end if;
  execute format('alter table paydesk.%I alter file set default %s', name, file);
end $$;

-- Makes the table a part of the whole when its lines are in.
create function paydesk.recon_close_lines(unit bigint) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  name text := 'recon_lines_' || unit;
begin
  if exists (select from pg_inherits where inhrelid = to_regclass('paydesk.' || name)) then return; end if;
  execute format('alter table paydesk.recon_lines attach partition paydesk.%I for values in (%s)', name, unit);
end $$;

-- The index that finds a line by its reference: made after the run, which does not need it.
create function paydesk.recon_index_lines(unit bigint) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  name text := 'recon_lines_' || unit;
begin
  execute format('create index if not exists %I on paydesk.%I (reference)', name || '_reference', name);
end $$;

revoke all on function paydesk.recon_open_lines(bigint, bigint), paydesk.recon_close_lines(bigint),
  paydesk.recon_index_lines(bigint) from public;
