/**
 * Runs Paydesk as a process: reads configuration and environment, starts, and stops on a signal.
 *
 * Invariant: a process that was asked to stop ends even when a part hangs: it waits for running work, but not for ever.
 */
import { once } from 'node:events';
import { readDotEnv } from './config/environment.js';
import { readSettings } from './config/settings.js';
import { followingClock, systemClock } from './kernel/clock.js';
import type { Log } from './kernel/log.js';
import { createLog } from './wiring/logging.js';

/** Throws `misconfigured`. Resolves when the process was asked to stop, perhaps while it started, and everything has ended. */
export async function main(): Promise<void> {
  readDotEnv();
  const { environment, config } = readSettings(process.env);
  const log = createLog(environment.LOG_LEVEL);
  // An unawaited promise may fail when a connection breaks; that must not take the desk down.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'an unhandled failure'));
  const signal = stopSignal();
  signal.addEventListener('abort', () => {
    log.info({}, 'stopping');
    endAfter(longestStopMs, 1, log, 'stopping took too long');
  });
  try {
    // Loading the bot takes seconds, which a wrong setting need not wait for.
    const { startPaydesk } = await import('./wiring/app.js');
    const paydesk = await startPaydesk({
      environment,
      config,
      clock: followingClock(systemClock),
      log,
      signal,
    });
    process.stdout.write(`Paydesk is up: http://${environment.HOST}:${paydesk.operationsPort}/readyz\n`);
    if (!signal.aborted) await once(signal, 'abort');
    await paydesk.stop();
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  }
  log.info({}, 'stopped');
  if (signal.aborted) endAfter(lingeringMs, 0, log, 'a resource was not closed');
}

/** More than draining commands, jobs and the current message takes together. */
const longestStopMs = 60_000;
/** What was let go of is closed within moments; a peer that does not answer must not keep the process. */
const lingeringMs = 2000;

/** Ends a process that still runs by then. By itself it keeps none alive. */
function endAfter(durationMs: number, exitCode: number, log: Log, what: string): void {
  const end = (): void => {
    log.warn({ open: process.getActiveResourcesInfo() }, `${what}; ending`);
    process.exit(exitCode);
  };
  setTimeout(end, durationMs).unref();
}

/** The same signal a second time ends the process at once. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  return stopping.signal;
}
