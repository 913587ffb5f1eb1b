/**
 * What a resource's handlers get, and how written objects come about: ids of their own, events, and word to the
 * company's books.
 * Invariant: an id made here never equals one of the world, because the codec is keyed by the start time too.
 */
import { createIdCodec, type IdCodec, type IdKind } from '../world/ids.js';
import { hash, hashText } from '../world/random.js';
import { hourOf, type Clock } from '../world/clock.js';
import type { World } from '../world/world.js';
import type { Form } from './form.js';
import type { Upload } from './multipart.js';
import { seconds, type ApiObject } from './objects/api-object.js';
import type { Store } from './store.js';

/** What was done through the API. */
export interface PaymentsEvent {
  /** The object as it is afterwards: a charge, refund, dispute or payout, or the payment intent itself. */
  object: ApiObject;
  /** Stripe's event type, for instance `charge.succeeded`. */
  type: string;
  atMs: number;
}

export interface Api {
  world: World;
  store: Store;
  apiVersion: string;
  nowMs(): number;
  /** Now in whole seconds. */
  now(): number;
  newId(kind: IdKind): string;
  /** Saves the object, records the event and tells the listeners. */
  publish(type: string, object: ApiObject): void;
}

export interface Call {
  api: Api;
  form: Form;
  /** The file that came along; null where none did. */
  upload: Upload | null;
  /** Parts of the path that stand for ids. */
  args: readonly string[];
  path: string;
}

export type Handler = (call: Call) => unknown;

interface PaymentsApiDeps {
  world: World;
  store: Store;
  clock: Clock;
  apiVersion: string;
  onEvent: (event: PaymentsEvent) => void;
}

export function createApi({ world, store, clock, apiVersion, onEvent }: PaymentsApiDeps): Api {
  const nowMs = (): number => clock.now().getTime();
  const codec = createIdCodec(
    hash(hashText(world.seed), 0xa91, Math.floor(nowMs() / 1_000), nowMs() % 1_000),
  );
  const newId = createCounter(codec, nowMs);
  return {
    world,
    store,
    apiVersion,
    nowMs,
    now: () => seconds(nowMs()),
    newId,
    publish: (type, object) => {
      store.save(object);
      store.save(eventAbout(newId('event'), type, object, seconds(nowMs()), apiVersion));
      onEvent({ type, object, atMs: nowMs() });
    },
  };
}

/** Ids in turn; 262,144 fit into an hour. */
function createCounter(codec: IdCodec, nowMs: () => number): (kind: IdKind) => string {
  let count = 0;
  return (kind) => {
    count += 1;
    return codec.encode(kind, {
      hour: hourOf(nowMs()),
      index: count % 4_096,
      sub: Math.floor(count / 4_096) % 64,
    });
  };
}

const eventAbout = (
  id: string,
  type: string,
  object: ApiObject,
  created: number,
  apiVersion: string,
): ApiObject => ({
  object: 'event',
  id,
  api_version: apiVersion,
  created,
  data: { object },
  livemode: false,
  pending_webhooks: 0,
  request: { id: null, idempotency_key: null },
  type,
});
