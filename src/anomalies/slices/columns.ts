/** Typed arrays that grow: numbers per slice, doubled when slices appear. */
export function grown(column: Float64Array<ArrayBuffer>, size: number, fill = 0): Float64Array<ArrayBuffer> {
  if (column.length >= size) return column;
  const wider = new Float64Array(Math.max(size, 2 * column.length, 64)).fill(fill);
  wider.set(column);
  return wider;
}

export function grownInts(column: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  if (column.length >= size) return column;
  const wider = new Int32Array(Math.max(size, 2 * column.length, 64));
  wider.set(column);
  return wider;
}
