/**
 * Where time comes from. Everything that needs "now" receives a Clock, so that tests fix it.
 *
 * Invariant: this is the only file of the house that reads the system's time.
 * Deliberately absent: sleeping and timers; they belong to the adapters that need them.
 */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock that stands still until it is told to move. */
export interface FixedClock extends Clock {
  set(instant: Date): void;
  advance(durationMs: number): void;
}

export function fixedClock(start: string | Date): FixedClock {
  let current = new Date(start);
  return {
    now: () => new Date(current),
    set: (instant) => void (current = new Date(instant)),
    advance: (durationMs) => void (current = new Date(current.getTime() + durationMs)),
  };
}

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
