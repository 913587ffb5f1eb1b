-- What statements say of an account at their beginning and end, so that the next one can be held to it.
create table paydesk.recon_balances (
  unit bigint not null references paydesk.recon_units,
  file bigint not null,
  line bigint not null,
  account text collate "C" not null,
  currency text collate "C" not null,
  -- The decimals of both amounts.
  exponent smallint not null,
  from_day date not null,
  to_day date not null,
  opening_minor numeric,
  closing_minor numeric,
  primary key (unit, file, line)
);
create index recon_balances_account on paydesk.recon_balances (account, currency, to_day);
