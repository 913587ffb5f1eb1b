/** Statement files that were taken in, each content once per partner. */
import type { StatementFile, StatementFiles } from '../../ports/reconciliation.js';
import type { Database } from './database.js';
import { requirePg } from './transactions.js';

export const createStatementFiles = (database: Pick<Database, 'query'>): StatementFiles => ({
  add: async (tx, file) => {
    const pg = requirePg(tx);
    const values = [file.partner, file.sha256, file.name, file.format, file.receivedAt];
    const [added] = await pg.query<FileRow>(addSql, values);
    if (added) return { file: fileOf(added), isNew: true };
    const [known] = await pg.query<FileRow>(
      'select * from paydesk.statement_files where partner = $1 and sha256 = $2',
      [file.partner, file.sha256],
    );
    return { file: known ? fileOf(known) : { ...file, id: 0 }, isNew: false };
  },
  find: async (id) => {
    const [row] = await database.query<FileRow>('select * from paydesk.statement_files where id = $1', [id]);
    return row ? fileOf(row) : null;
  },
});

const addSql = `
  insert into paydesk.statement_files (partner, sha256, name, format, received_at) values ($1, $2, $3, $4, $5)
  on conflict (partner, sha256) do nothing returning *`;

interface FileRow {
  id: bigint;
  partner: string;
  sha256: string;
  name: string;
  format: string;
  received_at: Date;
}

const fileOf = (row: FileRow): StatementFile => ({
  id: Number(row.id),
  partner: row.partner,
  sha256: row.sha256,
  name: row.name,
  format: row.format,
  receivedAt: row.received_at,
});
