/**
 * Clicks and choices on messages and views, delivered as block_actions.
 * Invariant: only an element that is really there can be used, and only by somebody who can see it.
 */
import { actionOf, findElement } from './actions.js';
import type { PlacedElement } from './element-ids.js';
import { stateValues } from './element-state.js';
import { asObject, asString, textOf } from './json.js';
import type { JsonObject } from './json.js';
import { messageActionPayload, viewActionPayload } from './payloads.js';
import { messageOf, placeOf, requiredText, viewOf } from './people.js';
import type { Stage } from './stage.js';
import type { Block, Json, Outcome, User } from './wire.js';
import type { World } from './world.js';

export type Values = Record<string, Record<string, Json>>;

export function clickMessage(world: World, stage: Stage, body: JsonObject, user: User): Promise<Outcome> {
  const channel = placeOf(world, body, user);
  const message = messageOf(world, body, user, channel);
  const placed = findElement(
    message.blocks ?? [],
    requiredText(body, 'action_id'),
    asString(body.block_id),
    asString(body.value),
  );
  const action = actionOf(placed, choiceOf(world, body));
  const values = stateWith(message.blocks ?? [], placed, body);
  const scene = stage.begin(user, channel);
  const responseUrl = world.responseUrls.issue({
    interaction: scene.id,
    user: user.id,
    channel: channel.id,
    message_ts: message.ts,
    ...(message.thread_ts !== undefined && { thread_ts: message.thread_ts }),
  });
  const payload = messageActionPayload(world, {
    user,
    channel,
    message,
    action,
    values,
    triggerId: stage.trigger(scene),
    responseUrl: world.baseUrl() + responseUrl,
  });
  return stage.play(scene, { type: 'interactive', payload });
}

export function clickView(world: World, stage: Stage, body: JsonObject, user: User): Promise<Outcome> {
  const view = viewOf(world, body, user);
  const placed = findElement(
    view.view.blocks,
    requiredText(body, 'action_id'),
    asString(body.block_id),
    asString(body.value),
  );
  const action = actionOf(placed, choiceOf(world, body));
  const values = stateWith(view.view.blocks, placed, body);
  const scene = stage.begin(user);
  const payload = viewActionPayload(world, { user, view, action, values, triggerId: stage.trigger(scene) });
  return stage.play(scene, { type: 'interactive', payload });
}

function choiceOf(world: World, body: JsonObject) {
  const actionTs = String(world.clock.now().getTime() / 1000);
  return { value: asString(body.value), selected: body.selected, actionTs };
}

/** The state of all inputs, with the choice just made in it. */
function stateWith(
  blocks: readonly Block[],
  { element, block }: PlacedElement,
  body: JsonObject,
): JsonObject {
  const given = { ...((asObject(body.state) ?? {}) as Values) };
  const chosen = body.selected ?? body.value;
  if (chosen !== undefined) {
    const blockId = textOf(block.block_id);
    given[blockId] = { ...given[blockId], [textOf(element.action_id)]: chosen };
  }
  return stateValues(blocks, given);
}
