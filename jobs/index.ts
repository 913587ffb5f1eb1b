/**
 * The registry of jobs: one line each. The desk that they need and the README's table follow from it. A job brings its own
 * schedule, and the configuration can set another.
 */
import { OpsError } from '../src/kernel/errors.js';
import type { DeskFor } from '../src/ports/desk-for.js';
import type { Job } from '../src/ports/jobs.js';
import { auditWitnessJob } from './audit-witness.js';
import { checkInvariantsJob } from './check-invariants.js';
import { disputeDigestJob } from './dispute-digest.js';
import { disputeProgrammesJob } from './dispute-programmes.js';
import { disputeRemindersJob } from './dispute-reminders.js';
import { disputeRegisterJob } from './dispute-register.js';
import { reconcileJob } from './reconcile.js';
import { reconRollUpJob } from './recon-roll-up.js';
import { partnerStatusJob } from './partner-status.js';
import { providerEventsJob } from './provider-events.js';
import { watchMetricsJob } from './watch-metrics.js';

const registry = [
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

export type JobDeps = DeskFor<(typeof registry)[number]>;

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
