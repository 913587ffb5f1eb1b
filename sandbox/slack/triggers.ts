/**
 * What an interaction hands to the app: a trigger id to open a view with, and a response_url to answer to.
 * Invariant: a trigger serves once within three seconds; a response_url five times within thirty minutes.
 */
import { SlackError } from './errors.js';
import { forgetOldest } from '../forget.js';
import type { Ids } from './ids.js';
import type { Limits } from './limits.js';
import type { Clock } from './store.js';

/** Who did what, where: the answer to "what came out of this click?" hangs on `interaction`. */
interface Origin {
  interaction: string;
  user: string;
  /** The modal, its lowest view, that it was done in; absent for anything else. */
  modal?: string;
}

export interface ResponseTarget extends Origin {
  channel: string;
  /** The message that was clicked; absent for a slash command. */
  message_ts?: string;
  thread_ts?: string;
}

export interface Triggers {
  issue(origin: Origin): string;
  /** Uses the trigger up. @throws SlackError invalid_, exchanged_ or expired_trigger_id. */
  exchange(triggerId: string): Origin;
}

export interface ResponseUrls {
  /** The path of a new response_url, below the server's address. */
  issue(target: ResponseTarget): string;
  /** Counts one use. @throws SlackError expired_url or used_url with HTTP 404. */
  use(key: string): ResponseTarget;
}

/** At most so many are kept; Slack forgets them sooner, by time. */
const kept = 10_000;

interface Deps {
  ids: Ids;
  clock: Clock;
  limits: Limits;
}

export function createTriggers({ ids, clock, limits }: Deps): Triggers {
  const issued = new Map<string, { origin: Origin; atMs: number; used: boolean }>();
  return {
    issue(origin) {
      const id = ids.trigger();
      issued.set(id, { origin, atMs: clock.now().getTime(), used: false });
      forgetOldest(issued, kept);
      return id;
    },
    exchange(id) {
      const trigger = issued.get(id);
      if (trigger === undefined) throw new SlackError('invalid_trigger_id');
      if (trigger.used) throw new SlackError('exchanged_trigger_id');
      if (clock.now().getTime() - trigger.atMs > limits.triggerMs) throw new SlackError('expired_trigger_id');
      trigger.used = true;
      return trigger.origin;
    },
  };
}

export function createResponseUrls({ ids, clock, limits }: Deps): ResponseUrls {
  const issued = new Map<string, { target: ResponseTarget; atMs: number; uses: number }>();
  return {
    issue(target) {
      const key = `${ids.next('R')}/${ids.uuid()}`;
      issued.set(key, { target, atMs: clock.now().getTime(), uses: 0 });
      forgetOldest(issued, kept);
      return `/response/${key}`;
    },
    use(key) {
      const url = issued.get(key);
      const expired = url && clock.now().getTime() - url.atMs > limits.responseUrlMs;
      if (url === undefined || expired === true) throw new SlackError('expired_url', {}, 404);
      if (url.uses >= limits.responseUrlUses) throw new SlackError('used_url', {}, 404);
      url.uses += 1;
      return url.target;
    },
  };
}
