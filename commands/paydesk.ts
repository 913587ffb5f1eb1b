/**
 * `/paydesk`: help, from the registry.
 */
import type { Command } from '../src/ports/command.js';
import { helpCard } from '../src/views/help.js';

export interface HelpDesk {
  commands: () => readonly Pick<Command<never>, 'name' | 'summary' | 'usageHint' | 'examples'>[];
}

export const paydeskCommand: Command<HelpDesk> = {
  name: '/paydesk',
  summary: 'See what Paydesk can do',
  usageHint: '',
  examples: [{ text: '/paydesk', does: 'this help' }],
  run: ({ answer }, desk) => answer.privately(helpCard(desk.commands())),
  actions: {},
};
