/**
 * Markup and script in every text that people or the app can write, forged deliveries to the app, and bodies that are
 * too large or no sense: text stays text, and nothing ends the process.
 */
import { createHmac } from 'node:crypto';
import type { App } from '@slack/bolt';
import type { KnownBlock, View } from '@slack/types';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCommandText, encodeMessage } from '../../../sandbox/slack/mrkdwn.js';
import type { Store } from '../../../sandbox/slack/store.js';
import type { Json } from '../../../sandbox/slack/wire.js';
import { startApp, startBench } from './support.js';
import type { Bench } from './support.js';

const hostile = '<script>alert("1")</script><img src=x onerror=alert(1)> & </textarea>';
const escaped =
  '&lt;script&gt;alert("1")&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; &amp; &lt;/textarea&gt;';

const plain = { type: 'plain_text' as const, text: hostile };
const blocks: KnownBlock[] = [
  { type: 'header', text: plain },
  { type: 'section', text: { type: 'mrkdwn', text: hostile }, fields: [plain] },
  { type: 'context', elements: [plain] },
  { type: 'actions', elements: [{ type: 'button', action_id: 'go', text: plain, value: hostile }] },
];
const short = hostile.slice(0, 24);
const modal: View = {
  type: 'modal',
  callback_id: 'form',
  title: { type: 'plain_text', text: short },
  submit: { type: 'plain_text', text: short },
  private_metadata: hostile,
  blocks: [
    {
      type: 'input',
      block_id: 'name',
      label: plain,
      hint: plain,
      element: { type: 'plain_text_input', action_id: 'value', initial_value: hostile },
    },
  ],
};

const port = 21_061;

describe('markup and script', () => {
  let bench: Bench;
  let app: { stop(): Promise<void> };
  const heard: string[] = [];

  const listen = (bolt: App) => {
    bolt.command('/form', async ({ ack, client, command: { text, trigger_id } }) => {
      heard.push(text);
      await ack();
      await client.views.open({ trigger_id, view: modal });
    });
    bolt.view('form', ({ ack, view }) => {
      heard.push(view.state.values.name!.value!.value!, view.private_metadata);
      return ack({ response_action: 'errors', errors: { name: hostile } });
    });
    bolt.action('go', ({ ack, action }) => {
      if (action.type === 'button') heard.push(action.value ?? '');
      return ack();
    });
    bolt.event('message', ({ event }) => {
      if (event.subtype === undefined) heard.push(event.text ?? '');
      return Promise.resolve();
    });
    bolt.error(() => Promise.resolve());
  };

  beforeAll(async () => {
    bench = await startBench({ rateLimits: false });
    app = await startApp(bench, 'http', port, listen);
  });
  afterAll(async () => {
    await app.stop();
    await bench.close();
  });

  it('of people reaches the app escaped, and is kept so', async () => {
    const said = await bench.control.post('message', { user: 'ana', channel: 'general', text: hostile });
    expect(said.messages[0]!.text).toBe(escaped);
    expect(heard.at(-1)).toBe(escaped);
    await bench.control.post('command', { user: 'ana', channel: 'general', text: `/form ${hostile}` });
    expect(heard.at(-1)).toBe(escaped);
  });

  it('in a field is handed over as typed, and comes back as text', async () => {
    const { view } = await bench.control.post('command', { user: 'ana', channel: 'general', text: '/form' });
    expect(view!.view.blocks[0]).toMatchObject({ label: plain, hint: plain });
    const outcome = await bench.control.post('submit', { user: 'ana', view_id: view!.id, values: {} });
    expect(heard.slice(-2)).toEqual([hostile, hostile]);
    expect(outcome.errors).toEqual({ name: hostile });
  });

  it('of the app stays what it sent: blocks, names, file names, topics', async () => {
    const channel = (await bench.control.channel('general')).id;
    const { ts } = await bench.client.chat.postMessage({ channel, text: hostile, blocks: blocks });
    const clicked = await bench.control.post('action', { user: 'ana', channel, ts: ts!, action_id: 'go' });
    expect(clicked.ok).toBe(true);
    expect(heard.at(-1)).toBe(hostile);
    const found = await bench.control.message('general', (message) => message.ts === ts);
    expect(found).toMatchObject({ text: hostile, blocks: blocks });
    await bench.client.conversations.setTopic({ channel, topic: hostile });
    expect((await bench.control.channel('general')).topic).toBe(hostile);
  });

  it('in a file is a download under its own name, in which nothing runs', async () => {
    const { messages } = await bench.control.post('message', {
      user: 'ana',
      channel: 'general',
      text: '',
      files: [
        {
          name: '"><script>.html',
          mimetype: 'text/html',
          content_base64: Buffer.from(hostile).toString('base64'),
        },
      ],
    });
    const headers = { authorization: `Bearer ${bench.slack.credentials.botToken}` };
    const served = await fetch(messages[0]!.files![0]!.url_private, { headers });
    expect(served.headers.get('content-disposition')).toBe(
      "attachment; filename*=UTF-8''%22%3E%3Cscript%3E.html",
    );
    expect(served.headers.get('content-security-policy')).toContain('sandbox');
    expect(served.headers.get('x-content-type-options')).toBe('nosniff');
  });

  const deliver = async (body: string, more: Record<string, string>) =>
    (
      await fetch(`http://127.0.0.1:${port}/slack/events`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...more },
      })
    ).status;
  const signed = (secret: string, timestampSec: number, body: string) => ({
    'x-slack-request-timestamp': String(timestampSec),
    'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${timestampSec}:${body}`).digest('hex')}`,
  });

  it('an app refuses deliveries that this Slack did not sign', async () => {
    const body = 'command=%2Fform&text=forged&trigger_id=1';
    const nowSec = Math.floor(Date.now() / 1000);
    const secret = bench.slack.credentials.signingSecret;
    const before = heard.length;
    expect(await deliver(body, {})).toBe(401);
    expect(await deliver(body, signed('another secret', nowSec, body))).toBe(401);
    expect(await deliver(`${body}&more=1`, signed(secret, nowSec, body))).toBe(401);
    expect(await deliver(body, signed(secret, nowSec - 301, body))).toBe(401);
    expect(heard).toHaveLength(before);
    expect(await deliver(body, signed(secret, nowSec, body))).toBe(200);
    expect(heard.at(-1)).toBe('forged');
  });

  it.each<[string, string, number]>([
    [
      'an oversized command',
      JSON.stringify({ user: 'ana', channel: 'general', text: `/form ${'x'.repeat(4_000_000)}` }),
      413,
    ],
    ['no JSON', '{', 400],
    ['a list', '[]', 400],
    ['bytes', '\u0000\u0001', 400],
  ])('the control interface refuses %s', async (_reason, body, status) => {
    const response = await fetch(`${bench.slack.url}/_sandbox/command`, { method: 'POST', body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ ok: false, messages: [] });
  });

  it('any JSON at all is answered, with a refusal or an outcome', async () => {
    const paths = [
      'command',
      'action',
      'suggest',
      'shortcut',
      'submit',
      'close',
      'message',
      'home',
      'faults',
    ];
    const body = fc.record(
      {
        user: fc.oneof(fc.constant('ana'), fc.jsonValue()),
        channel: fc.oneof(fc.constant('general'), fc.jsonValue()),
        text: fc.jsonValue(),
        ts: fc.jsonValue(),
        view_id: fc.jsonValue(),
        action_id: fc.jsonValue(),
        callback_id: fc.jsonValue(),
        values: fc.jsonValue(),
        files: fc.jsonValue(),
        state: fc.jsonValue(),
        kind: fc.jsonValue(),
      },
      { requiredKeys: ['user'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), body, async (path, value) => {
        const answer = await bench.control.post(path, value as Json);
        expect(answer.error ?? '').not.toBe('internal_error');
        expect(typeof answer.ok).toBe('boolean');
      }),
      { seed: 11, numRuns: 150 },
    );
  });

  it('any arguments at all are answered, with a refusal or a result', async () => {
    const names = [
      'chat.unfurl',
      'chat.scheduleMessage',
      'bookmarks.add',
      'pins.add',
      'reactions.add',
      'views.publish',
    ];
    const args = fc.dictionary(
      fc.constantFrom(
        'channel',
        'channel_id',
        'ts',
        'timestamp',
        'unfurls',
        'post_at',
        'text',
        'blocks',
        'view',
      ),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), args, async (name, value) => {
        const response = await fetch(bench.slack.apiUrl + name, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${bench.slack.credentials.botToken}`,
            'content-type': 'application/json',
          },
          body: JSON.stringify(value),
        });
        expect(response.status).toBe(200);
      }),
      { seed: 12, numRuns: 150 },
    );
  });
});

describe('what people type', () => {
  const store = {
    findUser: (name: string) => (name === 'ana' ? { id: 'U1', name } : undefined),
    findChannel: (name: string) => (name === 'general' ? { id: 'C1', name } : undefined),
    groups: [{ id: 'S1', handle: 'on-call', name: 'On call', users: [] }],
  } as unknown as Store;

  it.each<[string, string, string]>([
    ['a person', 'hi @ana!', 'hi <@U1>!'],
    ['a channel at the end', 'see #general.', 'see <#C1>.'],
    ['everybody who is there', '@here look', '<!here> look'],
    ['everybody in the channel', '(@channel)', '(<!channel>)'],
    ['everybody at all', '@everyone', '<!everyone>'],
    ['a group', '@on-call, please', '<!subteam^S1>, please'],
    ['nobody', '@nobody a@ana', '@nobody a@ana'],
    ['an address', 'see https://x.example/a?b=1&c=2.', 'see <https://x.example/a?b=1&amp;c=2>.'],
    ['an address in angle brackets', '<https://x.example>', '&lt;https://x.example&gt;'],
    ['a mention that the page encoded', '<@U1> <!here>', '<@U1> <!here>'],
    ['a mention of a strange form', '<!date^1^x|y> <@u1>', '&lt;!date^1^x|y&gt; &lt;@u1&gt;'],
  ])('%s', (_reason, typed, stored) => {
    expect(encodeMessage(typed, store)).toBe(stored);
  });

  it('is encoded with names in a command that asks for it, and only escaped in others', () => {
    const typed = '@ana #general @on-call @here https://x.example <b>';
    expect(encodeCommandText(typed, true, store)).toBe(
      '<@U1|ana> <#C1|general> <!subteam^S1|@on-call> <!here> <https://x.example> &lt;b&gt;',
    );
    expect(encodeCommandText(typed, false, store)).toBe(
      '@ana #general @on-call @here https://x.example &lt;b&gt;',
    );
  });

  it('never leaves a raw angle bracket but in what was encoded', () => {
    const encoded = /<(?:[@#!][A-Za-z0-9^]+(?:\|[^<>|]*)?|https?:\/\/[^<>|\s]+)>/gi;
    const text = fc.string({
      unit: fc.constantFrom('<', '>', '&', '@', '#', 'ana', 'here', ' ', '|', '!', 'https://x'),
    });
    fc.assert(
      fc.property(text, (typed) => {
        expect(encodeMessage(typed, store).replace(encoded, '')).not.toMatch(/[<>]/);
      }),
      { seed: 13 },
    );
  });
});
