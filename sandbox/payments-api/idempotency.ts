/**
 * Idempotency keys as Stripe keeps them: the first answer under a key is the answer of every later call with it.
 * Invariant: an effect happens once per key. Answers that say "nothing was tried" (a wrong parameter, a conflict) are
 * not kept. Deliberately absent: expiry after 24 hours; a sandbox rarely lives as long.
 */
import { ApiError } from './errors.js';

export interface Answer {
  status: number;
  body: string;
  requestId: string;
}

export interface IdempotencyKeys {
  /** Runs the work, or replays what it answered before. Throws on another request under the same key. */
  once(
    key: string,
    fingerprint: string,
    work: () => Promise<Answer>,
  ): Promise<{ answer: Answer; replayed: boolean }>;
}

interface Entry {
  fingerprint: string;
  /** Null while the first call is still at work. */
  answer: Answer | null;
}

/** What was answered under a key; it outlives a restart like the effect that it tells of. */
export interface KeptAnswer {
  key: string;
  fingerprint: string;
  answer: Answer;
}

/** `keep` hears of each answer that stays. */
export function createIdempotencyKeys(
  kept: readonly KeptAnswer[],
  keep: (answer: KeptAnswer) => void,
): IdempotencyKeys {
  const entries = new Map<string, Entry>(kept.map(({ key, ...entry }) => [key, entry]));
  return {
    once: async (key, fingerprint, work) => {
      const known = entries.get(key);
      if (known) return { answer: replay(known, key, fingerprint), replayed: true };
      const entry: Entry = { fingerprint, answer: null };
      entries.set(key, entry);
      try {
        entry.answer = await work();
      } finally {
        if (!entry.answer || !isKept(entry.answer)) entries.delete(key);
        else keep({ key, fingerprint, answer: entry.answer });
      }
      return { answer: entry.answer, replayed: false };
    },
  };
}

function replay(entry: Entry, key: string, fingerprint: string): Answer {
  if (entry.fingerprint !== fingerprint)
    throw new ApiError(
      400,
      'idempotency_error',
      `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
    );
  if (!entry.answer)
    throw new ApiError(
      409,
      'idempotency_error',
      `There is currently another in-progress request using this Idempotent Key: ${key}.`,
      { code: 'idempotency_key_in_use' },
    );
  return entry.answer;
}

const isKept = ({ status, body }: Answer): boolean =>
  status !== 409 && status !== 404 && !(status === 400 && body.includes('"code":"parameter_'));
