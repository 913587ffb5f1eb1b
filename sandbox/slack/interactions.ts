/**
 * What people do: type a command, click, start a shortcut, submit or close a view, write, open the Home. Each is delivered to the app,
 * and answered with what that person then sees.
 * Invariant: people cannot touch what they cannot see.
 */
import { clickMessage, clickView } from './clicks.js';
import type { Values } from './clicks.js';
import { clientErrors, stateValues } from './element-state.js';
import { ControlError } from './errors.js';
import type { Events } from './events.js';
import { asObject, asString } from './json.js';
import type { JsonObject } from './json.js';
import { encodeCommandText, encodeMessage } from './mrkdwn.js';
import { commandPayload, viewClosedPayload, viewSubmissionPayload } from './payloads.js';
import { ownPersonOf, personOf, placeOf, requiredText, viewOf } from './people.js';
import { ackResponse, respond } from './responses.js';
import { readSelections } from './selections.js';
import { startShortcut } from './shortcuts.js';
import { createStage } from './stage.js';
import type { Stage } from './stage.js';
import { applySubmission } from './submissions.js';
import { suggest } from './suggestions.js';
import { storeUploads, uploadErrors, withStoredFiles } from './uploads.js';
import type { OpenView, Outcome, Suggestions, User } from './wire.js';
import type { World } from './world.js';

type Interaction = (body: JsonObject) => Promise<Outcome>;

export interface Interactions {
  command: Interaction;
  action: Interaction;
  shortcut: Interaction;
  suggest: (body: JsonObject) => Promise<Suggestions>;
  submit: Interaction;
  close: Interaction;
  message: Interaction;
  home: Interaction;
}

export function createInteractions(world: World, events: Events): Interactions {
  const stage = createStage(world);
  return {
    command: (body) => typeCommand(world, stage, body),
    async action(body) {
      const user = personOf(world, body);
      const refusal = stage.refusal();
      if (refusal) return refusal;
      return body.view_id === undefined
        ? clickMessage(world, stage, body, user)
        : clickView(world, stage, body, user);
    },
    shortcut: (body) => startShortcut(world, stage, body),
    suggest: (body) => suggest(world, body),
    submit: (body) => submitView(world, stage, body),
    close: (body) => closeView(world, body),
    message: (body) => writeMessage(world, stage, events, body),
    async home(body) {
      const user = ownPersonOf(world, body);
      const scene = stage.begin(user);
      const outcome = await stage.told(scene, await events.homeOpened(user.id));
      const home = world.views.homes()[user.id];
      return { ...outcome, ...(home && { view: home }) };
    },
  };
}

async function typeCommand(world: World, stage: Stage, body: JsonObject): Promise<Outcome> {
  const user = personOf(world, body);
  const channel = placeOf(world, body, user);
  const { name, rest } = splitCommand(requiredText(body, 'text'));
  // In a shared channel commands belong to the company that installed the app.
  const command = user.team_id === undefined ? world.manifest.commands.get(name) : undefined;
  if (command === undefined) return { ok: false, error: `${name} is not a valid command.`, messages: [] };
  const refusal = stage.refusal();
  if (refusal) return refusal;
  const scene = stage.begin(user, channel);
  const target = { interaction: scene.id, user: user.id, channel: channel.id };
  const payload = commandPayload(world, {
    user,
    channel,
    command: name,
    text: encodeCommandText(rest, command.should_escape, world.store),
    triggerId: stage.trigger(scene),
    responseUrl: world.baseUrl() + world.responseUrls.issue(target),
  });
  return stage.play(scene, {
    type: 'slash_commands',
    payload,
    onAck: (ack) => {
      const answer = ackResponse(ack);
      if (answer) respond(world, target, answer);
      return {};
    },
  });
}

function splitCommand(line: string): { name: string; rest: string } {
  const match = /^(\/\S+)\s*([\s\S]*)$/.exec(line.trim());
  if (match === null)
    throw new ControlError('text must begin with a slash command, for instance "/payment pi_3Q…"');
  return { name: match[1] ?? '', rest: match[2] ?? '' };
}

function modalOf(world: World, body: JsonObject, user: User): OpenView {
  const view = viewOf(world, body, user);
  if (view.view.type !== 'modal')
    throw new ControlError('the Home is not a modal, so it can’t be submitted or closed');
  return view;
}

async function submitView(world: World, stage: Stage, body: JsonObject): Promise<Outcome> {
  const user = personOf(world, body);
  const view = modalOf(world, body, user);
  const { blocks } = view.view;
  const given = stateValues(blocks, readSelections(world, blocks, (asObject(body.values) ?? {}) as Values));
  const errors = { ...clientErrors(blocks, given), ...uploadErrors(blocks, given) };
  if (Object.keys(errors).length > 0) {
    world.views.showErrors(view, errors);
    return { ok: false, errors, view, messages: [] };
  }
  const refusal = stage.refusal();
  if (refusal) return refusal;
  const values = withStoredFiles(world, user, blocks, given);
  const scene = stage.begin(user, undefined, view);
  const payload = viewSubmissionPayload(world, { user, view, values, triggerId: stage.trigger(scene) });
  const onAck = (ack: Parameters<typeof applySubmission>[2]) => applySubmission(world, view, ack, scene.id);
  return stage.play(scene, { type: 'interactive', payload, onAck });
}

/** Closes a modal, or the whole stack with `clear_on_close`; the app hears of those with `notify_on_close`. */
async function closeView(world: World, body: JsonObject): Promise<Outcome> {
  const user = personOf(world, body);
  const view = modalOf(world, body, user);
  const isCleared = view.view.clear_on_close === true;
  const closed = isCleared ? world.views.all().filter((each) => each.user === user.id) : [view];
  world.views.close(view, isCleared);
  for (const each of closed.reverse()) {
    if (each.view.notify_on_close !== true || world.delivery.connection() === 'none') continue;
    const payload = viewClosedPayload(world, { user, view: each, isCleared });
    await world.delivery.deliver({ type: 'interactive', payload, acceptsResponse: false });
  }
  const top = world.views.top(user.id);
  return { ok: true, messages: [], ...(top && { view: top }) };
}

async function writeMessage(world: World, stage: Stage, events: Events, body: JsonObject): Promise<Outcome> {
  const user = personOf(world, body);
  const channel = placeOf(world, body, user);
  if (!channel.members.includes(user.id)) throw new ControlError(`${user.name} is not in ${channel.name}`);
  const threadTs = asString(body.thread_ts);
  const parent = threadTs === undefined ? undefined : world.store.findMessage(channel.id, threadTs);
  if (threadTs !== undefined && parent === undefined) {
    throw new ControlError(`there is no thread ${threadTs} in ${channel.name}`, 404);
  }
  const files = storeUploads(world, user, body.files);
  const text = encodeMessage(files ? (asString(body.text) ?? '') : requiredText(body, 'text'), world.store);
  const scene = stage.begin(user, channel);
  const thread_ts = parent && (parent.thread_ts ?? parent.ts);
  const subtype = files && 'file_share';
  const message = world.store.post({ channel: channel.id, user: user.id, text, thread_ts, files, subtype });
  return stage.told(scene, await events.message(message));
}
