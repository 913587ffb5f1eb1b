/**
 * What becomes of a request once its effect was ordered: done, refused, tried again later, or unknown.
 *
 * Invariant: only the codes with which a port promises that nothing was done count as nothing done; whatever else was
 * thrown, a fault of ours too, leaves the outcome unknown.
 */
import { secondMs } from '../../kernel/clock.js';
import { toOpsError } from '../../kernel/errors.js';
import type { Remediation, RemediationProgress } from '../../ports/remediations.js';
import type { Effect } from '../kit/action.js';
import { paydesk } from './deps.js';
import type { Happening, Move } from './transitions.js';

/** How often the same order is given, under one key. After that a person should look at it. */
export const mostCalls = 3;
const retryMs = 10 * secondMs;
/** The other side needs a moment before it can be asked what became of a call. */
const settlingMs = 3 * secondMs;
/** What looking for an effect leaves behind, put away: it was found, or the request ended otherwise. */
export const foundOut = {
  looks: 0,
  failedLooks: 0,
  misses: 0,
  unknownSince: null,
  askedAt: null,
  watchUntil: null,
} as const;

export function doneMove({ requesterId }: Remediation, effect: Effect, now: Date): Move {
  return {
    progress: {
      ...foundOut,
      state: 'done',
      stateWhy: null,
      dueAt: new Date(now.getTime() + settlingMs),
      effectReference: effect.reference,
      effectSummary: effect.summary,
    },
    happening: {
      verb: 'done',
      actor: paydesk,
      why: null,
      details: { effect: effect.summary, reference: effect.reference },
    },
    news: { text: effect.summary, mention: [requesterId] },
  };
}

const nothingDone = [
  'invalid',
  'not_found',
  'forbidden',
  'conflict',
  'misconfigured',
  'rate_limited',
  'unavailable',
];
const mayPass = ['rate_limited', 'unavailable'];

/**
 * `isRepeat`: an earlier order of this plan was never accounted for. What the other side says to a repeat is about the
 * repeat: it may refuse that very thing because the first order took effect meanwhile.
 */
export function failedMove(
  remediation: Remediation,
  thrown: unknown,
  { isRepeat, now }: { isRepeat: boolean; now: Date },
): Move {
  const error = toOpsError(thrown);
  const { requesterId, calls } = remediation;
  const why = [error.publicMessage, error.hint].filter(Boolean).join(' ');
  const details = { code: error.code, reference: error.reference };
  const later = (durationMs: number): Date => new Date(now.getTime() + durationMs);
  if (isRepeat || !nothingDone.includes(error.code)) {
    const text = 'Outcome unknown. Checking with the other side; nothing is repeated meanwhile.';
    const unknownSince = remediation.unknownSince ?? now;
    return moved(
      { state: 'unknown', stateWhy: why, looks: 0, unknownSince, dueAt: later(settlingMs) },
      'unknown',
      text,
    );
  }
  if (mayPass.includes(error.code) && calls < mostCalls) {
    const text = `No action taken: ${why} Paydesk will retry.`;
    return moved({ state: 'approved', stateWhy: why, dueAt: later(retryMs * calls) }, 'postponed', text);
  }
  return moved({ state: 'refused', stateWhy: why, dueAt: null }, 'refused', `No action taken: ${why}`);

  function moved(progress: Partial<RemediationProgress>, verb: Happening['verb'], text: string): Move {
    return {
      progress,
      happening: { verb, actor: paydesk, why, details },
      news: { text, mention: [requesterId] },
    };
  }
}
