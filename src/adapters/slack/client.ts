/**
 * The Web API client, and what its errors mean to the desk.
 *
 * Invariant: the client never retries by itself; whoever calls decides, because only the caller knows whether a
 * second call would act twice.
 */
import { ErrorCode, WebClient, type WebAPICallError } from '@slack/web-api';
import { messageOf, OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import { slackLogger } from './logger.js';

const timeoutMs = 10_000;

export function slackClient(token: Secret, apiUrl: string, log: Log): WebClient {
  return new WebClient(token.reveal(), {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: timeoutMs,
    logger: slackLogger(log),
  });
}

/** What became of a call that did not succeed. */
export type CallFault =
  /** Slack did not take it; it may be sent again after so long. */
  | { kind: 'rate_limited'; retryAfterMs: number }
  /** Slack answered `ok: false`. `messages` are its remarks on the arguments. */
  | { kind: 'refused'; error: string; messages: string[] }
  /** Nobody knows whether Slack took it. */
  | { kind: 'unknown'; why: string };

export function callFault(error: unknown): CallFault {
  if (!isCallError(error)) return { kind: 'unknown', why: messageOf(error) };
  if (error.code === ErrorCode.RateLimitedError && 'retryAfter' in error) {
    return { kind: 'rate_limited', retryAfterMs: error.retryAfter * 1000 };
  }
  if (error.code === ErrorCode.PlatformError && 'data' in error) return refusal(error.data);
  return { kind: 'unknown', why: error.message };
}

function isCallError(error: unknown): error is WebAPICallError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

function refusal(data: unknown): CallFault {
  const answer = (data ?? {}) as { error?: string; response_metadata?: { messages?: string[] } };
  return {
    kind: 'refused',
    error: answer.error ?? 'unknown_error',
    messages: answer.response_metadata?.messages ?? [],
  };
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
    throw new OpsError('unavailable', 'Slack cannot be reached.', { cause: error });
  }
}
