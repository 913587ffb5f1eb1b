-- When a live card was marked because its status page has not been readable for long; null while it is.
alter table paydesk.partner_statuses add column stale_told_at timestamptz;
