/**
 * The two ways in which this stand-in says no: as Slack's Web API would, and as the control interface does.
 * Invariant: any other error is a fault of the stand-in itself and answers 500.
 */
import type { JsonObject } from './json.js';

/** `{ok: false, error: code, …extra}` with HTTP 200 unless told otherwise, as Slack answers. */
export class SlackError extends Error {
  constructor(
    readonly code: string,
    readonly extra: JsonObject = {},
    readonly status = 200,
  ) {
    super(code);
  }
}

/** HTTP 429 with its Retry-After. */
export class RateLimited extends SlackError {
  constructor(readonly retryAfterSec: number) {
    super('ratelimited', {}, 429);
  }
}

/** A refused request to the control interface: text for a person, and an HTTP status. */
export class ControlError extends Error {
  constructor(
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** Slack's answer to a wrong or missing argument, with its words. */
export function invalidArguments(...messages: string[]): SlackError {
  return new SlackError('invalid_arguments', {
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  });
}
