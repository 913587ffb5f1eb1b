/**
 * What people say for themselves: why they ask, reject, freeze, or what they found.
 *
 * Invariant: what was said is kept whole or refused, never cut: it stands in the audit trail for ever.
 */
import { OpsError } from '../kernel/errors.js';
import { fail, ok, type Result } from '../kernel/result.js';

const mostCharacters = 500;

/** `wanted` is the sentence for those who said nothing. */
export function readReason(typed: string, wanted: string): Result<string, string> {
  const reason = typed.trim();
  if (reason === '') return fail(wanted);
  return reason.length <= mostCharacters
    ? ok(reason)
    : fail(`At most ${mostCharacters} characters; these are ${reason.length}.`);
}

/** Throws `invalid`. */
export function requireReason(typed: string, wanted: string): string {
  const reason = readReason(typed, wanted);
  if (!reason.ok) throw new OpsError('invalid', reason.fault);
  return reason.value;
}
