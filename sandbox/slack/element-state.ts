/**
 * What an element holds: Slack's state objects, made from the element's initial value or from what a person chose.
 * Invariant: an option that is chosen is one that the element offers, unless options come from outside.
 */
import { ControlError } from './errors.js';
import { elementsIn } from './element-ids.js';
import { asArray, asObject, asString, lengthOf, stringsOf, textOf } from './json.js';
import type { JsonObject } from './json.js';
import type { Block, Json } from './wire.js';

type Values = Record<string, Record<string, Json>>;

/** How each element type shows its value: the member of its state, and where its initial value stands. */
interface Shape {
  member: string;
  initial: string;
  kind: 'text' | 'option' | 'options' | 'id' | 'ids' | 'number' | 'json';
}

const shape = (member: string, initial: string, kind: Shape['kind']): Shape => ({ member, initial, kind });

const shapes: Readonly<Record<string, Shape>> = {
  plain_text_input: shape('value', 'initial_value', 'text'),
  email_text_input: shape('value', 'initial_value', 'text'),
  url_text_input: shape('value', 'initial_value', 'text'),
  number_input: shape('value', 'initial_value', 'text'),
  rich_text_input: shape('rich_text_value', 'initial_value', 'json'),
  file_input: shape('files', 'initial_files', 'json'),
  static_select: shape('selected_option', 'initial_option', 'option'),
  external_select: shape('selected_option', 'initial_option', 'option'),
  radio_buttons: shape('selected_option', 'initial_option', 'option'),
  overflow: shape('selected_option', 'initial_option', 'option'),
  checkboxes: shape('selected_options', 'initial_options', 'options'),
  multi_static_select: shape('selected_options', 'initial_options', 'options'),
  multi_external_select: shape('selected_options', 'initial_options', 'options'),
  users_select: shape('selected_user', 'initial_user', 'id'),
  channels_select: shape('selected_channel', 'initial_channel', 'id'),
  conversations_select: shape('selected_conversation', 'initial_conversation', 'id'),
  multi_users_select: shape('selected_users', 'initial_users', 'ids'),
  multi_channels_select: shape('selected_channels', 'initial_channels', 'ids'),
  multi_conversations_select: shape('selected_conversations', 'initial_conversations', 'ids'),
  datepicker: shape('selected_date', 'initial_date', 'id'),
  timepicker: shape('selected_time', 'initial_time', 'id'),
  datetimepicker: shape('selected_date_time', 'initial_date_time', 'number'),
};

/** Buttons hold a value but have no state. */
const shapeOf = (element: JsonObject): Shape | undefined => shapes[asString(element.type) ?? ''];

const isSeveral = (shape: Shape) => shape.kind === 'options' || shape.kind === 'ids';

/** The value of an element in a state object, and undefined when it is empty. */
function heldBy(element: JsonObject, state: JsonObject | undefined): Json | undefined {
  const held = state?.[shapeOf(element)?.member ?? ''];
  const empty =
    held === undefined || held === null || held === '' || (Array.isArray(held) && held.length === 0);
  return empty ? undefined : held;
}

/**
 * Slack's state object of one element.
 * @param given a plain value (text, option value, list of them), Slack's own state object, or undefined for the
 * element's initial value
 * @returns undefined for an element without a state, such as a button
 * @throws ControlError when a chosen option is not offered
 */
export function stateOf(element: JsonObject, given: Json | undefined): JsonObject | undefined {
  const shape = shapeOf(element);
  if (shape === undefined) return undefined;
  const ready = asObject(given);
  if (ready && shape.member in ready) return { type: element.type ?? null, ...ready };
  const value = given === undefined ? initialOf(element, shape) : chosen(element, shape, given);
  return { type: element.type ?? null, [shape.member]: value };
}

function initialOf(element: JsonObject, shape: Shape): Json {
  return element[shape.initial] ?? (isSeveral(shape) || shape.member === 'files' ? [] : null);
}

function chosen(element: JsonObject, shape: Shape, given: Json): Json {
  if (given === null) return isSeveral(shape) ? [] : null;
  switch (shape.kind) {
    case 'text':
      return typeof given === 'string' || typeof given === 'number' ? String(given) : null;
    case 'option':
      return optionOf(element, Array.isArray(given) ? given[0] : given);
    case 'options':
      return (asArray(given) ?? [given]).map((value) => optionOf(element, value));
    case 'id':
      return Array.isArray(given) ? (given[0] ?? null) : given;
    case 'ids':
      return typeof given === 'string' ? [given] : stringsOf(given);
    case 'number':
      return Number(Array.isArray(given) ? given[0] : given);
    case 'json':
      return given;
  }
}

function optionOf(element: JsonObject, given: Json | undefined): Json {
  const value = asString(asObject(given)?.value) ?? given;
  const groups = (asArray(element.option_groups) ?? []).map((group) => asObject(group)?.options);
  const offered = [element.options, ...groups].flatMap((options) => asArray(options) ?? []);
  const found = offered.find((option) => asObject(option)?.value === value);
  if (found !== undefined) return found;
  if (textOf(element.type).includes('external')) {
    return asObject(given) ?? { text: { type: 'plain_text', text: textOf(value) }, value: textOf(value) };
  }
  throw new ControlError(`${textOf(element.action_id)} does not offer the option ${JSON.stringify(value)}`);
}

/** `state.values` of a message or view: block_id → action_id → state object. */
export function stateValues(blocks: readonly Block[], given: Values = {}): JsonObject {
  const values: Record<string, JsonObject> = {};
  for (const { element, block } of elementsIn(blocks)) {
    const blockId = textOf(block.block_id);
    const actionId = textOf(element.action_id);
    const state = stateOf(element, given[blockId]?.[actionId]);
    if (state) values[blockId] = { ...values[blockId], [actionId]: state };
  }
  return values;
}

/** What the client itself refuses before it sends a view: block_id → the words under the field. */
export function clientErrors(blocks: readonly Block[], values: JsonObject): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { element, block, isInput } of elementsIn(blocks)) {
    if (!isInput) continue;
    const state = asObject(asObject(values[textOf(block.block_id)])?.[textOf(element.action_id)]);
    const error = fieldError(element, block, heldBy(element, state));
    if (error !== undefined) errors[textOf(block.block_id)] = error;
  }
  return errors;
}

function fieldError(element: JsonObject, block: JsonObject, held: Json | undefined): string | undefined {
  if (held === undefined) return block.optional === true ? undefined : 'Please complete this required field.';
  if (typeof held !== 'string') return undefined;
  const length = lengthOf(held);
  if (length < Number(element.min_length ?? 0))
    return `Must be at least ${textOf(element.min_length)} characters.`;
  if (length > Number(element.max_length ?? 3000))
    return `Must be no more than ${textOf(element.max_length ?? 3000)} characters.`;
  switch (element.type) {
    case 'email_text_input':
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(held) ? undefined : 'Must be a valid email address.';
    case 'url_text_input':
      return URL.canParse(held) ? undefined : 'Must be a valid URL.';
    case 'number_input':
      return numberError(element, held);
    default:
      return undefined;
  }
}

function numberError(element: JsonObject, held: string): string | undefined {
  const decimals = element.is_decimal_allowed === true;
  if (!/^-?\d+(\.\d+)?$/.test(held) || (!decimals && held.includes('.'))) {
    return decimals ? 'Must be a number.' : 'Must be a whole number.';
  }
  const [least, most] = [element.min_value, element.max_value];
  if (least !== undefined && Number(held) < Number(least)) return `Must be ${textOf(least)} or more.`;
  if (most !== undefined && Number(held) > Number(most)) return `Must be ${textOf(most)} or less.`;
  return undefined;
}
