/**
 * What another service answered, kept once for all replicas.
 *
 * Invariants: one question per key is under way at a time, over all replicas; an answer's age counts from its question;
 * questions of one pace are spaced as it says, and none is sent before the moment that the service asked to wait for.
 * Errors: what `ask` throws, and `rate_limited` (with `retryAfterMs` in its details) when no turn is free in time. An
 * error other than `not_found` is thrown only when no kept answer is recent enough.
 */
export interface Freshness {
  /** An older answer is asked for again. Zero always asks, or shares a question that begins after this call. */
  maxAgeMs: number;
  /** How old an answer may be when the service gives no newer one in time. */
  atWorstMs: number;
  /** How long a newer answer is waited for when none is recent enough. */
  patienceMs: number;
}

/** How often a method may be called: so many at once after a pause, then one in every `everyMs`. */
export interface Pace {
  /** Names the method; its calls from all replicas share the pace. */
  name: string;
  everyMs: number;
  burst: number;
}

export interface Question<Value> {
  /** Names what is asked for, over all replicas. */
  key: string;
  pace: Pace;
  /** Answers something that JSON can carry. An error with `retryAfterMs` in its details holds the pace up for as long. */
  ask: () => Promise<Value>;
}

export interface SharedAnswer<Value> {
  value: Value;
  ageMs: number;
}

export interface SharedAnswers {
  get<Value>(question: Question<Value>, freshness: Freshness): Promise<SharedAnswer<Value>>;
  /** What is kept is known to be outdated: from now on it serves only callers that accept any age (`atWorstMs: Infinity`). */
  expire(key: string): Promise<void>;
}
