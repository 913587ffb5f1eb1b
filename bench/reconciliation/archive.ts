/** Puts a file into the archive of statements; a process of its own, so that its memory is not counted. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { openDatabase } from '../../src/adapters/postgres/database.js';
import { createStatementArrivals } from '../../src/adapters/postgres/statement-arrivals.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';

const [path = ''] = process.argv.slice(2);
const bytes = await readFile(path);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const database = openDatabase({
  url: new Secret(process.env.BENCH_DATABASE_URL ?? ''),
  clock: systemClock,
  log: silentLog,
});
await database.run((tx) => createStatementArrivals(database).keep(tx, sha256, bytes));
await database.close();
console.log(sha256);
