/**
 * Redraws the Homes that people look at when a freeze begins or ends, because every Home shows it.
 *
 * Invariant: a look that fails is followed by the next one.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { SlackApp } from '../adapters/slack/slack-app.js';
import { messageOf } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import type { RemediationService } from '../remediation/remediation.js';

const everyMs = 1000;

export interface HomeRedraws {
  /** Finishes the current redraw, then stops. */
  stop(): Promise<void>;
}

export function startHomeRedraws(
  { freezeNow }: Pick<RemediationService, 'freezeNow'>,
  { redrawOneHome }: SlackApp,
  log: Log,
): HomeRedraws {
  const stopping = new AbortController();
  const { signal } = stopping;
  const redraw = async (): Promise<void> => {
    await redrawOneHome((await freezeNow())?.at.toISOString() ?? 'no freeze');
  };
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await redraw().catch((error: unknown) =>
        log.warn({ err: messageOf(error) }, 'the freeze could not be read for Home'),
      );
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
