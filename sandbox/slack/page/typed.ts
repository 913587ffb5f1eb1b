/**
 * What a person types into the composer: is it a command, which one, and what would complete it.
 * Invariant: pure. Deliberately absent: escaping and mentions; lines go to the sandbox as typed, and it encodes them
 * as Slack does.
 */
import type { Channel, CommandHint, User } from '../wire.js';

/** Whether Slack would take the line for a command. */
export function isCommand(text: string): boolean {
  return /^\/[a-z]/i.test(text);
}

/** "/payment" of "/payment pi_1". */
export function commandName(text: string): string {
  return text.split(/\s/, 1)[0] ?? '';
}

/** One way to complete what is being typed. */
export interface Completion {
  /** What it is: `/payment`, `@ana`, `#payments-ops`. */
  name: string;
  hint: string;
  note: string;
  /** The whole line once it is taken. */
  line: string;
}

interface Vocabulary {
  commands: CommandHint[];
  users: User[];
  channels: Channel[];
}

const completionCountMax = 8;

/** What completes the line at the caret: a command in its first word, or a name after `@` or `#`. */
export function completionsFor(line: string, caret: number, vocabulary: Vocabulary): Completion[] {
  const typed = line.slice(0, caret);
  if (/^\/\S*$/.test(line)) return commandCompletions(line, vocabulary.commands);
  const [, sign = '', query = ''] = /(?:^|[\s(])([@#])([\w.-]*)$/.exec(typed) ?? [];
  if (sign === '') return [];
  const take = (name: string): string =>
    `${typed.slice(0, typed.length - query.length)}${name} ${line.slice(caret).trimStart()}`;
  const all = sign === '@' ? people(vocabulary.users) : rooms(vocabulary.channels);
  return all
    .filter(({ words }) => words.some((word) => word.toLowerCase().startsWith(query.toLowerCase())))
    .slice(0, completionCountMax)
    .map(({ name, hint, note }) => ({ name: `${sign}${name}`, hint, note, line: take(name) }));
}

function commandCompletions(line: string, commands: CommandHint[]): Completion[] {
  const typed = line.toLowerCase();
  return commands
    .filter((each) => each.command.startsWith(typed))
    .map((each) => ({
      name: each.command,
      hint: each.usage_hint,
      note: each.description,
      line: `${each.command} `,
    }));
}

interface Named {
  name: string;
  hint: string;
  note: string;
  /** What may be typed for it. */
  words: string[];
}

function people(users: User[]): Named[] {
  return users
    .filter((user) => !user.deleted)
    .map((user) => ({
      name: user.name,
      hint: user.real_name,
      note: user.title,
      words: [user.name, ...user.real_name.split(' ')],
    }));
}

function rooms(channels: Channel[]): Named[] {
  return channels
    .filter((channel) => !channel.is_im && !channel.is_archived)
    .map((channel) => ({
      name: channel.name,
      hint: '',
      note: channel.purpose,
      words: [channel.name, ...channel.name.split('-')],
    }));
}

/** Where the person can go, by what was typed of it: channels they may read, people, and the app. */
export function placesFor(
  query: string,
  { users, channels }: Omit<Vocabulary, 'commands'>,
  person: User,
): Completion[] {
  const typed = query.trim().replace(/^[@#]/, '').toLowerCase();
  const open = channels.filter((each) => !each.is_private || each.members.includes(person.id));
  const signed = (sign: string, all: Named[]): (Named & { sign: string })[] =>
    all.map((each) => ({ ...each, sign }));
  return [...signed('#', rooms(open)), ...signed('@', people(users.filter(({ id }) => id !== person.id)))]
    .filter(({ words }) => words.some((word) => word.toLowerCase().startsWith(typed)))
    .slice(0, completionCountMax)
    .map(({ sign, name, hint, note }) => ({
      name: sign + name,
      hint,
      note,
      line: sign === '@' ? `@${name}` : name,
    }));
}

/** The command whose arguments are being typed, for its usage hint; null before the first space. */
export function commandInUse(text: string, commands: CommandHint[]): CommandHint | null {
  if (!/^\/\S+\s/.test(text)) return null;
  return commands.find((each) => each.command === commandName(text)) ?? null;
}
