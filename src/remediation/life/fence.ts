/**
 * A world that takes orders only for as long as a lease lasts.
 *
 * Invariant: a process that was stopped, and wakes up when its lease is over, sends nothing more: another one may have
 * looked for the effect, ordered it again or asked a person meanwhile. Each call is held against the lease, so an action of
 * several calls stops in the middle too, and one of many calls goes on for as long as the lease is renewed.
 * Deliberately absent: a fence on the other side. What is on the wire when the process stops is for the key of the order.
 */
import { minuteMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import type { Lease } from '../../ports/lives.js';
import type { World } from '../kit/action.js';

/** A call takes half a minute at most, so one that begins before this is over before another replica looks for its effect. */
const callMs = minuteMs;

export function fenced(world: World, lease: Lease): World {
  const behind = <Port extends object>(port: Port | null): Port | null =>
    port &&
    new Proxy(port, {
      get: (target, name) => {
        requireLease(lease);
        return Reflect.get(target, name) as unknown;
      },
    });
  return {
    ...world,
    writes: behind(world.writes),
    operations: behind(world.operations),
    mail: behind(world.mail),
  };
}

/** Throws `unknown_outcome`. */
export function requireLease(lease: Lease): void {
  if (coversCall(lease)) return;
  throw new OpsError('unknown_outcome', 'The process that ordered it was stopped for too long.');
}

export const coversCall = (lease: Lease): boolean => lease.lasts(callMs);
