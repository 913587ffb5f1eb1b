/**
 * A thread that does one job and ends, so that the bot's event loop stays free.
 *
 * It answers with progress, then with the result or a fault. Any message to it stops the job.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Day } from '../../kernel/calendar-day.js';
import { toOpsError, type OpsErrorCode } from '../../kernel/errors.js';
import { runJob, type Job } from './job.js';

export type WorkerNews =
  | { type: 'progress'; share: number; stage: string }
  | { type: 'done'; stale: Day[] }
  | { type: 'fault'; code: OpsErrorCode; publicMessage: string; hint: string | undefined; cause: string };

async function work(say: (news: WorkerNews) => void): Promise<void> {
  const stopping = new AbortController();
  parentPort?.once('message', () => stopping.abort());
  try {
    const progress = (share: number, stage: string): void => say({ type: 'progress', share, stage });
    say({ type: 'done', stale: await runJob(workerData as Job, progress, stopping.signal) });
  } catch (thrown) {
    const { code, publicMessage, hint, cause } = toOpsError(thrown);
    say({ type: 'fault', code, publicMessage, hint, cause: String(cause) });
  }
  parentPort?.close();
}

void work((news) => parentPort?.postMessage(news));
