/**
 * A thread that does one job and ends, so that the bot's event loop stays free.
 *
 * It answers with progress, then with the result or a fault. Any message to it stops the job.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Day } from '../../kernel/calendar-day.js';
import { faultFrom, type ThreadFault } from '../threads.js';
import { runJob, type Job } from './job.js';

export type WorkerNews =
  | { type: 'progress'; share: number; stage: string }
  | { type: 'done'; stale: Day[] }
  | { type: 'fault'; fault: ThreadFault };

async function work(say: (news: WorkerNews) => void): Promise<void> {
  const stopping = new AbortController();
  parentPort?.once('message', () => stopping.abort());
  try {
    const progress = (share: number, stage: string): void => say({ type: 'progress', share, stage });
    say({ type: 'done', stale: await runJob(workerData as Job, progress, stopping.signal) });
  } catch (thrown) {
    say({ type: 'fault', fault: faultFrom(thrown) });
  }
  parentPort?.close();
}

void work((news) => parentPort?.postMessage(news));
