-- When a partner's money came is read for each forecast; without this every question reads all that was ever open.
create index recon_open_settled on paydesk.recon_open (partner, closed_day) where side = 'ledger' and closed_by is not null;
-- Which weeks and months were rolled up in the channel, each once.
create table paydesk.recon_roll_ups (
  kind text collate "C" not null check (kind in ('week', 'month')),
  from_day date not null,
  posted_at timestamptz not null,
  primary key (kind, from_day)
);
