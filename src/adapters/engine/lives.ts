/**
 * The SQL of lives: claiming due things, renewing and releasing them, and taking them from replicas that died.
 *
 * Invariant: each statement names the owner whose lease it changes, so that a replica which was stopped for longer than its
 * lease changes nothing that another one holds by then.
 */
import type { LifeTable } from '../../ports/lives.js';

export type Query = <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;

/** What a replica claimed. */
export interface Taken {
  key: string;
  version: number;
}

export interface Claim {
  owner: string;
  now: Date;
  leaseUntil: Date;
  limit: number;
  /** Keys of which no other is taken; null for all. */
  only: readonly string[] | null;
  /** Keys that this replica already holds: after it lost the database, their lease may look expired. */
  except: readonly string[];
}

/**
 * Claims and releases need not wait for the disk: when the server crashes, a lease that was lost with it is not confirmed
 * over the next connection, so nothing is sent under it. A row that names us and that we do not hold was released before the
 * crash, or its claim was never answered: it is claimed again at once.
 */
const quickly = "(select set_config('synchronous_commit', 'off', true)) quickly";

export async function claim(query: Query, { table, key }: LifeTable, wanted: Claim): Promise<Taken[]> {
  const { now, limit, only, except, owner, leaseUntil } = wanted;
  const sql = `
    with due as materialized (
      select ${key} from ${table}
      where due_at <= $1 and (lease_until is null or lease_until <= $1 or lease_owner = $5)
        and ($3::text[] is null or ${key}::text = any ($3)) and not ${key}::text = any ($4)
      order by due_at, ${key} limit $2 for no key update skip locked
    )
    update ${table} thing set lease_owner = $5, lease_until = $6 from due, ${quickly} where thing.${key} = due.${key}
    returning thing.${key}::text as key, thing.version`;
  return query<Taken>(sql, [now, limit, only, except, owner, leaseUntil]);
}

/** Keys whose lease was ours and lasts until then now. */
export async function renew(
  query: Query,
  { table, key }: LifeTable,
  { owner, keys, leaseUntil }: { owner: string; keys: readonly string[]; leaseUntil: Date },
): Promise<string[]> {
  const sql = `update ${table} set lease_until = $3 where lease_owner = $1 and ${key}::text = any ($2)
    returning ${key}::text as key`;
  return (await query<{ key: string }>(sql, [owner, keys, leaseUntil])).map((row) => row.key);
}

/** A thing that is as it was when it was taken, and still due, is due again at `againAt`. */
export async function release(
  query: Query,
  { table, key }: LifeTable,
  { owner, taken, now, againAt }: { owner: string; taken: Taken; now: Date; againAt: Date },
): Promise<void> {
  const sql = `update ${table} set lease_owner = null, lease_until = null,
      due_at = case when version = $3 and due_at <= $4 then $5 else due_at end
    from ${quickly} where ${key} = $1 and lease_owner = $2`;
  await query(sql, [taken.key, owner, taken.version, now, againAt]);
}

/** When the next thing that is not due yet will be; null when there is none. */
export async function nextDueAt(query: Query, tables: readonly LifeTable[], now: Date): Promise<Date | null> {
  const each = tables.map(({ table }) => `select min(due_at) as at from ${table} where due_at > $1`);
  const [row] = await query<{ at: Date | null }>(
    `select min(at) as at from (${each.join(' union all ')}) due`,
    [now],
  );
  return row?.at ?? null;
}

/** `pg_locks` lists advisory locks with two keys as classid, objid and objsubid 2 (PostgreSQL, "pg_locks"). */
const hasLock = `
  select from pg_locks
  where locktype = 'advisory' and granted and objsubid = 2
    and database = (select oid from pg_database where datname = current_database())
    and classid = $1 and objid = hashtext(owner)::oid`;

/** Owners of leases that do not hold their presence. */
export async function absentOwners(
  query: Query,
  tables: readonly LifeTable[],
  presenceNamespace: number,
): Promise<string[]> {
  const each = tables.map(
    ({ table }) => `select lease_owner as owner from ${table} where lease_owner is not null`,
  );
  const sql = `select owner from (${each.join(' union ')}) owners where not exists (${hasLock})`;
  return (await query<{ owner: string }>(sql, [presenceNamespace])).map(({ owner }) => owner);
}

/** Releases what that owner was working on. */
export async function dispossess(query: Query, tables: readonly LifeTable[], owner: string): Promise<void> {
  for (const { table } of tables)
    await query(`update ${table} set lease_owner = null, lease_until = null where lease_owner = $1`, [owner]);
}
