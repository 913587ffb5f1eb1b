/**
 * What a fault does to a call of the Web API, or to an answer through a response_url, which goes by that name.
 * Invariant: a call that meets a fault other than `slow` has no effect.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { RateLimited, SlackError } from './errors.js';
import type { World } from './world.js';

/** @throws SlackError for the fault that was asked for */
export async function meetFaults({ faults }: World, method: string): Promise<void> {
  const slow = faults.take('slow', method);
  if (slow) await sleep(slow.amount ?? 1_000);
  const limited = faults.take('rate_limit', method);
  if (limited) throw new RateLimited(limited.amount ?? 1);
  if (faults.take('server_error', method)) throw new SlackError('internal_error', {}, 500);
  const refused = faults.take('refuse', method);
  if (refused) throw new SlackError(refused.error ?? 'unknown_error');
}
