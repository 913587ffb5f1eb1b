/**
 * Deliveries in Postgres. Rows older than a day say nothing any more, and each insertion takes a few of them away.
 */
import { dayMs } from '../../kernel/clock.js';
import type { Deliveries } from '../../ports/deliveries.js';
import type { Database } from './database.js';

const firstSql = `
  with old as (
    delete from paydesk.deliveries
    where key in (select key from paydesk.deliveries where delivered_at < $3 order by delivered_at limit 5 for update skip locked)
  )
  insert into paydesk.deliveries (key, delivered_at) values ($1, $2)
  on conflict (key) do nothing
  returning key`;

export function createDeliveries(database: Database): Deliveries {
  return {
    first: async (key, now) =>
      (await database.query(firstSql, [key, now, new Date(now.getTime() - dayMs)])).length === 1,
  };
}
