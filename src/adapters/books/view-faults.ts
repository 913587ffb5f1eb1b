/**
 * Which documented columns a user of the books cannot read.
 *
 * Invariant: asked of the catalogue, which lists what our user may see: what is missing there is missing, or was not granted.
 */
import type { BooksEngine } from './engine.js';

export type ColumnsByView = Readonly<Record<string, readonly string[]>>;

/** “the view deliveries”, “deliveries.carrier, deliveries.proof”; none when all can be read. */
export async function lackingIn(
  { query, dialect }: Pick<BooksEngine, 'query' | 'dialect'>,
  columnsByView: ColumnsByView,
): Promise<string[]> {
  const { sql, values } = dialect.visibleColumns(Object.keys(columnsByView));
  const visible = await query<{ view: string; name: string }>(sql, values);
  return Object.entries(columnsByView).flatMap(([view, columns]) => {
    const names = visible.filter((row) => row.view === view).map(({ name }) => name);
    if (names.length === 0) return [`the view ${view}`];
    const absent = columns.filter((column) => !names.includes(column));
    return absent.length === 0 ? [] : [absent.map((column) => `${view}.${column}`).join(', ')];
  });
}
