/**
 * The Web API client, and what its errors mean to the desk.
 *
 * Invariant: the client never retries by itself; the caller decides, because only the caller knows whether a
 * second call would act twice.
 */
import { ErrorCode, WebClient, type WebAPICallError } from '@slack/web-api';
import { dayMs, secondMs } from '../../kernel/clock.js';
import { messageOf, OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import { slackLogger } from './logger.js';

export const callTimeoutMs = 10_000;

/** `wire` replaces what carries the calls, in a test that breaks it. */
export function slackClient(
  token: Secret,
  apiUrl: string,
  log: Log,
  wire: { fetch?: typeof fetch; timeoutMs?: number } = {},
): WebClient {
  return new WebClient(token.reveal(), {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: wire.timeoutMs ?? callTimeoutMs,
    ...(wire.fetch ? { fetch: wire.fetch } : {}),
    logger: slackLogger(log),
  });
}

/** What became of a call that did not succeed. */
export type CallFault =
  /** Slack did not take it; it may be sent again after so long. A day at most: timers end at 24 days. */
  | { kind: 'rate_limited'; retryAfterMs: number }
  /** Slack answered `ok: false`. `messages` are its remarks on the arguments. */
  | { kind: 'refused'; error: string; messages: string[] }
  /** There was no connection, so Slack did not take it. */
  | { kind: 'unreached'; why: string }
  /** It is unknown whether Slack took it. */
  | { kind: 'unknown'; why: string };

export function callFault(error: unknown): CallFault {
  if (!isCallError(error)) return { kind: 'unknown', why: messageOf(error) };
  if (error.code === ErrorCode.RateLimitedError && 'retryAfter' in error) {
    return rateLimited(error.retryAfter);
  }
  if (error.code === ErrorCode.PlatformError && 'data' in error) return refusal(error.data);
  if (error.code === ErrorCode.RequestError && 'original' in error && isUnreached(error.original)) {
    return { kind: 'unreached', why: error.message };
  }
  return { kind: 'unknown', why: error.message };
}

const unreachedCodes = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/**
 * Whether a failed request never had a connection, so that nothing of it can have arrived. `fetch` tells why as the
 * cause of its error, `request` as the error itself.
 */
export function isUnreached(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = (error.cause ?? error) as { code?: unknown };
  return typeof code === 'string' && unreachedCodes.includes(code);
}

export function isRefused(
  fault: CallFault,
  errors: readonly string[],
): fault is Extract<CallFault, { kind: 'refused' }> {
  return fault.kind === 'refused' && errors.includes(fault.error);
}

function isCallError(error: unknown): error is WebAPICallError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

const rateLimited = (retryAfterSec: number): CallFault => ({
  kind: 'rate_limited',
  retryAfterMs: Math.min(dayMs, Math.max(0, retryAfterSec * secondMs)),
});

/** Slack says of these that some of the work may have been done. */
const unsettledErrors = ['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'];

const rateErrors = ['ratelimited', 'rate_limited'];
const defaultRetryAfterSec = 30;

interface Refusal {
  ok?: unknown;
  error?: unknown;
  response_metadata?: { messages?: string[]; retryAfter?: number };
}

/** A body that is not Slack's, such as a page of a proxy or an answer cut short, does not say whether Slack took it. */
function refusal(data: unknown): CallFault {
  const { ok, error, response_metadata: remarks } = (data ?? {}) as Refusal;
  const word = error ?? 'unknown_error';
  if (ok !== false || typeof word !== 'string' || !/^[\w.:-]{1,100}$/.test(word))
    return { kind: 'unknown', why: 'the answer is not one of Slack’s' };
  if (unsettledErrors.includes(word)) return { kind: 'unknown', why: word };
  if (rateErrors.includes(word)) return rateLimited(remarks?.retryAfter ?? defaultRetryAfterSec);
  return { kind: 'refused', error: word, messages: remarks?.messages ?? [] };
}

/** Refusals that the operator of Paydesk can lift. */
const credentialRefusals = [
  'missing_scope',
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_enabled',
  'not_allowed_token_type',
  'access_denied',
];

/** A failed call that changed nothing, as an error with a sentence for the person. */
export function callError(error: unknown, sentence: string): OpsError {
  const fault = callFault(error);
  switch (fault.kind) {
    case 'rate_limited': {
      const hint = `Slack limits our rate; try again in ${Math.ceil(fault.retryAfterMs / 1000)} s.`;
      const details = { retryAfterMs: fault.retryAfterMs };
      return new OpsError('rate_limited', sentence, { hint, details, cause: error });
    }
    case 'refused': {
      const details = { refusal: fault.error, remarks: fault.messages.join('; ') };
      if (!credentialRefusals.includes(fault.error))
        return new OpsError('internal', sentence, {
          hint: `Slack says ${fault.error}.`,
          details,
          cause: error,
        });
      const hint = `Slack says ${fault.error}. Install the app again from manifest.yml; \`paydesk doctor\` shows details.`;
      return new OpsError('misconfigured', sentence, { hint, details, cause: error });
    }
    default:
      return new OpsError('unavailable', sentence, { hint: 'Try again in a moment.', cause: error });
  }
}

/** The same for a call that writes: without an answer of Slack’s it may have been done. `what`: “the answer”. */
export function writeError(error: unknown, what: string): OpsError {
  if (callFault(error).kind !== 'unknown') return callError(error, `Slack did not accept ${what}.`);
  return new OpsError('unknown_outcome', `Slack did not confirm that it accepted ${what}.`, { cause: error });
}

/** The error when Slack refuses the app-level token itself; null for any other failed call. */
export function appTokenError(error: unknown): OpsError | null {
  const fault = callFault(error);
  if (!isRefused(fault, credentialRefusals)) return null;
  return new OpsError('misconfigured', `Slack refuses SLACK_APP_TOKEN: ${fault.error}.`, {
    hint: 'Create an app-level token with the scope connections:write under “Basic Information”.',
    cause: error,
  });
}

export interface Identity {
  botId: string;
  botUserId: string;
  teamId: string;
  teamName: string;
  scopes: readonly string[];
}

/** Who the token is. Throws `misconfigured` when Slack refuses it, `unavailable` when Slack cannot be asked. */
export async function identityOf(client: WebClient): Promise<Identity> {
  try {
    const answer = await client.auth.test();
    return {
      botId: answer.bot_id ?? '',
      botUserId: answer.user_id ?? '',
      teamId: answer.team_id ?? '',
      teamName: answer.team ?? '',
      scopes: answer.response_metadata?.scopes ?? [],
    };
  } catch (error) {
    const fault = callFault(error);
    if (fault.kind === 'refused') {
      throw new OpsError('misconfigured', `Slack refuses SLACK_BOT_TOKEN: ${fault.error}.`, {
        hint: 'Install the app to the workspace again and copy the bot token from “OAuth & Permissions”.',
        cause: error,
      });
    }
    const details = fault.kind === 'rate_limited' ? { retryAfterMs: fault.retryAfterMs } : {};
    throw new OpsError('unavailable', 'Slack cannot be reached.', { details, cause: error });
  }
}
