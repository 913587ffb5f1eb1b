-- What a line was before the partner converted it, and the rate that it states; empty where it was not converted.
alter table paydesk.recon_lines add column fx_currency text collate "C" not null default '',
  add column fx_minor bigint, add column fx_rate text collate "C" not null default '';
