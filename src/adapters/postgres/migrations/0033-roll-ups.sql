-- Which weeks and months were rolled up in the channel, each once.
create table paydesk.recon_roll_ups (
  kind text collate "C" not null check (kind in ('week', 'month')),
  from_day date not null,
  posted_at timestamptz not null,
  primary key (kind, from_day)
);
