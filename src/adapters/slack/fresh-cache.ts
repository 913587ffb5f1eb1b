/**
 * Keeps answers by key, for as long as whoever asks allows.
 *
 * Invariants: an answer's age counts from its question, so one that was asked for before something changed is never
 * taken for one asked for after; at most one question a key is under way, and one more waits for it; failures are not
 * kept; of all answers those asked for last are kept.
 */
import type { Clock } from '../../kernel/clock.js';

export interface FreshCache<Value> {
  /** `maxAgeMs` of zero asks anew. Rejects as `ask` does. */
  get(key: string, maxAgeMs: number, ask: () => Promise<Value>): Promise<Value>;
}

/** A large company's people and groups. */
const mostKeys = 5000;

interface Question<Value> {
  askedAtMs: number;
  value: Promise<Value>;
  isOpen: boolean;
  /** Waits until this one is over. */
  next: Promise<Value> | null;
}

export function createFreshCache<Value>(clock: Clock): FreshCache<Value> {
  const questions = new Map<string, Question<Value>>();

  const start = (key: string, ask: () => Promise<Value>): Promise<Value> => {
    const question: Question<Value> = {
      askedAtMs: clock.now().getTime(),
      value: ask(),
      isOpen: true,
      next: null,
    };
    questions.delete(key);
    questions.set(key, question);
    const [oldest] = questions.keys();
    if (questions.size > mostKeys && oldest !== undefined) questions.delete(oldest);
    question.value.then(
      () => void (question.isOpen = false),
      () => {
        question.isOpen = false;
        if (questions.get(key) === question) questions.delete(key);
      },
    );
    return question.value;
  };

  return {
    get: (key, maxAgeMs, ask) => {
      const last = questions.get(key);
      if (!last) return start(key, ask);
      if (clock.now().getTime() - last.askedAtMs < maxAgeMs) return last.value;
      if (!last.isOpen) return start(key, ask);
      last.next ??= last.value.then(
        () => start(key, ask),
        () => start(key, ask),
      );
      return last.next;
    },
  };
}
