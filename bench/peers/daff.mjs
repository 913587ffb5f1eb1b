/**
 * daff compares two tables by their reference. Usage: node daff.mjs ledger.csv statement.csv breaks.csv; prints its seconds.
 *
 * Deliberately absent: batches, dates, and all that Paydesk has on top.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import daff from 'daff';

const [ledger, statement, breaks] = process.argv.slice(2);
const startedAt = performance.now();
const shared = ['partner_ref', 'amount_minor', 'currency'];
const tableOf = (path) => {
  const [header, ...rows] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const places = shared.map((name) => header.split(',').indexOf(name));
  const cells = rows.map((row) => {
    const fields = row.split(',');
    return places.map((at) => fields[at]);
  });
  return new daff.TableView([shared, ...cells]);
};
const [ours, theirs] = [tableOf(ledger), tableOf(statement)];
const flags = new daff.CompareFlags();
flags.addPrimaryKey('partner_ref');
flags.ordered = false;
flags.show_unchanged = false;
flags.unchanged_context = 0;
const output = [];
const alignment = daff.compareTables(ours, theirs, flags).align();
new daff.TableDiff(alignment, flags).hilite(new daff.TableView(output));
writeFileSync(breaks, output.map((row) => row.join(',')).join('\n'));
process.stdout.write(`${((performance.now() - startedAt) / 1000).toFixed(3)}\n`);
