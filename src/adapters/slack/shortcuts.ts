/**
 * What people start from a message, and the previews of links that they post.
 *
 * Invariants: a shortcut is answered to its person alone; the text of the message goes through the same door as what is typed;
 * when a preview fails, the link stays as it is and only the log says why.
 */
import type { App, MessageShortcut } from '@slack/bolt';
import type { LinkUnfurls, WebClient } from '@slack/web-api';
import { messageOf, toOpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Answers, Command, CommandRequest, Unfurl } from '../../ports/command.js';
import type { Identity } from './client.js';
import type { InFlight } from './in-flight.js';
import { patiently } from './patiently.js';
import { windowsThrough } from './windows.js';

export interface ShortcutCall {
  what: string;
  key: string;
  ack: () => Promise<void>;
  responseUrl: string;
  request: Omit<CommandRequest, 'answer'>;
  run: (answer: Answers) => Promise<void>;
}

interface ShortcutFacts<Desk> {
  commands: readonly Command<Desk>[];
  client: WebClient;
  identity: Identity;
  desk: Desk;
  log: Log;
  start: (call: ShortcutCall) => Promise<void>;
}

export function mountShortcuts<Desk>(app: App, facts: ShortcutFacts<Desk>): void {
  const shortcuts = new Map(facts.commands.flatMap(({ shortcuts: own = {} }) => Object.entries(own)));
  app.shortcut<MessageShortcut>({ type: 'message_action', callback_id: /./ }, async ({ ack, body }) => {
    const shortcut = shortcuts.get(body.callback_id);
    if (!shortcut) return;
    const person = { userId: body.user.id, teamId: body.team?.id ?? facts.identity.teamId };
    const log = facts.log.child({
      shortcut: body.callback_id,
      user: person.userId,
      channel: body.channel.id,
    });
    const windows = windowsThrough(facts.client, body.trigger_id);
    const request = { person, channelId: body.channel.id, text: textOf(body.message), windows, log };
    await facts.start({
      what: body.callback_id,
      key: body.trigger_id,
      ack,
      responseUrl: body.response_url,
      request,
      run: (answer) => shortcut.run({ ...request, answer }, facts.desk),
    });
  });
}

const longestText = 20_000;

/** What the message says, and what its blocks and attachments say: a bot's message may have its text there alone. */
function textOf({ text = '', blocks, attachments }: MessageShortcut['message']): string {
  const found: string[] = [text];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null)
      for (const [name, part] of Object.entries(value)) {
        if (typeof part === 'string' && (name === 'text' || name === 'url')) found.push(part);
        else walk(part);
      }
  };
  walk([blocks, attachments]);
  return found.join('\n').slice(0, longestText);
}

interface UnfurlFacts<Desk> {
  unfurl: Unfurl<Desk>;
  client: WebClient;
  identity: Identity;
  inFlight: InFlight;
  desk: Desk;
  log: Log;
}

/** More links in one message are a list, which previews would bury. */
const mostLinks = 3;

export function mountUnfurls<Desk>(app: App, facts: UnfurlFacts<Desk>): void {
  app.event('link_shared', ({ event }) =>
    facts.inFlight.run(async () => {
      const { client, desk, identity } = facts;
      const { channel, message_ts: ts, user } = event;
      const log = facts.log.child({ event: 'link_shared', user, channel });
      const person = { userId: user, teamId: identity.teamId };
      // The message is not sent yet. Slack asks again when it is.
      if (event.source === 'composer') return;
      const without = (thrown: unknown): null => {
        const { code, details } = toOpsError(thrown);
        log.info({ ...details, code, err: messageOf(thrown) }, 'a link gets no preview');
        return null;
      };
      const unfurls: LinkUnfurls = {};
      for (const { url } of event.links.slice(0, mostLinks)) {
        const blocks = await facts.unfurl({ url, person, channelId: channel }, desk).catch(without);
        if (blocks !== null) unfurls[url] = { blocks: [...blocks] };
      }
      if (Object.keys(unfurls).length > 0)
        await patiently(() => client.chat.unfurl({ channel, ts, unfurls })).catch(without);
    }),
  );
}
