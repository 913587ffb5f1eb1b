/**
 * Sends the partner's events to the company, signed as Stripe signs them: those of the world as its time passes, and those
 * of what is done through the API.
 *
 * Invariants: what happened before the start is not sent; each event is sent until it is taken, a few times at most, because
 * whoever misses one can still list it; events that the partner holds back come when it lets them go.
 */
import { createHmac } from 'node:crypto';
import { hourMs, secondMs } from '../world/clock.js';
import { learntMs } from '../world/disturbances.js';
import { paymentsApiPartner } from '../world/partners.js';
import type { World } from '../world/world.js';
import { healthNotices } from './health.js';
import { numberOf, textOf, type ApiObject } from './objects/api-object.js';
import type { Store } from './store.js';

export interface WebhookEndpoint {
  url: string;
  secret: string;
}

export interface Webhooks {
  /** From now on; null for nowhere. */
  sendTo(endpoint: WebhookEndpoint | null): void;
  close(): void;
}

interface WebhooksOptions {
  store: Store;
  world: World;
  log: (message: string) => void;
}

/** What a company like this subscribes to. */
const subscribed =
  /^(charge\.dispute\.|radar\.early_fraud_warning\.|payout\.failed|refund\.(failed|updated)|charge\.refund\.updated|v2\.core\.health\.)/;
const tickMs = secondMs;
/** A disturbance may reach so far back. */
const backMs = 3 * hourMs;
const attemptsMax = 5;
const sendTimeoutMs = 5_000;

export const signatureOf = (secret: string, atSeconds: number, body: string): string =>
  `t=${atSeconds},v1=${createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex')}`;

/** What is on its way, and what is over. */
interface Sending {
  /** Sent, or given up. */
  over: Set<string>;
  waiting: Map<string, { event: ApiObject; failures: number }>;
}

export function createWebhooks({ store, world, log }: WebhooksOptions): Webhooks {
  let endpoint: WebhookEndpoint | null = null;
  let lookedToMs = store.nowMs();
  let isBusy = false;
  const sending: Sending = { over: new Set(), waiting: new Map() };
  const unfollow = world.onDisturb(() => void (lookedToMs = Math.max(startedMs, store.nowMs() - backMs)));
  const startedMs = store.nowMs() - backMs;

  async function look(): Promise<void> {
    const toMs = store.nowMs();
    const window = { from: Math.floor(lookedToMs / secondMs) - 1, to: Math.floor(toMs / secondMs) };
    lookedToMs = toMs;
    const found = healthNotices(world, toMs);
    for await (const event of store.newest('event', window)) found.push(event);
    for (const event of found.toReversed())
      if (subscribed.test(textOf(event, 'type') ?? '') && !sending.over.has(event.id))
        sending.waiting.set(event.id, sending.waiting.get(event.id) ?? { event, failures: 0 });
  }

  async function deliver(to: WebhookEndpoint): Promise<void> {
    for (const [id, { event, failures }] of [...sending.waiting]) {
      if (learntMs(world.disturbances, paymentsApiPartner, happenedMs(event)) > store.nowMs()) continue;
      const fault = await send(event, to, store.nowMs()).then(
        () => null,
        (error: unknown) => String(error),
      );
      if (fault !== null) log(`payments api: webhook ${id} was not taken: ${fault}`);
      sending.waiting.delete(id);
      if (fault === null || failures + 1 >= attemptsMax) sending.over.add(id);
      else sending.waiting.set(id, { event, failures: failures + 1 });
    }
  }

  async function tick(): Promise<void> {
    if (endpoint === null || isBusy) return;
    isBusy = true;
    try {
      await look();
      await deliver(endpoint);
    } finally {
      isBusy = false;
    }
  }

  const failed = (error: unknown): void => log(`payments api: webhooks: ${String(error)}`);
  const timer = setInterval(() => void tick().catch(failed), tickMs);
  return {
    sendTo: (given) => void (endpoint = given),
    close: () => {
      clearInterval(timer);
      unfollow();
    },
  };
}

/** Events of the second version say when in words. */
const happenedMs = (event: ApiObject): number =>
  typeof event.created === 'string' ? Date.parse(event.created) : numberOf(event, 'created') * secondMs;

async function send(event: ApiObject, { url, secret }: WebhookEndpoint, nowMs: number): Promise<void> {
  const body = JSON.stringify(event, null, 2);
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'stripe-signature': signatureOf(secret, Math.floor(nowMs / secondMs), body),
  };
  const signal = AbortSignal.timeout(sendTimeoutMs);
  const answer = await fetch(url, { method: 'POST', headers, body, signal });
  await answer.text();
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
}
