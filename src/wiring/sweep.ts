/**
 * Looks every second for what is due, or changed, for as long as we run. Every replica does; of what is due, others skip
 * what one has in hand.
 *
 * Invariant: a sweep that fails is followed by the next one. Deliberately absent: slots and catching up, as jobs have
 * them. What is due stays due, so nothing is missed.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { SlackApp } from '../adapters/slack/slack-app.js';
import { messageOf } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import type { RemediationDesk } from '../remediation/remediation.js';

const everyMs = 1000;

export interface Sweeper {
  /** Lets the sweep in hand end, then stops. */
  stop(): Promise<void>;
}

export function startSweeper(
  sweep: () => Promise<number>,
  log: Log,
  failure = 'what is due cannot be looked for',
): Sweeper {
  const stopping = new AbortController();
  const { signal } = stopping;
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await sweep().catch((error: unknown) => log.warn({ err: messageOf(error) }, failure));
      await pause(everyMs, undefined, { signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

/** Every Home shows a freeze, so that those that people look at are redrawn when one begins or ends. */
export function startHomeRedraws(
  { freezeNow }: Pick<RemediationDesk, 'freezeNow'>,
  { redrawOneHome }: SlackApp,
  log: Log,
): Sweeper {
  const redraw = async (): Promise<number> =>
    redrawOneHome((await freezeNow())?.at.toISOString() ?? 'no freeze');
  return startSweeper(redraw, log, 'whether there is a freeze cannot be read for Home');
}
