/**
 * Deliveries in Postgres. Rows older than a day say nothing any more, and each insertion takes a few of them away.
 */
import { dayMs } from '../../kernel/clock.js';
import type { Deliveries } from '../../ports/deliveries.js';
import type { Database } from './database.js';

// Not waiting for the disk: a crash of the server may forget the last moments, and nothing worse follows from that.
const firstSql = `
  with relaxed as (
    select set_config('synchronous_commit', 'off', true)
  ), old as (
    delete from paydesk.deliveries
    where key in (select key from paydesk.deliveries where delivered_at < $3 order by delivered_at limit 5 for update skip locked)
  )
  insert into paydesk.deliveries (key, delivered_at) select $1, $2 from relaxed
  on conflict (key) do nothing
  returning key`;

export function createDeliveries(database: Database): Deliveries {
  return {
    first: async (key, now, timeoutMs) => {
      const oldest = new Date(now.getTime() - dayMs);
      return (await database.prepared(firstSql, [key, now, oldest], timeoutMs)).length === 1;
    },
  };
}
