/**
 * A process of its own that carries out what was approved, with the real engine, for tests that kill it. Arguments:
 * connection address, and at which named point it kills itself (`never` for none), and the Slack that knows the people, as JSON; without it, everybody
 * is known.
 *
 * The bank stands in the same database, behind its own connection: `bank_orders` has every order that arrived, with the
 * instant; `bank_effects` what took effect, once a key, as a provider with idempotency keys does it.
 */
import { openDatabase } from '../../src/adapters/postgres/database.js';
import { startEngine } from '../../src/adapters/engine/engine.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import { advanceTask } from '../../src/remediation/deps.js';
import { startSweeper } from '../../src/sweep.js';
import { strictDesk, type SlackAddress } from './strict-slack.js';
import { tableDesk } from './table-bank.js';

const [address = '', deathPoint = 'never', slackText] = process.argv.slice(2);
const url = new Secret(address);
const db = openDatabase({ url, clock: systemClock, log: silentLog });
const probe = (point: string): Promise<void> => {
  if (point === deathPoint) process.kill(process.pid, 'SIGKILL');
  return Promise.resolve();
};
const desk =
  slackText === undefined
    ? tableDesk(db, { probe })
    : strictDesk(db, JSON.parse(slackText) as SlackAddress, { probe });
const engine = await startEngine({
  databaseUrl: url,
  jobs: [],
  tasks: { [advanceTask]: (id) => desk.advance(id) },
  desk: { remediation: desk },
  clock: systemClock,
  log: silentLog,
  drainTimeoutMs: 2000,
});
const sweeper = startSweeper(() => desk.sweep(), silentLog);
process.stdout.write('ready\n');
process.once(
  'SIGTERM',
  () =>
    void sweeper
      .stop()
      .then(() => engine.close())
      .then(() => db.close()),
);
