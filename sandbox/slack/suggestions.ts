/**
 * Options for an external select, asked of the app while a person types.
 * Invariant: only a select that is really there asks, and only valid options come back.
 */
import { findElement } from './actions.js';
import { validateSuggestions } from './block-kit/validate.js';
import { visibleBlocks } from './clicks.js';
import type { PlacedElement } from './element-ids.js';
import { stateValues } from './element-state.js';
import { ControlError } from './errors.js';
import { asObject, asString, lengthOf, textOf } from './json.js';
import type { JsonObject } from './json.js';
import { suggestionPayload } from './payloads.js';
import type { Standing } from './payloads.js';
import { messageOf, personOf, placeOf, requiredText, viewOf } from './people.js';
import type { Block, Json, Suggestions, User } from './wire.js';
import type { World } from './world.js';

/** The client asks once so many characters were typed, unless the element says otherwise. */
const queryMin = 3;

export async function suggest(world: World, body: JsonObject): Promise<Suggestions> {
  const user = personOf(world, body);
  const { standing, blocks } = standingOf(world, body, user);
  const { element, block } = selectOf(blocks, body);
  if (world.delivery.connection() === 'none')
    return { ok: false, error: 'dispatch_failed: no app is connected' };
  const typed = asString(body.value) ?? '';
  if (lengthOf(typed) < Number(element.min_query_length ?? queryMin)) return { ok: true, options: [] };
  const payload = suggestionPayload(world, {
    user,
    actionId: textOf(element.action_id),
    blockId: textOf(block.block_id),
    value: typed,
    standing,
  });
  const ack = await world.delivery.deliver({ type: 'interactive', payload, acceptsResponse: true });
  return ack.ok ? suggestionsOf(ack.payload) : { ok: false, error: ack.error };
}

function standingOf(world: World, body: JsonObject, user: User): { standing: Standing; blocks: Block[] } {
  if (body.view_id !== undefined) {
    const view = viewOf(world, body, user);
    return { standing: { view, values: stateValues(view.view.blocks) }, blocks: view.view.blocks };
  }
  const channel = placeOf(world, body, user);
  const message = messageOf(world, body, user, channel);
  return { standing: { channel, message }, blocks: visibleBlocks(message) };
}

function selectOf(blocks: Block[], body: JsonObject): PlacedElement {
  const actionId = requiredText(body, 'action_id');
  const placed = findElement(blocks, actionId, requiredText(body, 'block_id'), undefined);
  if (!textOf(placed.element.type).endsWith('external_select'))
    throw new ControlError(`${actionId} is not an external select: its options do not come from the app`);
  return placed;
}

function suggestionsOf(payload: Json | undefined): Suggestions {
  const answer = asObject(payload) ?? {};
  const { options, option_groups } = answer;
  const [error] = validateSuggestions(answer);
  if (error) return { ok: false, error: `invalid options: ${error.message} [json-pointer:${error.pointer}]` };
  return option_groups === undefined ? { ok: true, options: options ?? [] } : { ok: true, option_groups };
}
