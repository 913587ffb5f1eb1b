/**
 * A process of its own that carries out what was approved, with the real engine, for tests that kill it. Arguments:
 * connection address, and at which named point it kills itself (`never` for none).
 *
 * The bank stands in the same database, behind its own connection: `bank_orders` has every order that arrived, with the
 * instant; `bank_effects` what took effect, once a key, as a provider with idempotency keys does it.
 */
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { openDatabase } from '../../src/adapters/postgres/database.js';
import { createRemediations } from '../../src/adapters/postgres/remediations.js';
import { createTasks } from '../../src/adapters/postgres/tasks.js';
import { startEngine } from '../../src/adapters/engine/engine.js';
import { createAuditTrail } from '../../src/audit/trail.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import type { World } from '../../src/remediation/action.js';
import { advanceTask } from '../../src/remediation/deps.js';
import { createRemediationDesk } from '../../src/remediation/remediation.js';
import { remediationDueJob } from '../../jobs/remediation-due.js';
import { tableBank } from './table-bank.js';
import { createPeople, groups, policy } from './support.js';

const [address = '', deathPoint = 'never'] = process.argv.slice(2);
const url = new Secret(address);
const db = openDatabase({ url, clock: systemClock, log: silentLog });
const desk = createRemediationDesk({
  actions: [tableBank(db)],
  policy: { ...policy, caps: [] },
  world: { clock: systemClock, partners: [] } as unknown as World,
  remediations: createRemediations(db),
  directory: createPeople(groups).directory,
  transactions: db,
  audit: createAuditTrail(createAuditStore(db)),
  tasks: createTasks(),
  tell: () => Promise.resolve(),
  alarm: () => Promise.resolve(),
  newKey: () => crypto.randomUUID(),
  probe: (point) => {
    if (point === deathPoint) process.kill(process.pid, 'SIGKILL');
    return Promise.resolve();
  },
  clock: systemClock,
  log: silentLog,
});
const engine = await startEngine({
  databaseUrl: url,
  jobs: [remediationDueJob('* * * * * *')],
  tasks: { [advanceTask]: (id) => desk.advance(id) },
  desk: { remediation: desk },
  clock: systemClock,
  log: silentLog,
  drainTimeoutMs: 2000,
});
process.stdout.write('ready\n');
process.once('SIGTERM', () => void engine.close().then(() => db.close()));
