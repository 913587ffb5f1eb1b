/**
 * Messages to the desk: a mention in a channel, or a direct message, is answered like the command that it means.
 *
 * Invariants: what is answered in a channel is seen by the person who asked and by no one else; messages of bots, edits
 * and deletions are not answered; the text runs through the command itself, so its checks and its audit entries are the
 * same.
 * Deliberately absent: forms. Slack opens a window only after a command or a click, and the answer then says so.
 */
import type { App } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Card } from '../../ports/card.js';
import type { AnswerFile, Answers, Command, CommandRequest, Windows } from '../../ports/command.js';
import { writeError, type Identity } from './client.js';
import { directAnswers } from './direct-answers.js';
import { orElsewhere } from './elsewhere.js';
import { postPlainly } from './plainer.js';
import type { Notices } from './submissions.js';

/** What a message asks for, ready to run once its delivery is known to be the first. */
export interface MessageCall<Desk> {
  command: Command<Desk>;
  key: string;
  answer: Answers;
  request: Omit<CommandRequest, 'answer'>;
}

export interface MessageFacts<Desk> {
  commands: readonly Command<Desk>[];
  client: WebClient;
  identity: Identity;
  notices: Pick<Notices, 'elsewhere'>;
  log: Log;
  run: (call: MessageCall<Desk>) => Promise<void>;
}

interface Message {
  channel: string;
  user?: string | undefined;
  text?: string | undefined;
  subtype?: string | undefined;
  bot_id?: string | undefined;
  thread_ts?: string | undefined;
}

export function mountMessages<Desk>(app: App, facts: MessageFacts<Desk>): void {
  app.event('app_mention', async ({ event, body }) => {
    // A mention in a direct message is delivered as a message too.
    if (!event.channel.startsWith('D')) await answerTo(event, body.event_id, facts);
  });
  app.event('message', async ({ event, body }) => {
    if (event.channel_type === 'im') await answerTo(event as Message, body.event_id, facts);
  });
}

/** What a person wrote has a subtype with a file, as /me, and when a reply is shown in the channel too. */
const written: readonly string[] = ['file_share', 'me_message', 'thread_broadcast'];

async function answerTo<Desk>(message: Message, key: string, facts: MessageFacts<Desk>): Promise<void> {
  const { user, subtype, bot_id: bot, channel, thread_ts: thread } = message;
  const { identity, client } = facts;
  if (user === undefined || bot !== undefined || user === identity.botUserId) return;
  if (subtype !== undefined && !written.includes(subtype)) return;
  const { command, text } = meantBy(message.text ?? '', facts);
  const log = facts.log.child({ command: command.name, user, channel });
  const direct = directAnswers(client, user, log);
  const answer = channel.startsWith('D')
    ? {
        ...answersIn(log, (card) => client.chat.postMessage({ channel, ...bodyOf(card, thread) })),
        file: (file: AnswerFile) => direct.file(file),
      }
    : orElsewhere(
        answersIn(log, (card) => client.chat.postEphemeral({ channel, user, ...bodyOf(card, thread) })),
        { direct, moved: facts.notices.elsewhere, log },
      );
  const person = { userId: user, teamId: identity.teamId };
  const request = { person, channelId: channel, text, windows: noWindows(command.name), log };
  await facts.run({ command, key, answer, request });
}

/** `@Paydesk dispute dp_1` is `/dispute dp_1`; whatever begins with no command is looked up as a payment. */
function meantBy<Desk>(
  message: string,
  { commands, identity }: MessageFacts<Desk>,
): { command: Command<Desk>; text: string } {
  const said = message.replaceAll(`<@${identity.botUserId}>`, ' ').trim();
  const [first = ''] = said.split(/\s+/, 1);
  const named = commands.find(({ name }) => name === `/${first.toLowerCase().replace(/^\//, '')}`);
  if (named) return { command: named, text: said.slice(first.length).trim() };
  const fallback = said === '' || /^(help|hi|hello|hey|\?)[!.?]*$/i.test(said) ? '/paydesk' : '/payment';
  const command = commands.find(({ name }) => name === fallback);
  if (!command) throw new OpsError('internal', `There is no command ${fallback}.`);
  return { command, text: fallback === '/paydesk' ? '' : said };
}

const bodyOf = ({ text, blocks }: Card, thread: string | undefined) => ({
  text,
  blocks: [...blocks],
  ...(thread !== undefined && { thread_ts: thread }),
});

/** Blocks that Slack refuses are answered as plain text, because a refused message looks like silence. */
function answersIn(log: Log, post: (card: Card) => Promise<unknown>): Omit<Answers, 'file'> {
  const say = async (card: Card): Promise<void> => {
    try {
      await postPlainly(card, post, log);
    } catch (error) {
      throw writeError(error, 'the answer');
    }
  };
  return { privately: say, publicly: say };
}

const noWindows = (name: string): Windows => ({
  open: () =>
    Promise.reject(
      new OpsError('conflict', 'A form opens only from a command or a button.', {
        hint: `Type \`${name}\` instead of a message.`,
      }),
    ),
});
