/**
 * What people do: type a command, click, submit or close a view, write, open the Home. Each is delivered to the app,
 * and answered with what that person then sees.
 * Invariant: nobody can touch what they cannot see, and only the elements that are really there.
 */
import { actionOf, findElement } from './actions.js';
import type { Ack } from './delivery.js';
import { clientErrors, stateValues } from './element-state.js';
import { ControlError, SlackError } from './errors.js';
import type { Events } from './events.js';
import { asObject, asString } from './json.js';
import type { JsonObject } from './json.js';
import { encodeCommandText, encodeMessage } from './mrkdwn.js';
import { watchScene } from './outcome.js';
import type { Watch } from './outcome.js';
import * as payloads from './payloads.js';
import { messageOf, personOf, placeOf, requiredText, viewOf } from './people.js';
import { ackResponse, respond } from './responses.js';
import { applySubmission } from './submissions.js';
import type { Block, Channel, Json, OpenView, Outcome, User } from './wire.js';
import type { World } from './world.js';

type Values = Record<string, Record<string, Json>>;

export interface Interactions {
  command(body: JsonObject): Promise<Outcome>;
  action(body: JsonObject): Promise<Outcome>;
  submit(body: JsonObject): Promise<Outcome>;
  close(body: JsonObject): Promise<Outcome>;
  message(body: JsonObject): Promise<Outcome>;
  home(body: JsonObject): Promise<Outcome>;
}

/** One interaction under way: who, where, its id, and what comes out of it. */
interface Scene {
  id: string;
  user: User;
  watch: Watch;
}

export function createInteractions(world: World, events: Events): Interactions {
  const { store, delivery } = world;

  const begin = (user: User, channel?: Channel): Scene => {
    const id = world.ids.uuid();
    const direct = store.directMessage([user.id, store.bot.user_id]);
    const channels = channel ? [channel.id, direct.id] : [direct.id];
    return {
      id,
      user,
      watch: watchScene(world.changes, world.limits, { interaction: id, user: user.id, channels }),
    };
  };
  const triggerOf = (scene: Scene) => world.triggers.issue({ interaction: scene.id, user: scene.user.id });

  /** Delivers, applies the acknowledgement, waits for what becomes visible. */
  const play = async (
    scene: Scene,
    payload: JsonObject,
    type: 'slash_commands' | 'interactive',
    onAck: (ack: Json | undefined) => Partial<Outcome> = () => ({}),
  ): Promise<Outcome> => {
    try {
      const ack = await delivery.deliver({ type, payload, acceptsResponse: true });
      if (!ack.ok) return { ok: false, error: ack.error, messages: scene.watch.messages() };
      const extra = settledBy(() => onAck(ack.payload));
      if (extra.error === undefined) await scene.watch.settle();
      return outcomeOf(scene, ack, extra);
    } finally {
      scene.watch.stop();
    }
  };
  const refuseWithoutApp = (): Outcome | undefined =>
    delivery.connection() === 'none'
      ? { ok: false, error: 'dispatch_failed: no app is connected', messages: [] }
      : undefined;

  const onMessage = (body: JsonObject, user: User): Promise<Outcome> => {
    const channel = placeOf(world, body, user);
    const message = messageOf(world, body, user, channel);
    const placed = findElement(
      message.blocks ?? [],
      requiredText(body, 'action_id'),
      asString(body.block_id),
    );
    const scene = begin(user, channel);
    const responseUrl = world.responseUrls.issue({
      interaction: scene.id,
      user: user.id,
      channel: channel.id,
      message_ts: message.ts,
      ...(message.thread_ts !== undefined && { thread_ts: message.thread_ts }),
    });
    const payload = payloads.messageActionPayload(world, {
      user,
      channel,
      message,
      action: actionOf(placed, choiceOf(world, body)),
      values: stateWith(message.blocks ?? [], placed, body),
      triggerId: triggerOf(scene),
      responseUrl: world.baseUrl() + responseUrl,
    });
    return play(scene, payload, 'interactive');
  };
  const onView = (body: JsonObject, user: User): Promise<Outcome> => {
    const view = viewOf(world, body, user);
    const placed = findElement(view.view.blocks, requiredText(body, 'action_id'), asString(body.block_id));
    const scene = begin(user);
    const payload = payloads.viewActionPayload(world, {
      user,
      view,
      action: actionOf(placed, choiceOf(world, body)),
      values: stateWith(view.view.blocks, placed, body),
      triggerId: triggerOf(scene),
    });
    return play(scene, payload, 'interactive');
  };

  return {
    async command(body) {
      const user = personOf(world, body);
      const channel = placeOf(world, body, user);
      const { name, rest } = splitCommand(requiredText(body, 'text'));
      const command = world.manifest.commands.get(name);
      if (command === undefined) return { ok: false, error: `${name} is not a valid command.`, messages: [] };
      const refusal = refuseWithoutApp();
      if (refusal) return refusal;
      const scene = begin(user, channel);
      const target = { interaction: scene.id, user: user.id, channel: channel.id };
      const payload = payloads.commandPayload(world, {
        user,
        channel,
        command: name,
        text: encodeCommandText(rest, command.should_escape, store),
        triggerId: triggerOf(scene),
        responseUrl: world.baseUrl() + world.responseUrls.issue(target),
      });
      return play(scene, payload, 'slash_commands', (ack) => {
        const answer = ackResponse(ack);
        if (answer) respond(world, target, answer);
        return {};
      });
    },

    async action(body) {
      const user = personOf(world, body);
      return refuseWithoutApp() ?? (body.view_id === undefined ? onMessage(body, user) : onView(body, user));
    },

    async submit(body) {
      const user = personOf(world, body);
      const view = viewOf(world, body, user);
      if (view.view.type !== 'modal') throw new ControlError('only a modal can be submitted');
      const values = stateValues(view.view.blocks, (asObject(body.values) ?? {}) as Values);
      const refused = clientErrors(view.view.blocks, values);
      if (Object.keys(refused).length > 0) return refusedByClient(world, view, refused);
      const refusal = refuseWithoutApp();
      if (refusal) return refusal;
      const scene = begin(user);
      const payload = payloads.viewSubmissionPayload(world, {
        user,
        view,
        values,
        triggerId: triggerOf(scene),
      });
      return play(scene, payload, 'interactive', (ack) => applySubmission(world, view, ack, scene.id));
    },

    async close(body) {
      const user = personOf(world, body);
      const view = viewOf(world, body, user);
      if (view.view.type !== 'modal') throw new ControlError('only a modal can be closed');
      const isCleared = view.view.clear_on_close === true;
      const told = isCleared ? world.views.all().filter((each) => each.user === user.id) : [view];
      world.views.close(view, isCleared);
      for (const each of told.reverse()) {
        if (each.view.notify_on_close !== true || delivery.connection() === 'none') continue;
        const payload = payloads.viewClosedPayload(world, { user, view: each, isCleared });
        await delivery.deliver({ type: 'interactive', payload, acceptsResponse: false });
      }
      const top = world.views.top(user.id);
      return { ok: true, messages: [], ...(top && { view: top }) };
    },

    async message(body) {
      const user = personOf(world, body);
      const channel = placeOf(world, body, user);
      if (!channel.members.includes(user.id))
        throw new ControlError(`${user.name} is not in ${channel.name}`);
      const threadTs = asString(body.thread_ts);
      if (threadTs !== undefined && !store.findMessage(channel.id, threadTs)) {
        throw new ControlError(`there is no thread ${threadTs} in ${channel.name}`, 404);
      }
      const scene = begin(user, channel);
      const text = encodeMessage(requiredText(body, 'text'), store);
      const message = store.post({ channel: channel.id, user: user.id, text, thread_ts: threadTs });
      return played(scene, await events.message(message));
    },

    async home(body) {
      const user = personOf(world, body);
      const scene = begin(user);
      const outcome = await played(scene, await events.homeOpened(user.id));
      const home = world.views.homes()[user.id];
      return { ...outcome, ...(home && { view: home }) };
    },
  };
}

/** An event needs no answer: when nobody was told, or nobody acknowledged, the person simply sees nothing more. */
async function played(scene: Scene, ack: Ack | undefined): Promise<Outcome> {
  if (ack?.ok === true) await scene.watch.settle();
  scene.watch.stop();
  return outcomeOf(scene, ack, {});
}

function outcomeOf(scene: Scene, ack: Ack | undefined, extra: Partial<Outcome>): Outcome {
  const view = scene.watch.view();
  return {
    ok: extra.error === undefined && extra.errors === undefined,
    messages: scene.watch.messages(),
    ...(view && { view }),
    ...(ack?.ack_ms !== undefined && { ack_ms: ack.ack_ms }),
    ...extra,
  };
}

/** What an acknowledgement brought; content that Slack refuses becomes the error that the person meets. */
function settledBy(apply: () => Partial<Outcome>): Partial<Outcome> {
  try {
    return apply();
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    const messages = asObject(error.extra)?.errors;
    return { error: Array.isArray(messages) ? `${error.code}: ${messages.join('; ')}` : error.code };
  }
}

function refusedByClient(world: World, view: OpenView, errors: Record<string, string>): Outcome {
  world.views.showErrors(view, errors);
  return { ok: false, errors, view, messages: [] };
}

function splitCommand(line: string): { name: string; rest: string } {
  const match = /^(\/\S+)\s*([\s\S]*)$/.exec(line.trim());
  if (match === null)
    throw new ControlError('text must begin with a slash command, for instance "/payment pi_3Q…"');
  return { name: match[1] ?? '', rest: match[2] ?? '' };
}

function choiceOf(world: World, body: JsonObject) {
  const actionTs = String(world.clock.now().getTime() / 1000);
  return { value: asString(body.value), selected: body.selected, actionTs };
}

/** The state of all inputs, with the choice just made in it. */
function stateWith(
  blocks: readonly Block[],
  placed: ReturnType<typeof findElement>,
  body: JsonObject,
): JsonObject {
  const given = { ...((asObject(body.state) ?? {}) as Values) };
  const chosen = body.selected ?? body.value;
  if (chosen !== undefined) {
    const blockId = String(placed.block.block_id);
    given[blockId] = { ...given[blockId], [String(placed.element.action_id)]: chosen };
  }
  return stateValues(blocks, given);
}
