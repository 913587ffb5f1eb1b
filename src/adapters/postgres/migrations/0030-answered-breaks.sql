-- Whether a later day answered a break is asked for each break of a run; without this every question reads all answers.
create index recon_open_answered on paydesk.recon_open (identity) where identity is not null and closed_by is not null;
