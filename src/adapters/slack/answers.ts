/**
 * Answers to a command or a click, through its `response_url`.
 *
 * Invariants: blocks that Slack refuses are answered as plain text, because a refused message looks like silence;
 * a failed answer is tried again only when Slack surely did not take it (429, 5xx, no connection).
 * Source: a response_url lives 30 minutes and serves five times. For a slash command it cannot rewrite what it
 * posted before, so every answer is a new message.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Card } from '../../ports/card.js';
import type { Answers } from '../../ports/command.js';
import { isUnreached } from './client.js';

const defaultTimeoutMs = 5000;
const mostTries = 3;
/** A person does not wait longer for an answer that Slack holds back; trying sooner would only be refused again. */
const longestRetryAfterMs = 60_000;
const longestRefusal = 500;

/** Throws `unavailable` when Slack does not take an answer, `unknown_outcome` when it is unknown whether it did. */
export type Answering = (responseUrl: string, log: Log) => Omit<Answers, 'file'>;

/** On connections of its own. After `timeoutMs` it is unknown whether Slack took an answer. */
export function createAnswering(timeoutMs = defaultTimeoutMs): Answering {
  const post = createPost(new Agent(), timeoutMs);
  return (responseUrl, log) => {
    const say = (responseType: 'ephemeral' | 'in_channel') => async (card: Card) => {
      const message = { response_type: responseType, replace_original: false, text: card.text };
      for (const blocks of [card.blocks, card.plainer]) {
        if (blocks === undefined) continue;
        const refusal = await send(post, responseUrl, { ...message, blocks });
        if (refusal === null) return;
        log.error({ refusal }, 'Slack refused the blocks of an answer; sending it plainer');
      }
      const last = await send(post, responseUrl, message);
      if (last !== null) throw new OpsError('unavailable', 'Slack refused the answer.', hintOf(last));
    };
    return { privately: say('ephemeral'), publicly: say('in_channel') };
  };
}

/** Null when Slack took it; its words when it refuses the blocks. */
async function send(post: Post, url: string, body: object): Promise<string | null> {
  for (let attempt = 1; ; attempt++) {
    const answer = await post(url, body);
    if (isTaken(answer)) return null;
    const refusal = answer.text.slice(0, longestRefusal);
    const isRetryable = answer.status === 0 || answer.status === 429 || answer.status >= 500;
    if (!isRetryable && /invalid_blocks|invalid_attachments|msg_blocks_too_long/.test(refusal))
      return refusal;
    const waitMs = answer.retryAfterMs ?? 200 * 2 ** attempt;
    if (!isRetryable || attempt === mostTries || waitMs > longestRetryAfterMs) {
      const { hint, details } = hintOf(refusal);
      throw new OpsError('unavailable', 'Slack did not accept the answer.', {
        hint,
        details: { ...details, status: answer.status },
      });
    }
    await pause(waitMs);
  }
}

/** Slack's word for the refusal, where the body is one of Slack's. */
function hintOf(refusal: string): { hint: string; details: { refusal: string } } {
  const word = /"error"\s*:\s*"([\w.:-]{1,100})"/.exec(refusal)?.[1];
  return {
    hint: word === undefined ? 'Try again in a moment.' : `Slack says ${word}.`,
    details: { refusal },
  };
}

/** Here too Slack may say no with a good status; any other text of a good answer, or none, is a yes. */
const isTaken = ({ status, text }: Answer): boolean =>
  status >= 200 && status < 300 && !/^\s*\{\s*"ok"\s*:\s*false\b/.test(text);

interface Answer {
  /** 0 when there was no connection. */
  status: number;
  text: string;
  retryAfterMs: number | null;
}

type Post = (url: string, body: object) => Promise<Answer>;

function createPost(dispatcher: Agent, timeoutMs: number): Post {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return async (url, body) => {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const sent = { dispatcher, method: 'POST', headers, body: JSON.stringify(body), signal } as const;
      const response = await request(url, sent);
      const retryAfterSec = Number(response.headers['retry-after']);
      const retryAfterMs = retryAfterSec > 0 ? retryAfterSec * 1000 : null;
      // The status says all there is to know about one that was taken.
      const text = await response.body.text().catch(() => '');
      return { status: response.statusCode, text, retryAfterMs };
    } catch (error) {
      if (isUnreached(error)) return { status: 0, text: 'no connection', retryAfterMs: null };
      // Slack may have taken it: to say it twice would be worse than to say it late.
      throw new OpsError('unknown_outcome', 'Slack did not confirm that it accepted the answer.', {
        cause: error,
      });
    }
  };
}
