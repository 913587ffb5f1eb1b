/**
 * What holds for all blocks of a message or view together: unique ids, how many of a kind, how much text.
 * Invariant: runs only on blocks that are each in order by themselves.
 */
import { asArray, asObject, asString } from '../json.js';
import type { JsonObject } from '../json.js';
import type { Json } from '../wire.js';
import type { BlockError, Surface } from './spec.js';

/** Blocks of which a message takes only so many. */
const mostInAMessage: Readonly<Record<string, number>> = { table: 1, data_visualization: 2 };
/** All markdown blocks of a message together. */
const markdownMax = 12_000;

const constraint = (pointer: string, message: string): BlockError => ({
  pointer,
  code: 'failed_constraint',
  message,
});

export function acrossBlocks(blocks: readonly JsonObject[], surface: Surface, pointer: string): BlockError[] {
  return [
    ...uniqueBlockIds(blocks, pointer),
    ...blocks.flatMap((block, at) => nested(block, `${pointer}/${at}`)).flatMap(uniqueActionIds),
    ...(surface === 'message' ? [...mostOfAKind(blocks, pointer), ...markdownFits(blocks, pointer)] : []),
    ...focusOnce(blocks, pointer),
  ];
}

function uniqueBlockIds(blocks: readonly JsonObject[], pointer: string): BlockError[] {
  const seen = new Set<Json>();
  return blocks.flatMap((block, at) => {
    const id = block.block_id;
    if (id === undefined) return [];
    if (seen.has(id))
      return [constraint(`${pointer}/${at}/block_id`, `\`block_id\` ${JSON.stringify(id)} already exists`)];
    seen.add(id);
    return [];
  });
}

/** The block itself, or the blocks inside a container or carousel: an action_id must be unique in its own block. */
function nested(block: JsonObject, pointer: string): { block: Json; pointer: string }[] {
  const member =
    block.type === 'container' ? 'child_blocks' : block.type === 'carousel' ? 'elements' : undefined;
  const children = member === undefined ? undefined : asArray(block[member]);
  return (
    children?.map((child, at) => ({ block: child, pointer: `${pointer}/${member}/${at}` })) ?? [
      { block, pointer },
    ]
  );
}

function uniqueActionIds({ block, pointer }: { block: Json; pointer: string }): BlockError[] {
  const seen = new Set<string>();
  return membersNamed(block, 'action_id', pointer).flatMap(({ value, pointer: at }) => {
    const id = asString(value) ?? '';
    if (seen.has(id)) return [constraint(at, `\`action_id\` ${JSON.stringify(id)} already exists for block`)];
    seen.add(id);
    return [];
  });
}

function mostOfAKind(blocks: readonly JsonObject[], pointer: string): BlockError[] {
  return Object.entries(mostInAMessage).flatMap(([type, most]) => {
    const found = blocks.flatMap((block, at) => (block.type === type ? [at] : []));
    return found
      .slice(most)
      .map((at) => constraint(`${pointer}/${at}`, `only ${most} ${type} allowed in a message`));
  });
}

function markdownFits(blocks: readonly JsonObject[], pointer: string): BlockError[] {
  const characters = blocks
    .filter((block) => block.type === 'markdown')
    .reduce((sum, block) => sum + (asString(block.text) ?? '').length, 0);
  return characters > markdownMax
    ? [constraint(pointer, `must be less than ${markdownMax + 1} characters in all markdown blocks`)]
    : [];
}

function focusOnce(blocks: readonly JsonObject[], pointer: string): BlockError[] {
  return membersNamed(blocks as Json[], 'focus_on_load', pointer)
    .filter(({ value }) => value === true)
    .slice(1)
    .map(({ pointer: at }) => constraint(at, 'only one element can be focused on load'));
}

function membersNamed(value: Json, name: string, pointer: string): { value: Json; pointer: string }[] {
  if (Array.isArray(value)) return value.flatMap((item, at) => membersNamed(item, name, `${pointer}/${at}`));
  return Object.entries(asObject(value) ?? {}).flatMap(([key, member]) =>
    key === name
      ? [{ value: member, pointer: `${pointer}/${key}` }]
      : membersNamed(member, name, `${pointer}/${key}`),
  );
}

/** Characters of text in all blocks, as Slack counts them against the size of a message. */
export function textOfBlocks(value: Json): number {
  if (typeof value === 'string') return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + textOfBlocks(item), 0);
  return Object.entries(asObject(value) ?? {}).reduce(
    (sum, [key, member]) =>
      sum + (key === 'text' && typeof member === 'string' ? member.length : textOfBlocks(member)),
    0,
  );
}
