/**
 * Answers where nothing can be answered in place: to a click in a modal or in Home there is no `response_url`, so the
 * person gets a direct message.
 *
 * Invariant: as with any answer, blocks that Slack refuses are answered as plain text.
 */
import type { WebClient } from '@slack/web-api';
import { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Card } from '../../ports/card.js';
import type { Answers } from '../../ports/command.js';
import { writeError } from './client.js';
import { fileAnswer } from './file-answers.js';
import { postPlainly } from './plainer.js';

/**
 * Throws `invalid` for a public answer, because there is no conversation around; otherwise `rate_limited`, `unavailable`,
 * and `unknown_outcome` when it is unknown whether Slack took it.
 */
export function directAnswers(client: WebClient, userId: string, log: Log): Answers {
  const post = ({ text, blocks }: Card): Promise<unknown> =>
    client.chat.postMessage({ channel: userId, text, blocks: [...blocks], unfurl_links: false });
  return {
    privately: async (card) => {
      try {
        await postPlainly(card, post, log);
      } catch (error) {
        throw writeError(error, 'the answer');
      }
    },
    file: fileAnswer(client, userId),
    publicly: () =>
      Promise.reject(
        new OpsError('invalid', 'Nothing can be shared from here.', { hint: 'Share it from a channel.' }),
      ),
  };
}
