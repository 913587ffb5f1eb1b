/** Writes a generated ledger and statement, in a process of its own so that its memory is not the bench's. */
import { writeFile } from 'node:fs/promises';
import { generate } from './generate.js';

const [rows = '', path = ''] = process.argv.slice(2);
const { ledger, statement, truth } = generate(Number(rows), 7);
await writeFile(path, statement);
await writeFile(`${path}.ledger`, ledger);
const kinds: Record<string, number> = {};
for (const { kind } of truth)
  if (kind !== 'batch' && kind !== 'amount_date') kinds[kind] = (kinds[kind] ?? 0) + 1;
process.stdout.write(JSON.stringify(kinds));
