/** A payments API of a small world under a fixed clock, and the official client pointed at it. */
import Stripe from 'stripe';
import { createManualClock } from '../../../sandbox/world/clock.js';
import { createWorld, type World } from '../../../sandbox/world/world.js';
import type { PaymentsChange } from '../../../sandbox/payments-api/company-record.js';
import { startPaymentsApi, type PaymentsApi } from '../../../sandbox/payments-api/server.js';

export const apiKey = 'sk_test_sandbox';
export const start = new Date('2026-11-18T12:00:00Z');

export interface Bench {
  world: World;
  clock: ReturnType<typeof createManualClock>;
  api: PaymentsApi;
  stripe: Stripe;
  changes: PaymentsChange[];
  /** A bare request, for what the client hides. */
  call(
    method: string,
    path: string,
    init?: { body?: string; headers?: Record<string, string> },
  ): Promise<Response>;
}

export async function openBench(attemptsPerHour = 24): Promise<Bench> {
  const world = createWorld({ seed: 'payments', attemptsPerHour });
  const clock = createManualClock(start);
  const api = await startPaymentsApi({
    port: 0,
    host: '127.0.0.1',
    world,
    clock,
    apiKey,
    log: () => undefined,
  });
  const changes: PaymentsChange[] = [];
  api.onChange((change) => changes.push(change));
  const stripe = new Stripe(apiKey, {
    host: '127.0.0.1',
    port: new URL(api.baseUrl).port,
    protocol: 'http',
    maxNetworkRetries: 0,
  });
  const call: Bench['call'] = (method, path, { body, headers } = {}) =>
    fetch(api.baseUrl + path, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      },
    });
  return { world, clock, api, stripe, changes, call };
}

/** Everything of a list, page by page. */
export async function collect<T>(list: AsyncIterable<T>, most = Infinity): Promise<T[]> {
  const found: T[] = [];
  for await (const item of list) {
    found.push(item);
    if (found.length >= most) break;
  }
  return found;
}

/** The error of a call that must fail. */
export async function failure(
  work: Promise<unknown>,
): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  const error: unknown = await work.then(
    () => new Error('the call was meant to fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof Stripe.errors.StripeError) return error;
  throw error;
}
