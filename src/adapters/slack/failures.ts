/**
 * Reports what was thrown to the operator, then to the person.
 * Invariant: the reference that the person sees is in the log line. A person's slip is logged without a stack, because
 * nothing is broken.
 */
import { toOpsError, type OpsError, type OpsErrorCode } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';

const slips: readonly OpsErrorCode[] = ['invalid', 'not_found', 'forbidden', 'conflict'];

export function logged(thrown: unknown, log: Log, message: string): OpsError {
  const error = toOpsError(thrown);
  const { code, errorId } = error;
  if (slips.includes(code) && error.cause === undefined) {
    log.info({ ...error.details, said: error.publicMessage, code, errorId }, message);
    return error;
  }
  log.error({ ...error.details, err: error.cause ?? error, code, errorId }, message);
  return error;
}
