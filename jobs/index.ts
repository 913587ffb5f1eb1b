/**
 * The registry of jobs: one line each. Schedules come from the configuration.
 */
import type { Job } from '../src/ports/jobs.js';
import { partnerStatusJob, type PartnerStatusDesk } from './partner-status.js';

export type JobDesk = PartnerStatusDesk;

export interface Schedules {
  partnerStatus: string;
}

export const jobs = (schedules: Schedules): readonly Job<JobDesk>[] => [
  partnerStatusJob(schedules.partnerStatus),
];
