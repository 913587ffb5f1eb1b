/**
 * What becomes of a request once its effect was ordered: done, refused, held up, tried again later, or unknown.
 *
 * Invariants: only the codes with which a port promises that nothing was done count as nothing done; whatever else was
 * thrown, a fault of ours too, leaves the outcome unknown. A refused credential says nothing about the plan: its votes are
 * kept, and an operator is alerted.
 */
import { minuteMs, secondMs } from '../../kernel/clock.js';
import { toOpsError, type OpsError } from '../../kernel/errors.js';
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
      effectReference: effect.id,
      effectSummary: effect.summary,
    },
    happening: {
      verb: 'done',
      actor: paydesk,
      why: null,
      details: { effect: effect.summary, reference: effect.id },
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

/** It does not pass by itself: a key is refused, or a setting is wrong. */
export const needsOperator = ({ code }: OpsError): boolean =>
  code === 'misconfigured' || code === 'forbidden';

/** From a minute up to a quarter of an hour: short for the person who repairs the credential, long enough for a short log. */
const longestHoldMs = 15 * minuteMs;
const holdMs = (calls: number): number => Math.min(longestHoldMs, minuteMs * 2 ** (calls - 1));
/** Once, and then each time that the calls have doubled. */
const isSaid = (calls: number): boolean => Number.isInteger(Math.log2(calls));

/** A move, and what an operator has to hear of it. */
interface FailedMove extends Move {
  alarm: string | null;
}

/**
 * `isRepeat`: an earlier order of this plan was never accounted for. What the other side says to a repeat is about the
 * repeat: it may refuse that very thing because the first order took effect meanwhile.
 */
export function failedMove(
  remediation: Remediation,
  thrown: unknown,
  { isRepeat, now }: { isRepeat: boolean; now: Date },
): FailedMove {
  const error = toOpsError(thrown);
  const { requesterId, calls } = remediation;
  const why = [error.publicMessage, error.hint].filter(Boolean).join(' ');
  const details = { code: error.code, errorId: error.errorId };
  const later = (durationMs: number): Date => new Date(now.getTime() + durationMs);
  if (isRepeat || !nothingDone.includes(error.code)) {
    const text = 'Outcome unknown. Paydesk is checking whether it took effect and repeats nothing meanwhile.';
    const unknownSince = remediation.unknownSince ?? now;
    return moved(
      { state: 'unknown', stateWhy: why, looks: 0, unknownSince, dueAt: later(settlingMs) },
      'unknown',
      text,
    );
  }
  if (needsOperator(error)) {
    const held = moved(
      { state: 'approved', stateWhy: `On hold: ${why}`, dueAt: later(holdMs(calls)) },
      'held_up',
      `No action taken: ${why} Approvals are kept, and Paydesk will retry.`,
    );
    if (!isSaid(calls)) return { ...held, news: null };
    return { ...held, alarm: `${remediation.id} is approved, but Paydesk can’t run it. ${why}` };
  }
  if (mayPass.includes(error.code) && calls < mostCalls) {
    const text = `No action taken: ${why} Paydesk will retry.`;
    return moved({ state: 'approved', stateWhy: why, dueAt: later(retryMs * calls) }, 'postponed', text);
  }
  return moved({ state: 'refused', stateWhy: why, dueAt: null }, 'refused', `No action taken: ${why}`);

  function moved(progress: Partial<RemediationProgress>, verb: Happening['verb'], text: string): FailedMove {
    return {
      alarm: null,
      progress,
      happening: { verb, actor: paydesk, why, details },
      news: { text, mention: [requesterId] },
    };
  }
}
