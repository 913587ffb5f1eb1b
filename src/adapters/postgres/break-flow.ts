/**
 * What became of breaks in a span of time, from their history.
 *
 * Invariant: opening and closing are states at an instant, new and cleared are steps between two, so that they prove each
 * other; a break whose history ends in another state than it has stops the count.
 */
import { OpsError } from '../../kernel/errors.js';
import type { BreakFlow, Breaks, BreakSum } from '../../ports/breaks.js';
import type { Database } from './database.js';

// Breaks that were over before the span and did not change since are left out: they are in none of the sums.
const flowSql = `
  with lives as (
    select b.number, b.currency, abs(b.difference_minor) as minor, b.state in ('open', 'owned') as is_open, e.*
    from paydesk.breaks b cross join lateral (
      select
        (array_agg(kind in ('opened', 'reopened') order by id desc) filter (where at < $2))[1] as opening,
        (array_agg(kind in ('opened', 'reopened') order by id desc) filter (where at < $3))[1] as closing,
        (array_agg(kind in ('opened', 'reopened') order by id desc))[1] as last,
        count(*) filter (where at >= $2 and at < $3 and kind = 'opened') as opened,
        count(*) filter (where at >= $2 and at < $3 and kind = 'reopened') as reopened,
        count(*) filter (where at >= $2 and at < $3 and kind = 'resolved') as resolved,
        count(*) filter (where at >= $2 and at < $3 and kind = 'written_off') as written_off
      from paydesk.break_events
      where break = b.number and kind in ('opened', 'reopened', 'resolved', 'written_off')
    ) e
    where b.partner = $1 and b.opened_at < $3 and (b.state in ('open', 'owned') or b.changed_at >= $2)
  )
  select currency,
    count(*) filter (where opening) as opening, trunc(coalesce(sum(minor) filter (where opening), 0)) as opening_minor,
    count(*) filter (where closing) as closing, trunc(coalesce(sum(minor) filter (where closing), 0)) as closing_minor,
    sum(opened) as opened, trunc(sum(minor * opened)) as opened_minor,
    sum(reopened) as reopened, trunc(sum(minor * reopened)) as reopened_minor,
    sum(resolved) as resolved, trunc(sum(minor * resolved)) as resolved_minor,
    sum(written_off) as written_off, trunc(sum(minor * written_off)) as written_off_minor,
    (array_agg('BRK-' || number) filter (where last is distinct from is_open))[1] as contradicting
  from lives group by currency order by currency`;

type Counted = 'opening' | 'closing' | 'opened' | 'reopened' | 'resolved' | 'written_off';
type FlowRow = Record<Counted | `${Counted}_minor`, bigint | string> & {
  currency: string;
  contradicting: string | null;
};

export const breakFlow =
  ({ query }: Pick<Database, 'query'>): Breaks['flow'] =>
  async (partner, from, to) => {
    const rows = await query<FlowRow>(flowSql, [partner, from, to]);
    return rows.map(flowOf).filter(isAny);
  };

function flowOf(row: FlowRow): BreakFlow {
  if (row.contradicting !== null)
    throw new OpsError('internal', `The history of ${row.contradicting} does not end in its current state.`, {
      hint: 'Its rows were changed by hand. Restore them, or reopen the break and resolve it again.',
    });
  const sum = (name: Counted): BreakSum => ({
    count: Number(row[name]),
    minor: BigInt(row[`${name}_minor`]),
  });
  return {
    currency: row.currency,
    opening: sum('opening'),
    opened: sum('opened'),
    reopened: sum('reopened'),
    resolved: sum('resolved'),
    writtenOff: sum('written_off'),
    closing: sum('closing'),
  };
}

const isAny = ({ opening, opened, reopened, resolved, writtenOff }: BreakFlow): boolean =>
  [opening, opened, reopened, resolved, writtenOff].some(({ count }) => count > 0);
