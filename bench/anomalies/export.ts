/** Writes a seeded world as the CSV that `paydesk backtest` reads: `tsx bench/anomalies/export.ts SEED FILE`. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { bucketMinutes, dimensions, startMs } from './company.js';
import { createWorld } from './world.js';

const [seed = '1', path = 'world.csv', lastDay = '56'] = process.argv.slice(2);
const file = openSync(path, 'w');
writeSync(file, `bucket,${dimensions.join(',')},attempts,failures\n`);
const world = createWorld(Number(seed));
for (const { index, attempts, failures } of world.buckets()) {
  if (index >= Number(lastDay) * 288) break;
  const bucket = new Date(startMs + index * bucketMinutes * 60_000).toISOString();
  writeSync(
    file,
    world.leaves
      .map(({ values }, at) => `${bucket},${values.join(',')},${attempts[at]!},${failures[at]!}\n`)
      .join(''),
  );
}
closeSync(file);
