/** Places of statements that cannot be read, in Postgres. */
import type { PlaceFault, PlaceFaults } from '../../ports/statement-inbox.js';
import type { Database } from './database.js';
import { requirePg } from './transactions.js';

const columns = 'place, since, why, told';
const allSql = `select ${columns} from paydesk.statement_place_faults order by place`;
const findSql = `select ${columns} from paydesk.statement_place_faults where place = $1 for update`;
const noteSql = `
  insert into paydesk.statement_place_faults (place, since, why, told) values ($1, $2, $3, false)
  on conflict (place) do update set why = excluded.why`;
const endSql = `delete from paydesk.statement_place_faults where place = $1 returning ${columns}`;
const toldSql = 'update paydesk.statement_place_faults set told = true where place = $1';

export function createPlaceFaults({ query }: Pick<Database, 'query'>): PlaceFaults {
  return {
    all: () => query<PlaceFault>(allSql),
    note: async (tx, place, why) => {
      const pg = requirePg(tx);
      const [before = null] = await pg.query<PlaceFault>(why === null ? endSql : findSql, [place]);
      if (why !== null) await pg.query(noteSql, [place, tx.now, why]);
      return before;
    },
    setTold: async (tx, place) => {
      await requirePg(tx).query(toldSql, [place]);
    },
  };
}
