/**
 * The first answer under a key is the answer of every later call with it, refusals included.
 * Invariant: an effect happens once per key, among the newest keys. Deliberately absent: expiry by time.
 */
import { forgetOldest } from '../forget.js';
import { Problem } from './problems.js';

export interface Answer {
  status: number;
  body: object;
}

export interface IdempotencyKeys {
  /** Runs the work, or replays what it answered before. Throws on another request under the same key. */
  once(key: string, fingerprint: string, work: () => Promise<Answer>): Promise<Answer>;
}

/** Years of a person's repairs, in a few megabytes. */
const kept = 10_000;

export function createIdempotencyKeys(): IdempotencyKeys {
  /** The answer is null while the first call is still at work. */
  const entries = new Map<string, { fingerprint: string; answer: Answer | null }>();
  return {
    once: async (key, fingerprint, work) => {
      const known = entries.get(key);
      if (known && known.fingerprint !== fingerprint)
        throw new Problem(409, 'idempotency_key_reused', 'This key was used for another request.');
      if (known?.answer === null)
        throw new Problem(
          409,
          'idempotency_key_in_use',
          'The first request with this key is still in progress.',
        );
      if (known?.answer) return known.answer;
      const entry: { fingerprint: string; answer: Answer | null } = { fingerprint, answer: null };
      entries.set(key, entry);
      forgetOldest(entries, kept);
      const answer = await work();
      entry.answer = answer;
      return answer;
    },
  };
}
