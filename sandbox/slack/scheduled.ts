/**
 * Messages that the app scheduled: posted when the clock says so.
 * Invariant: each is posted once, in the order of their times; one for a channel that was archived meanwhile is dropped.
 */
import { SlackError } from './errors.js';
import type { Ids } from './ids.js';
import type { Limits } from './limits.js';
import type { Clock, NewMessage, Store } from './store.js';

const DAYS_MAX_SEC = 120 * 86_400;
/** Slack takes at most thirty messages for one channel within five minutes. */
const WINDOW_SEC = 300;
const WINDOW_MAX = 30;

interface Scheduled {
  postAtSec: number;
  message: NewMessage;
}

export interface Schedule {
  /**
   * @param postAtSec Unix time
   * @returns the id of the scheduled message
   * @throws SlackError time_in_past, time_too_far or restricted_too_many
   */
  add(message: NewMessage, postAtSec: number): string;
  close(): void;
}

interface Deps {
  ids: Ids;
  clock: Clock;
  limits: Limits;
  store: Store;
}

export function createSchedule({ ids, clock, limits, store }: Deps): Schedule {
  let waiting: Scheduled[] = [];
  const nowSec = () => clock.now().getTime() / 1000;
  const windowOf = (sec: number) => Math.floor(sec / WINDOW_SEC);

  const postDue = () => {
    const now = nowSec();
    const due = waiting.filter(({ postAtSec }) => postAtSec <= now);
    if (due.length === 0) return;
    waiting = waiting.filter(({ postAtSec }) => postAtSec > now);
    for (const { message } of due.sort((a, b) => a.postAtSec - b.postAtSec)) {
      if (store.channels.get(message.channel)?.is_archived === false) store.post(message);
    }
  };
  const ticks = setInterval(postDue, limits.scheduleTickMs).unref();

  return {
    add(message, postAtSec) {
      if (postAtSec <= nowSec()) throw new SlackError('time_in_past');
      if (postAtSec > nowSec() + DAYS_MAX_SEC) throw new SlackError('time_too_far');
      const near = waiting.filter(
        (other) =>
          other.message.channel === message.channel && windowOf(other.postAtSec) === windowOf(postAtSec),
      );
      if (near.length >= WINDOW_MAX) throw new SlackError('restricted_too_many');
      waiting.push({ postAtSec, message });
      return ids.next('Q');
    },
    close: () => clearInterval(ticks),
  };
}
