/**
 * Answers kept for one run of a program that checks and ends: no database is shared, and none is needed.
 *
 * Invariants: each key is asked once; a wait that Slack names is waited out, if the caller has the patience for it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { toOpsError } from '../../kernel/errors.js';
import type { Question, SharedAnswers } from '../../ports/shared-answers.js';

export function createRunAnswers(): SharedAnswers {
  const kept = new Map<string, Promise<unknown>>();
  return {
    get: async ({ key, ask }, { patienceMs }) => {
      const asked = (kept.get(key) as ReturnType<typeof ask> | undefined) ?? patiently(ask, patienceMs);
      kept.set(key, asked);
      return { value: await asked, ageMs: 0 };
    },
    expire: (key) => Promise.resolve(void kept.delete(key)),
  };
}

async function patiently<Value>(ask: Question<Value>['ask'], patienceMs: number): Promise<Value> {
  try {
    return await ask();
  } catch (thrown) {
    const waitMs = toOpsError(thrown).details.retryAfterMs;
    if (typeof waitMs !== 'number' || waitMs > patienceMs) throw thrown;
    await pause(waitMs);
    return ask();
  }
}
