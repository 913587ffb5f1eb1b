-- From how long on an answer is slow, by the value of a metric's first dimension: learned once.
create table paydesk.slow_limits (
  metric text collate "C" not null,
  of text collate "C" not null,
  above double precision not null,
  learned_at timestamptz not null,
  primary key (metric, of)
);

-- `latency` has taken its place.
delete from paydesk.metric_buckets where metric = 'slow-answers';
