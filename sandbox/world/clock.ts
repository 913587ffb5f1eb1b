/**
 * The sandbox's clock: every stand-in reads the time here, so that a test can hold or move it. Inside the world a
 * time is a number: milliseconds since 1970 (UTC).
 * Deliberately absent: timers, which belong to their users.
 */

export interface Clock {
  now(): Date;
}

export const secondMs = 1_000;
export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** History reaches back eight weeks. */
export const historyHours = 56 * 24;

/** The machine's own clock. */
export const systemClock: Clock = { now: () => new Date() };

/** A clock that moves only when it is set. */
export function createManualClock(start: Date): Clock & { advance(byMs: number): void } {
  let nowMs = start.getTime();
  return {
    now: () => new Date(nowMs),
    advance: (byMs) => {
      nowMs += byMs;
    },
  };
}

/** The hour since 1970 in which a time (ms) lies. */
export const hourOf = (timeMs: number): number => Math.floor(timeMs / hourMs);
