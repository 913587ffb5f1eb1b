/**
 * Runs of units, each in a worker thread of its own: the engine for days larger than a process should hold.
 * Used by the tests and the bench; the desk runs on `../in-memory-reconciler.ts`, whose `references`, implied payouts and late
 * bookings are deliberately absent here.
 *
 * Invariants: a run that is aborted cuts its database connections and ends; a thread never outlives its run; the bytes of
 * large files are handed over, so the caller does not use them again.
 */
import { OpsError } from '../../kernel/errors.js';
import type { Secret } from '../../kernel/secret.js';
import type { ReconciliationResults, RunOutcome } from '../../ports/reconciliation.js';
import type { CsvProfile } from '../../reconciliation/formats/csv-profile.js';
import type { Job, StartJob } from './job.js';
import { errorFrom, startThread } from '../threads.js';
import type { EngineRequest } from './common.js';
import type { PartnerTerms } from './terms.js';
import type { WorkerNews } from './worker.js';

/** As `Reconciler`, given the bytes of files. */
export interface EngineReconciler {
  run(request: EngineRequest, signal?: AbortSignal): Promise<RunOutcome>;
}

export interface ReconcilerFacts {
  database: Secret;
  books: Secret;
  termsOf: (partner: string) => PartnerTerms;
  /** Of paydesk.yaml. */
  profiles: readonly CsvProfile[];
  results: Pick<ReconciliationResults, 'unit'>;
}

/** A run has few statements, and each may read a million rows. */
const statementTimeoutMs = 600_000;

export const createReconciler = (
  facts: ReconcilerFacts,
  start: StartJob = runInThread,
): EngineReconciler => ({
  run: async ({ onProgress, ...request }, signal) => {
    const job: Job = {
      request,
      terms: facts.termsOf(request.partner),
      profiles: facts.profiles,
      databaseUrl: facts.database.reveal(),
      booksUrl: facts.books.reveal(),
      statementTimeoutMs,
    };
    const stale = await start(job, (share, stage) => onProgress?.(share, stage), signal);
    const unit = await facts.results.unit(request);
    if (unit === null) throw new OpsError('internal', 'A run left no record of its unit.');
    return { unit, stale };
  },
});

const runInThread: StartJob = async (job, progress, signal) => {
  signal?.throwIfAborted();
  const worker = startThread('./worker', import.meta.url, {
    workerData: job,
    transferList: wholeBuffers(job),
  });
  const stop = (): void => worker.postMessage('stop');
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<number[]>((resolve, reject) => {
      worker.on('message', (news: WorkerNews) => {
        if (news.type === 'progress') progress(news.share, news.stage);
        else if (news.type === 'done') resolve(news.stale);
        else reject(errorFrom(news.fault));
      });
      worker.once('error', reject);
      worker.once('exit', () => reject(new OpsError('internal', 'The run ended without a result.')));
    });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
};

/** Small buffers share their memory with others of Node's pool, which must stay. */
const wholeBuffers = ({ request }: Job): ArrayBuffer[] =>
  request.files.flatMap(({ bytes }) =>
    bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength ? [bytes.buffer] : [],
  );
