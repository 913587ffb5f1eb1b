/**
 * Remembers what was delivered, because a chat platform may deliver the same thing twice, to any replica.
 * Errors: `unavailable`.
 */
export interface Deliveries {
  /**
   * True for the first caller with this key, over all replicas; false for every later one. After `timeoutMs` the
   * question is given up, as `unavailable`.
   */
  first(key: string, now: Date, timeoutMs: number): Promise<boolean>;
}
