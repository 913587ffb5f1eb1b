/**
 * The `actions` entry of a click or a choice, made from the element as it was really sent.
 * Invariant: the value is the element's own, unless the request overrides it on purpose.
 */
import { elementsIn } from './element-ids.js';
import type { PlacedElement } from './element-ids.js';
import { stateOf } from './element-state.js';
import { ControlError } from './errors.js';
import { asArray, asObject, asString } from './json.js';
import type { JsonObject } from './json.js';
import type { Block, Json } from './wire.js';

/** @throws ControlError when there is no such element, or more than one */
export function findElement(
  blocks: readonly Block[],
  actionId: string,
  blockId: string | undefined,
  value: string | undefined,
): PlacedElement {
  const named = elementsIn(blocks).filter(
    ({ element, block }) =>
      element.action_id === actionId && (blockId === undefined || block.block_id === blockId),
  );
  // Of several buttons of one name, the value tells which is meant.
  const valued = named.filter(({ element }) => value !== undefined && element.value === value);
  const found = named.length > 1 && valued.length > 0 ? valued : named;
  const [first] = found;
  if (first === undefined) throw new ControlError(`there is no element with action_id ${actionId} here`, 404);
  if (found.length > 1)
    throw new ControlError(`${actionId} is in several blocks: give the block_id or the value`);
  return first;
}

export interface Choice {
  value: string | undefined;
  selected: Json | undefined;
  actionTs: string;
}

export function actionOf({ element, block }: PlacedElement, choice: Choice): JsonObject {
  const type = asString(element.type) ?? '';
  const base = {
    type,
    action_id: element.action_id ?? null,
    block_id: block.block_id ?? null,
    action_ts: choice.actionTs,
  };
  if (type === 'feedback_buttons') return { ...base, ...feedbackValue(element, choice) };
  const state = stateOf(element, choice.selected ?? choice.value);
  if (state) return { ...base, ...state, ...placeholderOf(element) };
  const value = choice.value ?? element.value;
  return {
    ...base,
    ...(element.text !== undefined && { text: element.text }),
    ...(value !== undefined && { value }),
    ...(element.style !== undefined && { style: element.style }),
  };
}

const placeholderOf = (element: JsonObject): JsonObject =>
  element.placeholder === undefined ? {} : { placeholder: element.placeholder };

function feedbackValue(element: JsonObject, choice: Choice): JsonObject {
  const buttons = [asObject(element.positive_button), asObject(element.negative_button)];
  const wanted = choice.value ?? asString(asArray(choice.selected)?.[0] ?? choice.selected);
  const button = buttons.find((each) => each?.value === wanted) ?? buttons[0];
  return { text: button?.text ?? null, value: wanted ?? button?.value ?? null };
}
