/**
 * The one door through which people's text reaches the desk: what they typed after a command, chose or filled in.
 *
 * Invariant: a text with a card number in it gets no further: it is not read, not kept and not repeated.
 */
import { cardNumberFault, fieldsWithCardNumber, refuseCardNumber } from '../../kernel/card-number-refusal.js';
import type { Command, SubmissionAnswer } from '../../ports/command.js';

export function behindDoor<Desk>(command: Command<Desk>): Command<Desk> {
  const { actions, shortcuts = {}, submissions = {} } = command;
  return {
    ...command,
    run: async (request, desk) => {
      refuseCardNumber(request.text);
      await command.run(request, desk);
    },
    actions: mapped(actions, (act) => async (request, desk) => {
      refuseCardNumber(request.value);
      await act(request, desk);
    }),
    shortcuts: mapped(shortcuts, (shortcut) => ({
      ...shortcut,
      run: async (request, desk) => {
        refuseCardNumber(request.text);
        await shortcut.run(request, desk);
      },
    })),
    submissions: mapped(submissions, (submit) => async (request, desk) => {
      refuseCardNumber(request.memo);
      return cardNumberFaults(request.values) ?? submit(request, desk);
    }),
  };
}

const mapped = <Value>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));

/** At each field that holds one, so that everything else that was typed stays. */
function cardNumberFaults(values: Readonly<Record<string, string>>): SubmissionAnswer | null {
  const faulty = fieldsWithCardNumber(values);
  if (faulty.length === 0) return null;
  return { kind: 'errors', errors: Object.fromEntries(faulty.map((blockId) => [blockId, cardNumberFault])) };
}
