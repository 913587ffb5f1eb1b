/** `paydesk postgres`: the embedded PostgreSQL of PAYDESK_HOME by itself, until it is stopped. */
import { startEmbeddedPostgres } from '../adapters/postgres/embedded/supervisor.js';
import { ensureDatabase } from '../adapters/postgres/provision.js';
import { parseEnvironment, readDotEnv } from '../config/environment.js';
import { createLog } from '../wiring/logging.js';
import type { Voices } from './voices.js';

export async function runPostgres(database: string, { say }: Voices): Promise<void> {
  readDotEnv();
  const { PAYDESK_HOME: home } = parseEnvironment(process.env);
  const log = createLog('warn', (line) => void process.stderr.write(line));
  const server = await startEmbeddedPostgres({ home, log });
  await ensureDatabase(server.url, database);
  say(server.urlOf(database).reveal());
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await server.stop();
}
