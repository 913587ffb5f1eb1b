/**
 * What the payments API answers from: the world, with everything written through the API laid over it.
 * Invariant: an object that was written hides the world's object of the same id, in lists too. Deliberately absent:
 * a store of its own; each write is reported to its keeper, and `remember` takes back what was kept.
 */
import { setImmediate } from 'node:timers/promises';
import { hourMs, hourOf } from '../world/clock.js';
import type { WrittenObject } from '../books/memory.js';
import { historyHours } from '../world/world.js';
import type { Archive, ObjectType, SearchedType, Wanted } from './archive.js';
import { numberOf, type ApiObject } from './objects/api-object.js';

export interface Window {
  /** Seconds since 1970, both inclusive. */
  from: number;
  to: number;
}

export interface Store {
  archive: Archive;
  /** The object as of now, a copy that may be changed and saved. */
  find(id: string): ApiObject | null;
  save(object: ApiObject): void;
  /** Stores an object from elsewhere exactly as it is: time does not touch it. */
  put(object: ApiObject): void;
  /** Takes back what was written before a restart, in the order of the writes. */
  remember(written: readonly WrittenObject[]): void;
  /** Written objects of a type. */
  written(type: ObjectType): ApiObject[];
  /** Puts written objects over objects of the world: replaced by id, added where new; newest first. */
  overlay(type: ObjectType, fromWorld: ApiObject[], test: (object: ApiObject) => boolean): ApiObject[];
  /** Every object of a type from the newest back, in the window. */
  newest(type: ObjectType, window: Window): AsyncGenerator<ApiObject>;
  /** The same of orders that look as wanted by their first draws; of written objects every one. */
  like(type: SearchedType, window: Window, wanted: Wanted): AsyncGenerator<ApiObject>;
  nowMs(): number;
}

/** `keep` hears of each write. */
export function createStore(
  archive: Archive,
  nowMs: () => number,
  keep: (written: WrittenObject) => void,
): Store {
  const objects = new Map<string, { object: ApiObject; lives: boolean }>();
  const asOfNow = ({ object, lives }: { object: ApiObject; lives: boolean }): ApiObject =>
    lives ? asOf(structuredClone(object), nowMs()) : structuredClone(object);
  const hold = (given: ApiObject, lives: boolean): ApiObject => {
    const object = structuredClone(given);
    // Deleted first, so that the Map keeps the order of the last writes.
    objects.delete(object.id);
    objects.set(object.id, { object, lives });
    return object;
  };
  const write = (object: ApiObject, lives: boolean): void =>
    keep({ object: hold(object, lives), lives, atMs: nowMs() });
  const written = (type: ObjectType): ApiObject[] =>
    [...objects.values()].filter(({ object }) => object.object === type).map(asOfNow);
  const fresh = (fromWorld: ApiObject[]): ApiObject[] => fromWorld.filter(({ id }) => !objects.has(id));
  return {
    archive,
    nowMs,
    written,
    find: (id) => {
      const own = objects.get(id);
      return own ? asOfNow(own) : archive.find(id, nowMs());
    },
    save: (object) => write(object, true),
    put: (object) => write(object, false),
    remember: (written) => written.forEach(({ object, lives }) => hold(object, lives)),
    overlay: (type, fromWorld, test) =>
      [...written(type).filter(test), ...fresh(fromWorld)].sort(newestFirst),
    newest: (type, window) =>
      merge(written(type).filter(inside(window)), fresh, walk(archive, type, window, nowMs())),
    like: (type, window, wanted) => {
      const hours = byHour(window, nowMs(), (hour) => archive.likeIn(type, hour, nowMs(), wanted));
      return merge(written(type).filter(inside(window)), fresh, hours);
    },
  };
}

const newestFirst = (a: ApiObject, b: ApiObject): number => numberOf(b, 'created') - numberOf(a, 'created');

const inside =
  ({ from, to }: Window) =>
  (object: ApiObject): boolean =>
    numberOf(object, 'created') >= from && numberOf(object, 'created') <= to;

/** Written objects live on too: money becomes available, a payout sets out and arrives. */
function asOf(object: ApiObject, nowMs: number): ApiObject {
  if (object.object === 'balance_transaction' && object.status === 'pending')
    return { ...object, status: numberOf(object, 'available_on') * 1_000 <= nowMs ? 'available' : 'pending' };
  if (object.object !== 'payout' || object.status !== 'pending') return object;
  if (nowMs >= numberOf(object, 'arrival_date') * 1_000) return { ...object, status: 'paid' };
  return nowMs >= numberOf(object, 'created') * 1_000 + hourMs ? { ...object, status: 'in_transit' } : object;
}

/** Other requests are answered at least so often. */
const breathMs = 5;

/** The world's objects hour by hour, breathing in between so that other requests are answered. */
async function* walk(
  archive: Archive,
  type: ObjectType,
  window: Window,
  nowMs: number,
): AsyncGenerator<ApiObject[]> {
  if (type === 'customer') {
    for (let number = 0; ; number += 1) {
      const customer = archive.customer(number);
      if (!customer) return;
      if (inside(window)(customer)) yield [customer];
    }
  }
  yield* byHour(window, nowMs, (hour) => archive.createdIn(type, hour, nowMs));
}

async function* byHour(
  window: Window,
  nowMs: number,
  objectsOf: (hour: number) => ApiObject[],
): AsyncGenerator<ApiObject[]> {
  const firstHour = Math.max(hourOf(nowMs) - historyHours, hourOf(window.from * 1_000));
  let breathedAt = performance.now();
  for (let hour = Math.min(hourOf(nowMs), hourOf(window.to * 1_000)); hour >= firstHour; hour -= 1) {
    yield objectsOf(hour).filter(inside(window));
    if (performance.now() - breathedAt < breathMs) continue;
    await setImmediate();
    breathedAt = performance.now();
  }
}

/** Two streams, both newest first, as one. */
async function* merge(
  written: ApiObject[],
  fresh: (objects: ApiObject[]) => ApiObject[],
  hours: AsyncGenerator<ApiObject[]>,
): AsyncGenerator<ApiObject> {
  // Of two in the same second the one written last comes first.
  const waiting = written.toReversed().sort(newestFirst);
  for await (const hour of hours) {
    for (const object of fresh(hour)) {
      while (waiting[0] && numberOf(waiting[0], 'created') >= numberOf(object, 'created'))
        yield waiting.shift() ?? object;
      yield object;
    }
  }
  yield* waiting;
}
