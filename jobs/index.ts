/**
 * The registry of jobs: one line each. Schedules come from the configuration.
 */
import type { Job } from '../src/ports/jobs.js';
import { auditWitnessJob, type AuditWitnessDesk } from './audit-witness.js';
import { partnerStatusJob, type PartnerStatusDesk } from './partner-status.js';
import { remediationDueJob, type RemediationDueDesk } from './remediation-due.js';

export type JobDesk = PartnerStatusDesk & AuditWitnessDesk & RemediationDueDesk;

export interface Schedules {
  partnerStatus: string;
  auditWitness: string;
  remediationDue: string;
}

export const jobs = (schedules: Schedules): readonly Job<JobDesk>[] => [
  partnerStatusJob(schedules.partnerStatus),
  auditWitnessJob(schedules.auditWitness),
  remediationDueJob(schedules.remediationDue),
];
