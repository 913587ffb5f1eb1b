/**
 * How often the networks let a declined card be tried, and what was counted against that.
 *
 * Invariant: a network that is not named has no limit.
 */
interface RetryLimit {
  /** From so many failed tries on, a further one costs a fee. */
  tries: number;
  /** Within so many days. */
  days: number;
}

/** By network, as the provider names it. */
export type RetryLimits = Readonly<Partial<Record<string, RetryLimit>>>;

/** Where paydesk.yaml says nothing of a network. Sources: docs/retries.md. */
export const shippedRetryLimits: RetryLimits = {
  visa: { tries: 20, days: 30 },
  mastercard: { tries: 35, days: 30 },
};

export interface CardTries {
  network: string;
  limit: RetryLimit;
  /** Failed tries with this card. */
  tries: number;
  /** There may be more than were counted. */
  more: boolean;
}
