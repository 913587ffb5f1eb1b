/**
 * The one error of the house. It carries a sentence for the person, a hint what to do, and a cause for the operator.
 *
 * Invariant: `publicMessage` and `hint` are safe to show to anybody in the workspace: no secrets, no stack, no SQL.
 * Anything that is not an OpsError is turned into `internal` with a reference id that is also in the log.
 */
import { newErrorId } from './ids.js';

/**
 * - `invalid`: what was asked for cannot be read or is not allowed; the person can correct it
 * - `not_found`: looked everywhere, found nothing
 * - `forbidden`: the person or the credential may not do this
 * - `conflict`: the world changed meanwhile, or the thing exists already
 * - `unavailable`: a source is down, slow or unreachable; trying again later may help
 * - `rate_limited`: a source asked us to slow down
 * - `unknown_outcome`: a write was sent and it is unknown whether it took effect
 * - `misconfigured`: a person who runs Paydesk has to change something
 * - `internal`: a fault of ours
 */
export type OpsErrorCode =
  | 'invalid'
  | 'not_found'
  | 'forbidden'
  | 'conflict'
  | 'unavailable'
  | 'rate_limited'
  | 'unknown_outcome'
  | 'misconfigured'
  | 'internal';

export interface OpsErrorOptions {
  hint?: string;
  cause?: unknown;
  /** Ids for the operator, such as a request id. Logged, never shown. */
  details?: Record<string, string | number | boolean | null>;
}

export class OpsError extends Error {
  readonly code: OpsErrorCode;
  readonly publicMessage: string;
  readonly hint: string | undefined;
  readonly details: Record<string, string | number | boolean | null>;
  /** Shown to the person and written to the log, so that one finds the other. */
  readonly errorId: string;

  constructor(code: OpsErrorCode, publicMessage: string, options: OpsErrorOptions = {}) {
    super(`${code}: ${publicMessage}`, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'OpsError';
    this.code = code;
    this.publicMessage = publicMessage;
    this.hint = options.hint;
    this.details = options.details ?? {};
    this.errorId = newErrorId();
  }
}

/** Anything thrown, as an OpsError: foreign errors become `internal` and keep their cause for the log. */
export function toOpsError(error: unknown): OpsError {
  if (error instanceof OpsError) return error;
  return new OpsError('internal', 'Something went wrong on our side.', {
    hint: 'Try again. If it keeps failing, give the reference to your Paydesk admin.',
    cause: error,
  });
}

/** The message of anything thrown, for a log line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
