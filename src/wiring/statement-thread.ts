/**
 * The work on statements in a thread of its own, so that the bot's event loop stays free for people.
 *
 * Invariants: the thread starts with the first call and ends when there is nothing to do for a while, and its memory with
 * it; a call ends with its answer or as `unavailable`: when the thread fails, when the call takes too long, and when it
 * is stopped. Nothing of such a call is kept, so it can be made again.
 */
import type { Worker } from 'node:worker_threads';
import { minuteMs, secondMs, type Clock } from '../kernel/clock.js';
import { OpsError } from '../kernel/errors.js';
import type { RunOutcome, RunRequest, RunStage } from '../ports/reconciliation.js';
import type { ArrivedFile } from '../ports/statement-inbox.js';
import type { ArchivedDocument } from '../reconciliation/intake/documents.js';
import type { StatementSettings, StatementWork } from './statement-work.js';
import { errorFrom, startThread, type ThreadFault } from './threads.js';

export interface StatementThread extends StatementWork {
  /** Ends what runs. */
  close(): Promise<void>;
}

/** Crosses into the thread as it starts. */
export interface ThreadFacts {
  settings: StatementSettings;
  databaseUrl: string;
  booksUrl: string;
  logLevel: string;
}

type Work =
  | { type: 'documents'; placeId: string; file: ArrivedFile }
  | { type: 'run'; request: Omit<RunRequest, 'onProgress'> };

/** `nowMs`: the time by the clock of the process. */
export type ThreadOrder = { id: number; nowMs: number } & Work;
export type ThreadAnswer = { id: number } & (
  { value: ArchivedDocument[] | RunOutcome } | { fault: ThreadFault } | { stage: RunStage }
);

interface ThreadOptions {
  clock: Clock;
  /** A module beside this file. */
  module?: string;
  /** Without work for so long, the thread ends. */
  idleMs?: number;
  /** A day of ten million rows takes less. */
  callMs?: number;
}

interface Call {
  resolve: (value: never) => void;
  reject: (error: OpsError) => void;
  onProgress: RunRequest['onProgress'];
}

interface Hearing {
  signal?: AbortSignal | undefined;
  onProgress?: RunRequest['onProgress'];
}

interface Running {
  worker: Worker;
  calls: Map<number, Call>;
  idle: NodeJS.Timeout | undefined;
}

const stopped = 'The work on statements was stopped.';

/** Rows stay until the day is compared, so a larger nursery would be memory and no time. */
const maxYoungGenerationSizeMb = 8;

export function statementThread(
  facts: ThreadFacts,
  {
    clock,
    module = './statement-thread-worker',
    idleMs = 10 * secondMs,
    callMs = 15 * minuteMs,
  }: ThreadOptions,
): StatementThread {
  let running: Running | null = null;
  let isClosed = false;
  let lastId = 0;

  const end = async (thread: Running, why: string, cause?: unknown): Promise<void> => {
    if (running === thread) running = null;
    clearTimeout(thread.idle);
    for (const { reject } of thread.calls.values()) reject(gone(why, cause));
    thread.calls.clear();
    await thread.worker.terminate();
  };

  const settle = (thread: Running, answer: ThreadAnswer): void => {
    const call = thread.calls.get(answer.id);
    if ('stage' in answer) return call?.onProgress?.(answer.stage);
    thread.calls.delete(answer.id);
    if ('fault' in answer) call?.reject(errorFrom(answer.fault));
    else call?.resolve(answer.value as never);
    if (thread.calls.size > 0) return;
    thread.worker.unref();
    thread.idle = setTimeout(() => void end(thread, stopped), idleMs).unref();
  };

  const started = (): Running => {
    const worker = startThread(module, import.meta.url, {
      workerData: facts,
      resourceLimits: { maxYoungGenerationSizeMb },
    });
    const thread: Running = { worker, calls: new Map(), idle: undefined };
    worker.on('message', (answer: ThreadAnswer) => settle(thread, answer));
    worker.once('error', (error) => void end(thread, 'The thread that works on statements failed.', error));
    worker.once('exit', (code) => void end(thread, 'The thread that works on statements ended.', code));
    return thread;
  };

  const call = async <Value>(work: Work, { signal, onProgress }: Hearing = {}): Promise<Value> => {
    if (isClosed || signal?.aborted === true) throw gone(stopped);
    const thread = (running ??= started());
    clearTimeout(thread.idle);
    thread.worker.ref();
    const id = ++lastId;
    const stop = (why: string) => (): void => void end(thread, why);
    const onAbort = stop(stopped);
    const limit = setTimeout(stop('The work on statements took too long.'), callMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise<Value>((resolve, reject) => {
        thread.calls.set(id, { resolve, reject, onProgress });
        thread.worker.postMessage({ id, nowMs: clock.now().getTime(), ...work } satisfies ThreadOrder);
      });
    } finally {
      clearTimeout(limit);
      signal?.removeEventListener('abort', onAbort);
    }
  };

  return {
    documentsOf: (placeId, file) => call({ type: 'documents', placeId, file }),
    run: ({ onProgress, ...request }, signal) => call({ type: 'run', request }, { signal, onProgress }),
    close: async () => {
      isClosed = true;
      if (running) await end(running, stopped);
    },
  };
}

const gone = (why: string, cause?: unknown): OpsError =>
  new OpsError('unavailable', why, {
    hint: 'Nothing from it was stored; Paydesk retries automatically.',
    cause,
  });
