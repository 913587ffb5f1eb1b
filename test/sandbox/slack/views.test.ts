/**
 * Modals: the stack of three, what an acknowledgement may do, clicks inside a view, and what a field holds.
 */
import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientErrors, stateOf, stateValues } from '../../../sandbox/slack/element-state.js';
import type { Block, Json } from '../../../sandbox/slack/wire.js';
import { startApp, startBench } from './support.js';
import type { Bench, Transport } from './support.js';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const option = (value: string) => ({ text: plain(value), value });

const modal = (title: string, callback_id = 'step'): ModalView => ({
  type: 'modal',
  callback_id,
  title: plain(title),
  submit: plain('Next'),
  blocks: [
    {
      type: 'input',
      block_id: 'name',
      optional: true,
      label: plain('Name'),
      element: { type: 'plain_text_input', action_id: 'value', initial_value: 'initial' },
    },
    {
      type: 'actions',
      block_id: 'pick',
      elements: [
        { type: 'static_select', action_id: 'partner', options: [option('adyen'), option('stripe')] },
        { type: 'button', action_id: 'deeper', text: plain('Deeper'), value: 'v1' },
      ],
    },
  ],
});

const refusalOf = (pushed: Promise<unknown>): Promise<string> =>
  pushed.then(
    () => 'pushed',
    (error: unknown) => (error as { data: { error: string } }).data.error,
  );

describe.each<[Transport, number]>([
  ['socket', 0],
  ['http', 21_041],
])('the stack of modals over %s', (transport, port) => {
  let bench: Bench;
  let app: { stop(): Promise<void> };
  /** What the next submission is acknowledged with. */
  let answer: Record<string, unknown> | undefined;
  let heard: unknown[];
  let beforePush: (viewId: string) => Promise<unknown>;

  const listeners = (bolt: App) => {
    bolt.command('/form', async ({ ack, client, command }) => {
      await ack();
      const { trigger_id, text } = command;
      if (text === 'beside')
        heard.push(await refusalOf(client.views.push({ trigger_id, view: modal('two') })));
      else await client.views.open({ trigger_id, view: modal('one') });
    });
    bolt.view('step', ({ ack, view }) => {
      heard.push(view.state.values);
      return ack(answer as never);
    });
    bolt.action('deeper', async ({ ack, client, body }) => {
      await ack();
      if (body.type !== 'block_actions') return;
      await beforePush(body.view!.id);
      heard.push(await refusalOf(client.views.push({ trigger_id: body.trigger_id, view: modal('deeper') })));
    });
    bolt.action('partner', async ({ ack, client, body, action }) => {
      await ack();
      if (body.type !== 'block_actions') return;
      heard.push([action, body.view!.state.values]);
      await client.views.update({ view_id: body.view!.id, hash: body.view!.hash, view: modal('changed') });
    });
  };

  beforeEach(async () => {
    answer = undefined;
    beforePush = () => Promise.resolve();
    heard = [];
    bench = await startBench({ rateLimits: false });
    app = await startApp(bench, transport, port, listeners);
  });
  afterEach(async () => {
    await app.stop();
    await bench.close();
  });

  const open = async () =>
    (await bench.control.post('command', { user: 'ana', channel: 'general', text: '/form' })).view!;
  const submit = (view_id: string, values: Json = {}) =>
    bench.control.post('submit', { user: 'ana', view_id, values });
  const titles = async () =>
    (await bench.control.state()).views.map(({ view }) => (view.title as { text: string }).text);

  it('is three high and no higher', async () => {
    let view = await open();
    for (const expected of ['pushed', 'pushed', 'push_limit_reached']) {
      await bench.control.post('action', { user: 'ana', view_id: view.id, action_id: 'deeper' });
      expect(heard.at(-1)).toBe(expected);
      view = (await bench.control.state()).views.at(-1)!;
    }
    expect(await titles()).toEqual(['one', 'deeper', 'deeper']);
    expect(view.previous_view_id).not.toBeNull();
    const under = (await bench.control.state()).views[0]!;
    expect((await submit(under.id)).error).toContain('is under another one');
  });

  it('takes nothing on top from outside of it, or once it is closed', async () => {
    const refused = async (times: number) =>
      expect.poll(() => heard).toEqual(Array.from({ length: times }, () => 'not_found'));
    const command = () =>
      bench.control.post('command', { user: 'ana', channel: 'general', text: '/form beside' });
    await command();
    await refused(1);
    const view = await open();
    await command();
    await refused(2);
    beforePush = (view_id) => bench.control.post('close', { user: 'ana', view_id });
    await bench.control.post('action', { user: 'ana', view_id: view.id, action_id: 'deeper' });
    await refused(3);
    expect(await titles()).toEqual([]);
  });

  it.each<[string, () => Record<string, unknown> | undefined, string[]]>([
    ['nothing closes the view', () => undefined, []],
    ['update replaces it', () => ({ response_action: 'update', view: modal('two') }), ['two']],
    ['push puts one on top', () => ({ response_action: 'push', view: modal('two') }), ['one', 'two']],
    ['clear closes all', () => ({ response_action: 'clear' }), []],
  ])('an acknowledgement with %s', async (_reason, acknowledgement, expected) => {
    const view = await open();
    answer = acknowledgement();
    expect(await submit(view.id)).toMatchObject({ ok: true });
    expect(await titles()).toEqual(expected);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a view that Slack refuses',
      { response_action: 'update', view: { ...modal('x'), title: plain('x'.repeat(25)) } },
      /invalid_arguments; must be less than 25 characters/,
    ],
    [
      'errors for a block that is no input',
      { response_action: 'errors', errors: { pick: 'no' } },
      /is not an input block/,
    ],
    ['errors without any', { response_action: 'errors', errors: {} }, /needs errors/],
    ['an action that there is not', { response_action: 'explode' }, /invalid response_action/],
  ])('leaves the view open on %s', async (_reason, acknowledgement, error) => {
    const view = await open();
    answer = acknowledgement;
    const outcome = await submit(view.id);
    expect(outcome.ok).toBe(false);
    expect(outcome.error).toMatch(error);
    expect(await titles()).toEqual(['one']);
  });

  it('sends what was filled in, initial values included', async () => {
    const view = await open();
    await submit(view.id, { pick: { partner: 'stripe' } });
    expect(heard.at(-1)).toMatchObject({
      name: { value: { type: 'plain_text_input', value: 'initial' } },
      pick: { partner: { type: 'static_select', selected_option: option('stripe') } },
    });
  });

  it('delivers a choice in a view with the state of all fields, and shows the update', async () => {
    const view = await open();
    const outcome = await bench.control.post('action', {
      user: 'ana',
      view_id: view.id,
      action_id: 'partner',
      selected: 'stripe',
      state: { name: { value: 'typed' } },
    });
    expect(heard.at(-1)).toMatchObject([
      { type: 'static_select', action_id: 'partner', block_id: 'pick', selected_option: option('stripe') },
      { name: { value: { value: 'typed' } }, pick: { partner: { selected_option: option('stripe') } } },
    ]);
    expect(outcome.view).toMatchObject({ id: view.id, view: { title: plain('changed') } });
    const wrong = await bench.control.post('action', {
      user: 'ana',
      view_id: view.id,
      action_id: 'partner',
      selected: 'paypal',
    });
    expect(wrong.error).toContain('does not offer the option "paypal"');
  });

  it('opens one stack at a time', async () => {
    const first = await open();
    const second = await open();
    expect((await bench.control.state()).views.map((view) => view.id)).toEqual([second.id]);
    expect((await submit(first.id)).error).toContain('no open view');
  });
});

describe('what an element holds', () => {
  const options = [option('a'), option('b')];
  it.each<[string, Record<string, Json>, Json | undefined, Json]>([
    ['an empty text field', { type: 'plain_text_input' }, undefined, { value: null }],
    ['a number as text', { type: 'number_input' }, 12.5, { value: '12.5' }],
    [
      'an initial date',
      { type: 'datepicker', initial_date: '2026-11-20' },
      undefined,
      { selected_date: '2026-11-20' },
    ],
    [
      'a chosen date and time',
      { type: 'datetimepicker' },
      '1795165200',
      { selected_date_time: 1_795_165_200 },
    ],
    ['one of several given', { type: 'static_select', options }, ['b'], { selected_option: option('b') }],
    [
      'an option in a group',
      { type: 'static_select', option_groups: [{ label: plain('g'), options }] },
      'a',
      { selected_option: option('a') },
    ],
    [
      'a cleared choice',
      { type: 'radio_buttons', options, initial_option: option('a') },
      null,
      { selected_option: null },
    ],
    ['checked boxes', { type: 'checkboxes', options }, ['a', 'b'], { selected_options: options }],
    ['no boxes', { type: 'checkboxes', options }, undefined, { selected_options: [] }],
    ['people', { type: 'multi_users_select' }, ['U1', 'U2'], { selected_users: ['U1', 'U2'] }],
    ['an option from outside', { type: 'external_select' }, 'x', { selected_option: option('x') }],
    [
      "Slack's own state object",
      { type: 'timepicker' },
      { type: 'timepicker', selected_time: '10:00' },
      { selected_time: '10:00' },
    ],
  ])('%s', (_reason, element, given, expected) => {
    expect(stateOf(element, given)).toEqual({ type: element.type, ...(expected as object) });
  });

  it('a button has no state', () => {
    expect(stateOf({ type: 'button', value: 'x' }, 'y')).toBeUndefined();
  });
});

describe('what the client refuses before it asks the app', () => {
  it.each<[string, object, Json | undefined, string | undefined]>([
    [
      'an empty required field',
      { type: 'plain_text_input' },
      undefined,
      'Please complete this required field.',
    ],
    ['an empty optional field', { type: 'plain_text_input', optional: true }, undefined, undefined],
    ['an empty list of choices', { type: 'multi_users_select' }, [], 'Please complete this required field.'],
    [
      'text that is too short',
      { type: 'plain_text_input', min_length: 3 },
      'ab',
      'Must be at least 3 characters.',
    ],
    [
      'text that is too long',
      { type: 'plain_text_input', max_length: 3 },
      'abcd',
      'Must be no more than 3 characters.',
    ],
    ['an e-mail address', { type: 'email_text_input' }, 'ana@larkspur-pay.example', undefined],
    ['no e-mail address', { type: 'email_text_input' }, 'ana', 'Must be a valid email address.'],
    ['no link', { type: 'url_text_input' }, 'example', 'Must be a valid URL.'],
    ['no number', { type: 'number_input', is_decimal_allowed: true }, '1e3', 'Must be a number.'],
    [
      'a fraction where none is allowed',
      { type: 'number_input', is_decimal_allowed: false },
      '1.5',
      'Must be a whole number.',
    ],
    [
      'a number below the least',
      { type: 'number_input', is_decimal_allowed: true, min_value: '0' },
      '-1',
      'Must be 0 or more.',
    ],
    [
      'a number above the most',
      { type: 'number_input', is_decimal_allowed: true, max_value: '10' },
      '10.01',
      'Must be 10 or less.',
    ],
  ])('%s', (_reason, { optional = false, ...element }: { optional?: boolean }, given, expected) => {
    const block = {
      type: 'input',
      block_id: 'b',
      optional,
      element: { ...element, action_id: 'a' },
    } as unknown as Block;
    const values = stateValues([block], given === undefined ? {} : { b: { a: given } });
    expect(clientErrors([block], values)).toEqual(expected === undefined ? {} : { b: expected });
  });
});
