/**
 * Where Slack is stricter, or tells more, than an app would think: the official client against the stand-in.
 */
import type { WebClient } from '@slack/web-api';
import type { KnownBlock } from '@slack/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paydeskManifest, refusal, short, startBench } from './support.js';
import type { Bench } from './support.js';

const section: KnownBlock = { type: 'section', text: { type: 'mrkdwn', text: 'hello' } };

let bench: Bench;
let client: WebClient;
const ids: Record<string, string> = {};

beforeAll(async () => {
  bench = await startBench({ rateLimits: false, limits: { ...short, scheduleTickMs: 60_000 } });
  client = bench.client;
  const { channels, users } = await bench.control.state();
  for (const each of [...channels, ...users]) ids[each.name] = each.id;
});
afterAll(() => bench.close());

/** Posts in a fresh channel, so that no other test's messages are in it. */
async function freshChannel(name: string): Promise<string> {
  return (await client.conversations.create({ name })).channel!.id!;
}

/** One page after the other, as an app reads them. */
async function pages(
  read: (
    cursor?: string,
  ) => Promise<{ messages?: { text?: string }[]; response_metadata?: { next_cursor?: string } }>,
  between: () => Promise<unknown>,
): Promise<string[]> {
  const first = await read();
  await between();
  const second = await read(first.response_metadata!.next_cursor);
  return [...first.messages!, ...second.messages!].map(({ text }) => text!);
}

const raw = (method: string, init: RequestInit) =>
  fetch(`${bench.slack.apiUrl}${method}`, {
    method: 'POST',
    ...init,
    headers: {
      authorization: `Bearer ${bench.slack.credentials.botToken}`,
      ...(init.headers as Record<string, string>),
    },
  });

describe('chat.update', () => {
  it('takes the blocks away with text alone, and only then shows that the message was edited', async () => {
    const channel = await freshChannel('updates');
    const { ts } = await client.chat.postMessage({ channel, text: 'a', blocks: [section] });
    const rewritten = await client.chat.update({ channel, ts: ts!, text: 'b', blocks: [section] });
    expect(rewritten.message).not.toHaveProperty('edited');
    const reworded = await client.chat.update({ channel, ts: ts!, text: 'c' });
    expect(reworded.message).toMatchObject({ text: 'c', edited: { user: ids.paydesk } });
    expect(reworded.message).not.toHaveProperty('blocks');
  });

  it('keeps text and blocks when only the metadata is new', async () => {
    const channel = ids['payments-ops']!;
    const { ts } = await client.chat.postMessage({ channel, text: 'a', blocks: [section] });
    const metadata = { event_type: 'task', event_payload: { id: 'TK-1' } };
    const { message } = await client.chat.update({ channel, ts: ts!, metadata } as never);
    expect(message).toMatchObject({ text: 'a', blocks: [{ type: 'section' }], metadata });
  });

  it.each([
    [
      'more than 4,000 characters',
      () => ({ channel: ids.incidents, text: 'x'.repeat(4_001) }),
      'msg_too_long',
    ],
    ['a channel by its name', () => ({ channel: '#incidents', text: 'x' }), 'channel_not_found'],
    ['a person for a channel', () => ({ channel: ids.ana, text: 'x' }), 'channel_not_found'],
    ['nothing to say', () => ({ channel: ids.incidents }), 'no_text'],
    [
      'text beside markdown',
      () => ({ channel: ids.incidents, text: 'x', markdown_text: 'y' }),
      'markdown_text_conflict',
    ],
  ])('refuses %s', async (_what, args, error) => {
    const { ts } = await client.chat.postMessage({ channel: ids.incidents!, text: 'x' });
    expect(await refusal(client.apiCall('chat.update', { ts, ...args() }))).toMatchObject({ error });
  });

  it('takes the 4,000th character', async () => {
    const { ts } = await client.chat.postMessage({ channel: ids.incidents!, text: 'x' });
    const updated = await client.chat.update({ channel: ids.incidents!, ts: ts!, text: 'x'.repeat(4_000) });
    expect(updated.ok).toBe(true);
  });
});

describe('chat.postMessage', () => {
  it('answers with the profile of the app and the metadata in full', async () => {
    const metadata = { event_type: 'task', event_payload: { id: 'TK-1' } };
    const { message } = await client.chat.postMessage({ channel: '#incidents', text: 'x', metadata });
    expect(message).toMatchObject({ metadata, bot_profile: { name: 'Paydesk', deleted: false } });
    expect(message!.bot_profile!.id).toBe(message!.bot_id);
  });

  it('takes markdown in the place of text and blocks', async () => {
    const { message } = await client.chat.postMessage({ channel: ids.incidents!, markdown_text: '**x**' });
    expect(message).toMatchObject({ text: '**x**', blocks: [{ type: 'markdown', text: '**x**' }] });
    const both = client.apiCall('chat.postMessage', {
      channel: ids.incidents,
      text: 'x',
      markdown_text: 'y',
    });
    expect(await refusal(both)).toMatchObject({ error: 'markdown_text_conflict' });
    const long = client.chat.postMessage({ channel: ids.incidents!, markdown_text: 'x'.repeat(12_001) });
    expect(await refusal(long)).toMatchObject({ error: 'msg_too_long' });
  });
});

describe('threads', () => {
  it('say who replied and when last, and a reply says who began', async () => {
    const channel = await freshChannel('threads');
    const { ts } = await client.chat.postMessage({ channel, text: 'parent' });
    await bench.control.post('message', { user: 'lars', channel: 'incidents', text: 'elsewhere' });
    const reply = await client.chat.postMessage({ channel, text: 'one', thread_ts: ts! });
    const last = await client.chat.postMessage({ channel, text: 'two', thread_ts: ts! });
    const { messages } = await client.conversations.replies({ channel, ts: ts! });
    expect(messages![0]).toMatchObject({
      reply_count: 2,
      reply_users_count: 1,
      reply_users: [ids.paydesk],
      latest_reply: last.ts,
      thread_ts: ts,
    });
    expect(messages![0]).not.toHaveProperty('parent_user_id');
    expect(messages![1]).toMatchObject({ parent_user_id: ids.paydesk, thread_ts: ts });
    expect(messages![1]).not.toHaveProperty('reply_count');
    await client.chat.delete({ channel, ts: last.ts! });
    const { messages: left } = await client.conversations.replies({ channel, ts: ts! });
    expect(left![0]).toMatchObject({ reply_count: 1, latest_reply: reply.ts });
  });

  it('come into the channel with reply_broadcast, with their root', async () => {
    const channel = await freshChannel('broadcasts');
    const { ts } = await client.chat.postMessage({ channel, text: 'parent' });
    await client.chat.postMessage({ channel, text: 'quiet', thread_ts: ts! });
    await client.chat.postMessage({ channel, text: 'loud', thread_ts: ts!, reply_broadcast: true });
    const { messages } = await client.conversations.history({ channel });
    expect(messages!.map(({ text }) => text)).toEqual(['loud', 'parent']);
    expect(messages![0]).toMatchObject({ subtype: 'thread_broadcast', root: { ts, text: 'parent' } });
    const { messages: thread } = await client.conversations.replies({ channel, ts: ts! });
    expect(thread!.map(({ text }) => text)).toEqual(['parent', 'quiet', 'loud']);
  });

  it('an old reply comes into the channel by an update, which then changes nothing else', async () => {
    const channel = await freshChannel('late-broadcasts');
    const { ts: root } = await client.chat.postMessage({ channel, text: 'parent' });
    const { ts } = await client.chat.postMessage({ channel, text: 'quiet', thread_ts: root! });
    const both = client.chat.update({ channel, ts: ts!, text: 'loud', reply_broadcast: true });
    expect(await refusal(both)).toMatchObject({ error: 'no_dual_broadcast_content_update' });
    const update = (ts: string) => client.apiCall('chat.update', { channel, ts, reply_broadcast: true });
    expect(await refusal(update(root!))).toMatchObject({ error: 'cant_broadcast_message' });
    await update(ts!);
    const { messages } = await client.conversations.history({ channel });
    expect(messages!.map(({ text, subtype }) => [text, subtype])).toEqual([
      ['quiet', 'thread_broadcast'],
      ['parent', undefined],
    ]);
  });

  it('answer a thousand messages when no limit is given', async () => {
    const channel = await freshChannel('long-thread');
    const { ts } = await client.chat.postMessage({ channel, text: '0' });
    for (let at = 1; at <= 120; at += 1)
      await client.chat.postMessage({ channel, text: String(at), thread_ts: ts! });
    const replies = await client.conversations.replies({ channel, ts: ts! });
    expect(replies.messages).toHaveLength(121);
    expect(replies.has_more).toBe(false);
  });
});

describe('a cursor is a position in time', () => {
  it.each(['history', 'replies'] as const)('in conversations.%s', async (method) => {
    const channel = await freshChannel(`cursor-${method}`);
    const { ts } = await client.chat.postMessage({ channel, text: 'root' });
    const thread = method === 'replies' ? { thread_ts: ts! } : {};
    const posted: string[] = [];
    for (const text of ['1', '2', '3', '4'])
      posted.push((await client.chat.postMessage({ channel, text, ...thread })).ts!);
    const read = (cursor?: string) =>
      client.apiCall(`conversations.${method}`, { channel, ts, limit: 3, cursor }) as never;
    const between = async () => {
      await client.chat.postMessage({ channel, text: 'later', ...thread });
      const shown = method === 'history' ? posted[3]! : posted[0]!;
      await client.chat.delete({ channel, ts: shown });
    };
    const seen = await pages(read, between);
    const expected = {
      history: ['4', '3', '2', '1', 'root'],
      replies: ['root', '1', '2', '3', '4', 'later'],
    };
    expect(seen).toEqual(expected[method]);
  });

  it.each([
    ['conversations.history', { oldest: 'yesterday' }, 'invalid_ts_oldest'],
    ['conversations.history', { latest: '2026-11-20' }, 'invalid_ts_latest'],
    ['conversations.replies', { ts: '1.0', oldest: '-1' }, 'thread_not_found'],
    ['conversations.history', { cursor: 'b2Zmc2V0OjM=' }, 'invalid_cursor'],
    ['reactions.add', { name: 'eyes' }, 'no_item_specified'],
    ['reactions.add', { name: 'eyes', timestamp: 'now' }, 'bad_timestamp'],
    ['reactions.add', { timestamp: '1.000000', name: 'Not A Name' }, 'message_not_found'],
    ['reactions.remove', { name: 'eyes', timestamp: '1795165200' }, 'message_not_found'],
    ['pins.add', {}, 'no_item_specified'],
    ['pins.remove', { timestamp: 'x' }, 'bad_timestamp'],
  ])('%s refuses %j', async (method, args, error) => {
    const call = client.apiCall(method, { channel: ids.incidents, ...args });
    expect(await refusal(call)).toMatchObject({ error });
  });

  it.each([undefined, 'Not A Name'])('an emoji named %j is invalid_name', async (name) => {
    const { ts } = await client.chat.postMessage({ channel: ids.incidents!, text: 'x' });
    const call = client.apiCall('reactions.add', { channel: ids.incidents, timestamp: ts, name });
    expect(await refusal(call)).toMatchObject({ error: 'invalid_name' });
  });
});

describe('channels', () => {
  it('say when they were made and by whom, with whom they are shared, and count members on demand', async () => {
    const channel = await freshChannel('objects');
    await client.conversations.rename({ channel, name: 'renamed' });
    const { channel: found } = await client.conversations.info({ channel });
    expect(found).toMatchObject({
      creator: ids.paydesk,
      created: expect.any(Number) as number,
      updated: expect.any(Number) as number,
      unlinked: 0,
      is_shared: false,
      is_ext_shared: false,
      is_org_shared: false,
      previous_names: ['objects'],
    });
    expect(found).not.toHaveProperty('num_members');
    const counted = await client.conversations.info({ channel, include_num_members: true });
    expect(counted.channel!.num_members).toBe(1);
    await client.conversations.setTopic({ channel, topic: 'x' });
    const { channel: titled } = await client.conversations.info({ channel });
    expect(titled!.topic).toMatchObject({ value: 'x', creator: ids.paydesk });
    expect(titled!.topic!.last_set).toBeGreaterThan(0);
  });

  it('joining twice is a warning', async () => {
    const again = await client.conversations.join({ channel: ids.incidents! });
    expect(again).toMatchObject({ ok: true, warning: 'already_in_channel' });
  });

  it('keep everybody out when one cannot come, and let the others in with force', async () => {
    const channel = await freshChannel('invitations');
    const users = [ids.mei, ids.paydesk, 'U0NOBODY', ids.nora].join(',');
    const refused = await refusal(client.conversations.invite({ channel, users }));
    expect(refused).toMatchObject({
      error: 'cant_invite_self',
      errors: [
        { user: ids.paydesk, ok: false, error: 'cant_invite_self' },
        { user: 'U0NOBODY', ok: false, error: 'user_not_found' },
        { user: ids.nora, ok: false, error: 'no_external_invite_permission' },
      ],
    });
    const before = await client.conversations.members({ channel });
    expect(before.members).toEqual([ids.paydesk]);
    const forced = await client.conversations.invite({ channel, users, force: true });
    expect(forced.errors).toHaveLength(3);
    expect((await client.conversations.members({ channel })).members).toEqual([ids.paydesk, ids.mei]);
    const nobody = client.conversations.invite({ channel, users: ids.mei!, force: true });
    expect(await refusal(nobody)).toMatchObject({ error: 'already_in_channel' });
  });

  it('let the others in beside somebody who left, and say so as a refusal', async () => {
    const channel = await freshChannel('beside-the-left');
    const refused = await refusal(
      client.conversations.invite({ channel, users: `${ids.ruben},${ids.lars}` }),
    );
    expect(refused).toMatchObject({ error: 'cant_invite', errors: [{ user: ids.ruben }] });
    expect((await client.conversations.members({ channel })).members).toContain(ids.lars);
  });
});

describe('people', () => {
  it('come with the name of their zone and pictures that open', async () => {
    const { user } = await client.users.info({ user: ids.mei! });
    expect(user).toMatchObject({ tz_label: 'Japan Standard Time', is_email_confirmed: true });
    const picture = await fetch(user!.profile!.image_72!);
    expect(picture.headers.get('content-type')).toContain('image/svg+xml');
    expect(await picture.text()).toContain('>MT<');
  });

  it('who left have a name and little more, and no address finds them', async () => {
    const { user } = await client.users.info({ user: ids.ruben! });
    expect(user).toMatchObject({ deleted: true, name: 'ruben' });
    expect(user).not.toHaveProperty('tz');
    const found = client.users.lookupByEmail({ email: 'ruben@larkspur-pay.example' });
    expect(await refusal(found)).toMatchObject({ error: 'users_not_found' });
  });

  it('include Slackbot', async () => {
    expect((await client.users.info({ user: 'USLACKBOT' })).user).toMatchObject({ name: 'slackbot' });
    expect((await client.users.list({})).members!.map(({ id }) => id)).toContain('USLACKBOT');
  });

  it('of another company are of another team, without an address, and not in the list', async () => {
    const { team_id: own } = await client.auth.test();
    const { user } = await client.users.info({ user: ids.nora! });
    expect(user!.team_id).not.toBe(own);
    expect(user).toMatchObject({ is_stranger: false });
    expect(user!.profile).not.toHaveProperty('email');
    expect((await client.users.list({})).members!.map(({ id }) => id)).not.toContain(ids.nora);
    const { channel } = await client.conversations.info({ channel: ids['northpay-shared']! });
    expect(channel).toMatchObject({ is_shared: true, is_ext_shared: true });
    expect(channel!.shared_team_ids).toEqual([own, user!.team_id]);
  });

  it.each([
    ['command', { channel: 'northpay-shared', text: '/payment x' }, '/payment is not a valid command.'],
    ['shortcut', { callback_id: 'start' }, /belongs to another company/],
    ['home', {}, /belongs to another company/],
    ['message', { channel: 'payments-ops', text: 'x' }, /is not a member/],
  ])('of another company cannot %s', async (route, body, error) => {
    const outcome = await bench.control.post(route, { user: 'nora', ...body });
    expect(outcome).toMatchObject({ ok: false });
    expect(outcome.error).toMatch(error);
  });
});

describe('files', () => {
  it('are completed once', async () => {
    const { file_id, upload_url } = await client.files.getUploadURLExternal({ filename: 'a.txt', length: 1 });
    await fetch(upload_url!, { method: 'POST', body: 'x' });
    await client.files.completeUploadExternal({ files: [{ id: file_id! }] });
    const again = client.files.completeUploadExternal({ files: [{ id: file_id! }] });
    expect(await refusal(again)).toMatchObject({ error: 'file_not_found' });
  });
});

describe('scheduled messages', () => {
  it('are listed, and deleted until a minute before', async () => {
    const channel = ids.incidents!;
    const inSec = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
    const far = await client.chat.scheduleMessage({ channel, text: 'far', post_at: inSec(7_200) });
    const near = await client.chat.scheduleMessage({ channel, text: 'near', post_at: inSec(30) });
    const listed = async () => (await client.chat.scheduledMessages.list({ channel })).scheduled_messages!;
    expect(await listed()).toMatchObject([
      { id: near.scheduled_message_id, channel_id: channel, text: 'near' },
      { id: far.scheduled_message_id, text: 'far', post_at: far.post_at },
    ]);
    const remove = (id: string) => client.chat.deleteScheduledMessage({ channel, scheduled_message_id: id });
    expect(await refusal(remove(near.scheduled_message_id!))).toMatchObject({
      error: 'invalid_scheduled_message_id',
    });
    await remove(far.scheduled_message_id!);
    expect((await listed()).map(({ text }) => text)).toEqual(['near']);
    expect(await refusal(remove(far.scheduled_message_id!))).toMatchObject({
      error: 'invalid_scheduled_message_id',
    });
    const elsewhere = client.chat.scheduledMessages.list({ channel: 'C0NOWHERE' });
    expect(await refusal(elsewhere)).toMatchObject({ error: 'invalid_channel' });
  });
});

describe('a limit', () => {
  it.each([
    ['0', 'invalid_limit'],
    ['1001', 'invalid_limit'],
    ['many', 'invalid_limit'],
    ['1000', null],
  ])('of %s', async (limit, error) => {
    const channel = ids.general!;
    for (const [method, args] of [
      ['conversations.list', {}],
      ['conversations.members', { channel }],
    ] as const) {
      const call = client.apiCall(method, { ...args, limit });
      if (error === null) expect(await call, method).toMatchObject({ ok: true });
      else expect(await refusal(call), method).toMatchObject({ error });
    }
  });
});

describe('bodies and headers', () => {
  it('a method that takes forms alone reads no JSON', async () => {
    const user = ids.lars!;
    const type = { 'content-type': 'application/json; charset=utf-8' };
    const asked = async (init: RequestInit) => (await (await raw('users.info', init)).json()) as object;
    expect(await asked({ headers: type, body: JSON.stringify({ user }) })).toMatchObject({
      ok: false,
      error: 'invalid_arguments',
    });
    expect(await asked({ body: new URLSearchParams({ user }) })).toMatchObject({ ok: true });
  });

  const json = JSON.stringify({ channel: 'C0', text: 'x' });
  it.each([
    ['JSON without a charset', 'application/json', json, { warning: 'missing_charset' }],
    [
      'a form with one',
      'application/x-www-form-urlencoded; charset=utf-8',
      'a=b',
      { warning: 'superfluous_charset' },
    ],
    ['XML', 'text/xml', '<a/>', { ok: false, error: 'invalid_post_type' }],
  ])('%s', async (_what, type, body, expected) => {
    const answer = (await (
      await raw('api.test', { headers: { 'content-type': type }, body })
    ).json()) as object;
    expect(answer).toMatchObject(expected);
    if ('warning' in expected) {
      expect(answer).toMatchObject({ ok: true, response_metadata: { warnings: [expected.warning] } });
    }
  });

  it.each(['application/json; charset=utf-8', 'application/x-www-form-urlencoded'])(
    '%s needs no warning',
    async (type) => {
      const body = type.includes('json') ? json : 'a=b';
      expect(
        await (await raw('api.test', { headers: { 'content-type': type }, body })).json(),
      ).not.toHaveProperty('warning');
    },
  );

  it('tell the scopes that the app has and those that the method takes', async () => {
    const { headers } = await raw('users.list', {});
    expect(headers.get('x-accepted-oauth-scopes')).toBe('users:read');
    expect(headers.get('x-oauth-scopes')).toBe(paydeskManifest.oauth_config.scopes.bot.join(','));
  });
});
