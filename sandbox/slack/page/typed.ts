/**
 * What a person types into the composer: is it a command, which commands fit, which one is in use.
 * Invariant: pure. Deliberately absent: escaping and mentions; lines go to the sandbox as typed, and it encodes them
 * as Slack does.
 */
import type { CommandHint } from '../wire.js';

/** Whether Slack would take the line for a command. */
export function isCommand(text: string): boolean {
  return /^\/[a-z]/i.test(text);
}

/** "/payment" of "/payment pi_1". */
export function commandName(text: string): string {
  return text.split(/\s/, 1)[0] ?? '';
}

/** Commands that fit a line that is still its first word; none once a space was typed. */
export function commandsFor(text: string, commands: CommandHint[]): CommandHint[] {
  if (!/^\/\S*$/.test(text)) return [];
  const typed = text.toLowerCase();
  return commands.filter((each) => each.command.startsWith(typed));
}

/** The command whose arguments are being typed, for its usage hint; null before the first space. */
export function commandInUse(text: string, commands: CommandHint[]): CommandHint | null {
  if (!/^\/\S+\s/.test(text)) return null;
  return commands.find((each) => each.command === commandName(text)) ?? null;
}
