/**
 * Signed HTTP delivery: one POST to the app's request URL, signed with the signing secret (scheme v0).
 * Invariant: never takes longer than the time to acknowledge, follows no redirect, and reads at most 1 MB of answer.
 */
import { createHmac } from 'node:crypto';
import { parseJson, textOf } from './json.js';
import type { JsonObject } from './json.js';
import type { Delivery, Json } from './wire.js';

const answerMaxCharacters = 1_000_000;

interface HttpRequest {
  url: string;
  signingSecret: string;
  type: Delivery['type'];
  payload: JsonObject;
  timeoutMs: number;
  retry?: { attempt: number; reason: string } | undefined;
}

type HttpAnswer = { ok: true; payload: Json | undefined } | { ok: false; error: string };

/** Slack's signature over a timestamp in seconds and the raw body. */
function signature(signingSecret: string, timestampSec: number, body: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestampSec}:${body}`).digest('hex')}`;
}

/** Delivers, and answers with the acknowledgement's payload or with Slack's name for what went wrong. */
export async function postSigned(request: HttpRequest): Promise<HttpAnswer> {
  const { body, contentType } = encode(request);
  // The receiver compares this with its own wall clock, so it is never the world's time.
  const timestampSec = Math.floor(Date.now() / 1000);
  try {
    const response = await fetch(request.url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(request.timeoutMs),
      body,
      headers: {
        'content-type': contentType,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': String(timestampSec),
        'x-slack-signature': signature(request.signingSecret, timestampSec, body),
        ...(request.retry && {
          'x-slack-retry-num': String(request.retry.attempt),
          'x-slack-retry-reason': request.retry.reason,
        }),
      },
    });
    return await readAnswer(response);
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    return { ok: false, error: late ? 'operation_timeout' : 'dispatch_failed' };
  }
}

function encode({ type, payload }: HttpRequest): { body: string; contentType: string } {
  if (type === 'events_api') return { body: JSON.stringify(payload), contentType: 'application/json' };
  const contentType = 'application/x-www-form-urlencoded';
  if (type === 'interactive') {
    return { body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), contentType };
  }
  const fields = Object.entries(payload).map(([key, value]) => [key, textOf(value)]);
  return { body: new URLSearchParams(fields as [string, string][]).toString(), contentType };
}

async function readAnswer(response: Response): Promise<HttpAnswer> {
  const text = (await response.text()).slice(0, answerMaxCharacters);
  if (response.status >= 500) return { ok: false, error: 'http_service_error' };
  if (response.status >= 300) return { ok: false, error: 'http_client_error' };
  if (text.trim() === '') return { ok: true, payload: undefined };
  const isJson = response.headers.get('content-type')?.includes('application/json') === true;
  return { ok: true, payload: isJson ? parseJson(text) : { text } };
}
