/**
 * Changes that were reported, in Postgres. Kept for a month: an alert asks for the last hours.
 *
 * Invariant: what was reported is kept without card numbers.
 */
import { redactWithin } from '../../kernel/sensitive.js';
import type { Change, Changes } from '../../ports/changes.js';
import type { Database } from './database.js';

const putSql = `
  with old as (delete from paydesk.changes where at < $6::timestamptz - interval '31 days')
  insert into paydesk.changes (kind, title, by, partner, url, at) values ($1, $2, $3, $4, $5, $6)
  on conflict do nothing`;
const betweenSql = `
  select kind, title, by, partner, url, at from paydesk.changes
  where at >= $1 and at <= $2 and (partner is null or partner = $3) order by at desc limit $4`;

export const createChanges = (database: Database): Changes => ({
  put: async ({ at, ...said }) => {
    const { kind, title, by, partner, url } = redactWithin(said);
    await database.query(putSql, [kind, title, by, partner, url, at]);
  },
  between: (from, to, partner, limit) => database.query<Change>(betweenSql, [from, to, partner, limit]),
});
