/**
 * Messages that the app scheduled: posted when the clock says so.
 * Invariant: each is posted once, in the order of their times; one for a channel that was archived meanwhile is dropped.
 */
import { SlackError } from './errors.js';
import type { Ids } from './ids.js';
import type { Limits } from './limits.js';
import type { NewMessage } from './messages.js';
import type { Clock, Store } from './store.js';

const daysMaxSec = 120 * 86_400;
/** Slack takes at most thirty messages for one channel within five minutes. */
const windowSec = 300;
const windowMax = 30;

/** What is due so soon cannot be taken back. */
const settledSec = 60;

export interface Scheduled {
  id: string;
  createdSec: number;
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
  /** What is still to come, the next one first. */
  list(): Scheduled[];
  /** False when there is no such message in that channel, or it is about to be posted. */
  remove(channelId: string, id: string): boolean;
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
  const windowOf = (sec: number) => Math.floor(sec / windowSec);

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
      if (postAtSec > nowSec() + daysMaxSec) throw new SlackError('time_too_far');
      const near = waiting.filter(
        (other) =>
          other.message.channel === message.channel && windowOf(other.postAtSec) === windowOf(postAtSec),
      );
      if (near.length >= windowMax) throw new SlackError('restricted_too_many');
      const id = ids.next('Q');
      waiting.push({ id, createdSec: Math.floor(nowSec()), postAtSec, message });
      return id;
    },
    list: () => [...waiting].sort((a, b) => a.postAtSec - b.postAtSec),
    remove(channelId, id) {
      const found = waiting.find((each) => each.id === id && each.message.channel === channelId);
      if (found === undefined || found.postAtSec <= nowSec() + settledSec) return false;
      waiting = waiting.filter((each) => each !== found);
      return true;
    },
    close: () => clearInterval(ticks),
  };
}
