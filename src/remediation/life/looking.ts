/**
 * Looking for an effect on the other side: one look, what was found, and when to look next.
 *
 * Invariants: a look that was not answered says nothing about the effect and does not count as a look; while the other
 * side is away, one request at least looks every few seconds, and as soon as one is answered the others look too.
 */
import { hourMs, minuteMs, secondMs } from '../../kernel/clock.js';
import { toOpsError } from '../../kernel/errors.js';
import type { Remediation } from '../../ports/remediations.js';
import type { Transaction } from '../../ports/transaction.js';
import type { ReadBack } from '../kit/action.js';
import type { RemediationDeps, Snapshot } from './deps.js';
import { actionOf } from './transitions.js';

export type Look = ReadBack | { kind: 'unanswered'; evidence: readonly string[] };

const firstPauseMs = 2 * secondMs;
const longestPauseMs = hourMs;
/** While nothing is answered: how often one of the requests tries, and how seldom each of the others. */
const probeMs = 15 * secondMs;
const longestTryMs = 15 * minuteMs;

/** The other side's answer, although not the one that was hoped for. */
const answers = ['not_found', 'invalid', 'conflict'];

export async function look(deps: RemediationDeps, { remediation, plan }: Snapshot): Promise<Look> {
  try {
    return await actionOf(deps, plan.action).readBack(plan, remediation.idempotencyKey, deps.world);
  } catch (thrown) {
    return cannotLook(deps, remediation, thrown);
  }
}

function cannotLook({ log }: RemediationDeps, { id }: Remediation, thrown: unknown): Look {
  const { code, errorId, publicMessage } = toOpsError(thrown);
  log.warn({ remediation: id, errorId, code }, 'the check for an effect failed');
  const kind = isAnswer(thrown) ? 'cannot_tell' : 'unanswered';
  return { kind, evidence: [`Paydesk could not check for it: ${publicMessage}`] };
}

export const isAnswer = (thrown: unknown): boolean => answers.includes(toOpsError(thrown).code);

const doubling = (firstMs: number, times: number): number => firstMs * 2 ** Math.min(times, 20);

/** After so many looks that were answered. */
export const nextLookAt = (looks: number, now: Date): Date =>
  new Date(now.getTime() + Math.min(longestPauseMs, doubling(firstPauseMs, looks)));

/** After so many in a row that were not. */
export async function nextTryAt(
  tx: Transaction,
  { remediations }: RemediationDeps,
  id: string,
  failedLooks: number,
): Promise<Date> {
  const other = await remediations.nextUnansweredAt(tx, id);
  const isProbed = other !== null && other.getTime() <= tx.now.getTime() + probeMs;
  const longestMs = isProbed ? longestTryMs : probeMs;
  return new Date(tx.now.getTime() + Math.min(longestMs, doubling(firstPauseMs, failedLooks)));
}

/** The other side answers. In a transaction of its own, because it locks other requests. */
export const answered = ({ transactions, remediations }: RemediationDeps): Promise<void> =>
  transactions.run((tx) => remediations.hastenUnanswered(tx));

const mostEvidence = 12;
const timeLength = '2026-11-20 12:00:00 UTC '.length;

/** Each finding once, with the instant at which it was found last, written so that cards show it in the reader's zone. */
export function noted(evidence: readonly string[], findings: readonly string[], now: Date): string[] {
  const others = evidence.filter((line) => !findings.includes(line.slice(timeLength)));
  const time = now.toISOString().slice(0, 19).replace('T', ' ');
  return [...others, ...findings.map((line) => `${time} UTC ${line}`)].slice(-mostEvidence);
}

export const isNoted = (evidence: readonly string[], findings: readonly string[]): boolean =>
  findings.every((line) => evidence.some((known) => known.slice(timeLength) === line));
