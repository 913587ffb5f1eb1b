-- When an alert that was over came back, the last time. `opened_at` stays when people first read of it.
alter table paydesk.alerts add column reopened_at timestamptz;
