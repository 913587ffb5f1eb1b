/**
 * Runs Paydesk as a process: reads configuration and environment, starts, and stops on a signal.
 */
import { once } from 'node:events';
import { startPaydesk } from './app.js';
import { readDotEnv } from './config/environment.js';
import { readSettings } from './config/settings.js';
import { followingClock, systemClock } from './kernel/clock.js';
import { createLog } from './logging.js';

/** Throws `misconfigured`. Resolves when the process was asked to stop, perhaps while it started, and everything has ended. */
export async function main(): Promise<void> {
  readDotEnv();
  const { environment, config } = readSettings(process.env);
  const log = createLog(environment.LOG_LEVEL);
  // A promise that nobody waits for may fail when a connection breaks; that must not take the desk down.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a failure that nobody waited for'));
  const signal = stopSignal();
  signal.addEventListener('abort', () => log.info({}, 'stopping'));
  try {
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
}

/** The same signal a second time ends the process at once. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  return stopping.signal;
}
