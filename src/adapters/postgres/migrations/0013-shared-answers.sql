-- What Slack answered, once for all replicas. The database's clock dates it, so that a replica's wrong clock spoils nothing.
create table paydesk.shared_answers (
  key text collate "C" primary key,
  answer jsonb,
  -- When the question of this answer was sent.
  asked_at timestamptz,
  -- Answers to earlier questions are outdated.
  expired_at timestamptz,
  -- A replica asks until then at the latest; others wait for its answer.
  asking_until timestamptz
);

-- When a method's allowance is full again: each call moves it on by one interval.
create table paydesk.call_paces (
  name text collate "C" primary key,
  full_at timestamptz not null
);
