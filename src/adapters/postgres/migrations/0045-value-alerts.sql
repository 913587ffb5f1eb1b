-- Alerts about values that are new for their series, and about what should have arrived.
alter table paydesk.alerts drop constraint alerts_kind_check;
alter table paydesk.alerts add constraint alerts_kind_check
  check (kind in ('rate', 'volume', 'level', 'overdue', 'late', 'unreadable', 'invariant'));
