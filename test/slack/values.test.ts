/** What every kind of input holds, as Slack sends it, becomes one string. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '../../sandbox/slack/wire.js';
import { valueOf, valuesOf, type ElementState } from '../../src/adapters/slack/values.js';
import { form, startDesk, type SlackDesk } from './desk.js';

let desk: SlackDesk;
beforeAll(async () => {
  desk = await startDesk({ ackMs: 3000 });
  await desk.startReplica('socket');
});
afterAll(() => desk.close());

const plain = (text: string) => ({ type: 'plain_text', text });
const options = ['a', 'b', 'c'].map((value) => ({ text: plain(value), value }));
const richText: Json = {
  type: 'rich_text',
  elements: [
    {
      type: 'rich_text_section',
      elements: [
        { type: 'text', text: 'See ' },
        { type: 'link', url: 'https://a.example' },
        { type: 'text', text: ', ' },
        { type: 'user', user_id: 'U1' },
      ],
    },
    {
      type: 'rich_text_list',
      style: 'bullet',
      elements: [
        { type: 'rich_text_section', elements: [{ type: 'text', text: 'one', style: { bold: true } }] },
        { type: 'rich_text_section', elements: [{ type: 'emoji', name: 'two' }] },
      ],
    },
  ],
};

/** Element, what a person enters, what the desk gets. */
const rows: [element: Record<string, Json>, entered: Json, expected: string][] = [
  [{ type: 'plain_text_input' }, 'two\nlines', 'two\nlines'],
  [{ type: 'number_input', is_decimal_allowed: true }, '12.50', '12.50'],
  [{ type: 'email_text_input' }, 'ana@example.com', 'ana@example.com'],
  [{ type: 'url_text_input' }, 'https://a.example/?b=c', 'https://a.example/?b=c'],
  [{ type: 'static_select', options }, 'b', 'b'],
  [{ type: 'external_select' }, 'found', 'found'],
  [{ type: 'multi_static_select', options }, ['c', 'a'], 'c,a'],
  [{ type: 'radio_buttons', options }, 'a', 'a'],
  [{ type: 'checkboxes', options }, ['a', 'b'], 'a,b'],
  [{ type: 'users_select' }, 'ana', 'ana'],
  [{ type: 'multi_users_select' }, ['ana', 'mei'], 'ana,mei'],
  [{ type: 'channels_select' }, 'payments-ops', 'payments-ops'],
  [{ type: 'multi_channels_select' }, ['payments-ops', 'incidents'], 'payments-ops,incidents'],
  [{ type: 'conversations_select' }, 'incidents', 'incidents'],
  [{ type: 'multi_conversations_select' }, ['incidents', 'payments-ops'], 'incidents,payments-ops'],
  [{ type: 'datepicker' }, '2026-11-20', '2026-11-20'],
  [{ type: 'timepicker' }, '09:30', '09:30'],
  [{ type: 'datetimepicker' }, 1_795_165_200, '1795165200'],
  [{ type: 'rich_text_input' }, richText, 'See https://a.example, <@U1>\none\n:two:'],
];
const input = (element: Record<string, Json>, at: number) => ({
  type: 'input',
  ...{
    block_id: `b${at}`,
    optional: true,
    label: plain(`Input ${at}`),
    element: { ...element, action_id: 'it' },
  },
});

it('through a window, each as the desk expects it', async () => {
  const elements = [...rows.map(([element]) => element), { type: 'file_input' }];
  desk.run = ({ windows }) => windows.open(form({ blocks: elements.map(input) }));
  const entered = Object.fromEntries(rows.map(([, value], at) => [`b${at}`, { it: value }]));
  const files = ['one.pdf', 'two.pdf'].map((name) => ({ name, content_base64: 'QQ==' }));
  const values: Json = { ...entered, [`b${rows.length}`]: { it: { files } } };
  const submit = async (values: Json) =>
    desk.slack.control.post('submit', { user: 'ana', view_id: await desk.opened(), values });
  expect(await submit(values)).toMatchObject({ ok: true });
  // People and channels are named here; the desk gets their ids.
  const { users, channels } = await desk.slack.control.state();
  const named = new Map([...users, ...channels].map(({ name, id }) => [name, id]));
  const idsOf = (names: string): string =>
    names
      .split(',')
      .map((name) => named.get(name) ?? name)
      .join(',');
  rows.forEach(([element, , expected], at) => {
    const wanted = /^(?:multi_)?(?:users|channels|conversations)_select$/.test(
      JSON.stringify(element.type).slice(1, -1),
    )
      ? idsOf(expected)
      : expected;
    expect([element.type, desk.submitted[0]!.values[`b${at}`]]).toEqual([element.type, wanted]);
  });
  expect(desk.submitted[0]!.values[`b${rows.length}`]).toMatch(/^F\w+,F\w+$/);

  await submit({});
  expect(Object.values(desk.submitted[1]!.values)).toEqual(elements.map(() => ''));
});

it('of a row of elements the first that holds something counts', () => {
  const row = { first: { value: null }, second: { selected_option: { value: 'b' } }, third: { value: 'c' } };
  expect(valuesOf({ row, none: {} })).toEqual({ row: 'b', none: '' });
});

it.each<[string, ElementState & { type?: string }, string]>([
  ['a button', { type: 'button', value: 'pi_1' }, 'pi_1'],
  ['a button without a value', { type: 'button' }, ''],
  ['an overflow menu', { type: 'overflow', selected_option: { value: 'share' } }, 'share'],
  ['a choice that was taken back', { type: 'static_select', selected_option: null }, ''],
  [
    'mentions and marks',
    {
      rich_text_value: {
        type: 'rich_text_section',
        elements: [
          { type: 'channel', channel_id: 'C1' },
          { type: 'usergroup', usergroup_id: 'S1' },
          { type: 'broadcast', range: 'here' },
          { type: 'date', fallback: 'today' },
          { type: 'color', value: '#fff' },
          { type: 'to_come' },
        ],
      },
    },
    '<#C1><!subteam^S1>@heretoday#fff',
  ],
])('%s', (_what, state, expected) => {
  expect(valueOf(state)).toBe(expected);
});
