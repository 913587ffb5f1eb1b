/**
 * Settled card payments from the books.
 *
 * Invariant: a company without the view gets no number instead of an error: it is optional.
 */
import { toOpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { CardSettlements } from '../../ports/card-settlements.js';
import type { BooksEngine } from './engine.js';

const countSql = `
  select cast(coalesce(sum(payments), 0) as varchar) as payments from card_settlements
  where (cast($1 as varchar) is null or partner = $1) and day >= cast($2 as date) and day < cast($3 as date)
    and network = $4`;

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

export const createCardSettlements = ({ query }: Pick<BooksEngine, 'query'>, log: Log): CardSettlements => ({
  count: async ({ partner, from, to }, network) => {
    try {
      const [row] = await query<{ payments: string }>(countSql, [partner, dayOf(from), dayOf(to), network]);
      return row ? Number(row.payments) : null;
    } catch (thrown) {
      const { code, errorId, details } = toOpsError(thrown);
      log.warn({ code, errorId, ...details }, 'settled card payments cannot be counted');
      return null;
    }
  },
});
