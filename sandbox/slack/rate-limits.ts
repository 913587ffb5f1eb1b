/**
 * Slack's rate tiers as token buckets, one for each method, or for each method and channel.
 * Invariant: a full bucket allows a burst, then calls pass at the tier's rate. Time is the world's clock, so that a
 * test can let a minute pass.
 */
import { forgetOldest } from '../forget.js';
import type { Clock } from './store.js';

export interface Rate {
  perMinute: number;
  /** How many calls pass at once after a pause. */
  burst: number;
}

/** Tiers as documented ("20+ per minute"): the documented rate, with the burst that the plus sign leaves room for. */
export const tiers = {
  tier1: { perMinute: 10, burst: 20 },
  tier2: { perMinute: 20, burst: 20 },
  tier3: { perMinute: 50, burst: 50 },
  tier4: { perMinute: 100, burst: 100 },
  /** chat.postMessage: one a second for each channel, short bursts allowed. */
  posting: { perMinute: 60, burst: 10 },
  special: { perMinute: 600, burst: 600 },
} satisfies Record<string, Rate>;

interface RateLimits {
  /** Takes one call; returns the seconds to wait when there is none left, as Retry-After tells them. */
  take(key: string, rate: Rate): number | undefined;
}

/** So many buckets are kept, the last used; one that was forgotten begins full again. */
const kept = 10_000;

export function createRateLimits(clock: Clock): RateLimits {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    take(key, rate) {
      const nowMs = clock.now().getTime();
      const bucket = buckets.get(key) ?? { tokens: rate.burst, atMs: nowMs };
      const refilled = bucket.tokens + ((nowMs - bucket.atMs) * rate.perMinute) / 60_000;
      const tokens = Math.min(rate.burst, refilled);
      const passes = tokens >= 1;
      buckets.delete(key);
      buckets.set(key, { tokens: passes ? tokens - 1 : tokens, atMs: nowMs });
      forgetOldest(buckets, kept);
      return passes ? undefined : Math.max(1, Math.ceil(((1 - tokens) * 60) / rate.perMinute));
    },
  };
}
