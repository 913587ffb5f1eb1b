/** A run of a unit as a job that may cross into a worker thread: data in, days that are stale now out. */
import type { Day } from '../../kernel/calendar-day.js';
import { Secret } from '../../kernel/secret.js';
import type { CsvProfile } from '../../reconciliation/formats/csv-profile.js';
import type { EngineRequest } from './common.js';
import { runUnit } from './run.js';
import { tableOf } from './tables.js';
import { dueFrom, matchSettings, type PartnerTerms } from './terms.js';

export interface Job {
  request: Omit<EngineRequest, 'onProgress'>;
  terms: PartnerTerms;
  profiles: readonly CsvProfile[];
  databaseUrl: string;
  booksUrl: string;
  statementTimeoutMs: number;
}

type Progress = (share: number, stage: string) => void;
export type StartJob = (job: Job, progress: Progress, signal: AbortSignal | undefined) => Promise<Day[]>;

/** How far back a partner's first unit looks for entries whose money is still to come. */
const firstUnitDays = 30;

/** Throws as `Reconciler.run` does. */
export const runJob: StartJob = async (job, progress, signal) => {
  const { request, terms } = job;
  return runUnit(
    {
      ...request,
      files: request.files.map((file) => tableOf(file, job.profiles)),
      account: terms.account,
      startDay: request.businessDay - firstUnitDays,
      isOwn: dueFrom(terms, request.businessDay),
      settings: matchSettings(terms, request.asOf),
    },
    {
      database: new Secret(job.databaseUrl),
      books: new Secret(job.booksUrl),
      statementTimeoutMs: job.statementTimeoutMs,
      progress,
      signal,
    },
  );
};
