/**
 * Files that people hand over with a message or in a file input: checked, stored, and told as Slack tells them.
 * Invariant: the size is that of the bytes, not of the request; nothing over 5 MB is kept.
 */
import { elementsIn } from './element-ids.js';
import { ControlError } from './errors.js';
import { extensionOf } from './files.js';
import { asArray, asObject, asString, stringsOf, textOf } from './json.js';
import type { JsonObject } from './json.js';
import type { Block, FileRef, Json, User } from './wire.js';
import type { World } from './world.js';

const uploadMaxBytes = 5_000_000;
/** Slack takes at most ten files at once, in a message as well as in a file input. */
const uploadsMax = 10;
/** Ten files of five megabytes, a third longer in base64, and the rest of the request. */
export const uploadsBodyMaxBytes = 70_000_000;

/** @throws ControlError naming what is wrong with the file */
function store(world: World, user: User, value: Json): FileRef {
  const upload = asObject(value) ?? {};
  const known = world.files.find(asString(upload.id) ?? '');
  if (known) return known;
  const name = asString(upload.name) ?? '';
  const content = asString(upload.content_base64);
  if (name === '' || content === undefined) throw new ControlError('a file needs name and content_base64');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(content))
    throw new ControlError(`content_base64 of ${name} is not base64`);
  const bytes = Buffer.from(content, 'base64');
  if (bytes.length > uploadMaxBytes) throw new ControlError(`${name} is larger than 5 MB`, 413);
  const mimetype = asString(upload.mimetype) ?? 'application/octet-stream';
  return world.files.add({ name, title: asString(upload.title) ?? name, mimetype, bytes }, user.id);
}

/** The files of a message. @throws ControlError */
export function storeUploads(world: World, user: User, value: Json | undefined): FileRef[] | undefined {
  const uploads = value === undefined ? [] : asArray(value);
  if (uploads === undefined || uploads.length > uploadsMax)
    throw new ControlError(`files must be a list of at most ${uploadsMax}`);
  return uploads.length === 0 ? undefined : uploads.map((upload) => store(world, user, upload));
}

const isFileInput = ({ element }: { element: JsonObject }): boolean => element.type === 'file_input';

const filesIn = (values: JsonObject, block: JsonObject, element: JsonObject): Json[] =>
  asArray(asObject(asObject(values[textOf(block.block_id)])?.[textOf(element.action_id)])?.files) ?? [];

/** What the client refuses before it uploads: block_id → the words under the field. */
export function uploadErrors(blocks: readonly Block[], values: JsonObject): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { element, block } of elementsIn(blocks).filter(isFileInput)) {
    const names = filesIn(values, block, element).map((file) => textOf(asObject(file)?.name));
    const types = stringsOf(element.filetypes).map((type) => type.toLowerCase());
    const wrong = names.find((name) => types.length > 0 && !types.includes(extensionOf(name)));
    const most = Number(element.max_files ?? uploadsMax);
    if (names.length > most) errors[textOf(block.block_id)] = `Must be no more than ${most} files.`;
    else if (wrong !== undefined) errors[textOf(block.block_id)] = `${wrong} is not of a type asked for.`;
  }
  return errors;
}

/** The values with every file input's files stored and shown as Slack's file objects. @throws ControlError */
export function withStoredFiles(
  world: World,
  user: User,
  blocks: readonly Block[],
  values: JsonObject,
): JsonObject {
  const stored = { ...values };
  for (const { element, block } of elementsIn(blocks).filter(isFileInput)) {
    const files = filesIn(values, block, element).map((file) => store(world, user, file));
    const blockId = textOf(block.block_id);
    const state = { type: 'file_input', files: files.map((ref) => world.files.describe(ref)) };
    stored[blockId] = { ...asObject(stored[blockId]), [textOf(element.action_id)]: state };
  }
  return stored;
}
