/**
 * polars joins two files on reference, amount and currency, and writes what either side has alone. Usage: node polars.mjs
 * ledger.csv statement.csv breaks.csv; prints its seconds.
 *
 * Deliberately absent: batches, amounts, duplicates, dates, and all that Paydesk has on top.
 */
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import pl from 'nodejs-polars';

const [ledger, statement, breaks] = process.argv.slice(2);
const startedAt = performance.now();
const types = { amount_minor: pl.Int64, batch_id: pl.Utf8, partner_ref: pl.Utf8 };
const ours = pl.readCSV(ledger, { schemaOverrides: types, dtypes: types });
const theirs = pl.readCSV(statement, { schemaOverrides: types, dtypes: types });
const on = ['partner_ref', 'amount_minor', 'currency'];
const alone = (left, right) => left.join(right.select(...on), { on, how: 'anti' });
const missing = alone(ours, theirs).select(
  pl.lit('missing_at_partner').alias('kind'),
  pl.col('id').alias('row'),
);
const surplus = alone(theirs, ours).select(
  pl.lit('missing_in_ledger').alias('kind'),
  pl.col('line_no').cast(pl.Utf8).alias('row'),
);
pl.concat([missing, surplus]).writeCSV(breaks);
process.stdout.write(`${((performance.now() - startedAt) / 1000).toFixed(3)}\n`);
