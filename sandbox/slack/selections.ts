/**
 * What a request of the control interface chooses in pickers of people, channels, days and times, as Slack would send it.
 * Invariant: a name becomes the id that it means; a value that no client could choose is refused and named.
 */
import { elementsIn } from './element-ids.js';
import type { PlacedElement } from './element-ids.js';
import { ControlError } from './errors.js';
import { asArray, asObject, textOf } from './json.js';
import type { JsonObject } from './json.js';
import type { Block, Json } from './wire.js';
import type { World } from './world.js';

type Values = Record<string, Record<string, Json>>;

/** What one value of this element must be; the same value, or the id that it names. */
type Read = (world: World, value: Json) => Json | undefined;

const person: Read = ({ store }, value) => store.findUser(textOf(value))?.id;

const channel: Read = ({ store }, value) => {
  const found = store.findChannel(textOf(value));
  return found && !found.is_im ? found.id : undefined;
};

const conversation: Read = ({ store }, value) => store.findChannel(textOf(value))?.id;

const matching =
  (pattern: RegExp): Read =>
  (_world, value) =>
    pattern.test(textOf(value)) ? value : undefined;

/** By type of element: how one chosen value reads, what it is called, and the member of the state that holds it. */
const pickers: Readonly<Record<string, readonly [read: Read, noun: string, member: string]>> = {
  users_select: [person, 'person', 'selected_user'],
  multi_users_select: [person, 'person', 'selected_users'],
  channels_select: [channel, 'channel', 'selected_channel'],
  multi_channels_select: [channel, 'channel', 'selected_channels'],
  conversations_select: [conversation, 'conversation', 'selected_conversation'],
  multi_conversations_select: [conversation, 'conversation', 'selected_conversations'],
  datepicker: [matching(/^\d{4}-\d{2}-\d{2}$/), 'day like 2026-11-20', 'selected_date'],
  timepicker: [matching(/^\d{2}:\d{2}$/), 'time like 09:30', 'selected_time'],
  datetimepicker: [matching(/^\d{10}$/), 'Unix time of ten digits', 'selected_date_time'],
};

/**
 * The chosen value of one element: plain, a list of plain ones, or Slack's own state object.
 * @throws ControlError naming what cannot be chosen
 */
export function readSelection(world: World, element: JsonObject, value: Json): Json {
  const picker = pickers[textOf(element.type)];
  if (picker === undefined || value === null || value === '') return value;
  const [read, noun, member] = picker;
  const state = asObject(value);
  if (state)
    return member in state
      ? { ...state, [member]: readSelection(world, element, state[member] ?? null) }
      : value;
  const list = asArray(value);
  if (list) return list.map((each) => readSelection(world, element, each));
  const found = read(world, value);
  if (found !== undefined) return found;
  throw new ControlError(
    `${textOf(element.action_id)}: ${JSON.stringify(value)} is not a ${noun} that can be chosen`,
    404,
  );
}

/** The same for all inputs of a message or view. @throws ControlError */
export function readSelections(world: World, blocks: readonly Block[], given: Values): Values {
  const read: Values = { ...given };
  for (const { element, block } of elementsIn(blocks)) {
    const held = heldIn(read, { element, block });
    if (held === undefined) continue;
    const blockId = textOf(block.block_id);
    read[blockId] = { ...read[blockId], [textOf(element.action_id)]: readSelection(world, element, held) };
  }
  return read;
}

const heldIn = (values: Values, { element, block }: Pick<PlacedElement, 'element' | 'block'>) =>
  values[textOf(block.block_id)]?.[textOf(element.action_id)];
