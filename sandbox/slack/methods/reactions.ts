/**
 * reactions.*: emoji below messages, given by the app.
 * Invariant: a person reacts once with the same emoji.
 */
import { SlackError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { messagePayload } from '../payloads.js';
import { tiers } from '../rate-limits.js';
import { emojiName, hasReacted, react } from '../reactions.js';
import type { Message } from '../wire.js';
import { itemArgument, needActive, nextCursor, pageOf } from './method.js';
import type { Call, Method } from './method.js';

/** @throws SlackError invalid_name */
function emojiArgument({ args }: Call): string {
  const name = (args.text('name') ?? '').replaceAll(':', '');
  if (!emojiName.test(name)) throw new SlackError('invalid_name');
  return name;
}

function add(call: Call): JsonObject {
  const { store } = call.world;
  const { channel, message } = itemArgument(call);
  needActive(channel);
  const name = emojiArgument(call);
  const reactions = message.reactions ?? [];
  if (hasReacted(reactions, name, store.bot.user_id)) throw new SlackError('already_reacted');
  react(call.world, message, name, store.bot.user_id, true);
  return {};
}

function remove(call: Call): JsonObject {
  const { store } = call.world;
  const { message } = itemArgument(call);
  const name = emojiArgument(call);
  const reactions = message.reactions ?? [];
  if (!hasReacted(reactions, name, store.bot.user_id)) throw new SlackError('no_reaction');
  react(call.world, message, name, store.bot.user_id, false);
  return {};
}

const itemOf = ({ world }: Call, message: Message): JsonObject => ({
  type: 'message',
  channel: message.channel,
  message: messagePayload(world, message),
});

/** What this person, or the app itself, has reacted to where the app can see it; the newest first. */
function list(call: Call): JsonObject {
  const { store } = call.world;
  const user = call.args.text('user') ?? store.bot.user_id;
  if (!store.users.has(user)) throw new SlackError('user_not_found');
  const reactedTo = [...store.channels.values()]
    .filter((channel) => channel.members.includes(store.bot.user_id))
    .flatMap((channel) => channel.messages)
    .filter(({ reactions }) => reactions?.some((each) => each.users.includes(user)) === true)
    .sort((a, b) => b.ts.localeCompare(a.ts));
  const { page, cursor } = pageOf(reactedTo, call);
  return { items: page.map((message) => itemOf(call, message)), ...nextCursor(cursor) };
}

export const reactionMethods: readonly Method[] = [
  { name: 'reactions.add', token: 'bot', scopes: ['reactions:write'], rate: tiers.tier3, run: add },
  { name: 'reactions.remove', token: 'bot', scopes: ['reactions:write'], rate: tiers.tier2, run: remove },
  {
    name: 'reactions.get',
    token: 'bot',
    scopes: ['reactions:read'],
    rate: tiers.tier3,
    run: (call) => itemOf(call, itemArgument(call).message),
  },
  { name: 'reactions.list', token: 'bot', scopes: ['reactions:read'], rate: tiers.tier2, run: list },
];
