/**
 * The Block Kit validator: walks a value along its spec and collects every fault with a JSON pointer.
 * Invariant: pure, total, and it never changes what it reads. The same verdict serves chat.*, views.*, response_url and
 * blocks.validate. Unknown members are refused, as Slack refuses them.
 */
import { asArray, asObject, asString, lengthOf } from '../json.js';
import type { JsonObject } from '../json.js';
import type { Json } from '../wire.js';
import { blockRules } from './blocks.js';
import { option, plainText } from './objects.js';
import type {
  ArraySpec,
  BlockError,
  NumberSpec,
  ObjectSpec,
  Spec,
  StringSpec,
  Surface,
  VariantSpec,
} from './spec.js';
import { list, object, variant } from './spec.js';
import { acrossBlocks } from './whole.js';
import { home, modal } from './views.js';

/** Unlike in a static select, a group may be empty when nothing matches. */
const suggestedGroup = object({ label: plainText(75), options: list(option, 100, 0) });

interface Walk {
  surface: Surface | undefined;
  errors: BlockError[];
}

/** How many blocks a surface takes. */
const blocksMax: Record<Surface, number> = { message: 50, modal: 100, home: 100 };

/**
 * Checks the blocks of a message, a modal or a Home.
 * @param pointer where the array is in what was sent, for instance `/blocks` or `/view/blocks`
 */
export function validateBlocks(value: unknown, surface: Surface, pointer = '/blocks'): BlockError[] {
  const walk: Walk = { surface, errors: [] };
  check(
    value as Json,
    list(
      variant(() => blockRules),
      blocksMax[surface],
      0,
    ),
    pointer,
    walk,
  );
  if (walk.errors.length > 0) return walk.errors;
  return acrossBlocks((asArray(value) ?? []) as JsonObject[], surface, pointer);
}

/** Checks a whole view, `{type: 'modal' | 'home', …}`. */
export function validateView(value: unknown, pointer = '/view'): BlockError[] {
  const view = asObject(value);
  const surface = view?.type === 'home' ? 'home' : 'modal';
  const walk: Walk = { surface, errors: [] };
  check(
    value as Json,
    variant(() => ({ modal: modal, home: home })),
    pointer,
    walk,
  );
  if (walk.errors.length > 0 || view === undefined) return walk.errors;
  return validateBlocks(view.blocks, surface, `${pointer}/blocks`);
}

/** Slack takes a hundred options or groups in answer to a block_suggestion. */
const suggestionsMax = 100;

/** Checks what an app answers to a block_suggestion: `{options}` or `{option_groups}`; nothing at all is fine too. */
export function validateSuggestions(value: JsonObject): BlockError[] {
  const walk: Walk = { surface: undefined, errors: [] };
  const { options, option_groups: groups } = value;
  if (options !== undefined) check(options, list(option, suggestionsMax, 0), '/options', walk);
  if (groups !== undefined) check(groups, list(suggestedGroup, suggestionsMax, 0), '/option_groups', walk);
  if (options !== undefined && groups !== undefined)
    fail(walk, '/option_groups', 'failed_constraint', 'provide either options or option_groups');
  return walk.errors;
}

function check(value: Json | undefined, spec: Spec, pointer: string, walk: Walk): void {
  switch (spec.kind) {
    case 'any':
      return;
    case 'boolean':
      if (typeof value !== 'boolean') fail(walk, pointer, 'invalid_type', 'must provide a boolean');
      return;
    case 'string': {
      checkString(value, spec, pointer, walk);
      return;
    }
    case 'number':
    case 'integer': {
      checkNumber(value, spec, pointer, walk);
      return;
    }
    case 'array': {
      checkArray(value, spec, pointer, walk);
      return;
    }
    case 'object': {
      checkObject(value, spec, pointer, walk, false);
      return;
    }
    case 'variant': {
      checkVariant(value, spec, pointer, walk);
      return;
    }
  }
}

function fail(walk: Walk, pointer: string, code: BlockError['code'], message: string): void {
  walk.errors.push({ pointer, code, message });
}

function checkString(value: Json | undefined, spec: StringSpec, pointer: string, walk: Walk): void {
  const text = asString(value);
  if (text === undefined) {
    fail(walk, pointer, 'invalid_type', 'must provide a string');
    return;
  }
  const length = lengthOf(text);
  const constraint = (message: string) => fail(walk, pointer, 'failed_constraint', message);
  if (length < spec.min) constraint(`must be more than ${spec.min - 1} characters`);
  else if (length > spec.max) constraint(`must be less than ${spec.max + 1} characters`);
  else if (spec.oneOf && !spec.oneOf.includes(text)) constraint(`must be one of: ${spec.oneOf.join(', ')}`);
  else if (spec.pattern && !spec.pattern.matches.test(text)) constraint(spec.pattern.says);
}

function checkNumber(value: Json | undefined, spec: NumberSpec, pointer: string, walk: Walk): void {
  const fits = typeof value === 'number' && (spec.kind === 'number' || Number.isInteger(value));
  if (!fits) {
    fail(walk, pointer, 'invalid_type', `must provide ${spec.kind === 'number' ? 'a number' : 'an integer'}`);
    return;
  }
  if (value < spec.min) fail(walk, pointer, 'failed_constraint', `must be ${spec.min} or more`);
  else if (value > spec.max) fail(walk, pointer, 'failed_constraint', `must be ${spec.max} or less`);
}

function checkArray(value: Json | undefined, spec: ArraySpec, pointer: string, walk: Walk): void {
  const items = asArray(value);
  if (items === undefined) {
    fail(walk, pointer, 'invalid_type', 'must provide an array');
    return;
  }
  if (items.length > spec.max)
    fail(walk, pointer, 'failed_constraint', `no more than ${spec.max} items allowed`);
  else if (items.length < spec.min)
    fail(walk, pointer, 'failed_constraint', `no less than ${spec.min} items allowed`);
  else items.forEach((item, at) => check(item, spec.of, `${pointer}/${at}`, walk));
}

function checkVariant(value: Json | undefined, spec: VariantSpec, pointer: string, walk: Walk): void {
  const object = asObject(value);
  if (object === undefined) {
    fail(walk, pointer, 'invalid_type', 'must provide an object');
    return;
  }
  const type = asString(object.type);
  if (type === undefined) {
    fail(walk, pointer, 'missing_required_field', 'missing required field: type');
    return;
  }
  const variants = spec.variants();
  const found = Object.hasOwn(variants, type) ? variants[type] : undefined;
  const fits = found && (!walk.surface || !found.surfaces || found.surfaces.includes(walk.surface));
  if (!fits) {
    fail(walk, `${pointer}/type`, 'unsupported_type', `unsupported type: ${type}`);
    return;
  }
  checkObject(object, found, pointer, walk, true);
}

function checkObject(
  value: Json | undefined,
  spec: ObjectSpec,
  pointer: string,
  walk: Walk,
  typed: boolean,
): void {
  const object = asObject(value);
  if (object === undefined) {
    fail(walk, pointer, 'invalid_type', 'must provide an object');
    return;
  }
  const before = walk.errors.length;
  for (const name of Object.keys(spec.required)) {
    if (!(name in object)) fail(walk, pointer, 'missing_required_field', `missing required field: ${name}`);
  }
  for (const [name, member] of Object.entries(object)) {
    if (typed && name === 'type') continue;
    const found = memberSpec(spec, name);
    if (found) check(member, found, `${pointer}/${escapePointer(name)}`, walk);
    else fail(walk, pointer, 'invalid_additional_property', `invalid additional property: ${name}`);
  }
  if (walk.errors.length === before) checkRules(object, spec, pointer, walk);
}

function memberSpec(spec: ObjectSpec, name: string): Spec | undefined {
  if (Object.hasOwn(spec.required, name)) return spec.required[name];
  return Object.hasOwn(spec.optional, name) ? spec.optional[name] : undefined;
}

function checkRules(object: JsonObject, spec: ObjectSpec, pointer: string, walk: Walk): void {
  for (const rule of spec.rules) {
    const finding = rule(object);
    if (finding === undefined) continue;
    const at = finding.at === undefined ? pointer : `${pointer}/${finding.at}`;
    fail(walk, at, 'failed_constraint', finding.message);
  }
}

const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
