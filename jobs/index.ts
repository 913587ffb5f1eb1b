/**
 * The registry of jobs: one line each. A job brings its own schedule, and the configuration can set another.
 */
import { OpsError } from '../src/kernel/errors.js';
import type { Job } from '../src/ports/jobs.js';
import { auditWitnessJob, type AuditWitnessDeps } from './audit-witness.js';
import { checkInvariantsJob, type CheckInvariantsDeps } from './check-invariants.js';
import { disputeDigestJob, type DisputeDigestDeps } from './dispute-digest.js';
import { disputeProgrammesJob, type DisputeProgrammesDeps } from './dispute-programmes.js';
import { disputeRemindersJob, type DisputeRemindersDeps } from './dispute-reminders.js';
import { disputeRegisterJob, type DisputeRegisterDeps } from './dispute-register.js';
import { reconcileJob, type ReconcileDeps } from './reconcile.js';
import { reconRollUpJob, type ReconRollUpDeps } from './recon-roll-up.js';
import { partnerStatusJob, type PartnerStatusDeps } from './partner-status.js';
import { providerEventsJob, type ProviderEventsDeps } from './provider-events.js';
import { watchMetricsJob, type WatchMetricsDeps } from './watch-metrics.js';

export type JobDeps = PartnerStatusDeps &
  AuditWitnessDeps &
  WatchMetricsDeps &
  CheckInvariantsDeps &
  ReconcileDeps &
  ReconRollUpDeps &
  ProviderEventsDeps &
  DisputeRegisterDeps &
  DisputeRemindersDeps &
  DisputeDigestDeps &
  DisputeProgrammesDeps;

const registry: readonly Job<JobDeps>[] = [
  partnerStatusJob,
  auditWitnessJob,
  watchMetricsJob,
  checkInvariantsJob,
  reconcileJob,
  reconRollUpJob,
  providerEventsJob,
  disputeRegisterJob,
  disputeRemindersJob,
  disputeDigestJob,
  disputeProgrammesJob,
];

/** `partner-status` is `partnerStatus` in the configuration. */
const settingOf = (id: string): string =>
  id.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** `schedules`: as configured, by the job's setting. Throws `misconfigured` for a job that does not exist. */
export function jobs(schedules: Readonly<Record<string, string>>): readonly Job<JobDeps>[] {
  const settings = registry.map(({ id }) => settingOf(id));
  const unknown = Object.keys(schedules).find((name) => !settings.includes(name));
  if (unknown !== undefined)
    throw new OpsError('misconfigured', `schedules.${unknown} is not the schedule of a job.`, {
      hint: `Schedules that can be set in paydesk.yaml: ${settings.join(', ')}.`,
    });
  return registry.map((job) => ({ ...job, schedule: schedules[settingOf(job.id)] ?? job.schedule }));
}
