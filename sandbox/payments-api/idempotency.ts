/**
 * Idempotency keys as Stripe keeps them: the first answer under a key is the answer of every later call with it.
 * Invariant: an effect happens once per key. Answers that say "nothing was tried" (a wrong parameter, a conflict) are
 * not kept. As at Stripe a key is forgotten once it is 24 hours old; a later request with it is a new one.
 */
import { dayMs, type Clock } from '../world/clock.js';
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
  /** When the key was first used. */
  atMs: number;
  /** Null while the first call is still at work. */
  answer: Answer | null;
}

/** What was answered under a key; it outlives a restart like the effect that it reports. */
export interface KeptAnswer {
  key: string;
  fingerprint: string;
  answer: Answer;
  /** When the key was first used. */
  atMs: number;
}

/** Where answers outlive a restart. */
export interface AnswerMemory {
  /** Never rejects. */
  keepAnswer(kept: KeptAnswer): Promise<void>;
  /** Drops the answers under keys that were first used at a time (ms) or before. Never rejects. */
  forgetAnswers(untilMs: number): Promise<void>;
}

/** `kept` is what the memory holds, oldest first. */
export function createIdempotencyKeys(
  clock: Clock,
  kept: readonly KeptAnswer[],
  memory?: AnswerMemory,
): IdempotencyKeys {
  const entries = new Map<string, Entry>(kept.map(({ key, ...entry }) => [key, entry]));
  const prune = (nowMs: number): void => {
    if (forgetUntil(entries, nowMs - dayMs)) void memory?.forgetAnswers(nowMs - dayMs);
  };
  prune(clock.now().getTime());
  return {
    once: async (key, fingerprint, work) => {
      const atMs = clock.now().getTime();
      prune(atMs);
      const known = entries.get(key);
      if (known) return { answer: replay(known, key, fingerprint), replayed: true };
      const entry: Entry = { fingerprint, atMs, answer: null };
      entries.set(key, entry);
      try {
        entry.answer = await work();
      } finally {
        if (!entry.answer || !isKept(entry.answer)) entries.delete(key);
        else void memory?.keepAnswer({ key, fingerprint, answer: entry.answer, atMs });
      }
      return { answer: entry.answer, replayed: false };
    },
  };
}

/** Whether there was anything to forget. What is still at work stays: its key must not be taken a second time. */
function forgetUntil(entries: Map<string, Entry>, untilMs: number): boolean {
  const before = entries.size;
  for (const [key, { atMs, answer }] of entries) {
    if (atMs > untilMs) break;
    if (answer) entries.delete(key);
  }
  return entries.size < before;
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
