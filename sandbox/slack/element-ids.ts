/**
 * What Slack does to blocks that it has accepted: gives every block a block_id and every element an action_id where
 * the app gave none, so that clicks can be told apart, and writes out the defaults of texts, so that what comes back is not
 * what was sent. And the way back: finding an element by its ids.
 * Invariant: the blocks given are not changed.
 */
import { asObject, asString } from './json.js';
import type { JsonObject } from './json.js';
import type { Ids } from './ids.js';
import type { Block, Json } from './wire.js';
import { blockRules } from './block-kit/blocks.js';
import { elements } from './block-kit/elements.js';

/** Interactive element types: all but the picture. */
const interactive = new Set(Object.keys(elements).filter((type) => type !== 'image'));

export interface PlacedElement {
  element: JsonObject;
  block: JsonObject;
  /** The element is in an input block, whose value belongs to the state. */
  isInput: boolean;
}

export function withIds(blocks: readonly Block[], ids: Ids): Block[] {
  return blocks.map((block) => identify(block as JsonObject, ids, true) as Block);
}

function identify(value: Json, ids: Ids, isBlock: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => identify(item, ids, false));
  const object = asObject(value);
  if (object === undefined) return value;
  const type = asString(object.type) ?? '';
  const nestedBlock =
    isBlock || (Object.hasOwn(blockRules, type) && type !== 'image' && type !== 'rich_text');
  const copy = Object.fromEntries(
    Object.entries(object).map(([key, member]) => [key, identify(member, ids, false)]),
  );
  if (nestedBlock && copy.block_id === undefined) copy.block_id = ids.next('b').slice(1, 7);
  if (interactive.has(type) && copy.action_id === undefined) copy.action_id = ids.next('a').slice(1, 7);
  if (type === 'plain_text') copy.emoji ??= true;
  if (type === 'mrkdwn') copy.verbatim ??= false;
  return copy;
}

/** Every interactive element with its block, in reading order. */
export function elementsIn(blocks: readonly Block[]): PlacedElement[] {
  return blocks.flatMap((block) => placed(block as JsonObject, block as JsonObject));
}

function placed(value: Json | undefined, block: JsonObject): PlacedElement[] {
  if (Array.isArray(value)) return value.flatMap((item) => placed(item, block));
  const object = asObject(value);
  if (object === undefined) return [];
  const type = asString(object.type) ?? '';
  if (interactive.has(type) && typeof object.action_id === 'string') {
    return [{ element: object, block, isInput: block.type === 'input' }];
  }
  const inner = typeof object.block_id === 'string' ? object : block;
  return Object.values(object).flatMap((member) => placed(member, inner));
}
