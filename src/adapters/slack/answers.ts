/**
 * Answers to a command or a click, through its `response_url`.
 *
 * Invariants: blocks that Slack refuses are answered as plain text, because a refused message looks like silence;
 * a failed answer is tried again only when Slack surely did not take it (429, 5xx, no connection).
 * Source: a response_url lives 30 minutes and serves five times. For a slash command it cannot rewrite what it
 * posted before, so every answer is a new message.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Card } from '../../ports/card.js';
import type { Answers } from '../../ports/command.js';

const timeoutMs = 5000;
const mostTries = 3;
/** A person does not wait longer for an answer that Slack holds back. */
const longestRetryAfterMs = 10_000;

export function answersThrough(responseUrl: string, log: Log, fetchImpl: typeof fetch = fetch): Answers {
  const post = (responseType: 'ephemeral' | 'in_channel') => async (card: Card) => {
    const message = { response_type: responseType, replace_original: false, text: card.text };
    const refusal = await send(responseUrl, { ...message, blocks: card.blocks }, fetchImpl);
    if (refusal === null) return;
    log.error(
      { refusal, blocks: card.blocks.length },
      'Slack refused the blocks of an answer; sending its text',
    );
    const second = await send(responseUrl, message, fetchImpl);
    if (second !== null)
      throw new OpsError('unavailable', 'Slack refused the answer.', { details: { refusal: second } });
  };
  return { privately: post('ephemeral'), publicly: post('in_channel') };
}

/** Null when Slack took it; its words when it refuses this message. Throws `unavailable` otherwise. */
async function send(url: string, body: object, fetchImpl: typeof fetch): Promise<string | null> {
  for (let attempt = 1; ; attempt++) {
    const response = await post(url, body, fetchImpl);
    if (response?.ok) return null;
    const text = response ? (await response.text()).slice(0, 500) : 'no connection';
    const retryable = !response || response.status === 429 || response.status >= 500;
    if (!retryable) {
      if (text.includes('invalid_blocks') || text.includes('invalid_attachments')) return text;
      throw new OpsError('unavailable', 'Slack did not take the answer.', { details: { refusal: text } });
    }
    if (attempt === mostTries)
      throw new OpsError('unavailable', 'Slack does not answer.', { details: { refusal: text } });
    await pause(retryAfterMs(response, attempt));
  }
}

async function post(url: string, body: object, fetchImpl: typeof fetch): Promise<Response | null> {
  try {
    return await fetchImpl(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    // After a timeout Slack may have taken the answer: to say it twice would be worse than to say it late.
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      throw new OpsError('unavailable', 'Slack took too long to take the answer.', { cause: error });
    }
    return null;
  }
}

function retryAfterMs(response: Response | null, attempt: number): number {
  const seconds = Number(response?.headers.get('retry-after'));
  return seconds > 0 ? Math.min(seconds * 1000, longestRetryAfterMs) : 200 * 2 ** attempt;
}
