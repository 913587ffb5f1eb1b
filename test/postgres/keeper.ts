/**
 * A process of its own that keeps the embedded server of a home, for tests that kill it. Says `up <address>` when the
 * server answers, `fault <code>` when it cannot; ends on SIGTERM after leaving the server.
 */
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded/supervisor.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';

try {
  const server = await startEmbeddedPostgres({
    home: process.argv[2] ?? '',
    log: silentLog,
    settings: { fsync: 'off' },
  });
  process.once('SIGTERM', () => void server.stop());
  process.stdout.write(`up ${server.url.reveal()}\n`);
} catch (error) {
  process.stdout.write(`fault ${error instanceof OpsError ? error.code : String(error)}\n`);
}
