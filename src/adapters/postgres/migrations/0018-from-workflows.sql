-- What the durable engine of before had not finished becomes due. Its schema `dbos` stays as it was left; nothing uses it.
do $$
begin
  if to_regclass('dbos.workflow_status') is null then
    return;
  end if;
  -- Steps of requests: `remediation:REM-17:5` names the request and its version.
  update paydesk.remediations r set due_at = now()
  from dbos.workflow_status w
  where w.name = 'paydesk-task' and w.status in ('ENQUEUED', 'PENDING') and r.due_at is not null
    and w.workflow_uuid like 'remediation:REM-' || r.number || ':%';
  -- Slots of jobs: `cron:partner-status:2026-11-20T09:00:00.000Z`. The cursor was moved when they were enqueued.
  update paydesk.job_cursors c set slot = least(c.slot, unfinished.slot - interval '1 millisecond')
  from (
    select split_part(workflow_uuid, ':', 2) as job, min(substr(workflow_uuid, length(split_part(workflow_uuid, ':', 2)) + 7)::timestamptz) as slot
    from dbos.workflow_status
    where name = 'paydesk-job' and status in ('ENQUEUED', 'PENDING') and workflow_uuid like 'cron:%'
    group by 1
  ) unfinished
  where c.job = unfinished.job;
end $$;
