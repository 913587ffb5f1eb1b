/**
 * Three measures of the last thirty days: how much of the ledger the statements have cleared, how many statements came in
 * time, and how many came at all.
 *
 * Invariant: nothing counts before it is due, so that a young day does not look worse than an old one.
 */
import type { OpenCount } from '../../ports/breaks.js';
import type { Landing, UnitRecord } from '../../ports/reconciliation.js';

interface Share {
  part: number;
  whole: number;
}

export interface Quality {
  /** Of the entries whose money was due, those that a statement or a person has answered. */
  clearing: Share;
  /** Of the statements that came, those that came in time; null where nothing says when they are due. */
  timeliness: Share | null;
  /** Of the business days whose statement was due, those that have one; null as before. */
  completeness: Share | null;
}

interface QualityFacts {
  /** Of the same days. */
  units: readonly UnitRecord[];
  pending: readonly Landing[];
  open: readonly OpenCount[];
  punctuality: { due: number; inTime: number; late: number; measure: object | null };
}

export function qualityOf({ units, pending, open, punctuality }: QualityFacts): Quality {
  const first = units[0]?.businessDay ?? 0;
  const booked = units.reduce((sum, { ledgerRows }) => sum + ledgerRows, 0);
  const waiting = pending.reduce((sum, { count }) => sum + count, 0);
  const missing = open
    .filter(({ kind, businessDay }) => kind === 'missing_at_partner' && businessDay >= first)
    .reduce((sum, { count }) => sum + count, 0);
  const due = Math.max(0, booked - waiting);
  const { due: statements, inTime, late, measure } = punctuality;
  const came = inTime + late;
  return {
    clearing: { part: Math.max(0, due - missing), whole: due },
    timeliness: measure === null ? null : { part: inTime, whole: came },
    completeness: measure === null ? null : { part: came, whole: statements },
  };
}
