/**
 * What a source gave when it was asked for several things: one that cannot be read does not hide its neighbours.
 *
 * Invariant: whatever is not among `rows` is among `problems`, so that a list with problems is never taken for a whole one.
 */
export interface Rows<Row> {
  rows: Row[];
  /** A sentence for people per thing that cannot be read: which one, why, and what the source says of it. */
  problems: string[];
}
