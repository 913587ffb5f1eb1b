/**
 * Messages that answer an interaction: through its response_url, or in the acknowledgement of a command.
 * Invariant: an answer is validated like any message; an ephemeral one is seen by the person who acted and by no one else.
 */
import type { Arguments } from './arguments.js';
import { withIds } from './element-ids.js';
import { SlackError } from './errors.js';
import { asArray, asObject, asString, parseJson } from './json.js';
import type { JsonObject } from './json.js';
import { errorMessages } from './block-kit/messages.js';
import { validateBlocks } from './block-kit/validate.js';
import { textOfBlocks } from './block-kit/whole.js';
import type { ResponseTarget } from './triggers.js';
import type { Block, Json, Message } from './wire.js';
import type { World } from './world.js';

/** Slack cuts or refuses longer text. */
const textMax = 40_000;
const markdownMax = 12_000;
/** Text in all blocks of one message. */
const blocksTextMax = 13_200;

interface MessageContent {
  text: string;
  blocks: Block[] | undefined;
}

/**
 * What a call of chat.* says: `text` and `blocks`, or `markdown_text` in their place.
 * @throws SlackError markdown_text_conflict, or what `acceptContent` refuses
 */
export function contentArgument(world: World, args: Arguments): MessageContent {
  const [text, blocks, markdown] = [args.text('text'), args.json('blocks'), args.text('markdown_text')];
  if (markdown === undefined) return acceptContent(world, text, blocks);
  if (text !== undefined || blocks !== undefined) throw new SlackError('markdown_text_conflict');
  if (markdown.length > markdownMax) throw new SlackError('msg_too_long');
  return acceptContent(world, markdown, [{ type: 'markdown', text: markdown }]);
}

/**
 * Checks and completes what a message is to say.
 * @throws SlackError no_text, msg_too_long, msg_blocks_too_long, invalid_blocks_format or invalid_blocks with pointers
 */
export function acceptContent(world: World, text: string | undefined, blocks: unknown): MessageContent {
  if (text !== undefined && text.length > textMax) throw new SlackError('msg_too_long');
  const given = typeof blocks === 'string' ? parseJson(blocks) : blocks;
  if (blocks !== undefined && !Array.isArray(given)) throw new SlackError('invalid_blocks_format');
  const list = asArray(given)?.length === 0 ? undefined : asArray(given);
  if (list === undefined && (text === undefined || text === '')) throw new SlackError('no_text');
  if (list === undefined) return { text: text ?? '', blocks: undefined };
  const errors = validateBlocks(list, 'message');
  if (errors.length > 0) throw new SlackError('invalid_blocks', errorMessages(errors));
  if (textOfBlocks(list) > blocksTextMax) throw new SlackError('msg_blocks_too_long');
  return { text: text ?? '', blocks: withIds(list as Block[], world.ids) };
}

/**
 * Carries out an answer: posts, replaces or deletes.
 * @throws SlackError for content that Slack refuses
 */
export function respond(world: World, target: ResponseTarget, body: JsonObject): Message | undefined {
  const { store } = world;
  const cause = { interaction: target.interaction };
  const original =
    target.message_ts === undefined ? undefined : store.findMessage(target.channel, target.message_ts);
  if (isTrue(body.delete_original)) {
    if (original) store.remove(original, cause);
    return undefined;
  }
  const content = acceptContent(world, asString(body.text), body.blocks);
  if (original && isTrue(body.replace_original)) {
    return store.edit(original, content, cause);
  }
  const isPublic = body.response_type === 'in_channel';
  return store.post(
    {
      channel: target.channel,
      user: store.bot.user_id,
      ...content,
      thread_ts: asString(body.thread_ts) ?? target.thread_ts,
      ephemeral_to: isPublic ? undefined : target.user,
    },
    cause,
  );
}

/** Forms carry `"true"`, JSON carries `true`. */
const isTrue = (value: Json | undefined): boolean => value === true || value === 'true';

/** The acknowledgement of a slash command as an answer, or undefined when it carries none. */
export function ackResponse(payload: Json | undefined): JsonObject | undefined {
  const body = asObject(payload);
  return body && (typeof body.text === 'string' || body.blocks !== undefined) ? body : undefined;
}
