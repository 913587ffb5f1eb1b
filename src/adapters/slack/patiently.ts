/**
 * A call that does the same when it is made twice, made again for as long as a moment of Slack's lasts.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { callFault } from './client.js';

const mostTries = 5;
/** What a person still waits for. */
const longestWaitMs = 60_000;

/** Throws what the call throws: a refusal at once, anything else when the patience is over. */
export async function patiently<Value>(
  call: () => Promise<Value>,
  wait: (durationMs: number) => Promise<unknown> = pause,
): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const fault = callFault(error);
      const waitMs = fault.kind === 'rate_limited' ? fault.retryAfterMs : 250 * 2 ** attempt;
      if (fault.kind === 'refused' || attempt === mostTries || waitMs > longestWaitMs) throw error;
      await wait(waitMs);
    }
  }
}
