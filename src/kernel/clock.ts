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

/** A clock that moves only when it is set. */
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

/** A clock that is put right by another one, which all replicas share. */
export interface FollowingClock extends Clock {
  /** Takes over what the other clock says at this moment. */
  follow(now: Date): void;
  /** How far the machine's own clock is ahead of the one that is followed, behind when negative; null before it was followed. */
  aheadMs(): number | null;
}

/** Between two moments of following it runs on the process's timer, which setting the machine's clock does not move. */
export function followingClock(
  machine: Clock,
  timerMs: () => number = () => performance.now(),
): FollowingClock {
  let followed: { atMs: number; timerMs: number } | null = null;
  const now = (): Date => (followed ? new Date(followed.atMs + timerMs() - followed.timerMs) : machine.now());
  return {
    now,
    follow: (other) => void (followed = { atMs: other.getTime(), timerMs: timerMs() }),
    aheadMs: () => (followed ? machine.now().getTime() - now().getTime() : null),
  };
}

export const canFollow = (clock: Clock): clock is FollowingClock => 'follow' in clock;

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
