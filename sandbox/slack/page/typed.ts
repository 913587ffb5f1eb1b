/**
 * What a person types into the composer: is it a command, which commands fit, and how it is sent.
 * Invariant: pure. As in Slack, a message is escaped and its `@name` and `#channel` become mentions on sending;
 * a command's text goes as typed.
 */
import type { Channel, CommandHint, User } from '../wire.js';
import { escapeEntities } from './mrkdwn.js';

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

/** A typed message as Slack would store it. */
export function messageText(text: string, users: User[], channels: Channel[]): string {
  return escapeEntities(text)
    .replace(/(^|[\s(])@([\w.-]*\w)/g, (whole, before: string, name: string) => {
      if (/^(here|channel|everyone)$/.test(name)) return `${before}<!${name}>`;
      const user = users.find((each) => each.name === name.toLowerCase());
      return user === undefined ? whole : `${before}<@${user.id}>`;
    })
    .replace(/(^|[\s(])#([\w-]+)/g, (whole, before: string, name: string) => {
      const channel = channels.find((each) => !each.is_im && each.name === name.toLowerCase());
      return channel === undefined ? whole : `${before}<#${channel.id}>`;
    });
}
