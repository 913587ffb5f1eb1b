/**
 * Events that the company got from the payments API's partner, and its consumers, to which they can be delivered again.
 * Invariant: an event is known when the payments API knows it. Deliberately absent: what a consumer does with a replay.
 */
import { forgetOldest } from '../forget.js';
import { numberOf, textOf } from '../payments-api/objects/api-object.js';
import type { PaymentsApi } from '../payments-api/server.js';
import { secondMs, type Clock } from '../world/clock.js';
import { learntMs } from '../world/disturbances.js';
import { paymentsApiPartner } from '../world/partners.js';
import type { World } from '../world/world.js';
import { notFound, Problem } from './problems.js';

/** An event of the payments API; null when there is none of this id. */
export type FindEvent = (id: string) => { type: string; createdMs: number } | null;

/** The newest events of the payments API. */
export type RecentEvents = (limit: number) => Promise<{ id: string; type: string; createdMs: number }[]>;

/** The events that a payments API knows. */
export const eventsOf =
  (paymentsApi: Pick<PaymentsApi, 'find'>): FindEvent =>
  (id) => {
    const event = paymentsApi.find(id);
    if (event?.object !== 'event') return null;
    return { type: textOf(event, 'type') ?? '', createdMs: numberOf(event, 'created') * secondMs };
  };

export const recentEventsOf =
  (paymentsApi: Pick<PaymentsApi, 'newestEvents'>): RecentEvents =>
  async (limit) =>
    (await paymentsApi.newestEvents(limit)).map((event) => ({
      id: event.id,
      type: textOf(event, 'type') ?? '',
      createdMs: numberOf(event, 'created') * secondMs,
    }));

export interface Events {
  list(limit: number): Promise<object[]>;
  get(id: string): object;
  replay(id: string, target: string, reference: string): object;
}

/** The second one sends e-mails, and would send them again. */
const consumers = [
  { id: 'ledger', idempotent: true },
  { id: 'customer-notices', idempotent: false },
  { id: 'order-service', idempotent: true },
];

/** Of so many events the replays are known. */
const kept = 1_000;

interface Replay {
  reference: string;
  target: string;
  atMs: number;
}

export function createEvents(
  world: World,
  clock: Clock,
  findEvent: FindEvent,
  recentEvents: RecentEvents,
): Events {
  const replays = new Map<string, Replay[]>();
  const view = (id: string): object => {
    const event = id.startsWith('evt_') ? findEvent(id) : null;
    if (!event) throw notFound(`event ${id}`);
    const own = replays.get(id) ?? [];
    const firstMs = learntMs(world.disturbances, paymentsApiPartner, event.createdMs);
    const delivered = firstMs <= clock.now().getTime() ? isoOf(firstMs) : null;
    const lastTo = (target: string): string | null => {
      const last = own.findLast((replay) => replay.target === target);
      return last ? isoOf(last.atMs) : delivered;
    };
    return {
      id,
      type: event.type,
      targets: consumers.map((consumer) => ({ ...consumer, lastDeliveredAt: lastTo(consumer.id) })),
      replays: own.map(({ reference, target, atMs }) => ({ reference, target, at: isoOf(atMs) })),
    };
  };
  return {
    list: async (limit) =>
      (await recentEvents(limit)).map(({ id, type, createdMs }) => ({ id, type, at: isoOf(createdMs) })),
    get: view,
    replay: (id, target, reference) => {
      view(id);
      if (!consumers.some((consumer) => consumer.id === target))
        throw new Problem(422, 'unknown_target', `No consumer is called ${target}.`);
      replays.set(id, [...(replays.get(id) ?? []), { reference, target, atMs: clock.now().getTime() }]);
      forgetOldest(replays, kept);
      return view(id);
    },
  };
}

const isoOf = (timeMs: number): string => new Date(timeMs).toISOString();
