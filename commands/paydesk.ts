/**
 * `/paydesk`: help, from the registry. Every other command answers `help` from the same.
 */
import type { Command } from '../src/ports/command.js';
import { helpCard } from '../src/views/desk/help.js';

export interface HelpDeps {
  commands: () => readonly Pick<Command<never>, 'name' | 'summary' | 'usageHint' | 'examples'>[];
}

const asksForHelp = (text: string): boolean => /^\s*(?:help|\?|--?help|-h)\s*$/i.test(text);

/** The command, with an answer to `help` before anything else looks at the text. */
export const withHelp = <Desk>(command: Command<Desk>): Command<Desk> => ({
  ...command,
  reads: (text) => asksForHelp(text) || command.reads?.(text) === true,
  run: (request, desk) =>
    asksForHelp(request.text) ? request.answer.privately(helpCard([command])) : command.run(request, desk),
});

export const paydeskCommand: Command<HelpDeps> = {
  name: '/paydesk',
  summary: 'See what Paydesk can do',
  usageHint: '',
  examples: [{ text: '/paydesk', does: 'this help' }],
  run: ({ answer }, desk) => answer.privately(helpCard(desk.commands())),
  actions: {},
};
