/**
 * The Bolt app: commands, messages and clicks come in, are acknowledged at once, and reach the desk once. Submissions and Home
 * are mounted beside them.
 *
 * Invariants: the acknowledgement never waits for a database or another service; the same delivery is run once over
 * all replicas; when a command throws, the person gets an answer with a reference and the operator a log line.
 * Deliberately absent: what commands do and how cards look; both are handed in.
 */
import { App, type BlockAction, type Receiver } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { Clock } from '../../kernel/clock.js';
import { messageOf, type OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import type { Card } from '../../ports/card.js';
import type { AnswerFile, Answers, Command, Home, Unfurl } from '../../ports/command.js';
import type { Deliveries } from '../../ports/deliveries.js';
import type { Directory } from '../../ports/directory.js';
import { createAnswering, type Answering } from './answers.js';
import { slackClient, type Identity } from './client.js';
import { mountDirectoryEvents } from './directory-events.js';
import { directAnswers } from './direct-answers.js';
import { behindDoor } from './door.js';
import { logged } from './failures.js';
import { orElsewhere } from './elsewhere.js';
import { createHomes, mountHome, type Homes } from './home.js';
import type { InFlight } from './in-flight.js';
import { slackLogger } from './logger.js';
import { mountMessages, type MessageCall } from './messages.js';
import { createSeen, type Seen } from './seen.js';
import { mountMenus } from './menus.js';
import { mountShortcuts, mountUnfurls, type ShortcutCall } from './shortcuts.js';
import { mountSubmissions, type Notices } from './submissions.js';
import { valueOf } from './values.js';
import { isOfHome, windowsThrough } from './windows.js';

export interface SlackAppFacts<Desk> {
  receiver: Receiver;
  token: Secret;
  apiUrl: string;
  identity: Identity;
  commands: readonly Command<Desk>[];
  /** Null when there is no Home tab to fill. */
  home: Home<Desk> | null;
  /** Null when links get no preview. */
  unfurl: Unfurl<Desk> | null;
  desk: Desk;
  /** Hears of changes to groups and people. */
  directory: Pick<Directory, 'groupChanged' | 'personChanged'>;
  deliveries: Deliveries;
  inFlight: InFlight;
  errorCard: (error: OpsError) => Card;
  notices: Notices;
  clock: Clock;
  log: Log;
  /** Called once for every command, click or submission, with how long it took. */
  observe: (what: string, outcome: 'ok' | 'error', durationMs: number) => void;
}

/** Deliveries come in by themselves; this is what else the app can be asked for. */
export interface SlackApp {
  /** See `Homes`. */
  redrawOneHome: (mark: string) => Promise<number>;
}

export function createSlackApp<Desk>(facts: SlackAppFacts<Desk>): SlackApp {
  const { identity, token, home, log } = facts;
  const app = new App({
    receiver: facts.receiver,
    authorize: () =>
      Promise.resolve({
        botToken: token.reveal(),
        botId: identity.botId,
        botUserId: identity.botUserId,
        teamId: identity.teamId,
      }),
    clientOptions: { slackApiUrl: facts.apiUrl },
    // What a conversation is about is nowhere kept in memory: a restart would forget it.
    convoStore: false,
    logger: slackLogger(log),
  });
  const seen = createSeen(facts.deliveries, facts.clock);
  const client = slackClient(token, facts.apiUrl, log);
  const homes = home && createHomes({ ...facts, home, client });
  if (homes) mountHome(app, homes, facts.inFlight, identity.teamId);
  const admitted = facts.commands.map(behindDoor);
  const handling = { ...facts, commands: admitted, seen, client, answering: createAnswering(), homes };
  mountDirectoryEvents(app, facts);
  mountCommands(app, handling);
  mountActions(app, handling);
  mountMenus(app, handling);
  mountMessages(app, { ...handling, run: (call) => runMessage(call, handling) });
  mountShortcuts(app, { ...handling, start: (call) => startShortcut(call, handling) });
  if (facts.unfurl) mountUnfurls(app, { ...handling, unfurl: facts.unfurl });
  mountSubmissions(app, handling);
  app.error((error) => {
    log.error({ err: messageOf(error) }, 'a listener failed outside a command');
    return Promise.resolve();
  });
  return { redrawOneHome: (mark) => homes?.redrawOne(mark) ?? Promise.resolve(0) };
}

type Handling<Desk> = SlackAppFacts<Desk> & {
  seen: Seen;
  client: WebClient;
  answering: Answering;
  homes: Homes | null;
};

/** One listener for all commands, because Bolt runs the middleware of every listener for every delivery. */
function mountCommands<Desk>(app: App, facts: Handling<Desk>): void {
  const commands = new Map(facts.commands.map((command) => [command.name, command]));
  app.command(/./, async ({ ack, command: body }) => {
    const command = commands.get(body.command);
    if (!command) return;
    const log = facts.log.child({ command: command.name, user: body.user_id, channel: body.channel_id });
    const request = {
      person: { userId: body.user_id, teamId: body.team_id },
      channelId: body.channel_id,
      text: body.text,
      windows: windowsThrough(facts.client, body.trigger_id),
      log,
    };
    const reads = command.reads?.(body.text) === true;
    const answer = answersAt(body.response_url, body.user_id, facts, log);
    const delivery = { what: command.name, reads, ack, key: body.trigger_id, answer, log };
    await handle(delivery, facts, (gated) => command.run({ ...request, answer: gated }, facts.desk));
  });
}

function startShortcut<Desk>(
  { what, key, ack, responseUrl, request: { person, log }, run }: ShortcutCall,
  facts: Handling<Desk>,
): Promise<void> {
  const answer = answersAt(responseUrl, person.userId, facts, log);
  return handle({ what, reads: false, ack, key, answer, log }, facts, run);
}

/** Events are acknowledged before they get here. */
function runMessage<Desk>(
  { command, key, answer, request }: MessageCall<Desk>,
  facts: Handling<Desk>,
): Promise<void> {
  const reads = command.reads?.(request.text) === true;
  const ack = (): Promise<void> => Promise.resolve();
  const delivery = { what: command.name, reads, ack, key, answer, log: request.log };
  return handle(delivery, facts, (gated) => command.run({ ...request, answer: gated }, facts.desk));
}

function mountActions<Desk>(app: App, facts: Handling<Desk>): void {
  const { client } = facts;
  const actions = new Map(facts.commands.flatMap((command) => Object.entries(command.actions)));
  app.action<BlockAction>(/./, async ({ ack, body, action }) => {
    const run = actions.get(action.action_id);
    if (!run) return;
    const what = action.action_id;
    const log = facts.log.child({ action: what, user: body.user.id, channel: body.channel?.id });
    const person = { userId: body.user.id, teamId: body.team?.id ?? facts.identity.teamId };
    const windows = windowsThrough(client, body.trigger_id, body.view);
    const request = { person, channelId: body.channel?.id ?? '', value: valueOf(action), windows, log };
    const delivery = {
      what,
      reads: false,
      ack,
      key: body.trigger_id,
      answer: answersTo(body, facts, log),
      log,
    };
    await handle(delivery, facts, async (answer) => {
      try {
        await run({ ...request, answer }, facts.desk);
      } finally {
        if (isOfHome(body.view)) await facts.homes?.publish(person);
      }
    });
  });
}

/** A click on a message can be answered there; one in a modal or in Home brings no `response_url`. */
function answersTo<Desk>(
  { response_url: url, user }: { response_url?: string; user: { id: string } },
  facts: Handling<Desk>,
  log: Log,
): Answers {
  return url === undefined ? directAnswers(facts.client, user.id, log) : answersAt(url, user.id, facts, log);
}

function answersAt<Desk>(
  responseUrl: string,
  userId: string,
  { client, answering, notices }: Handling<Desk>,
  log: Log,
): Answers {
  const direct = directAnswers(client, userId, log);
  return orElsewhere(answering(responseUrl, log), { direct, moved: notices.elsewhere, log });
}

interface Delivery {
  what: string;
  reads: boolean;
  ack: () => Promise<void>;
  key: string;
  answer: Answers;
  log: Log;
}

/** Counted from before the acknowledgement, so that a stopping process does not leave between it and the run. */
function handle<Desk>(
  delivery: Delivery,
  facts: Handling<Desk>,
  run: (answer: Answers) => Promise<void>,
): Promise<void> {
  return facts.inFlight.run(async () => {
    const { log, key, reads } = delivery;
    // Asked at the same time: the acknowledgement does not wait for the answer, and the run does not wait for both.
    const isFirst = facts.seen.isFirst(key, log);
    const acked = delivery.ack();
    const answer = onlyIf(isFirst, delivery.answer);
    const work = async (): Promise<void> => {
      const startedAt = performance.now();
      const outcome = await runOrExplain(() => run(answer), answer, log, facts.errorCard);
      if (await isFirst) facts.observe(delivery.what, outcome, performance.now() - startedAt);
    };
    // What only reads starts now, because a double of it does no more than read; its answer waits for the check.
    const early = reads ? work() : null;
    await acked;
    if (!(await isFirst)) log.info({}, 'delivered twice, run once');
    else if (!early) await work();
    await early;
  });
}

/** A second delivery is not answered, wherever it got to. */
function onlyIf(isFirst: Promise<boolean>, answers: Answers): Answers {
  const gated =
    <Said>(post: (said: Said) => Promise<void>) =>
    async (said: Said): Promise<void> => {
      if (await isFirst) await post(said);
    };
  return {
    privately: gated((card: Card) => answers.privately(card)),
    publicly: gated((card: Card) => answers.publicly(card)),
    file: gated((file: AnswerFile) => answers.file(file)),
  };
}

async function runOrExplain(
  run: () => Promise<void>,
  answer: Answers,
  log: Log,
  errorCard: (error: OpsError) => Card,
): Promise<'ok' | 'error'> {
  try {
    await run();
    return 'ok';
  } catch (thrown) {
    const error = logged(thrown, log, 'a command failed');
    await answer
      .privately(errorCard(error))
      .catch((failure: unknown) =>
        log.error({ err: messageOf(failure), errorId: error.errorId }, 'the person could not be told'),
      );
    return 'error';
  }
}
