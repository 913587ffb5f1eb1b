/**
 * Every kind of delivery as a bare Bolt app receives it, over either transport, against the shapes of Slack's
 * documentation; and what people see of external selects, shortcuts, previews and files.
 */
import type { App } from '@slack/bolt';
import type { KnownBlock, ModalView } from '@slack/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileUpload, Json } from '../../../sandbox/slack/wire.js';
import { differences, envelopeKeys, events, samplesFile, interactions } from './payload-samples.js';
import { paydeskManifest, short, startApp, startBench } from './support.js';
import type { Bench, Transport } from './support.js';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const option = (text: string, value: string) => ({ text: plain(text), value });

const share: KnownBlock = {
  type: 'actions',
  elements: [{ type: 'button', action_id: 'share', value: 'pi_1', text: plain('Share') }],
};
const partner: KnownBlock = {
  type: 'actions',
  block_id: 'partner',
  elements: [
    { type: 'external_select', action_id: 'pick', min_query_length: 0 },
    { type: 'button', action_id: 'other', text: plain('Other') },
  ],
};
const form: ModalView = {
  type: 'modal',
  callback_id: 'evidence',
  title: plain('Evidence'),
  submit: plain('Send'),
  notify_on_close: true,
  blocks: [
    partner,
    {
      type: 'input',
      block_id: 'proof',
      optional: true,
      label: plain('Proof'),
      element: { type: 'file_input', action_id: 'files', filetypes: ['png', 'txt'], max_files: 2 },
    },
  ],
};

const text = 'a <b>receipt</b>';
const upload = (more: Partial<FileUpload> = {}): Json => ({
  name: 'receipt.txt',
  title: 'Receipt',
  mimetype: 'text/plain',
  size: 1,
  content_base64: Buffer.from(text).toString('base64'),
  ...more,
});

/** What the app answers to a block_suggestion, by what was typed. */
const answers: Record<string, object> = {
  ad: { options: [option('Adyen', 'adyen')] },
  group: { option_groups: [{ label: plain('PSPs'), options: [option('Stripe', 'stripe')] }] },
  none: { options: [] },
  many: { options: Array.from({ length: 101 }, (_, at) => option('x', String(at))) },
  long: { options: [option('x'.repeat(76), 'x')] },
  both: { options: [], option_groups: [] },
};

type Body = Record<string, Json>;

function listeners(bodies: Body[]): (app: App) => void {
  return (app) => {
    app.use(async ({ body, next }) => {
      bodies.push(body as unknown as Body);
      await next();
    });
    app.command('/payment', async ({ ack, respond }) => {
      await ack();
      await respond({ text: 'here', blocks: [share] });
    });
    app.command('/form', async ({ ack, client, command: { trigger_id } }) => {
      await ack();
      await client.views.open({ trigger_id, view: form });
    });
    app.action(/share|pick/, ({ ack }) => ack());
    app.options('pick', ({ ack, payload }) => ack((answers[payload.value] ?? {}) as never));
    app.view('evidence', ({ ack }) => ack());
    app.view({ type: 'view_closed', callback_id: 'evidence' }, ({ ack }) => ack());
    app.shortcut(
      { type: 'shortcut', callback_id: 'start' },
      async ({ ack, client, shortcut: { trigger_id } }) => {
        await ack();
        await client.views.open({ trigger_id, view: form });
      },
    );
    app.shortcut({ type: 'message_action', callback_id: 'trace' }, async ({ ack, respond }) => {
      await ack();
      await respond({ text: 'traced', replace_original: true });
    });
    app.event('link_shared', async ({ event, client }) => {
      const unfurls = Object.fromEntries(event.links.map(({ url }) => [url, { blocks: [share] }]));
      await client.chat.unfurl({ unfurl_id: event.unfurl_id!, source: 'conversations_history', unfurls });
    });
    app.event('app_home_opened', async ({ event, client }) => {
      await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [share] } });
    });
    app.event('message', () => Promise.resolve());
    for (const event of ['app_mention', 'reaction_added', 'reaction_removed', 'pin_added', 'pin_removed'])
      app.event(event, () => Promise.resolve());
  };
}

describe.each<[Transport, number]>([
  ['socket', 0],
  ['http', 21_031],
])('deliveries over %s', (transport, port) => {
  let bench: Bench;
  let app: { stop(): Promise<void> };
  const bodies: Body[] = [];

  beforeAll(async () => {
    bench = await startBench({ rateLimits: false, limits: { ...short, ackMs: 3_000 } });
    app = await startApp(bench, transport, port, listeners(bodies));
  });
  afterAll(async () => {
    await app.stop();
    await bench.close();
  });

  const act = (path: string, body: Record<string, Json>) =>
    bench.control.post(path, { user: 'ana', ...body });
  const say = (said: string, more: Record<string, Json> = {}) =>
    act('message', { channel: 'general', text: said, ...more });
  const said = async () => (await say('something to keep')).messages[0]!.ts;
  const react = (ts: string) => act('reaction', { channel: 'general', ts, name: 'eyes' });
  const pin = (ts: string) => act('pin', { channel: 'general', ts });
  const open = async () => (await act('command', { channel: 'general', text: '/form' })).view!.id;
  const card = async () => {
    const channel = (await bench.control.channel('general')).id;
    return {
      channel,
      ts: (await bench.client.chat.postMessage({ channel, text: 'a', blocks: [share, partner] })).ts!,
    };
  };
  const preview = async () => {
    const [message] = (await say('https://pay.example/p/1')).messages;
    const { channel, ts } = message!;
    const found = () => bench.control.message('general', (each) => each.ts === ts);
    await expect.poll(found).toMatchObject({ attachments: [{ from_url: 'https://pay.example/p/1' }] });
    return { channel, ts };
  };

  const play: Record<keyof typeof interactions, () => Promise<unknown>> = {
    slash_commands: () => act('command', { channel: 'general', text: '/payment' }),
    'block_actions of a message': async () => act('action', { ...(await card()), action_id: 'share' }),
    'block_actions of an ephemeral message': async () => {
      const [shown] = (await act('command', { channel: 'general', text: '/payment' })).messages;
      return act('action', { channel: shown!.channel, ts: shown!.ts, action_id: 'share' });
    },
    'block_actions of a preview': async () => act('action', { ...(await preview()), action_id: 'share' }),
    'block_actions of a view': async () =>
      act('action', { view_id: await open(), action_id: 'pick', selected: 'adyen' }),
    'block_suggestion of a view': async () =>
      act('suggest', { view_id: await open(), block_id: 'partner', action_id: 'pick', value: 'ad' }),
    'block_suggestion of a message': async () =>
      act('suggest', { ...(await card()), block_id: 'partner', action_id: 'pick', value: 'ad' }),
    view_submission: async () => act('submit', { view_id: await open(), values: {} }),
    view_closed: async () => act('close', { view_id: await open() }),
    shortcut: () => act('shortcut', { callback_id: 'start' }),
    message_action: async () => {
      const [message] = (await say('what is this?')).messages;
      return act('shortcut', { callback_id: 'trace', channel: 'general', ts: message!.ts });
    },
  };

  it.each(Object.entries(play))('%s has the documented shape', async (name, deliver) => {
    bodies.length = 0;
    await deliver();
    const type = name.split(' ')[0]!;
    const body = bodies.findLast((each) => (each.type ?? 'slash_commands') === type);
    expect(body, `no ${type} came`).toBeDefined();
    expect(differences(interactions[name as keyof typeof interactions], body!)).toEqual([]);
  });

  const happen: Record<keyof typeof events, () => Promise<unknown>> = {
    message: () => say('hello'),
    'message with a file': () => say('', { files: [upload()] }),
    app_mention: () => say('@paydesk hello'),
    link_shared: preview,
    member_joined_channel: async () => {
      const { channel } = await bench.client.conversations.create({ name: `inc-${transport}` });
      const { users } = await bench.control.state();
      await bench.client.conversations.invite({ channel: channel!.id!, users: users[1]!.id });
    },
    reaction_added: async () => react(await said()),
    reaction_removed: async () => {
      const ts = await said();
      await react(ts);
      await react(ts);
    },
    pin_added: async () => pin(await said()),
    pin_removed: async () => {
      const ts = await said();
      await pin(ts);
      await pin(ts);
    },
    app_home_opened: async () => {
      await act('home', {});
      await expect.poll(async () => Object.keys((await bench.control.state()).homes)).toHaveLength(1);
      bodies.length = 0;
      await act('home', {});
    },
  };

  it.each(Object.entries(happen))('the event %s has the documented shape', async (name, happening) => {
    bodies.length = 0;
    await happening();
    const sample: Json = events[name as keyof typeof events];
    const wanted = name.split(' ')[0];
    const found = () => bodies.findLast(({ event }) => (event as Body | undefined)?.type === wanted);
    await expect.poll(found).toBeDefined();
    const { event, ...envelope } = found()!;
    expect(differences(envelopeKeys, { ...envelope, event: {} })).toEqual([]);
    expect(differences(sample, event!)).toEqual([]);
  });

  it.each<[string, Json]>([
    ['ad', { ok: true, options: [option('Adyen', 'adyen')] }],
    ['group', { ok: true, option_groups: [{ label: plain('PSPs'), options: [option('Stripe', 'stripe')] }] }],
    ['none', { ok: true, options: [] }],
    ['nothing at all', { ok: true, options: [] }],
    ['many', { ok: false, error: 'invalid options: no more than 100 items allowed [json-pointer:/options]' }],
    [
      'long',
      {
        ok: false,
        error: 'invalid options: must be less than 76 characters [json-pointer:/options/0/text/text]',
      },
    ],
    [
      'both',
      {
        ok: false,
        error: 'invalid options: provide either options or option_groups [json-pointer:/option_groups]',
      },
    ],
  ])('somebody who types %j sees what the app offers, or why not', async (value, expected) => {
    const asked = { ...(await card()), block_id: 'partner', action_id: 'pick', value };
    expect(await act('suggest', asked)).toEqual(expected);
  });

  it('keeps the label of a chosen option, in the action and in the state', async () => {
    const adyen = option('Adyen N.V.', 'adyen');
    const state = { partner: { pick: { type: 'external_select', selected_option: adyen } } };
    await act('action', { view_id: await open(), action_id: 'pick', selected: 'adyen', state });
    const body = bodies.findLast((each) => each.type === 'block_actions') as unknown as {
      actions: [{ selected_option: Json }];
      view: { state: { values: typeof state } };
    };
    expect(body.actions[0].selected_option).toEqual(adyen);
    expect(body.view.state.values.partner.pick.selected_option).toEqual(adyen);
  });

  it('opens what a shortcut opens; a message shortcut answers without touching the message', async () => {
    expect((await act('shortcut', { callback_id: 'start' })).view!.view.callback_id).toBe('evidence');
    const [message] = (await say('trace me')).messages;
    const traced = await act('shortcut', { callback_id: 'trace', channel: 'general', ts: message!.ts });
    expect(traced.messages).toMatchObject([{ text: 'traced', ephemeral_to: message!.user }]);
    expect(await bench.control.message('general', ({ ts }) => ts === message!.ts)).toMatchObject({
      text: 'trace me',
    });
  });

  it('shows a preview below the link, also where the app is no member', async () => {
    await act('message', { channel: 'random', text: 'https://sub.pay.example/p/2' });
    const found = () => bench.control.message('random', ({ attachments }) => attachments !== undefined);
    await expect
      .poll(found)
      .toMatchObject({
        text: '<https://sub.pay.example/p/2>',
        attachments: [{ from_url: 'https://sub.pay.example/p/2' }],
      });
    const told = bodies.findLast((each) => (each.event as Body | undefined)?.type === 'link_shared')!;
    expect(told.event).toMatchObject({ is_bot_user_member: false, links: [{ domain: 'pay.example' }] });
  });

  it('hands files over as file objects, which the app alone downloads', async () => {
    const submitted = await act('submit', {
      view_id: await open(),
      values: { proof: { files: [upload()] } },
    });
    expect(submitted).toMatchObject({ ok: true });
    const body = bodies.findLast((each) => each.type === 'view_submission') as unknown as {
      view: { state: { values: { proof: { files: { type: string; files: (typeof samplesFile)[] } } } } };
    };
    const { type, files } = body.view.state.values.proof.files;
    expect(type).toBe('file_input');
    expect(differences([samplesFile], files)).toEqual([]);
    const [file] = files;
    expect(file).toMatchObject({ name: 'receipt.txt', size: text.length, filetype: 'txt' });
    const { botToken, appToken } = bench.slack.credentials;
    const get = (headers: Record<string, string>) =>
      fetch(file!.url_private, { redirect: 'manual', headers });
    const served = await get({ authorization: `Bearer ${botToken}` });
    expect([served.status, await served.text()]).toEqual([200, text]);
    expect((await get({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    for (const stranger of [{}, { authorization: `Bearer ${appToken}` }, { 'sec-fetch-site': 'cross-site' }])
      expect((await get(stranger)).status).toBe(302);
  });

  it.each<[string, Json, RegExp]>([
    ['no list', 'x', /must be a list/],
    ['a file without a name', [upload({ name: '' })], /needs name/],
    ['content that is no base64', [upload({ content_base64: '<b>' })], /is not base64/],
    [
      'more than 5 MB, whatever it says',
      [upload({ content_base64: Buffer.alloc(5_000_001).toString('base64') })],
      /larger than 5 MB/,
    ],
    ['eleven files', Array.from({ length: 11 }, () => upload()), /at most 10/],
  ])('refuses a message with %s', async (_reason, files, error) => {
    expect((await say('x', { files })).error).toMatch(error);
  });

  it.each<[string, Json[], string]>([
    ['of another type', [upload({ name: 'run.exe' })], 'run.exe is not of a type asked for.'],
    ['too many', [upload(), upload(), upload()], 'Must be no more than 2 files.'],
  ])('says under the field that files are %s', async (_reason, files, words) => {
    const outcome = await act('submit', { view_id: await open(), values: { proof: { files } } });
    expect(outcome.errors).toEqual({ proof: words });
  });

  it.each<[string, Record<string, Json>, RegExp]>([
    ['shortcut', { callback_id: 'none' }, /no shortcut "none"/],
    ['shortcut', { callback_id: 'trace' }, /channel is missing/],
    ['shortcut', { callback_id: 'trace', channel: 'general', ts: '1.0' }, /no message/],
    ['suggest', { view_id: 'V0', block_id: 'b', action_id: 'a', value: '' }, /no open view/],
  ])('%s %j is refused', async (path, body, error) => {
    expect((await act(path, body)).error).toMatch(error);
  });

  it('refuses options for other elements than external selects, and shortcuts on ephemeral messages', async () => {
    const asked = { ...(await card()), block_id: 'partner', action_id: 'other', value: '' };
    expect((await act('suggest', asked)).error).toContain('is not an external select');
    const [shown] = (await act('command', { channel: 'general', text: '/payment' })).messages;
    const tried = await act('shortcut', { callback_id: 'trace', channel: 'general', ts: shown!.ts });
    expect(tried.error).toContain('has no shortcuts');
  });
});

describe('the comparison of shapes', () => {
  it('finds missing, invented and mistyped members, in lists as well', () => {
    const sample = { a: 1, list: [{ b: 'x' }], none: null };
    expect(differences(sample, { a: 2, list: [{ b: 'y' }], none: 'anything' })).toEqual([]);
    expect(differences(sample, { a: '1', list: [{ c: 'x' }], none: null })).toEqual([
      '/a is string, not number',
      '/list/0/b is missing',
      '/list/0/c is unknown',
    ]);
  });
});

describe('events that the manifest does not ask for, or has no scope for', () => {
  it('are not sent', async () => {
    const settings = { event_subscriptions: { bot_events: ['app_mention', 'link_shared'] } };
    const bot = paydeskManifest.oauth_config.scopes.bot.filter((scope) => scope !== 'links:read');
    const bench = await startBench({
      manifest: { ...paydeskManifest, settings, oauth_config: { scopes: { bot } } },
    });
    const app = await startApp(bench, 'socket', 0, listeners([]));
    const say = (text: string) => bench.control.post('message', { user: 'ana', channel: 'general', text });
    await say('hello https://pay.example/p/1');
    await bench.control.post('home', { user: 'ana' });
    await say('@paydesk hello');
    const told = (await bench.control.deliveries()).map(
      ({ payload }) => (payload as { event: { type: string } }).event.type,
    );
    expect(told).toEqual(['app_mention']);
    await app.stop();
    await bench.close();
  });
});
