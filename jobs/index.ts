/**
 * The registry of jobs: one line each. Schedules come from the configuration.
 */
import type { Job } from '../src/ports/jobs.js';
import { auditWitnessJob, type AuditWitnessDesk } from './audit-witness.js';
import { reconcileJob, type ReconcileDesk } from './reconcile.js';
import { partnerStatusJob, type PartnerStatusDesk } from './partner-status.js';

export type JobDesk = PartnerStatusDesk & AuditWitnessDesk & ReconcileDesk;

export interface Schedules {
  partnerStatus: string;
  auditWitness: string;
  reconcile: string;
}

export const jobs = (schedules: Schedules): readonly Job<JobDesk>[] => [
  partnerStatusJob(schedules.partnerStatus),
  auditWitnessJob(schedules.auditWitness),
  reconcileJob(schedules.reconcile),
];
