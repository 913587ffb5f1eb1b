/**
 * Whether the desk's own database does what Paydesk needs of it: it has the tables and the rights, a row can be added,
 * and the audit log takes an entry. Each is tried, and what was tried is rolled back.
 *
 * Invariants: never throws; what is found is kept for a few seconds, so that asking often costs nothing; a column that
 * was there is missed when it goes, by a newer version's migration or a restored backup.
 */
import { toOpsError } from '../../kernel/errors.js';
import type { Database, PgTransaction } from './database.js';

/** By part, why it does not work; null when it does. */
export type DatabaseFaults = Readonly<Record<'tables' | 'writing' | 'audit', string | null>>;

/** Every table of schema `paydesk`. */
export const neededTables: readonly string[] = [
  'paydesk.alerts',
  'paydesk.audit_entries',
  'paydesk.audit_head',
  'paydesk.audit_witnesses',
  'paydesk.break_events',
  'paydesk.breaks',
  'paydesk.call_paces',
  'paydesk.changes',
  'paydesk.deliveries',
  'paydesk.disputes',
  'paydesk.fraud_warnings',
  'paydesk.incident_entries',
  'paydesk.incidents',
  'paydesk.job_cursors',
  'paydesk.live_cards',
  'paydesk.metric_buckets',
  'paydesk.metric_quiets',
  'paydesk.migrations',
  'paydesk.outbox',
  'paydesk.outbox_channels',
  'paydesk.partner_signals',
  'paydesk.partner_statuses',
  'paydesk.payment_watches',
  'paydesk.probes',
  'paydesk.provider_events',
  'paydesk.provider_looks',
  'paydesk.recon_balances',
  'paydesk.recon_day_events',
  'paydesk.recon_days',
  'paydesk.recon_lines',
  'paydesk.recon_open',
  'paydesk.recon_payouts',
  'paydesk.recon_results',
  'paydesk.recon_roll_ups',
  'paydesk.recon_unit_files',
  'paydesk.recon_units',
  'paydesk.remediation_kill_switch',
  'paydesk.remediation_reservations',
  'paydesk.remediation_votes',
  'paydesk.remediations',
  'paydesk.shared_answers',
  'paydesk.slow_limits',
  'paydesk.statement_contents',
  'paydesk.statement_days',
  'paydesk.statement_files',
  'paydesk.statement_place_faults',
  'paydesk.statement_quarantine',
  'paydesk.statement_sightings',
];

/** Those that are read, and written by functions of the owner if at all. */
const readOnly = /\.(audit_\w+|migrations)$/;

const tablesSql = `
  select name, rights, to_regclass(name) is not null as present,
    array(
      select attname::text from pg_attribute
      where attrelid = to_regclass(name) and attnum > 0 and not attisdropped
    ) as columns,
    case when to_regclass(name) is null then null else has_table_privilege(to_regclass(name), rights) end as granted
  from unnest($1::text[], $2::text[]) as needed (name, rights)`;

// More than what is free in the pages that the table has, as a rule: a full disk refuses it.
const fillSql = `
  insert into paydesk.probes (filler) select string_agg(md5(random()::text), '') from generate_series(1, 600)`;

const auditSql = "select paydesk.audit_append('paydesk.probe', 'paydesk', '{}', null, '{}')";

const keptMs = 3000;
const keptFaultMs = 500;

export function createDatabaseProbe(
  database: Pick<Database, 'run' | 'query'>,
): () => Promise<DatabaseFaults> {
  let known: { found: Promise<DatabaseFaults>; untilMs: number } | null = null;
  const seen = new Set<string>();
  return () => {
    if (known && performance.now() < known.untilMs) return known.found;
    const current = { found: probe(database, seen), untilMs: Infinity };
    known = current;
    void current.found.then((faults) => {
      const isWhole = Object.values(faults).every((fault) => fault === null);
      current.untilMs = performance.now() + (isWhole ? keptMs : keptFaultMs);
    });
    return current.found;
  };
}

async function probe(database: Pick<Database, 'run' | 'query'>, seen: Set<string>): Promise<DatabaseFaults> {
  return {
    tables: await faultOf(async () => tablesFault(database, seen)),
    writing: await faultOf(() => tried(database, (tx) => tx.query(fillSql))),
    audit: await faultOf(() => tried(database, (tx) => tx.query(auditSql))),
  };
}

interface TableRow {
  name: string;
  rights: string;
  present: boolean;
  columns: string[];
  granted: boolean | null;
}

/** `seen`: columns that were there before. */
async function tablesFault({ query }: Pick<Database, 'query'>, seen: Set<string>): Promise<string | null> {
  const needed = neededTables.flatMap((name) => rightsOn(name).map((right) => ({ name, right })));
  const rows = await query<TableRow>(tablesSql, [
    needed.map(({ name }) => name),
    needed.map(({ right }) => right),
  ]);
  const tables = new Set(rows.filter(({ present }) => !present).map(({ name }) => name));
  const missing = [...tables, ...goneColumns(rows, seen, tables)];
  const refused = rows.filter(({ granted }) => granted === false);
  const said = [
    missing.length === 0 ? '' : `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`,
    refused.length === 0 ? '' : `the right is missing to ${refused.map(rightText).join(', ')}`,
  ].filter((part) => part !== '');
  return said.length === 0 ? null : `In the database ${said.join('; ')}. Run \`paydesk migrate\`.`;
}

function goneColumns(rows: readonly TableRow[], seen: Set<string>, tables: ReadonlySet<string>): string[] {
  const present = new Set(rows.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column}`)));
  present.forEach((column) => seen.add(column));
  const tableOf = (column: string): string => column.slice(0, column.lastIndexOf('.'));
  return [...seen].filter((column) => !present.has(column) && !tables.has(tableOf(column)));
}

const rightsOn = (table: string): readonly string[] =>
  readOnly.test(table) ? ['SELECT'] : ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

const rightText = ({ rights, name }: TableRow): string => `${rights.toLowerCase()} on ${name}`;

class RolledBack extends Error {}

/** Null when it worked; its effects are undone. */
async function tried(
  { run }: Pick<Database, 'run'>,
  work: (tx: PgTransaction) => Promise<unknown>,
): Promise<null> {
  try {
    return await run(async (tx) => {
      await work(tx);
      throw new RolledBack();
    });
  } catch (error) {
    if (error instanceof RolledBack) return null;
    throw error;
  }
}

async function faultOf(work: () => Promise<string | null>): Promise<string | null> {
  try {
    return await work();
  } catch (thrown) {
    const { publicMessage, hint } = toOpsError(thrown);
    return hint === undefined ? publicMessage : `${publicMessage} ${hint}`;
  }
}
