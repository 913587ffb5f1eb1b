/**
 * DuckDB reconciles two files: occurrences numbered on both sides, exact pairs taken out, then batches, amounts, duplicates
 * and what is missing. Usage: node duckdb.mjs ledger.csv statement.csv breaks.csv; prints its seconds.
 *
 * Deliberately absent: ambiguity, tolerances, due dates and the check that no row is lost, which Paydesk has on top.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

const [ledger, statement, breaks] = process.argv.slice(2);
const startedAt = performance.now();
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const columns = (names) => `{${names.map((name) => `'${name}': '${types[name] ?? 'VARCHAR'}'`).join(', ')}}`;
const types = { amount_minor: 'BIGINT', value_date: 'DATE', line_no: 'BIGINT', fee_minor: 'BIGINT' };
const common = ['partner_ref', 'amount_minor', 'currency', 'value_date', 'type'];
const read = (path, names) =>
  `read_csv('${path}', header = true, auto_detect = false, delim = ',', columns = ${columns(names)})`;

const steps = `
  create table l as select *, row_number() over (partition by partner_ref, amount_minor, currency order by value_date, id) as n
    from ${read(ledger, ['id', ...common, 'batch_id'])};
  create table s as select *, row_number() over (partition by partner_ref, amount_minor, currency order by value_date, line_no) as n
    from ${read(statement, ['line_no', ...common, 'fee_minor'])};
  create table pairs as
    select l.id, s.line_no from l join s on l.partner_ref = s.partner_ref and l.amount_minor = s.amount_minor
      and l.currency = s.currency and l.n = s.n
    where l.partner_ref <> '' and abs(l.value_date - s.value_date) <= 2;
  create table rest as
    select id, null::bigint as line_no, partner_ref as ref, amount_minor as ours, null::bigint as theirs, currency, batch_id,
      null::bigint as fee_minor, value_date as day
    from l anti join pairs using (id)
    union all
    select null, line_no, partner_ref, null, amount_minor, currency, null, fee_minor, value_date from s anti join pairs using (line_no);
  create table batches as
    select o.batch_id, sum(o.ours) as expected, any_value(t.theirs + t.fee_minor) as came, any_value(t.line_no) as line_no
    from rest o join rest t on t.ref = o.batch_id and t.id is null and o.id is not null
    where o.batch_id <> '' group by o.batch_id;
  delete from rest where batch_id in (select batch_id from batches where expected = came)
    or ref in (select batch_id from batches where expected = came);
  create table near as
    select any_value(o.id) as id, any_value(t.line_no) as line_no
    from rest o join rest t on o.id is not null and t.id is null and coalesce(t.ref, '') = '' and o.ours = t.theirs
      and o.currency = t.currency and abs(o.day - t.day) <= 2
    group by o.ours, o.currency having count(*) = 1;
  delete from rest where id in (select id from near) or line_no in (select line_no from near);
  create table found as
    select 'amount' as kind, o.id, t.line_no, t.theirs - o.ours as difference
      from rest o join rest t on o.id is not null and t.id is null and o.ref = t.ref and o.currency = t.currency
    union all
    select 'missing_at_partner', id, null, -ours from rest o where id is not null
      and not exists (select 1 from rest t where t.id is null and t.ref = o.ref)
    union all
    select 'missing_in_ledger', null, line_no, theirs from rest t where id is null
      and not exists (select 1 from rest o where o.id is not null and o.ref = t.ref);
  copy found to '${breaks}' (header);`;
for (const step of steps.split(';')) if (step.trim() !== '') await connection.run(step);
process.stdout.write(`${((performance.now() - startedAt) / 1000).toFixed(3)}\n`);
