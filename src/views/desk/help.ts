/**
 * Help, made from the registry of commands, so that it names no command that does not exist.
 */
import type { Card } from '../../ports/card.js';
import type { Command } from '../../ports/command.js';
import { cardOf, code, context, escape, section, wording } from '../kit/blocks.js';

type HelpEntry = Pick<Command<never>, 'name' | 'summary' | 'usageHint' | 'examples'>;

export function helpCard(commands: readonly HelpEntry[]): Card {
  const names = commands.map(({ name }) => name).join(', ');
  return cardOf(`Paydesk, the payments operations desk: ${names}`, [
    section('*Paydesk*, the payments operations desk. Only you see the answers until you share them.'),
    ...commands.map((command) => section(entry(command))),
    context(
      'Never paste a card number: Paydesk refuses it. To find a card payment, give its last four digits, amount and date.',
    ),
  ]);
}

function entry({ name, summary, usageHint, examples }: HelpEntry): string {
  const lines = examples.map(({ text, does }) => `• ${code(text)}  ${wording(does)}`);
  return [usageHint === '' ? `*${name}*` : `*${name}* ${code(usageHint)}`, escape(summary), ...lines].join(
    '\n',
  );
}
