/**
 * Members of Slack's objects that apps rely on: what a file was shared to, who changed a group, what was read, pictures in
 * their sizes, and texts with their defaults written out.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startBench, type Bench } from './support.js';

let bench: Bench;
let room: string;
beforeAll(async () => {
  bench = await startBench({ rateLimits: false });
  const { channel } = await bench.client.conversations.create({ name: 'objects' });
  room = channel!.id!;
});
afterAll(() => bench.close());

it('a file says where it was shared, once its message is there', async () => {
  const { client } = bench;
  const uploaded = await client.filesUploadV2({ channel_id: room, filename: 'a.csv', content: 'a' });
  const [{ files = [] } = {}] = uploaded.files as { files?: { id: string }[] }[];
  const { file, comments } = await client.files.info({ file: files[0]!.id });
  const { messages = [] } = await client.conversations.history({ channel: room });
  expect(comments).toEqual([]);
  expect(file).toMatchObject({ is_public: true, channels: [room], groups: [], ims: [], comments_count: 0 });
  expect(file?.shares).toMatchObject({
    public: { [room]: [{ ts: messages[0]!.ts, channel_name: 'objects', reply_count: 0 }] },
    private: {},
  });
});

it('a file in a direct message is shared in private', async () => {
  const { client, control } = bench;
  const { users } = await control.state();
  const ana = users.find(({ name }) => name === 'ana')!.id;
  const { channel } = await client.conversations.open({ users: ana, return_im: true });
  const uploaded = await client.filesUploadV2({ channel_id: channel!.id!, filename: 'b.csv', content: 'b' });
  const [{ files = [] } = {}] = uploaded.files as { files?: { id: string }[] }[];
  const { file } = await client.files.info({ file: files[0]!.id });
  expect(file).toMatchObject({ is_public: false, channels: [], ims: [channel!.id] });
  expect(Object.keys(file?.shares?.private ?? {})).toEqual([channel!.id]);
});

it('a group says who made it and when it changed', async () => {
  const { client, control } = bench;
  const find = async () =>
    (await client.usergroups.list({ include_disabled: true, include_count: true })).usergroups?.find(
      ({ handle }) => handle === 'payments-leads',
    );
  expect(await find()).toMatchObject({
    is_subteam: true,
    date_delete: 0,
    deleted_by: null,
    auto_type: null,
    prefs: { channels: [], groups: [] },
    created_by: expect.stringMatching(/^U/) as string,
    date_create: expect.any(Number) as number,
    channel_count: 0,
  });
  await control.post('group', { group: 'payments-leads', disabled: true });
  const disabled = await find();
  expect(disabled?.date_delete).toBeGreaterThan(0);
  expect(disabled?.date_delete).toBe(disabled?.date_update);
});

it('a channel of the app has a mark of what was read, which a list leaves out', async () => {
  const { client } = bench;
  const { channel } = await client.conversations.info({ channel: room });
  expect(channel).toMatchObject({ is_member: true, last_read: '0000000000.000000' });
  const { channels = [] } = await client.conversations.list();
  expect(channels.find(({ id }) => id === room)).not.toHaveProperty('last_read');
});

it('the app and the workspace have pictures, which can be fetched', async () => {
  const { client } = bench;
  const { bot } = await client.bots.info();
  const { team } = await client.team.info();
  expect(Object.keys(bot?.icons ?? {})).toEqual(['image_36', 'image_48', 'image_72']);
  expect(team).toMatchObject({ is_verified: false, icon: { image_default: true } });
  for (const picture of [bot?.icons?.image_48, team?.icon?.image_132])
    expect((await fetch(picture!)).headers.get('content-type')).toContain('image/svg+xml');
});

it('api.test says what it was given, and no token', async () => {
  const answer = await bench.client.apiCall('api.test', { foo: 'bar' });
  expect(answer).toMatchObject({ args: { foo: 'bar' } });
  expect(JSON.stringify(answer)).not.toContain('xoxb');
});

it('texts come back with their defaults, in messages and in their histories', async () => {
  const { client } = bench;
  const sent = [
    { type: 'header' as const, text: { type: 'plain_text' as const, text: 'Title' } },
    { type: 'section' as const, text: { type: 'mrkdwn' as const, text: 'Words', verbatim: true } },
    { type: 'context' as const, elements: [{ type: 'mrkdwn' as const, text: 'small' }] },
  ];
  const { message } = await client.chat.postMessage({ channel: room, text: 'x', blocks: sent });
  const expected = [
    { text: { emoji: true } },
    { text: { verbatim: true } },
    { elements: [{ verbatim: false }] },
  ];
  expect(message?.blocks).toMatchObject(expected);
  const { messages = [] } = await client.conversations.history({ channel: room, limit: 1 });
  expect(messages[0]?.blocks).toMatchObject(expected);
});
