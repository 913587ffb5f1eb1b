/**
 * Clicks and choices on messages and views, delivered as block_actions.
 * Invariant: only an element that is really there can be used, and only by somebody who can see it.
 */
import { actionOf, findElement } from './actions.js';
import type { Choice } from './actions.js';
import { elementsIn } from './element-ids.js';
import type { PlacedElement } from './element-ids.js';
import { stateValues } from './element-state.js';
import { asArray, asObject, asString, textOf } from './json.js';
import type { JsonObject } from './json.js';
import { messageActionPayload, viewActionPayload } from './payloads.js';
import { actionTimestamp, messageOf, placeOf, requiredText, viewOf } from './people.js';
import { readSelection, readSelections } from './selections.js';
import type { Stage } from './stage.js';
import type { Block, Json, Message, Outcome, User } from './wire.js';
import type { World } from './world.js';

export type Values = Record<string, Record<string, Json>>;

export function clickMessage(world: World, stage: Stage, body: JsonObject, user: User): Promise<Outcome> {
  const channel = placeOf(world, body, user);
  const message = messageOf(world, body, user, channel);
  const blocks = visibleBlocks(message);
  const placed = findElement(
    blocks,
    requiredText(body, 'action_id'),
    asString(body.block_id),
    asString(body.value),
  );
  const choice = choiceOf(world, body, placed);
  const action = actionOf(placed, choice);
  const values = stateWith(world, blocks, placed, body, choice);
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
    attachment: message.attachments?.find(({ blocks: shown }) => holds(shown, placed)),
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
  const choice = choiceOf(world, body, placed);
  const action = actionOf(placed, choice);
  const values = stateWith(world, view.view.blocks, placed, body, choice);
  const scene = stage.begin(user, undefined, view);
  const payload = viewActionPayload(world, { user, view, action, values, triggerId: stage.trigger(scene) });
  return stage.play(scene, { type: 'interactive', payload });
}

/** The blocks of a message and of the previews below it. */
export const visibleBlocks = (message: Message): Block[] => [
  ...(message.blocks ?? []),
  ...(message.attachments ?? []).flatMap(({ blocks }) => blocks ?? []),
];

const holds = (blocks: Block[] | undefined, { element }: PlacedElement): boolean =>
  elementsIn(blocks ?? []).some((each) => each.element === element);

function choiceOf(world: World, body: JsonObject, placed: PlacedElement): Choice {
  const actionTs = actionTimestamp(world);
  const selected = selectedOf(body, placed);
  return {
    value: asString(body.value),
    selected: selected === undefined ? undefined : readSelection(world, placed.element, selected),
    actionTs,
  };
}

/** What was chosen; as the whole option, label and all, when the request's state holds it. */
function selectedOf(body: JsonObject, { element, block }: PlacedElement): Json | undefined {
  const blockState = asObject(asObject(body.state)?.[textOf(block.block_id)]);
  const held = asObject(blockState?.[textOf(element.action_id)]);
  const options = [...(asArray(held?.selected_options) ?? []), held?.selected_option];
  const whole = (value: Json): Json => options.find((option) => asObject(option)?.value === value) ?? value;
  const { selected } = body;
  return Array.isArray(selected) ? selected.map(whole) : selected === undefined ? undefined : whole(selected);
}

/** The state of all inputs, with the choice just made in it. */
function stateWith(
  world: World,
  blocks: readonly Block[],
  { element, block }: PlacedElement,
  body: JsonObject,
  choice: Choice,
): JsonObject {
  const given = { ...((asObject(body.state) ?? {}) as Values) };
  const chosen = choice.selected ?? choice.value;
  if (chosen !== undefined) {
    const blockId = textOf(block.block_id);
    given[blockId] = { ...given[blockId], [textOf(element.action_id)]: chosen };
  }
  return stateValues(blocks, readSelections(world, blocks, given));
}
