-- When a partner's money came is read for each forecast; without this every question reads all that was ever open.
create index recon_open_settled on paydesk.recon_open (partner, closed_day) where side = 'ledger' and closed_by is not null;
