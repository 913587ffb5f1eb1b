/**
 * A bare, unmodified Bolt app against the stand-in, the same behaviour over Socket Mode and over signed HTTP.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '@slack/bolt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModalView } from '@slack/types';
import { short, startApp, startBench } from './support.js';
import type { Bench, Transport } from './support.js';

const form: ModalView = {
  type: 'modal',
  callback_id: 'refund',
  title: { type: 'plain_text', text: 'Refund' },
  submit: { type: 'plain_text', text: 'Send' },
  notify_on_close: true,
  private_metadata: 'case 7',
  blocks: [
    {
      type: 'input',
      block_id: 'amount',
      label: { type: 'plain_text', text: 'Amount' },
      element: { type: 'number_input', action_id: 'value', is_decimal_allowed: true },
    },
    {
      type: 'input',
      block_id: 'reason',
      optional: true,
      label: { type: 'plain_text', text: 'Reason' },
      element: {
        type: 'static_select',
        action_id: 'value',
        options: ['duplicate', 'fraud'].map((value) => ({
          text: { type: 'plain_text', text: value },
          value,
        })),
      },
    },
  ],
};

interface Heard {
  closed: string[];
  joined: string[];
  mentions: string[];
  commandText: string[];
}

function listeners(heard: Heard): (app: App) => void {
  return (app) => {
    app.command('/payment', async ({ ack, respond, command }) => {
      heard.commandText.push(command.text);
      await ack();
      await respond({
        text: `trace of ${command.text}`,
        blocks: [
          { type: 'section', text: { type: 'mrkdwn', text: `trace of ${command.text}` } },
          {
            type: 'actions',
            elements: [
              {
                type: 'button',
                action_id: 'share',
                value: 'pi_1',
                text: { type: 'plain_text', text: 'Share' },
              },
              {
                type: 'button',
                action_id: 'swap',
                value: 'pi_1',
                text: { type: 'plain_text', text: 'Swap' },
              },
              {
                type: 'button',
                action_id: 'drop',
                value: 'pi_1',
                text: { type: 'plain_text', text: 'Drop' },
              },
            ],
          },
        ],
      });
    });
    app.command('/assign', async ({ ack, command }) => {
      heard.commandText.push(command.text);
      await ack({ response_type: 'in_channel', text: 'assigned' });
    });
    app.command('/late', async ({ ack }) => {
      await sleep(short.ackMs * 2);
      await ack('too late').catch(() => undefined);
    });
    app.command('/form', async ({ ack, client, command }) => {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view: form });
    });
    app.action('share', async ({ ack, client, body, action }) => {
      await ack();
      const value = action.type === 'button' ? (action.value ?? '') : '';
      await client.chat.postMessage({ channel: body.channel?.id ?? '', text: `shared ${value}` });
    });
    app.action('swap', async ({ ack, respond }) => {
      await ack();
      await respond({ replace_original: true, text: 'swapped' });
    });
    app.action('drop', async ({ ack, respond }) => {
      await ack();
      await respond({ delete_original: true });
    });
    app.view('refund', async ({ ack, view, client, body }) => {
      const amount = view.state.values.amount?.value?.value ?? '';
      if (Number(amount) > 100) {
        await ack({ response_action: 'errors', errors: { amount: 'More than was captured' } });
        return;
      }
      await ack();
      const reason = view.state.values.reason?.value?.selected_option?.value ?? 'none';
      await client.chat.postMessage({
        channel: body.user.id,
        text: `refund ${amount} ${reason} ${view.private_metadata}`,
      });
    });
    app.view({ type: 'view_closed', callback_id: 'refund' }, async ({ ack, view }) => {
      await ack();
      heard.closed.push(view.id);
    });
    app.event('app_mention', async ({ event, say }) => {
      heard.mentions.push(event.text);
      await say({ text: 'you called?', thread_ts: event.ts });
    });
    app.event('member_joined_channel', ({ event }) => {
      heard.joined.push(event.channel);
      return Promise.resolve();
    });
    app.event('app_home_opened', async ({ event, client }) => {
      await client.views.publish({
        user_id: event.user,
        view: {
          type: 'home',
          blocks: [{ type: 'header', text: { type: 'plain_text', text: 'Waiting for you' } }],
        },
      });
    });
    app.error(() => Promise.resolve());
  };
}

describe.each<[Transport, number]>([
  ['socket', 0],
  ['http', 21_011],
])('a bare Bolt app over %s', (transport, port) => {
  let bench: Bench;
  let app: { stop(): Promise<void> };
  const heard: Heard = { closed: [], joined: [], mentions: [], commandText: [] };

  beforeAll(async () => {
    bench = await startBench();
    app = await startApp(bench, transport, port, listeners(heard));
  });
  afterAll(async () => {
    await app.stop();
    await bench.close();
  });

  const payment = () =>
    bench.control.post('command', { user: 'ana', channel: '#payments-ops', text: '/payment pi_1 <b> & co' });

  it('says how the app is connected', async () => {
    expect((await bench.control.state()).bot.connection).toBe(transport);
  });

  it('answers a command with an ephemeral message that only the person sees', async () => {
    const outcome = await payment();
    expect(outcome).toMatchObject({ ok: true, messages: [{ text: 'trace of pi_1 &lt;b&gt; &amp; co' }] });
    const { users } = await bench.control.state();
    expect(outcome.messages[0]!.ephemeral_to).toBe(users.find((user) => user.name === 'ana')!.id);
    expect(outcome.ack_ms).toBeLessThan(short.ackMs);
  });

  it('encodes mentions for a command with should_escape, and posts an in_channel acknowledgement', async () => {
    const outcome = await bench.control.post('command', {
      user: 'kofi',
      channel: 'payments-ops',
      text: '/assign @mei #general',
    });
    expect(heard.commandText.at(-1)).toMatch(/^<@U[A-Z0-9]+\|mei> <#C[A-Z0-9]+\|general>$/);
    expect(outcome.messages[0]).toMatchObject({ text: 'assigned' });
    expect(outcome.messages[0]!.ephemeral_to).toBeUndefined();
  });

  it('refuses an unknown command and one without a slash', async () => {
    const ask = (text: string) => bench.control.post('command', { user: 'ana', channel: 'general', text });
    expect(await ask('/unknown x')).toMatchObject({ ok: false, error: '/unknown is not a valid command.' });
    expect((await ask('payment x')).error).toContain('must begin with a slash command');
  });

  it.each([
    ['/late', 'the acknowledgement came after the time was up'],
    ['/nobody', 'Bolt acknowledges nothing that it has no listener for'],
  ])('%s fails with operation_timeout: %s', async (text) => {
    const outcome = await bench.control.post('command', { user: 'ana', channel: 'general', text });
    expect(outcome).toMatchObject({ ok: false, error: 'operation_timeout' });
    expect((await bench.control.deliveries()).at(-1)).toMatchObject({
      type: 'slash_commands',
      transport,
      error: 'operation_timeout',
      ack_ms: null,
    });
  });

  it('delivers a click with the value of the real button, or with a forged one when asked to', async () => {
    const shown = (await payment()).messages[0]!;
    const click = (more: object) =>
      bench.control.post('action', {
        user: 'ana',
        channel: shown.channel,
        ts: shown.ts,
        action_id: 'share',
        ...more,
      });
    expect((await click({})).messages.map((message) => message.text)).toEqual(['shared pi_1']);
    expect((await click({ value: 'pi_forged' })).messages.map((message) => message.text)).toEqual([
      'shared pi_forged',
    ]);
  });

  it('replaces and deletes the original through the response_url', async () => {
    const shown = (await payment()).messages[0]!;
    const click = (action_id: string) =>
      bench.control.post('action', { user: 'ana', channel: shown.channel, ts: shown.ts, action_id });
    expect((await click('swap')).messages).toMatchObject([{ ts: shown.ts, text: 'swapped' }]);
    expect((await click('swap')).error).toContain('no element with action_id swap');
    const other = (await payment()).messages[0]!;
    const dropped = await bench.control.post('action', {
      user: 'ana',
      channel: other.channel,
      ts: other.ts,
      action_id: 'drop',
    });
    expect(dropped).toMatchObject({ ok: true, messages: [] });
    expect(await bench.control.message('payments-ops', (message) => message.ts === other.ts)).toBeUndefined();
  });

  it('lets no one else click an ephemeral message', async () => {
    const shown = (await payment()).messages[0]!;
    const body = { user: 'kofi', channel: shown.channel, ts: shown.ts, action_id: 'share' };
    expect((await bench.control.post('action', body)).error).toContain('there is no message');
  });

  it('opens a modal, shows field errors, then closes it and tells the person', async () => {
    const opened = await bench.control.post('command', { user: 'mei', channel: 'disputes', text: '/form' });
    const viewId = opened.view!.id;
    const submit = (values: object) =>
      bench.control.post('submit', { user: 'mei', view_id: viewId, values } as never);
    const empty = await submit({});
    expect(empty).toMatchObject({ ok: false, errors: { amount: 'Please complete this required field.' } });
    const tooMuch = await submit({ amount: { value: '500' } });
    expect(tooMuch).toMatchObject({ ok: false, errors: { amount: 'More than was captured' } });
    expect((await bench.control.state()).views).toMatchObject([
      { id: viewId, errors: { amount: 'More than was captured' } },
    ]);
    const done = await submit({ amount: { value: '50' }, reason: { value: 'fraud' } });
    expect(done).toMatchObject({ ok: true, messages: [{ text: 'refund 50 fraud case 7' }] });
    expect((await bench.control.state()).views).toEqual([]);
  });

  it('notifies the app that a view was closed', async () => {
    const opened = await bench.control.post('command', { user: 'mei', channel: 'disputes', text: '/form' });
    await bench.control.post('close', { user: 'mei', view_id: opened.view!.id });
    expect(heard.closed).toContain(opened.view!.id);
  });

  it('delivers mentions, and shows the answer in a thread', async () => {
    const outcome = await bench.control.post('message', {
      user: 'ines',
      channel: 'incidents',
      text: '@paydesk <help> & now',
    });
    expect(heard.mentions.at(-1)).toMatch(/^<@U[A-Z0-9]+> &lt;help&gt; &amp; now$/);
    const [own, reply] = outcome.messages;
    expect(own!.reply_count).toBe(1);
    expect(reply).toMatchObject({ text: 'you called?', thread_ts: own!.ts });
  });

  it('publishes the Home when it is opened', async () => {
    const outcome = await bench.control.post('home', { user: 'lars' });
    expect(outcome.view!.view).toMatchObject({ type: 'home', blocks: [{ type: 'header' }] });
    const { homes, users } = await bench.control.state();
    expect(Object.keys(homes)).toEqual([users.find((user) => user.name === 'lars')!.id]);
  });

  it('notifies the app of people who join a channel', async () => {
    const channel = await bench.client.conversations.create({ name: `inc-${transport}` });
    const { users } = await bench.control.state();
    const lars = users.find((user) => user.name === 'lars')!;
    await bench.client.conversations.invite({ channel: channel.channel!.id!, users: lars.id });
    await expect.poll(() => heard.joined).toContain(channel.channel!.id);
  });
});
