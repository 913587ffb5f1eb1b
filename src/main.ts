/**
 * Runs Paydesk as a process: reads configuration and environment, starts, and stops on a signal.
 */
import { startPaydesk, type Paydesk } from './app.js';
import { botEnvironmentSchema, parseEnvironment, readDotEnv } from './config/environment.js';
import { loadConfig } from './config/load.js';
import { systemClock } from './kernel/clock.js';
import { createLog } from './logging.js';

/** Throws `misconfigured`. Resolves when the process was asked to stop and everything has ended. */
export async function main(): Promise<void> {
  readDotEnv();
  const environment = parseEnvironment(process.env, botEnvironmentSchema);
  const config = loadConfig(environment.PAYDESK_CONFIG);
  const log = createLog(environment.LOG_LEVEL);
  // A promise that nobody waits for may fail when a connection breaks; that must not take the desk down.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a failure that nobody waited for'));
  const stopped = stopSignal();
  const starting = startPaydesk({ environment, config, clock: systemClock, log });
  const first = await Promise.race([starting, stopped]);
  const paydesk: Paydesk | null = first === 'stop' ? null : first;
  if (!paydesk) process.exit(0);
  process.stdout.write(`Paydesk is up: http://${environment.HOST}:${paydesk.port}/readyz\n`);
  await stopped;
  log.info({}, 'stopping');
  await paydesk.stop();
  log.info({}, 'stopped');
}

function stopSignal(): Promise<'stop'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('stop'));
  });
}
