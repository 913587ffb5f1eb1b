/** The platform of a small world under a clock that is moved by hand, and the adapter in front of it. */
import { createManualClock } from '../../sandbox/world/clock.js';
import { createWorld } from '../../sandbox/world/world.js';
import { startOperationsApi } from '../../sandbox/operations-api/server.js';
import {
  createOperationsApi,
  type OperationsApiDeps,
} from '../../src/adapters/operations-api/operations-api.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';

export const start = new Date('2026-11-18T12:00:00Z');
export const token = 'ops_token_of_tests';
export const inAnHour = new Date(start.getTime() + 3_600_000);

export const eventId = 'evt_known';

export async function openPlatform() {
  const world = createWorld({ seed: 'platform', attemptsPerHour: 240 });
  const clock = createManualClock(start);
  /** What was asked for again; it then has come. */
  const sent: string[] = [];
  const log: string[] = [];
  const states: Record<string, 'received' | 'missing' | 'not_due'> = {
    '2026-11-16': 'received',
    '2026-11-17': 'missing',
    '2026-11-18': 'not_due',
  };
  const api = await startOperationsApi({
    port: 0,
    host: '127.0.0.1',
    world,
    clock,
    token,
    findEvent: (id) =>
      id === eventId ? { type: 'charge.succeeded', createdMs: start.getTime() - 60_000 } : null,
    recentEvents: (limit) =>
      Promise.resolve(
        [{ id: eventId, type: 'charge.succeeded', createdMs: start.getTime() - 60_000 }].slice(0, limit),
      ),
    statements: {
      stateOf: (partner, day) =>
        partner !== 'adria' ? null : sent.includes(day) ? 'received' : (states[day] ?? null),
      send: (_partner, day) => void sent.push(day),
    },
    log: (line) => log.push(line),
  });
  return { world, clock, api, sent, log };
}

/** The adapter with a clock that moves only while it sleeps, and what it slept. */
export function setUp(baseUrl: string, changes: Partial<OperationsApiDeps> = {}) {
  const clock = fixedClock(start);
  const sleeps: number[] = [];
  const operations = createOperationsApi({
    baseUrl,
    token: new Secret(token),
    clock,
    log: silentLog,
    random: () => 1,
    sleep: (durationMs) => {
      sleeps.push(durationMs);
      clock.advance(durationMs);
      return Promise.resolve();
    },
    ...changes,
  });
  return { operations, sleeps };
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
