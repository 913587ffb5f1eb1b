/**
 * A process of its own that carries out what was approved, with the real engine, for tests that kill or stop it. Arguments:
 * connection address, and at which named point it kills itself (`never` for none, `stop:` before it to stop there), and
 * the Slack that knows the people, as JSON; without it, everybody is known. `CLOCK_AHEAD` names a file with the
 * milliseconds by which the time of all replicas is ahead.
 *
 * The bank stands in the same database, or in the one of `BANK_ADDRESS`: `bank_orders` has every order that arrived, with the
 * instant; `bank_effects` what took effect, once a key, as a provider with idempotency keys does it.
 */
import { readFileSync } from 'node:fs';
import { openDatabase } from '../../src/adapters/postgres/database.js';
import { startEngine } from '../../src/adapters/engine/engine.js';
import { systemClock, type Clock } from '../../src/kernel/clock.js';
import { Secret } from '../../src/kernel/secret.js';
import type { RemediationService } from '../../src/remediation/remediation.js';
import { createLog } from '../../src/wiring/logging.js';
import { livingRequests } from '../../src/wiring/remediation.js';
import type { SlackAddress } from './strict-desk.js';
import { tableDesk } from './table-bank.js';

const [address = '', deathPoint = 'never', slackText] = process.argv.slice(2);
const url = new Secret(address);
const log = createLog('warn', (line) => void process.stderr.write(line));
const aheadFile = process.env.CLOCK_AHEAD;
const aheadMs = (): number => (aheadFile === undefined ? 0 : Number(readFileSync(aheadFile, 'utf8')));
const clock: Clock = { now: () => new Date(systemClock.now().getTime() + aheadMs()) };
const db = openDatabase({ url, clock, log });
const probe = (point: string): Promise<void> => {
  if (point === deathPoint) process.kill(process.pid, 'SIGKILL');
  if (`stop:${point}` === deathPoint) process.kill(process.pid, 'SIGSTOP');
  return Promise.resolve();
};
const bankAddress = process.env.BANK_ADDRESS;
const bank = bankAddress === undefined ? db : openDatabase({ url: new Secret(bankAddress), clock, log });
const deps = { probe, clock, log };
const openDesk = async (): Promise<RemediationService> => {
  if (slackText === undefined) return tableDesk(db, deps, bank);
  // Most replicas start without Slack's client, in two thirds of the time.
  const { strictDesk } = await import('./strict-desk.js');
  return strictDesk(db, JSON.parse(slackText) as SlackAddress, deps);
};
const desk = await openDesk();
const engine = await startEngine({
  databaseUrl: url,
  jobs: [],
  living: [livingRequests(desk)],
  desk: { remediation: desk },
  clock,
  log,
  drainTimeoutMs: 2000,
});
process.stdout.write('ready\n');
process.once(
  'SIGTERM',
  () =>
    void engine
      .close()
      .then(() => db.close())
      .then(() => bank.close()),
);
