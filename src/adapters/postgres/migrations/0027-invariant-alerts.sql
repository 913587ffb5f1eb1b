-- Alerts about what must always hold in the books.
alter table paydesk.alerts drop constraint alerts_kind_check;
alter table paydesk.alerts add constraint alerts_kind_check
  check (kind in ('rate', 'volume', 'late', 'unreadable', 'invariant'));
