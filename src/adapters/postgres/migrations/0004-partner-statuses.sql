-- What each partner's status page said last, and since when.
create table paydesk.partner_statuses (
  partner text collate "C" primary key,
  indicator text not null,
  status jsonb not null,
  changed_at timestamptz not null,
  trouble_at timestamptz,
  checked_at timestamptz not null
);
