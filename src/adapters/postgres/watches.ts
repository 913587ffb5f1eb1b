/**
 * Watched payments in Postgres.
 */
import { OpsError } from '../../kernel/errors.js';
import type { LifeTable } from '../../ports/lives.js';
import type { Watch, Watches, WatchProgress } from '../../ports/watches.js';
import type { Database } from './database.js';
import { requirePg } from './transactions.js';

export const watchLives: LifeTable = { table: 'paydesk.payment_watches', key: 'number', prefix: 'WCH-' };

const selected = `number, version, person as "personId", channel, payment as "paymentId", hop,
  was_overdue as "wasOverdue", state, started_at as "startedAt", due_at as "dueAt"`;
const startSql = `
  insert into paydesk.payment_watches (person, channel, payment, hop, was_overdue, state, started_at, due_at)
  values ($1, $2, $3, $4, $5, 'watching', $6, $7)
  on conflict (person, payment) where state = 'watching' do nothing returning ${selected}`;
const readSql = `select ${selected} from paydesk.payment_watches where number = $1`;
const ofSql = `
  select ${selected} from paydesk.payment_watches where person = $1 and state = 'watching' order by number desc limit $2`;
const changeSql = `
  update paydesk.payment_watches
  set version = version + 1, state = coalesce($2, state), due_at = case when $3 then $4 else due_at end
  where number = $1 returning ${selected}`;

type Row = Omit<Watch, 'id'> & { number: bigint };

const watchOf = ({ number, ...row }: Row): Watch => ({ id: `WCH-${number}`, ...row });

export function createWatches(database: Pick<Database, 'query'>): Watches {
  return {
    start: async (tx, { personId, channel, paymentId, hop, wasOverdue, startedAt, dueAt }) => {
      const values = [personId, channel, paymentId, hop, wasOverdue, startedAt, dueAt];
      const [row] = await requirePg(tx).query<Row>(startSql, values);
      return row ? watchOf(row) : null;
    },
    take: async (tx, id) =>
      found(id, await requirePg(tx).query<Row>(`${readSql} for no key update`, [numberOf(id)])),
    change: async (tx, id, progress: Partial<WatchProgress>) => {
      const values = [numberOf(id), progress.state ?? null, 'dueAt' in progress, progress.dueAt ?? null];
      return found(id, await requirePg(tx).query<Row>(changeSql, values));
    },
    read: async (id) => found(id, await database.query<Row>(readSql, [numberOf(id)])),
    of: async (personId, limit) => (await database.query<Row>(ofSql, [personId, limit])).map(watchOf),
  };
}

function found(id: string, [row]: Row[]): Watch {
  if (row) return watchOf(row);
  throw new OpsError('not_found', `There is no watch ${id.slice(0, 30)}.`);
}

function numberOf(id: string): string {
  const number = /^WCH-([1-9]\d{0,17})$/.exec(id)?.[1];
  if (number !== undefined) return number;
  throw new OpsError('invalid', 'Paydesk did not create this button.', { hint: 'See your App Home.' });
}
