/**
 * The official @slack/web-api client against every method of the stand-in, and Slack's refusals.
 */
import type { WebClient } from '@slack/web-api';
import type { KnownBlock, View } from '@slack/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allMethods } from '../../../sandbox/slack/methods/index.js';
import { refusal, startApp, startBench } from './support.js';
import type { Bench } from './support.js';

const section: KnownBlock = { type: 'section', text: { type: 'mrkdwn', text: 'hello' } };
const modal: View = { type: 'modal', title: { type: 'plain_text', text: 'A form' }, blocks: [section] };

describe('the official client', () => {
  let bench: Bench;
  let client: WebClient;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    bench = await startBench({ rateLimits: false });
    client = bench.client;
    const { channels, users } = await bench.control.state();
    for (const each of [...channels, ...users]) ids[each.name] = each.id;
  });
  afterAll(() => bench.close());

  it('knows itself', async () => {
    expect(await client.api.test()).toMatchObject({ ok: true });
    const me = await client.auth.test();
    expect(me).toMatchObject({ user_id: ids.paydesk, user: 'paydesk' });
    expect((await client.bots.info({ bot: me.bot_id! })).bot).toMatchObject({ user_id: ids.paydesk });
    expect((await client.team.info()).team).toMatchObject({ id: me.team_id });
  });

  it('posts, changes, links, reacts and deletes', async () => {
    const channel = ids['payments-ops']!;
    const posted = await client.chat.postMessage({ channel, text: 'hi', blocks: [section] });
    const ts = posted.ts!;
    expect(posted.message!.blocks![0]!.block_id).toEqual(expect.any(String));
    expect((await client.chat.getPermalink({ channel, message_ts: ts })).permalink).toContain(
      ts.replace('.', ''),
    );
    await client.reactions.add({ channel, timestamp: ts, name: 'eyes' });
    expect(await refusal(client.reactions.add({ channel, timestamp: ts, name: 'eyes' }))).toMatchObject({
      error: 'already_reacted',
    });
    const reworded = await client.chat.update({ channel, ts, text: 'changed' });
    expect(reworded.message!.blocks, 'text alone takes the blocks away').toBeUndefined();
    expect(await bench.control.message('payments-ops', (message) => message.ts === ts)).toMatchObject({
      text: 'changed',
      reactions: [{ name: 'eyes', users: [ids.paydesk] }],
      edited: { ts: expect.any(String) as string },
    });
    await client.chat.delete({ channel, ts });
    expect(await refusal(client.chat.update({ channel, ts, text: 'x' }))).toMatchObject({
      error: 'message_not_found',
    });
  });

  it('gives every message its own, growing ts, even with a stopped clock', async () => {
    const still = await startBench({
      clock: { now: () => new Date('2026-11-20T09:00:00Z') },
      rateLimits: false,
    });
    const { channels } = await still.control.state();
    const channel = channels.find((each) => each.name === 'general')!.id;
    const tss: string[] = [];
    for (let at = 0; at < 5; at += 1)
      tss.push((await still.client.chat.postMessage({ channel, text: 'x' })).ts!);
    await still.close();
    expect(tss).toEqual([...new Set(tss)].sort());
    expect(tss[0]).toBe('1795165200.000000');
  });

  it('shows an ephemeral message to one person only', async () => {
    const channel = ids['payments-ops']!;
    const posted = await client.chat.postEphemeral({ channel, user: ids.ana!, text: 'only you' });
    const found = await bench.control.message('payments-ops', (message) => message.ts === posted.message_ts);
    expect(found!.ephemeral_to).toBe(ids.ana);
    const history = await client.conversations.history({ channel });
    expect(history.messages!.map((message) => message.ts)).not.toContain(posted.message_ts);
    expect(await refusal(client.chat.postEphemeral({ channel, user: ids.priya!, text: 'x' }))).toMatchObject({
      error: 'user_not_in_channel',
    });
  });

  it('keeps threads', async () => {
    const channel = ids.incidents!;
    const parent = await client.chat.postMessage({ channel, text: 'parent' });
    const reply = await client.chat.postMessage({ channel, text: 'one', thread_ts: parent.ts! });
    await client.chat.postMessage({ channel, text: 'two', thread_ts: reply.ts! });
    const thread = await client.conversations.replies({ channel, ts: parent.ts! });
    expect(thread.messages!.map((message) => message.text)).toEqual(['parent', 'one', 'two']);
    expect(thread.messages![0]!.reply_count).toBe(2);
    const history = await client.conversations.history({ channel });
    expect(history.messages!.map((message) => message.text)).not.toContain('one');
    expect(
      await refusal(client.chat.postMessage({ channel, text: 'x', thread_ts: '1.000000' })),
    ).toMatchObject({ error: 'thread_not_found' });
  });

  it('keeps the metadata of a message for a caller that asks for it', async () => {
    const channel = ids.incidents!;
    const metadata = {
      event_type: 'task',
      event_payload: { id: 'TK-1', tags: [{ name: 'a' }], owner: { name: 'ana' } },
    };
    const { ts } = await client.chat.postMessage({ channel, text: 'with metadata', metadata });
    const reply = await client.chat.postMessage({ channel, text: 'reply', thread_ts: ts!, metadata });
    const seen = async (include_all_metadata: boolean) => {
      const history = await client.conversations.history({ channel, include_all_metadata });
      const replies = await client.conversations.replies({ channel, ts: ts!, include_all_metadata });
      const found = [history.messages!.find((each) => each.ts === ts), replies.messages!.at(-1)];
      return found.map((each) => each?.metadata);
    };
    const typeAlone = { event_type: 'task' };
    expect(await seen(false), 'what is in it is told only when asked for').toEqual([typeAlone, typeAlone]);
    expect(await seen(true)).toEqual([metadata, metadata]);
    await client.chat.update({ channel, ts: ts!, text: 'changed' });
    expect(await seen(true), 'an update without metadata keeps it').toEqual([metadata, metadata]);
    await client.chat.update({ channel, ts: ts!, text: 'changed', metadata: {} as never });
    expect(await seen(true), 'an empty object takes it away').toEqual([undefined, metadata]);
    await client.chat.delete({ channel, ts: reply.ts! });
  });

  it('leaves a tombstone where a message with replies was, until the last of them is gone', async () => {
    const channel = ids.incidents!;
    const { ts } = await client.chat.postMessage({ channel, text: 'parent' });
    const [first, second] = [
      await client.chat.postMessage({ channel, text: 'first', thread_ts: ts! }),
      await client.chat.postMessage({ channel, text: 'second', thread_ts: ts! }),
    ];
    await client.chat.delete({ channel, ts: ts! });
    const { messages } = await client.conversations.replies({ channel, ts: ts! });
    expect(messages!.map(({ text }) => text)).toEqual(['This message was deleted.', 'first', 'second']);
    expect(messages![0]).toMatchObject({
      user: 'USLACKBOT',
      subtype: 'tombstone',
      hidden: true,
      reply_count: 2,
    });
    expect(messages![0]).not.toHaveProperty('bot_id');
    expect(await refusal(client.chat.update({ channel, ts: ts!, text: 'again' }))).toMatchObject({
      error: 'cant_update_message',
    });
    await client.chat.delete({ channel, ts: first.ts! });
    await client.chat.delete({ channel, ts: second.ts! });
    expect(await refusal(client.conversations.replies({ channel, ts: ts! }))).toMatchObject({
      error: 'thread_not_found',
    });
  });

  it.each([
    ['not an object', 'text', 'invalid_metadata_format'],
    ['a list', [], 'invalid_metadata_format'],
    ['no payload', { event_type: 'task' }, 'invalid_metadata_schema'],
    ['no type', { event_payload: {} }, 'invalid_metadata_schema'],
    ['an unknown key', { event_type: 'task', event_payload: {}, more: 1 }, 'invalid_metadata_schema'],
    ['null in the payload', { event_type: 'task', event_payload: { a: null } }, 'invalid_metadata_schema'],
    ['too large', { event_type: 'task', event_payload: { a: 'x'.repeat(20_000) } }, 'metadata_too_large'],
    ['too deep', { event_type: 'task', event_payload: { a: { b: { c: 1 } } } }, 'invalid_metadata_schema'],
  ])('refuses metadata that is %s', async (_why, metadata, error) => {
    const post = client.chat.postMessage({ channel: ids.incidents!, text: 'x', metadata: metadata as never });
    expect(await refusal(post)).toMatchObject({ error });
  });

  it('lists channels, members and history page by page', async () => {
    const names: string[] = [];
    for await (const page of client.paginate('conversations.list', {
      types: 'public_channel,private_channel',
      limit: 3,
    })) {
      names.push(
        ...(page as unknown as { channels: { name: string }[] }).channels.map((channel) => channel.name),
      );
    }
    expect(names).toContain('random');
    expect(names).toContain('disputes');
    expect(new Set(names).size).toBe(names.length);
    expect((await client.conversations.info({ channel: ids.random! })).channel).toMatchObject({
      is_member: false,
    });
    expect((await client.conversations.members({ channel: ids.disputes!, limit: 2 })).members).toHaveLength(
      2,
    );
    expect(await refusal(client.conversations.list({ cursor: 'x' }))).toMatchObject({
      error: 'invalid_cursor',
    });
  });

  it('makes channels, joins them, invites people, sets the topic', async () => {
    const made = await client.conversations.create({ name: 'inc-2026-11-20-adyen' });
    const channel = made.channel!.id!;
    await client.conversations.invite({ channel, users: `${ids.ana},${ids.ines}` });
    await client.conversations.setTopic({ channel, topic: 'Adyen is down' });
    expect((await client.conversations.info({ channel, include_num_members: true })).channel).toMatchObject({
      num_members: 3,
      topic: { value: 'Adyen is down' },
    });
    expect(await refusal(client.conversations.create({ name: 'general' }))).toMatchObject({
      error: 'name_taken',
    });
    expect(await refusal(client.conversations.create({ name: 'No Good' }))).toMatchObject({
      error: 'invalid_name_specials',
    });
    expect(await refusal(client.conversations.invite({ channel, users: ids.ana! }))).toMatchObject({
      error: 'already_in_channel',
    });
    await client.conversations.join({ channel: ids.random! });
    expect(await client.chat.postMessage({ channel: ids.random!, text: 'hi' })).toMatchObject({ ok: true });
  });

  it('renames, describes and archives channels, and no archived channel is touched', async () => {
    const channel = (await client.conversations.create({ name: 'inc-old' })).channel!.id!;
    ids['inc-new'] = channel;
    const { ts } = await client.chat.postMessage({ channel, text: 'the last' });
    expect((await client.conversations.rename({ channel, name: 'inc-new' })).channel!.name).toBe('inc-new');
    expect(await client.conversations.setPurpose({ channel, purpose: 'Over' })).toMatchObject({
      purpose: 'Over',
    });
    await client.conversations.archive({ channel });
    expect((await client.conversations.info({ channel })).channel).toMatchObject({
      name: 'inc-new',
      is_archived: true,
      purpose: { value: 'Over' },
    });
    const archived = { error: 'is_archived' };
    for (const call of [
      client.chat.postMessage({ channel, text: 'x' }),
      client.conversations.setTopic({ channel, topic: 'x' }),
      client.conversations.invite({ channel, users: ids.ana! }),
      client.reactions.add({ channel, timestamp: ts!, name: 'eyes' }),
      client.pins.add({ channel, timestamp: ts! }),
    ]) {
      expect(await refusal(call)).toMatchObject(archived);
    }
    const open = await client.conversations.list({ exclude_archived: true, limit: 1000 });
    expect(open.channels!.map((each) => each.id)).not.toContain(channel);
  });

  it.each<[string, string, () => Record<string, unknown>, string]>([
    ['conversations.archive', 'twice', () => ({ channel: ids['inc-new'] }), 'already_archived'],
    [
      'conversations.archive',
      'the general channel',
      () => ({ channel: ids.general }),
      'cant_archive_general',
    ],
    [
      'conversations.archive',
      'a direct message',
      () => ({ channel: ids['dm-ana'] }),
      'method_not_supported_for_channel_type',
    ],
    [
      'conversations.rename',
      'to nothing',
      () => ({ channel: ids.incidents, name: '' }),
      'invalid_name_required',
    ],
    [
      'conversations.rename',
      'to dashes',
      () => ({ channel: ids.incidents, name: '--' }),
      'invalid_name_punctuation',
    ],
    [
      'conversations.rename',
      "to another's name",
      () => ({ channel: ids.incidents, name: 'general' }),
      'name_taken',
    ],
    [
      'conversations.rename',
      'a foreign channel',
      () => ({ channel: 'C0NOWHERE', name: 'x' }),
      'channel_not_found',
    ],
    [
      'conversations.setPurpose',
      'too long',
      () => ({ channel: ids.incidents, purpose: 'x'.repeat(251) }),
      'too_long',
    ],
    ['conversations.list', 'an unknown type', () => ({ types: 'everything' }), 'invalid_types'],
    ['conversations.open', 'nobody', () => ({}), 'no_user'],
    [
      'conversations.open',
      'a channel',
      () => ({ channel: ids.incidents }),
      'method_not_supported_for_channel_type',
    ],
    [
      'chat.scheduleMessage',
      'no time',
      () => ({ channel: '#general', text: 'x', post_at: 'soon' }),
      'invalid_time',
    ],
    [
      'chat.scheduleMessage',
      'the past',
      () => ({ channel: '#general', text: 'x', post_at: 1 }),
      'time_in_past',
    ],
    [
      'chat.scheduleMessage',
      'a year',
      () => ({ channel: '#general', text: 'x', post_at: 32_503_680_000 }),
      'time_too_far',
    ],
    [
      'bookmarks.add',
      'no link',
      () => ({ channel_id: ids.general, title: 'x', type: 'link', link: 'javascript:x' }),
      'invalid_link',
    ],
    [
      'bookmarks.add',
      'a file',
      () => ({ channel_id: ids.general, title: 'x', type: 'file' }),
      'invalid_bookmark_type',
    ],
    ['bookmarks.edit', 'none', () => ({ channel_id: ids.general, bookmark_id: 'Bk0' }), 'not_found'],
    ['bookmarks.remove', 'none', () => ({ channel_id: ids.general, bookmark_id: 'Bk0' }), 'not_found'],
    ['pins.add', 'no message', () => ({ channel: ids.general, timestamp: '1.000000' }), 'message_not_found'],
    [
      'reactions.get',
      'no message',
      () => ({ channel: ids.general, timestamp: '1.000000' }),
      'message_not_found',
    ],
    ['reactions.list', 'nobody', () => ({ user: 'U0' }), 'user_not_found'],
    ['chat.unfurl', 'nowhere', () => ({ unfurls: {} }), 'missing_channel'],
    ['chat.unfurl', 'no time', () => ({ channel: ids.general, unfurls: {} }), 'missing_ts'],
    ['chat.unfurl', 'half an id', () => ({ source: 'composer', unfurls: {} }), 'missing_unfurl_id'],
    ['chat.unfurl', 'the other half', () => ({ unfurl_id: 'C0.1.x', unfurls: {} }), 'missing_source'],
    [
      'chat.unfurl',
      'a strange source',
      () => ({ unfurl_id: 'C0.1.x', source: 'x', unfurls: {} }),
      'invalid_source',
    ],
    ['chat.unfurl', 'a guessed id', () => ({ unfurl_id: 'C0.1.x', source: 'composer' }), 'invalid_unfurl_id'],
    ['chat.unfurl', 'a foreign channel', () => ({ channel: 'C0', ts: '1.0' }), 'cannot_find_channel'],
    ['chat.unfurl', 'no message', () => ({ channel: ids.general, ts: '1.0' }), 'cannot_find_message'],
  ])('%s refuses %s', async (method, _reason, args, error) => {
    expect(await refusal(client.apiCall(method, args()))).toMatchObject({ error });
  });

  it('reacts, takes it back, and lists what it reacted to', async () => {
    const channel = ids.incidents!;
    const { ts: timestamp } = await client.chat.postMessage({ channel, text: 'react to me' });
    const item = { channel, timestamp: timestamp! };
    await client.reactions.add({ ...item, name: ':eyes:' });
    await client.reactions.add({ ...item, name: '+1' });
    expect((await client.reactions.get(item)).message!.reactions).toEqual([
      { name: 'eyes', users: [ids.paydesk], count: 1 },
      { name: '+1', users: [ids.paydesk], count: 1 },
    ]);
    const { items } = await client.reactions.list({ limit: 10 });
    expect(items!.map((each) => each.message!.ts)).toContain(timestamp);
    await client.reactions.remove({ ...item, name: 'eyes' });
    await client.reactions.remove({ ...item, name: '+1' });
    expect((await client.reactions.get(item)).message!.reactions).toBeUndefined();
    expect(await refusal(client.reactions.remove({ ...item, name: '+1' }))).toMatchObject({
      error: 'no_reaction',
    });
    expect(await refusal(client.reactions.add({ ...item, name: 'N O' }))).toMatchObject({
      error: 'invalid_name',
    });
  });

  it('pins messages and keeps bookmarks', async () => {
    const channel = ids.incidents!;
    const { ts: timestamp } = await client.chat.postMessage({ channel, text: 'read me first' });
    const pin = { channel, timestamp: timestamp! };
    await client.pins.add(pin);
    expect(await refusal(client.pins.add(pin))).toMatchObject({ error: 'already_pinned' });
    expect((await client.pins.list({ channel })).items).toMatchObject([
      { type: 'message', created_by: ids.paydesk, message: { ts: timestamp, pinned_to: [channel] } },
    ]);
    await client.pins.remove(pin);
    expect(await refusal(client.pins.remove(pin))).toMatchObject({ error: 'no_pin' });
    const link = {
      channel_id: channel,
      title: 'Runbook',
      type: 'link' as const,
      link: 'https://pay.example/run',
    };
    const { bookmark } = await client.bookmarks.add({ ...link, emoji: ':book:' });
    const known = { channel_id: channel, bookmark_id: bookmark!.id! };
    await client.bookmarks.edit({ ...known, title: 'The runbook' });
    expect((await client.bookmarks.list({ channel_id: channel })).bookmarks).toMatchObject([
      { id: bookmark!.id, title: 'The runbook', link: 'https://pay.example/run', emoji: ':book:' },
    ]);
    expect((await bench.control.channel('incidents')).bookmarks).toHaveLength(1);
    await client.bookmarks.remove(known);
    expect((await client.bookmarks.list({ channel_id: channel })).bookmarks).toEqual([]);
  });

  it('schedules a message, which the clock posts', async () => {
    let nowMs = Date.parse('2026-11-20T09:00:00Z');
    const later = await startBench({ clock: { now: () => new Date(nowMs) }, rateLimits: false });
    const channel = (await later.control.channel('general')).id;
    const at = nowMs / 1000 + 60;
    expect((await client.chat.scheduledMessages.list()).scheduled_messages).toEqual([]);
    const planned = await client.chat.scheduleMessage({
      channel: ids.general!,
      text: 'here',
      post_at: Math.floor(Date.now() / 1000) + 3600,
    });
    expect(planned).toMatchObject({ ok: true, scheduled_message_id: expect.stringMatching(/^Q0/) });
    await client.chat.deleteScheduledMessage({
      channel: ids.general!,
      scheduled_message_id: planned.scheduled_message_id!,
    });
    const schedule = (text: string, post_at: number) =>
      later.client.chat.scheduleMessage({ channel, text, post_at });
    await schedule('second', at + 1);
    expect(await schedule('first', at)).toMatchObject({ channel, post_at: at, message: { text: 'first' } });
    const said = async () => (await later.control.channel('general')).messages.map((message) => message.text);
    expect(await said()).toEqual([]);
    nowMs += 61_000;
    await expect.poll(said).toEqual(['first', 'second']);
    for (let count = 0; count < 30; count += 1) await schedule('x', at + 600);
    expect(await refusal(schedule('x', at + 600))).toMatchObject({ error: 'restricted_too_many' });
    await later.close();
  });

  it("shows previews below a person's links, and only there", async () => {
    const channel = ids.general!;
    const url = 'https://app.pay.example/p/1?a=1&b=2';
    const { messages } = await bench.control.post('message', {
      user: 'ana',
      channel: 'general',
      text: `see ${url}, and https://other.example/x`,
    });
    const ts = messages[0]!.ts;
    const unfurl = (unfurls: Record<string, unknown>) =>
      client.apiCall('chat.unfurl', { channel, ts, unfurls });
    await unfurl({ [url]: { blocks: [section] } });
    await unfurl({ [url]: { blocks: [section, section] } });
    const found = await bench.control.message('general', (message) => message.ts === ts);
    expect(found!.text).toBe('see <https://app.pay.example/p/1?a=1&amp;b=2>, and <https://other.example/x>');
    expect(found!.attachments, 'the second replaces the first').toMatchObject([
      { id: 1, from_url: url, is_app_unfurl: true, blocks: [{ type: 'section' }, { type: 'section' }] },
    ]);
    for (const [unfurls, error] of [
      [{ 'https://other.example/x': { blocks: [section] } }, 'cannot_unfurl_url'],
      [{ 'https://pay.example/not-said': { blocks: [section] } }, 'cannot_unfurl_message'],
      [{ [url]: { blocks: [{ type: 'alert' }] } }, 'cannot_parse_attachment'],
      [{ [url]: {} }, 'cannot_parse_attachment'],
      [{}, 'invalid_unfurls_format'],
    ] as const) {
      expect(await refusal(unfurl(unfurls)), error).toMatchObject({ error });
    }
  });

  it('opens a direct message with several people as an mpim', async () => {
    const users = `${ids.ana},${ids.lars}`;
    const opened = await client.conversations.open({ users, return_im: true });
    expect(opened.channel).toMatchObject({ is_mpim: true, is_im: false });
    expect(await client.conversations.open({ users })).toMatchObject({ no_op: true, already_open: true });
    const { channels } = await client.conversations.list({ types: 'mpim' });
    expect(channels!.map((each) => each.id)).toEqual([opened.channel!.id]);
  });

  it('opens a direct message with a person, by either way', async () => {
    const opened = await client.conversations.open({ users: ids.ana! });
    const posted = await client.chat.postMessage({ channel: ids.ana!, text: 'psst' });
    expect(posted.channel).toBe(opened.channel!.id);
  });

  it('knows people and groups', async () => {
    expect((await client.users.info({ user: ids.mei! })).user).toMatchObject({
      real_name: 'Mei Tanaka',
      tz: 'Asia/Tokyo',
      tz_offset: 9 * 3600,
    });
    const { members } = await client.users.list({});
    expect(members, 'eight people of the company, the app, and Slackbot').toHaveLength(10);
    expect(members!.filter(({ deleted }) => deleted).map(({ name }) => name)).toEqual(['ruben']);
    expect((await client.users.lookupByEmail({ email: 'ANA@larkspur-pay.example' })).user!.id).toBe(ids.ana);
    const { usergroups } = await client.usergroups.list();
    const approvers = usergroups!.find((group) => group.handle === 'payments-approvers')!;
    expect((await client.usergroups.users.list({ usergroup: approvers.id! })).users).toContain(ids.lars);
    expect(await refusal(client.users.info({ user: 'U0' }))).toMatchObject({ error: 'user_not_found' });
    expect(await refusal(client.users.lookupByEmail({ email: 'x@example.com' }))).toMatchObject({
      error: 'users_not_found',
    });
  });

  it('uploads a file in two steps and shows it in a channel', async () => {
    const content = 'a;b\n1;2\n';
    await client.filesUploadV2({
      channel_id: ids.reconciliation!,
      filename: 'breaks.csv',
      title: 'Breaks',
      content,
      initial_comment: 'Today',
    });
    const message = await bench.control.message('reconciliation', (each) => each.text === 'Today');
    const [file] = message!.files!;
    expect(file).toMatchObject({
      name: 'breaks.csv',
      title: 'Breaks',
      mimetype: 'text/csv',
      size: content.length,
    });
    const served = await fetch(file!.url_private, {
      headers: { authorization: `Bearer ${bench.slack.credentials.botToken}` },
    });
    expect(await served.text()).toBe(content);
    expect(served.headers.get('content-disposition')).toContain('attachment');
    expect((await client.files.info({ file: file!.id })).file).toMatchObject({ title: 'Breaks' });
    expect(await refusal(client.files.info({ file: 'F0' }))).toMatchObject({ error: 'file_not_found' });
  });

  it('publishes a Home and updates it only with the right hash', async () => {
    const home: View = { type: 'home', blocks: [section] };
    const first = await client.views.publish({ user_id: ids.ana!, view: home });
    await client.views.publish({ user_id: ids.ana!, view: home, hash: first.view!.hash! });
    expect(
      await refusal(client.views.publish({ user_id: ids.ana!, view: home, hash: first.view!.hash! })),
    ).toMatchObject({ error: 'hash_conflict' });
    const updated = await client.views.update({ view_id: first.view!.id!, view: home });
    expect(updated.view!.id).toBe(first.view!.id);
    expect(await refusal(client.views.update({ view_id: 'V0', view: home }))).toMatchObject({
      error: 'not_found',
    });
  });

  it('needs a trigger to open or push a view', async () => {
    for (const open of [client.views.open.bind(client.views), client.views.push.bind(client.views)]) {
      expect(await refusal(open({ trigger_id: '1.2.3', view: modal }))).toMatchObject({
        error: 'invalid_trigger_id',
      });
    }
  });

  it('opens a view with a fresh trigger, pushes another on it, and updates it', async () => {
    const triggers: string[] = [];
    const app = await startApp(bench, 'socket', 0, (bolt) => {
      bolt.command('/form', ({ ack, command }) => {
        triggers.push(command.trigger_id);
        return ack();
      });
      bolt.action('deeper', ({ ack, body }) => {
        if (body.type === 'block_actions') triggers.push(body.trigger_id);
        return ack();
      });
    });
    const button = {
      type: 'button' as const,
      action_id: 'deeper',
      text: { type: 'plain_text' as const, text: 'Go' },
    };
    const lower = { ...modal, blocks: [...modal.blocks, { type: 'actions' as const, elements: [button] }] };
    await bench.control.post('command', { user: 'ana', channel: 'general', text: '/form' });
    const opened = await client.views.open({ trigger_id: triggers.at(-1)!, view: lower });
    await bench.control.post('action', { user: 'ana', view_id: opened.view!.id!, action_id: 'deeper' });
    const pushed = await client.views.push({ trigger_id: triggers.at(-1)!, view: modal });
    expect(pushed.view).toMatchObject({ root_view_id: opened.view!.id, previous_view_id: opened.view!.id });
    const updated = await client.views.update({ view_id: opened.view!.id!, view: modal });
    expect(updated.view!.hash).not.toBe(opened.view!.hash);
    await app.stop();
  });

  it('validates blocks, messages and views, with pointers', async () => {
    expect(await client.blocks.validate({ blocks: [section] })).toMatchObject({ ok: true });
    expect(await client.blocks.validate({ view: modal })).toMatchObject({ ok: true });
    const bad = { type: 'section' };
    const [blocks, message, view] = await Promise.all([
      refusal(client.blocks.validate({ blocks: [bad] })),
      refusal(client.blocks.validate({ message: { blocks: [bad] } })),
      refusal(client.blocks.validate({ view: { ...modal, blocks: [bad] } })),
    ]);
    expect(blocks).toMatchObject({
      error: 'invalid_blocks',
      errors: [{ pointer: '/0', code: 'failed_constraint' }],
    });
    expect(message).toMatchObject({ error: 'invalid_message', errors: [{ pointer: '/blocks/0' }] });
    expect(view).toMatchObject({ error: 'invalid_view', errors: [{ pointer: '/blocks/0' }] });
    expect(await refusal(client.blocks.validate({}))).toMatchObject({ error: 'invalid_arguments' });
  });

  it('gives Socket Mode addresses to the app token only', async () => {
    expect((await bench.appClient.apps.connections.open()).url).toMatch(
      /^ws:\/\/127\.0\.0\.1:\d+\/link\?ticket=/,
    );
    expect(await refusal(client.apps.connections.open())).toMatchObject({ error: 'not_allowed_token_type' });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no text and no blocks', { text: '' }, 'no_text'],
    ['text of more than 40,000', { text: 'x'.repeat(40_001) }, 'msg_too_long'],
    ['blocks that are no JSON', { blocks: '[{' }, 'invalid_blocks_format'],
    [
      'a block over its limit',
      { text: 'x', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] },
      'invalid_blocks',
    ],
    [
      'too much text in all blocks',
      {
        blocks: Array.from({ length: 5 }, () => ({
          type: 'section',
          text: { type: 'mrkdwn', text: 'x'.repeat(2900) },
        })),
      },
      'msg_blocks_too_long',
    ],
    ['an unknown channel', { channel: 'C0', text: 'x' }, 'channel_not_found'],
  ])('refuses %s', async (_reason, message, error) => {
    const call = client.apiCall('chat.postMessage', { channel: ids.general, ...message });
    expect(await refusal(call)).toMatchObject({ error });
  });

  it('names the pointer of a bad block as Slack does', async () => {
    const blocks = [section, { type: 'actions', elements: [] }];
    const { response_metadata, errors } = await refusal(
      client.chat.postMessage({ channel: ids.general!, text: 'x', blocks }),
    );
    const text = 'no less than 1 items allowed [json-pointer:/blocks/1/elements]';
    expect(errors).toEqual([text]);
    expect(response_metadata!.messages).toEqual([`[ERROR] ${text}`]);
  });

  it('reports a missing argument', async () => {
    const { error, response_metadata } = await refusal(client.apiCall('chat.postMessage', { text: 'x' }));
    expect(error).toBe('invalid_arguments');
    expect(response_metadata!.messages).toEqual(['[ERROR] missing required field: channel']);
  });

  it('has had an answer from every method that there is', () => {
    const unused = [...allMethods.keys()].filter((name) => !bench.called.has(name));
    expect(unused).toEqual([]);
  });
});
