/**
 * bookmarks.*: links in a channel's header.
 * Deliberately absent: folders, files and messages as bookmarks; Slack itself takes links only.
 */
import { SlackError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { tiers } from '../rate-limits.js';
import type { Bookmark, Channel } from '../wire.js';
import type { World } from '../world.js';
import { channelArgument, needMembership } from './method.js';
import type { Call, Method } from './method.js';

/** Slack's limit for one conversation. */
const bookmarksMax = 100;

function place(call: Call): Channel {
  const channel = channelArgument(call, 'channel_id');
  needMembership(call.world, channel);
  return channel;
}

/** @throws SlackError not_found */
function bookmarkArgument({ args }: Call, channel: Channel): Bookmark {
  const bookmark = channel.bookmarks?.find((each) => each.id === args.required('bookmark_id'));
  if (bookmark === undefined) throw new SlackError('not_found');
  return bookmark;
}

/** @throws SlackError invalid_link */
function linkOf(link: string | undefined): string {
  if (link === undefined || !/^https?:\/\/\S+$/i.test(link)) throw new SlackError('invalid_link');
  return link;
}

/** @throws SlackError invalid_emoji */
function emojiOf(emoji: string): string {
  if (!/^:[a-z0-9_+'-]+:$/.test(emoji)) throw new SlackError('invalid_emoji');
  return emoji;
}

const nowSec = ({ clock }: World): number => Math.floor(clock.now().getTime() / 1000);

function shown({ store }: World, channel: Channel, bookmark: Bookmark): JsonObject {
  return {
    ...bookmark,
    channel_id: channel.id,
    type: 'link',
    icon_url: '',
    entity_id: null,
    rank: 'g',
    last_updated_by_user_id: store.bot.user_id,
    last_updated_by_team_id: store.team.id,
    shortcut_id: null,
    app_id: store.bot.app_id,
  };
}

function add(call: Call): JsonObject {
  const { world, args } = call;
  const channel = place(call);
  const title = args.required('title');
  if (args.required('type') !== 'link') throw new SlackError('invalid_bookmark_type');
  const link = linkOf(args.text('link'));
  const emoji = args.text('emoji');
  const others = channel.bookmarks ?? [];
  if (others.length >= bookmarksMax) throw new SlackError('too_many_bookmarks');
  const bookmark = {
    id: world.ids.next('Bk'),
    title,
    link,
    emoji: emoji === undefined ? '' : emojiOf(emoji),
    date_created: nowSec(world),
    date_updated: 0,
  };
  world.store.changeChannel(channel.id, { bookmarks: [...others, bookmark] });
  return { bookmark: shown(world, channel, bookmark) };
}

function edit(call: Call): JsonObject {
  const { world, args } = call;
  const channel = place(call);
  const bookmark = bookmarkArgument(call, channel);
  const [title, link, emoji] = [args.text('title'), args.text('link'), args.text('emoji')];
  const changed = {
    ...bookmark,
    ...(title !== undefined && { title }),
    ...(link !== undefined && { link: linkOf(link) }),
    ...(emoji !== undefined && { emoji: emojiOf(emoji) }),
    date_updated: nowSec(world),
  };
  const bookmarks = (channel.bookmarks ?? []).map((each) => (each === bookmark ? changed : each));
  world.store.changeChannel(channel.id, { bookmarks });
  return { bookmark: shown(world, channel, changed) };
}

function remove(call: Call): JsonObject {
  const channel = place(call);
  const bookmark = bookmarkArgument(call, channel);
  const bookmarks = (channel.bookmarks ?? []).filter((each) => each !== bookmark);
  call.world.store.changeChannel(channel.id, { bookmarks });
  return {};
}

function list(call: Call): JsonObject {
  const channel = place(call);
  return { bookmarks: (channel.bookmarks ?? []).map((each) => shown(call.world, channel, each)) };
}

export const bookmarkMethods: readonly Method[] = [
  { name: 'bookmarks.add', token: 'bot', scopes: ['bookmarks:write'], rate: tiers.tier2, run: add },
  { name: 'bookmarks.edit', token: 'bot', scopes: ['bookmarks:write'], rate: tiers.tier2, run: edit },
  { name: 'bookmarks.remove', token: 'bot', scopes: ['bookmarks:write'], rate: tiers.tier2, run: remove },
  { name: 'bookmarks.list', token: 'bot', scopes: ['bookmarks:read'], rate: tiers.tier2, run: list },
];
