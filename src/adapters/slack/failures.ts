/**
 * What was thrown, told to the operator before the person is told.
 * Invariant: the reference that the person sees is in the log line.
 */
import { toOpsError, type OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';

export function logged(thrown: unknown, log: Log, message: string): OpsError {
  const error = toOpsError(thrown);
  log.error(
    { ...error.details, err: error.cause ?? error, code: error.code, reference: error.reference },
    message,
  );
  return error;
}
