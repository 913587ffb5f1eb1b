-- What Slack has delivered, so that a second delivery of the same thing is told apart, by any replica.
create table paydesk.deliveries (
  key text collate "C" primary key,
  delivered_at timestamptz not null
);
create index deliveries_age on paydesk.deliveries (delivered_at);
