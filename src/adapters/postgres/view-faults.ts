/**
 * Which documented columns a user of the books cannot read.
 *
 * Invariant: asked of the catalogue, which lists what our user may see: what is missing there is missing, or was not granted.
 */
import type { Database } from './database.js';

export type ColumnsByView = Readonly<Record<string, readonly string[]>>;

const visibleSql = `
  select table_name::text as view, array_agg(column_name::text) as columns from information_schema.columns
  where table_name = any($1) and table_schema = any(current_schemas(false)) group by table_name`;

/** SQLSTATE of a missing view, a missing column and a missing right, as PostgreSQL's appendix A has them. */
export const isAboutViews = (sqlstate: unknown): boolean =>
  sqlstate === '42P01' || sqlstate === '42703' || sqlstate === '42501';

/** “the view deliveries”, “deliveries.carrier, deliveries.proof”; none when all can be read. */
export async function lackingIn(
  { query }: Pick<Database, 'query'>,
  columnsByView: ColumnsByView,
): Promise<string[]> {
  const rows = await query<{ view: string; columns: string[] }>(visibleSql, [Object.keys(columnsByView)]);
  return Object.entries(columnsByView).flatMap(([view, columns]) => {
    const visible = rows.find((row) => row.view === view)?.columns;
    if (!visible) return [`the view ${view}`];
    const absent = columns.filter((column) => !visible.includes(column));
    return absent.length === 0 ? [] : [absent.map((column) => `${view}.${column}`).join(', ')];
  });
}
