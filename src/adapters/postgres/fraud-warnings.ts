/**
 * Early fraud warnings in Postgres, each once.
 */
import type { FraudWarnings } from '../../ports/dispute-register.js';
import type { Database } from './database.js';
import { requirePg } from './transactions.js';

const noteSql = `
  insert into paydesk.fraud_warnings (id, partner, charge, network, warned_at) values ($1, $2, $3, $4, $5)
  on conflict (id) do nothing returning id`;
const countSql = `
  select count(*)::int as count from paydesk.fraud_warnings
  where ($1::text is null or partner = $1) and warned_at >= $2 and warned_at < $3 and network = $4`;

export const createFraudWarnings = ({ query }: Pick<Database, 'query'>): FraudWarnings => ({
  note: async (tx, { id, partner, chargeId, network, warnedAt }) => {
    const added = await requirePg(tx).query(noteSql, [id, partner, chargeId, network, warnedAt]);
    return added.length > 0;
  },
  count: async ({ partner, from, to }, network) =>
    (await query<{ count: number }>(countSql, [partner, from, to, network]))[0]?.count ?? 0,
});
