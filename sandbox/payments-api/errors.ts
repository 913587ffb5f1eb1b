/**
 * Errors in Stripe's shape. Source: Stripe's documentation of errors and error codes.
 * Invariant: every error a handler means is an ApiError; anything else is a fault of the sandbox and answers 500.
 */

type ErrorType = 'invalid_request_error' | 'card_error' | 'idempotency_error' | 'api_error';

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly type: ErrorType,
    message: string,
    /** Further fields of the `error` object: code, param, decline_code, payment_intent, charge… */
    readonly fields: Record<string, unknown> = {},
  ) {
    super(message);
  }

  /** The body of the answer. */
  toBody(requestId: string): { error: Record<string, unknown> } {
    const { code } = this.fields;
    return {
      error: {
        ...this.fields,
        ...(typeof code === 'string'
          ? { doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` }
          : {}),
        message: this.message,
        request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}`,
        type: this.type,
      },
    };
  }
}

const invalid = (status: number, message: string, fields: Record<string, unknown>): ApiError =>
  new ApiError(status, 'invalid_request_error', message, fields);

export const missingResource = (type: string, id: string, param = 'id'): ApiError =>
  invalid(404, `No such ${type.slice(type.indexOf('.') + 1)}: '${id}'`, { code: 'resource_missing', param });

export const missingParameter = (param: string): ApiError =>
  invalid(400, `Missing required param: ${param}.`, { code: 'parameter_missing', param });

export const unknownParameter = (param: string): ApiError =>
  invalid(400, `Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });

export const invalidParameter = (param: string, message: string, code?: string): ApiError =>
  invalid(400, message, code === undefined ? { param } : { code, param });

/** The object is not in a state in which this can be done. */
export const refused = (code: string, message: string, fields: Record<string, unknown> = {}): ApiError =>
  invalid(400, message, { code, ...fields });

export const unknownUrl = (method: string, path: string): ApiError =>
  invalid(
    404,
    `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
    {},
  );

export function unauthorised(key: string | null): ApiError {
  const message =
    key === null
      ? 'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.'
      : `Invalid API Key provided: ${key.slice(0, 8)}${'*'.repeat(8)}${key.slice(-4)}`;
  return invalid(401, message, {});
}

/** What Stripe answers when it fails as a whole with such a status. */
export function failureOf(status: number): ApiError {
  if (status === 429) return invalid(429, 'Request rate limit exceeded.', { code: 'rate_limit' });
  if (status === 401) return unauthorised('sk_test_000000000000');
  if (status >= 500)
    return new ApiError(
      status,
      'api_error',
      'Sorry! There was an error while talking to one of our backends.',
    );
  return invalid(status, `The request failed with status ${status}.`, {});
}
