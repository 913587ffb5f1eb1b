/**
 * What people say for themselves: why they ask, reject, freeze, or what they found.
 *
 * Invariant: a reason says something that can be seen, and is kept whole or refused, never cut: the audit trail keeps it
 * for ever.
 */
import { OpsError } from '../../kernel/errors.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { hasVisibleText } from '../../kernel/visible-text.js';

const mostCharacters = 500;

/** `wanted` is the sentence for those who said nothing. */
export function readReason(typed: string, wanted: string): Result<string, string> {
  const reason = typed.trim();
  if (!hasVisibleText(reason)) return fail(wanted);
  return reason.length <= mostCharacters
    ? ok(reason)
    : fail(`At most ${mostCharacters} characters; this text has ${reason.length}.`);
}

/** Throws `invalid`. */
export function requireReason(typed: string, wanted: string): string {
  const reason = readReason(typed, wanted);
  if (!reason.ok) throw new OpsError('invalid', reason.fault);
  return reason.value;
}
