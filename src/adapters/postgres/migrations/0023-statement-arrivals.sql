-- What is remembered of files in the places where partners leave them, so that each is read once and only when it is whole.
create table paydesk.statement_sightings (
  place text collate "C" not null,
  path text collate "C" not null,
  fingerprint text collate "C" not null,
  -- Since when the file has had this fingerprint.
  since timestamptz not null,
  settled boolean not null default false,
  primary key (place, path)
);

-- The contents of statement files, packed, in parts of a few megabytes.
create table paydesk.statement_contents (
  sha256 text collate "C" not null check (sha256 ~ '^[0-9a-f]{64}$'),
  part integer not null,
  packed bytea not null,
  kept_at timestamptz not null,
  primary key (sha256, part)
);

-- Files that nobody could use, each said once.
create table paydesk.statement_quarantine (
  place text collate "C" not null,
  name text collate "C" not null,
  -- Empty for what was never read.
  sha256 text collate "C" not null,
  partner text collate "C",
  why text not null,
  at timestamptz not null,
  primary key (place, name, sha256)
);
create index statement_quarantine_at on paydesk.statement_quarantine (at);

-- Of which business day a file is. It waits for as long as it is in no unit.
create table paydesk.statement_days (
  file bigint primary key references paydesk.statement_files,
  business_day date not null,
  rows bigint not null,
  problems bigint not null
);
