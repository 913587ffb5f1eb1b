/**
 * The one door through which people's text reaches the desk: what they typed after a command, chose or filled in.
 *
 * Invariant: a text with a card number in it gets no further: it is not read, not kept and not repeated.
 */
import { OpsError } from '../../kernel/errors.js';
import { containsCardNumber } from '../../kernel/sensitive.js';
import type { Command, SubmissionAnswer } from '../../ports/command.js';

export function behindDoor<Desk>(command: Command<Desk>): Command<Desk> {
  const { actions, submissions = {} } = command;
  return {
    ...command,
    run: async (request, desk) => {
      requireNoCardNumber(request.text);
      await command.run(request, desk);
    },
    actions: mapped(actions, (act) => async (request, desk) => {
      requireNoCardNumber(request.value);
      await act(request, desk);
    }),
    submissions: mapped(submissions, (submit) => async (request, desk) => {
      requireNoCardNumber(request.memo);
      return cardNumberFaults(request.values) ?? submit(request, desk);
    }),
  };
}

const mapped = <Value>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));

/** For text of any other kind, such as a message that mentions the bot. Throws `invalid`. */
function requireNoCardNumber(text: string): void {
  if (!containsCardNumber(text)) return;
  throw new OpsError('invalid', 'That looks like a card number, so it was not read, searched or kept.', {
    hint: 'Please delete it where you pasted it, and write at most its last four digits. A reference of 13 to 19 digits can pass for a card number by chance; then use another one.',
  });
}

/** At each field that holds one, so that everything else that was typed stays. */
function cardNumberFaults(values: Readonly<Record<string, string>>): SubmissionAnswer | null {
  const faulty = Object.keys(values).filter((blockId) => containsCardNumber(values[blockId] ?? ''));
  if (faulty.length === 0) return null;
  const text = 'That looks like a card number, so it was not kept. Give the last four digits instead.';
  return { kind: 'errors', errors: Object.fromEntries(faulty.map((blockId) => [blockId, text])) };
}
