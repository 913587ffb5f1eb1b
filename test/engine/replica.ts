/**
 * A process of its own that runs the engine, for tests that kill it. Arguments: connection address, then what it does:
 * `migrate` first, and `ticks` (a job every second) or `hang` (a job that starts and never ends).
 * What its jobs do stands in the table `ran`; on standard output it says `ready` and nothing else.
 */
import { startEngine } from '../../src/adapters/engine/engine.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { migrate } from '../../src/adapters/postgres/migrate.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Job } from '../../src/ports/jobs.js';

const [address = '', ...wishes] = process.argv.slice(2);
const url = new Secret(address);
if (wishes.includes('migrate')) await migrate(url, { log: silentLog });
const db = openDatabase({ url, clock: systemClock, log: silentLog });

const note = async (job: string, slot: Date): Promise<void> => {
  await db.query('insert into ran (job, slot, pid) values ($1, $2, $3)', [job, slot, process.pid]);
};
const ticking: Job<Database> = {
  id: 'ticking',
  summary: 'every second',
  schedule: '* * * * * *',
  catchUp: 5,
  run: (slot) => note('ticking', slot),
};
const hanging: Job<Database> = {
  id: 'hanging',
  summary: 'never ends',
  schedule: '0 0 1 1 *',
  catchUp: 1,
  run: async (slot) => {
    await note('hanging', slot);
    await new Promise(() => undefined);
  },
};
const jobs = wishes.includes('ticks') ? [ticking] : [hanging];
const engine = await startEngine({
  databaseUrl: url,
  jobs,
  desk: db,
  clock: systemClock,
  log: silentLog,
  drainTimeoutMs: 1000,
});
process.stdout.write('ready\n');
process.once('SIGTERM', () => void engine.close().then(() => db.close()));
