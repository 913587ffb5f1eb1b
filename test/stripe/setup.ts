/** A Stripe adapter in front of the fake, with a clock that only moves when the adapter sleeps. */
import { fixedClock } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import type { StripeDeps } from '../../src/adapters/stripe/transport.js';

const now = '2026-11-20T09:00:00Z';

export function stripeDeps(baseUrl: string, changes: Partial<StripeDeps> = {}) {
  const clock = fixedClock(now);
  /** What the adapter slept, in order. */
  const sleeps: number[] = [];
  const deps: StripeDeps = {
    baseUrl,
    apiKey: new Secret('sk_test_fake'),
    clock,
    log: silentLog,
    random: () => 1,
    sleep: (durationMs) => {
      sleeps.push(durationMs);
      clock.advance(durationMs);
      return Promise.resolve();
    },
    ...changes,
  };
  return { deps, sleeps, clock };
}

/** The OpsError that a call ends with; anything else fails the test. */
export async function faultOf(call: Promise<unknown>): Promise<OpsError> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof OpsError) return thrown;
  throw new Error('expected an OpsError', { cause: thrown });
}
