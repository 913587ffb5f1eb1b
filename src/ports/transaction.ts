/**
 * All-or-nothing changes of the desk's own state.
 *
 * Invariants: what is changed with one Transaction becomes visible together or not at all; `now` is the one instant
 * that everything in it is dated with. Stores take the Transaction as their first argument; only the database
 * adapter can look inside it.
 * Errors of `run`: `unavailable` (the database is down; nothing was changed, or, if it fell while committing,
 * it is for the caller to read back), `conflict` (a serialisation failure or a unique key).
 */
export interface Transaction {
  readonly now: Date;
}

export interface Transactions {
  run<Value>(work: (tx: Transaction) => Promise<Value>): Promise<Value>;
}
