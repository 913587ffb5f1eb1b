/** The statement files that were taken in, in Postgres: each content once per partner. */
import { OpsError } from '../../kernel/errors.js';
import type { StatementFile, StatementFiles } from '../../ports/reconciliation.js';
import type { Database } from './database.js';
import { requirePg } from './transactions.js';

const columns = 'id::int as id, partner, sha256, name, format, received_at as "receivedAt"';
const addSql = `
  insert into paydesk.statement_files (partner, sha256, name, format, received_at) values ($1, $2, $3, $4, $5)
  on conflict (partner, sha256) do nothing returning ${columns}`;
const sameSql = `select ${columns} from paydesk.statement_files where partner = $1 and sha256 = $2`;
const findSql = `select ${columns} from paydesk.statement_files where id = $1`;

export function createStatementFiles(database: Pick<Database, 'query'>): StatementFiles {
  return {
    add: async (tx, { partner, sha256, name, format, receivedAt }) => {
      const { query } = requirePg(tx);
      const [added] = await query<StatementFile>(addSql, [partner, sha256, name, format, receivedAt]);
      if (added) return { file: added, isNew: true };
      const [same] = await query<StatementFile>(sameSql, [partner, sha256]);
      if (same) return { file: same, isNew: false };
      throw new OpsError('conflict', 'A statement file was removed while it was taken in.');
    },
    find: async (id) => (await database.query<StatementFile>(findSql, [id]))[0] ?? null,
  };
}
