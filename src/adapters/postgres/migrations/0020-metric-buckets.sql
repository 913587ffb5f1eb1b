-- What metrics counted, bucket by bucket: `[["northpay","card","DE"],412,9]` a slice.
create table paydesk.metric_buckets (
  metric text collate "C" not null,
  at timestamptz not null,
  counts jsonb not null,
  primary key (metric, at)
);
