/**
 * Shortcuts: what people start from anywhere, or from a message.
 * Invariant: only a shortcut of the manifest is started, and a message shortcut only from a message that everybody in
 * the channel sees; Slack offers none on an ephemeral one.
 */
import { ControlError } from './errors.js';
import type { JsonObject } from './json.js';
import { globalShortcutPayload, messageShortcutPayload } from './payloads.js';
import { actionTimestamp, messageOf, ownPersonOf, placeOf, requiredText } from './people.js';
import type { Stage } from './stage.js';
import type { Outcome, ShortcutHint, User } from './wire.js';
import type { World } from './world.js';

export async function startShortcut(world: World, stage: Stage, body: JsonObject): Promise<Outcome> {
  const user = ownPersonOf(world, body);
  const shortcut = shortcutOf(world, requiredText(body, 'callback_id'));
  return shortcut.type === 'global'
    ? startGlobal(world, stage, user, shortcut)
    : startOnMessage(world, stage, user, shortcut, body);
}

function shortcutOf({ manifest }: World, callbackId: string): ShortcutHint {
  const shortcut = manifest.shortcuts.get(callbackId);
  if (shortcut === undefined)
    throw new ControlError(`there is no shortcut ${JSON.stringify(callbackId)} in the manifest`, 404);
  return shortcut;
}

async function startGlobal(
  world: World,
  stage: Stage,
  user: User,
  { callback_id: callbackId }: ShortcutHint,
): Promise<Outcome> {
  const refusal = stage.refusal();
  if (refusal) return refusal;
  const scene = stage.begin(user);
  const parts = { user, callbackId, triggerId: stage.trigger(scene), actionTs: actionTimestamp(world) };
  return stage.play(scene, { type: 'interactive', payload: globalShortcutPayload(world, parts) });
}

async function startOnMessage(
  world: World,
  stage: Stage,
  user: User,
  { callback_id: callbackId }: ShortcutHint,
  body: JsonObject,
): Promise<Outcome> {
  const channel = placeOf(world, body, user);
  const message = messageOf(world, body, user, channel);
  if (message.ephemeral_to !== undefined) throw new ControlError('an ephemeral message has no shortcuts');
  const refusal = stage.refusal();
  if (refusal) return refusal;
  const scene = stage.begin(user, channel);
  const target = { interaction: scene.id, user: user.id, channel: channel.id };
  const payload = messageShortcutPayload(world, {
    user,
    channel,
    message,
    callbackId,
    triggerId: stage.trigger(scene),
    actionTs: actionTimestamp(world),
    responseUrl: world.baseUrl() + world.responseUrls.issue(target),
  });
  return stage.play(scene, { type: 'interactive', payload });
}
