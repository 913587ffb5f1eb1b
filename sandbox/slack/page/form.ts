/**
 * The values of a surface's inputs, in Slack's own state shape: block_id → action_id → state object.
 * Invariant: pure; the form holds exactly the inputs of the blocks that are shown now, a person's edits win over
 * initial values, and an edit of an input that went away is forgotten.
 */
import type { Block, Json } from '../wire.js';
import { list, obj, objs, str, type Obj } from './json.js';

export type Form = Record<string, Record<string, Json>>;

/** What an element would start with, by type: the state key and the element's key for it. */
const initial: Record<string, [stateKey: string, elementKey: string]> = {
  plain_text_input: ['value', 'initial_value'],
  email_text_input: ['value', 'initial_value'],
  url_text_input: ['value', 'initial_value'],
  number_input: ['value', 'initial_value'],
  rich_text_input: ['rich_text_value', 'initial_value'],
  datepicker: ['selected_date', 'initial_date'],
  timepicker: ['selected_time', 'initial_time'],
  datetimepicker: ['selected_date_time', 'initial_date_time'],
  static_select: ['selected_option', 'initial_option'],
  external_select: ['selected_option', 'initial_option'],
  radio_buttons: ['selected_option', 'initial_option'],
  users_select: ['selected_user', 'initial_user'],
  channels_select: ['selected_channel', 'initial_channel'],
  conversations_select: ['selected_conversation', 'initial_conversation'],
  checkboxes: ['selected_options', 'initial_options'],
  multi_static_select: ['selected_options', 'initial_options'],
  multi_external_select: ['selected_options', 'initial_options'],
  multi_users_select: ['selected_users', 'initial_users'],
  multi_channels_select: ['selected_channels', 'initial_channels'],
  multi_conversations_select: ['selected_conversations', 'initial_conversations'],
  file_input: ['files', ''],
};

/** The key of an element's value in its state object, for instance `selected_option`. */
export function stateKey(type: string): string {
  return initial[type]?.[0] ?? 'value';
}

/** A block's id, or its place where the server gave it none. */
export function blockId(block: Obj, at: number): string {
  return str(block.block_id, `block-${at}`);
}

/** An element's action id, or its type where it has none. */
export function actionId(element: Obj): string {
  return str(element.action_id, str(element.type));
}

/** The form of these blocks after a person's edits. */
export function formOf(blocks: Block[], edits: Form): Form {
  const form: Form = {};
  blocks.forEach((block, at) => {
    for (const [id, element] of inputsOf(block, blockId(block, at))) {
      const action = actionId(element);
      (form[id] ??= {})[action] = edits[id]?.[action] ?? initialState(element);
    }
  });
  return form;
}

/** The form with one element's value replaced. */
export function withEdit(edits: Form, block: string, element: Obj, value: Json): Form {
  const type = str(element.type);
  return { ...edits, [block]: { ...edits[block], [actionId(element)]: { type, [stateKey(type)]: value } } };
}

/** Inputs that a person left empty although their block is not optional, by block id. */
export function missingInputs(blocks: Block[], form: Form): Record<string, string> {
  const errors: Record<string, string> = {};
  blocks.forEach((block, at) => {
    if (block.type !== 'input' || block.optional === true) return;
    const id = blockId(block, at);
    const element = obj(block.element);
    if (isEmpty(obj(form[id]?.[actionId(element)])[stateKey(str(element.type))])) {
      errors[id] = 'Please complete this required field.';
    }
  });
  return errors;
}

function isEmpty(value: Json | undefined): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

/** Every input element of a block with the id of the block it belongs to: containers hold blocks of their own. */
function inputsOf(block: Obj, id: string): [string, Obj][] {
  const children = objs(block.child_blocks).flatMap((child, at) => inputsOf(child, blockId(child, at)));
  const own = [obj(block.element), obj(block.accessory), ...objs(block.elements)];
  return [
    ...own.filter((each) => str(each.type) in initial).map((each): [string, Obj] => [id, each]),
    ...children,
  ];
}

function initialState(element: Obj): Json {
  const type = str(element.type);
  const [key, initialKey] = initial[type] ?? ['value', 'initial_value'];
  const many = key.endsWith('s');
  return { type, [key]: element[initialKey] ?? (many ? [] : null) };
}

/** What `POST action` calls `selected`, taken from a state value: option values, ids, dates. */
export function selectedOf(value: Json): string | string[] {
  if (Array.isArray(value)) return list(value).map((each) => selectedOne(each));
  return selectedOne(value);
}

function selectedOne(value: Json): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return str(obj(value).value);
}
