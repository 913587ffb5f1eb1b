/**
 * files.*: the app's own files, uploaded in two steps, and what is known of any file.
 */
import { invalidArguments, SlackError } from '../errors.js';
import { fileMaxBytes } from '../files.js';
import { asArray, asObject, asString } from '../json.js';
import type { JsonObject } from '../json.js';
import { tiers } from '../rate-limits.js';
import { acceptContent } from '../responses.js';
import { channelArgument, needActive, needMembership, nextCursor } from './method.js';
import type { Call, Method } from './method.js';
import { kindOf } from '../channels.js';
import type { Channel, FileRef, Message } from '../wire.js';
import type { World } from '../world.js';

function completeUpload(call: Call): JsonObject {
  const { world, args } = call;
  const wanted = asArray(args.json('files'))?.map((file) => asObject(file));
  if (wanted === undefined || wanted.length === 0) throw invalidArguments('missing required field: files');
  const channel = args.text('channel_id') === undefined ? undefined : channelArgument(call, 'channel_id');
  if (channel) {
    needMembership(world, channel);
    needActive(channel);
  }
  const blocks = args.json('blocks');
  const content = blocks === undefined ? undefined : acceptContent(world, undefined, blocks);
  const files = wanted.map((file) => world.files.complete(asString(file?.id) ?? '', asString(file?.title)));
  if (channel) {
    world.store.post({
      channel: channel.id,
      user: world.store.bot.user_id,
      text: args.text('initial_comment') ?? '',
      blocks: content?.blocks,
      thread_ts: args.text('thread_ts'),
      files,
      subtype: 'file_share',
    });
  }
  return { files: files.map((file) => world.files.describe(file)) };
}

/** With where it was shared, which Slack knows once the message is there. */
function fileObject({ files, store }: World, file: FileRef): JsonObject {
  const places = [...store.channels.values()].flatMap((channel) =>
    channel.messages
      .filter((message) => message.files?.some(({ id }) => id === file.id))
      .map((message) => ({ channel, message })),
  );
  const idsOf = (...kinds: string[]) => [
    ...new Set(
      places.filter(({ channel }) => kinds.includes(kindOf(channel))).map(({ channel }) => channel.id),
    ),
  ];
  const sharesIn = (isPrivate: boolean): JsonObject => {
    const shares: Record<string, JsonObject[]> = {};
    for (const place of places.filter(({ channel }) => channel.is_private === isPrivate))
      (shares[place.channel.id] ??= []).push(shareOf(place));
    return shares;
  };
  return {
    ...files.describe(file),
    is_public: idsOf('channel').length > 0,
    channels: idsOf('channel'),
    groups: idsOf('group', 'mpim'),
    ims: idsOf('im'),
    shares: { public: sharesIn(false), private: sharesIn(true) },
    comments_count: 0,
  };
}

const shareOf = ({ channel, message }: { channel: Channel; message: Message }): JsonObject => ({
  ts: message.ts,
  channel_name: channel.name,
  share_user_id: message.user,
  reply_count: 0,
  reply_users: [],
  reply_users_count: 0,
  ...(message.thread_ts !== undefined && { thread_ts: message.thread_ts }),
});

export const fileMethods: readonly Method[] = [
  {
    name: 'files.getUploadURLExternal',
    token: 'bot',
    scopes: ['files:write'],
    rate: tiers.tier4,
    run: ({ world, args }) => {
      const filename = args.required('filename');
      const length = args.integer('length', { min: 0, max: Number.MAX_SAFE_INTEGER, default: 0 });
      if (length === 0) throw invalidArguments('missing required field: length');
      if (length > fileMaxBytes) throw new SlackError('file_upload_size_restricted');
      const { id, path } = world.files.begin(filename, length, world.store.bot.user_id);
      return { upload_url: world.baseUrl() + path, file_id: id };
    },
  },
  {
    name: 'files.completeUploadExternal',
    token: 'bot',
    scopes: ['files:write'],
    rate: tiers.tier4,
    run: completeUpload,
  },
  {
    name: 'files.info',
    token: 'bot',
    scopes: ['files:read'],
    rate: tiers.tier4,
    run: ({ world, args }) => {
      const file = world.files.find(args.required('file'));
      if (file === undefined) throw new SlackError('file_not_found');
      return { file: fileObject(world, file), comments: [], ...nextCursor('') };
    },
  },
];
