/**
 * The durable life of things that people work on, and of jobs: one replica claims a thing that is due and
 * moves it on.
 *
 * Invariants: what a committed transaction made due is moved on by some living replica; only one replica at a time holds a
 * thing; interrupted work continues from the thing's current state, so `advance` reads that first and tolerates being
 * called at any time, any number of times.
 */

/** A thing that this process holds. Renewed for as long as `advance` runs, however long that is. */
export interface Lease {
  /** Whether no other replica takes the thing within this time, even when this process is stopped now. */
  lasts(durationMs: number): boolean;
}

/** Which rows of the database live. Names are put into SQL as they are. */
export interface LifeTable {
  /** As `paydesk.give_life` was called with. */
  table: string;
  /** The column of its primary key. */
  key: string;
  /** Comes before the key in the id of the thing: `REM-`. */
  prefix?: string;
}

/** One kind of thing with a life. */
export interface Living extends LifeTable {
  /** How many of them a replica holds at a time. */
  atOnce: number;
  /** Keys; absent for all. */
  only?: readonly string[];
  /**
   * Moves a thing on from its current state: afterwards it has another version, or is due later, or not at all. One that
   * did not move, or threw, is due again a few seconds later.
   */
  advance(id: string, lease: Lease): Promise<void>;
}
