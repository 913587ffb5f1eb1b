-- Payouts as partners report them, a row per batch and currency: where their money is can then be asked for a month of them
-- without reading the lines of every report.
create table paydesk.recon_payouts (
  unit bigint not null references paydesk.recon_units,
  batch text collate "C" not null,
  reference text collate "C" not null,
  currency text collate "C" not null,
  -- What should arrive; negative where the partner collects.
  amount_minor bigint not null,
  -- On which it left.
  day date not null,
  file bigint not null,
  line bigint not null,
  primary key (unit, file, line)
);
create index recon_payouts_day on paydesk.recon_payouts (day);

-- A payout is looked for on a bank's lines by our own reference, and by its amount where no line names it.
create function paydesk.recon_index_receipts(unit bigint) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
  name text := 'recon_lines_' || unit;
begin
  execute format('create index if not exists %I on paydesk.%I (own_reference) where own_reference <> %L',
    name || '_own_reference', name, '');
  execute format('create index if not exists %I on paydesk.%I (amount_minor)', name || '_amount', name);
end $$;
revoke all on function paydesk.recon_index_receipts(bigint) from public;
