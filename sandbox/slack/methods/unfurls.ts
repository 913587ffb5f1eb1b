/**
 * chat.unfurl: shows the app's own preview below a link that a person posted.
 * Invariant: only a link that is in the message, of a domain of the manifest, is unfurled; a second call for the
 * same link replaces the first. Deliberately absent: the prompts to sign in (`user_auth_…`).
 */
import { errorMessages } from '../block-kit/messages.js';
import { validateBlocks } from '../block-kit/validate.js';
import { withIds } from '../element-ids.js';
import { SlackError } from '../errors.js';
import { asArray, asObject, asString } from '../json.js';
import type { JsonObject } from '../json.js';
import { tiers } from '../rate-limits.js';
import { domainOf, unfurlTarget, urlsIn } from '../unfurls.js';
import type { Attachment, Block, Json, Message } from '../wire.js';
import type { World } from '../world.js';
import type { Call, Method } from './method.js';

/** By unfurl_id and source, or by channel and ts. @throws SlackError with the name of what is missing or wrong */
function targetArgument({ world, args }: Call): { channel: string; ts: string } {
  const [id, source] = [args.text('unfurl_id'), args.text('source')];
  if (id !== undefined || source !== undefined) {
    if (id === undefined) throw new SlackError('missing_unfurl_id');
    if (source === undefined) throw new SlackError('missing_source');
    if (source !== 'composer' && source !== 'conversations_history') throw new SlackError('invalid_source');
    const target = unfurlTarget(world.ids, id);
    if (target === undefined) throw new SlackError('invalid_unfurl_id');
    return target;
  }
  const [channel, ts] = [args.text('channel'), args.text('ts')];
  if (channel === undefined) throw new SlackError('missing_channel');
  if (ts === undefined) throw new SlackError('missing_ts');
  return { channel, ts };
}

/** @throws SlackError cannot_find_channel, cannot_find_message */
function messageOf(call: Call): Message {
  const { store } = call.world;
  const { channel, ts } = targetArgument(call);
  if (!store.channels.has(channel)) throw new SlackError('cannot_find_channel');
  const message = store.findMessage(channel, ts);
  if (message === undefined || message.ephemeral_to !== undefined)
    throw new SlackError('cannot_find_message');
  return message;
}

/** @throws SlackError missing_unfurls, invalid_unfurls_format */
function unfurlsArgument({ args }: Call): [url: string, content: Json][] {
  const given = args.json('unfurls');
  if (given === undefined) throw new SlackError('missing_unfurls');
  const entries = Object.entries(asObject(given) ?? {});
  if (entries.length === 0) throw new SlackError('invalid_unfurls_format');
  return entries;
}

/** @throws SlackError cannot_unfurl_url, cannot_unfurl_message, cannot_parse_attachment */
function attachmentOf(world: World, message: Message, url: string, content: Json): JsonObject {
  const plainUrl = url.replaceAll('&amp;', '&');
  if (domainOf(plainUrl, world.manifest.unfurlDomains) === undefined)
    throw new SlackError('cannot_unfurl_url');
  if (!urlsIn(message.text).includes(plainUrl)) throw new SlackError('cannot_unfurl_message');
  const { blocks, preview: _preview, ...older } = asObject(content) ?? {};
  const list = asArray(blocks);
  const errors = blocks === undefined ? [] : validateBlocks(blocks, 'message', `/unfurls/${url}/blocks`);
  if (errors.length > 0) throw new SlackError('cannot_parse_attachment', errorMessages(errors));
  const says = list?.length ?? Object.keys(older).length;
  if (says === 0) throw new SlackError('cannot_parse_attachment');
  return {
    ...older,
    ...(list && { blocks: withIds(list as Block[], world.ids) as Json }),
    from_url: plainUrl,
    app_unfurl_url: plainUrl,
    is_app_unfurl: true,
    bot_id: world.store.bot.bot_id,
    fallback: asString(older.fallback) ?? '[no preview available]',
  };
}

function unfurl(call: Call): JsonObject {
  const message = messageOf(call);
  const fresh = unfurlsArgument(call).map(([url, content]) =>
    attachmentOf(call.world, message, url, content),
  );
  const isReplaced = (old: Attachment) => fresh.some(({ from_url }) => from_url === old.from_url);
  const kept = (message.attachments ?? []).filter((old) => !isReplaced(old));
  const attachments = [...kept, ...fresh].map((each, at) => ({ ...each, id: at + 1 }) as Attachment);
  call.world.store.amend(message, { attachments }, { isEdit: true });
  return {};
}

export const unfurls: readonly Method[] = [
  { name: 'chat.unfurl', token: 'bot', scopes: ['links:write'], rate: tiers.tier3, run: unfurl },
];
