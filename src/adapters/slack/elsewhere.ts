/**
 * An answer that Slack refuses where it was asked for goes to the person's direct messages, and says why it is there.
 *
 * Invariant: nothing is said twice: what Slack may have taken is not said again.
 */
import { toOpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Card } from '../../ports/card.js';
import type { Answers } from '../../ports/command.js';

export interface Elsewhere {
  direct: Answers;
  /** The card with a word on why it is there. */
  moved: (card: Card) => Card;
  log: Log;
}

export const orElsewhere = (answers: Omit<Answers, 'file'>, { direct, moved, log }: Elsewhere): Answers => ({
  privately: async (card) => {
    try {
      await answers.privately(card);
    } catch (thrown) {
      const { code, details, publicMessage } = toOpsError(thrown);
      if (code === 'unknown_outcome') throw thrown;
      log.warn({ ...details, why: publicMessage }, 'an answer goes to the direct messages of its person');
      await direct.privately(moved(card));
    }
  },
  publicly: (card) => answers.publicly(card),
  file: (file) => direct.file(file),
});
