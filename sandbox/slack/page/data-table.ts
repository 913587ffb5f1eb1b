/**
 * Sorting, filtering and paging of a `data_table` block's rows.
 * Invariant: pure; the first row is the header and takes no part; sorting is stable and never changes its input.
 */
import type { Json } from '../wire.js';
import { list, num, obj, objs, str, type Obj } from './json.js';
import { plainText } from './text-tree.js';
import { richTextTree } from './rich-text.js';

export interface Sorting {
  column: number;
  descending: boolean;
}

/** Rows of cells; the header is `rows[0]`. */
export function tableRows(block: Obj): Obj[][] {
  return list(block.rows).map((row) => objs(row as Json));
}

/** A cell as text: what is filtered on, and what is sorted on where it is not a number. */
export function cellText(cell: Obj): string {
  if (str(cell.type) !== 'rich_text') return str(cell.text, 'value' in cell ? String(num(cell.value)) : '');
  return richTextTree(cell)
    .map((block) => ('children' in block && block.kind !== 'quote' ? plainText(block.children) : ''))
    .join(' ');
}

/** The body rows in which some cell contains every word of the filter, case ignored. */
export function filtered(body: Obj[][], filter: string): Obj[][] {
  const wanted = filter.toLocaleLowerCase('en').split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return body;
  return body.filter((row) => {
    const text = row.map(cellText).join(' ').toLocaleLowerCase('en');
    return wanted.every((word) => text.includes(word));
  });
}

/** The body rows in order of one column: numbers by value, texts by natural order, empty cells last. */
export function sorted(body: Obj[][], sorting: Sorting | null): Obj[][] {
  if (sorting === null) return body;
  const { column, descending } = sorting;
  return body.toSorted((a, b) => compareCells(obj(a[column]), obj(b[column]), descending));
}

function compareCells(a: Obj, b: Obj, descending: boolean): number {
  const [left, right] = [cellText(a), cellText(b)];
  if (left === '' || right === '') return Number(left === '') - Number(right === '');
  const order =
    a.type === 'raw_number' && b.type === 'raw_number'
      ? num(a.value) - num(b.value)
      : left.localeCompare(right, 'en', { numeric: true, sensitivity: 'base' });
  return descending ? -order : order;
}

/** The sorting after a click on a column's head: ascending, then descending, then as sent. */
export function nextSorting(sorting: Sorting | null, column: number): Sorting | null {
  if (sorting?.column !== column) return { column, descending: false };
  return sorting.descending ? null : { column, descending: true };
}

/** Whether a column holds numbers only, and so stands to the right. */
export function isNumeric(body: Obj[][], column: number): boolean {
  return body.length > 0 && body.every((row) => str(obj(row[column]).type) === 'raw_number');
}

/** One page of rows, counted from 0; a page past the end is the last one. */
export function pageOf<T>(
  rows: T[],
  page: number,
  size: number,
): { rows: T[]; page: number; pageCount: number } {
  const pageCount = Math.max(1, Math.ceil(rows.length / size));
  const at = Math.min(Math.max(0, page), pageCount - 1);
  return { rows: rows.slice(at * size, (at + 1) * size), page: at, pageCount };
}
