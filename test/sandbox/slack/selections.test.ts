/**
 * What the control interface chooses in pickers: names become ids, and what no client could choose is refused.
 */
import type { App } from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../../sandbox/slack/wire.js';
import { startApp, startBench } from './support.js';
import type { Bench } from './support.js';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const types = [
  'users_select',
  'multi_users_select',
  'channels_select',
  'conversations_select',
  'datepicker',
  'timepicker',
  'datetimepicker',
];
const pickers = types.map((type) => ({
  type: 'input',
  optional: true,
  block_id: type,
  label: plain(type),
  element: { type, action_id: 'pick' },
})) as KnownBlock[];

let bench: Bench;
let app: { stop(): Promise<void> };
let heard: Record<string, Record<string, Json>>[] = [];
let asked = 0;
const ids: Record<string, string> = {};

const listen = (bolt: App) => {
  bolt.command('/form', async ({ ack, client, command }) => {
    await ack();
    const view = {
      type: 'modal' as const,
      callback_id: 'pick',
      title: plain('Pick'),
      submit: plain('Go'),
      blocks: pickers,
    };
    await client.views.open({ trigger_id: command.trigger_id, view });
  });
  bolt.view('pick', async ({ ack, view }) => {
    heard.push(view.state.values as never);
    await ack();
  });
  bolt.action('person', async ({ ack, body }) => {
    await ack();
    heard.push((body as unknown as { actions: [never] }).actions[0]);
  });
  bolt.options('partner', async ({ ack }) => {
    asked += 1;
    await ack({ options: [] });
  });
};

beforeAll(async () => {
  bench = await startBench({ rateLimits: false });
  app = await startApp(bench, 'socket', 0, listen);
  const { channels, users } = await bench.control.state();
  for (const each of [...channels, ...users]) ids[each.name] = each.id;
});
afterAll(async () => {
  await app.stop();
  await bench.close();
});
beforeEach(() => {
  heard = [];
  asked = 0;
});

async function submit(type: string, value: Json) {
  const { view } = await bench.control.post('command', { user: 'ana', channel: 'general', text: '/form' });
  return bench.control.post('submit', {
    user: 'ana',
    view_id: view!.id,
    values: { [type]: { pick: value } },
  });
}

describe('a picker', () => {
  it.each<[string, Json, () => Record<string, Json>]>([
    ['users_select', 'mei', () => ({ selected_user: ids.mei! })],
    ['users_select', '@mei', () => ({ selected_user: ids.mei! })],
    ['users_select', { type: 'users_select', selected_user: 'mei' }, () => ({ selected_user: ids.mei! })],
    ['multi_users_select', ['mei', 'lars'], () => ({ selected_users: [ids.mei!, ids.lars!] })],
    ['channels_select', '#incidents', () => ({ selected_channel: ids.incidents! })],
    ['conversations_select', 'incidents', () => ({ selected_conversation: ids.incidents! })],
    ['datepicker', '2026-11-20', () => ({ selected_date: '2026-11-20' })],
    ['timepicker', '09:30', () => ({ selected_time: '09:30' })],
    ['datetimepicker', 1_795_165_200, () => ({ selected_date_time: 1_795_165_200 })],
    ['users_select', null, () => ({ selected_user: null })],
  ])('%s holds %j', async (type, value, state) => {
    expect((await submit(type, value)).ok).toBe(true);
    expect(heard[0]![type]!.pick).toMatchObject(state());
  });

  it.each<[string, Json, string]>([
    ['users_select', 'nobody', 'person'],
    ['multi_users_select', ['mei', 'nobody'], 'person'],
    ['users_select', { selected_user: 'U0NOBODY' }, 'person'],
    ['channels_select', 'nowhere', 'channel'],
    ['channels_select', 'dm-ana', 'channel'],
    ['datepicker', 'tomorrow', 'day like 2026-11-20'],
    ['timepicker', '9:30', 'time like 09:30'],
    ['datetimepicker', 12, 'Unix time'],
  ])('%s refuses %j', async (type, value, noun) => {
    const outcome = await submit(type, value);
    expect(outcome.error).toContain(noun);
    expect(heard).toEqual([]);
  });

  it('of a message takes a name too', async () => {
    const elements = [{ type: 'users_select', action_id: 'person' }];
    const blocks = [{ type: 'actions', block_id: 'who', elements }] as never;
    const { ts } = await bench.client.chat.postMessage({ channel: ids.general!, text: 'Who?', blocks });
    const choose = (selected: string) =>
      bench.control.post('action', {
        user: 'ana',
        channel: 'general',
        ts: ts!,
        action_id: 'person',
        selected,
      });
    expect((await choose('mei')).ok).toBe(true);
    expect(heard).toMatchObject([{ selected_user: ids.mei }]);
    expect((await choose('nobody')).error).toContain('"nobody" is not a person that can be chosen');
  });
});

describe('an external select', () => {
  it.each([
    ['asks from three characters on', undefined, 'ady', 1],
    ['does not ask before', undefined, 'ad', 0],
    ['asks from as many as it says', 2, 'ad', 1],
    ['asks at once where it says none', 0, '', 1],
  ])('%s', async (_what, least, value, times) => {
    const select = {
      type: 'external_select',
      action_id: 'partner',
      ...(least === undefined ? {} : { min_query_length: least }),
    };
    const blocks = [{ type: 'actions', block_id: 'which', elements: [select] }] as never;
    const { ts } = await bench.client.chat.postMessage({ channel: ids.general!, text: 'Which?', blocks });
    const body = { user: 'ana', channel: 'general', ts: ts!, block_id: 'which', action_id: 'partner', value };
    expect(await bench.control.post('suggest', body)).toMatchObject({ ok: true, options: [] });
    expect(asked).toBe(times);
  });
});
