/**
 * A form that comes back as it was left: every input of Block Kit keeps what it held, in a window that Slack takes.
 */
import type { ViewOutput } from '@slack/bolt';
import { expect, it } from 'vitest';
import { validateBlocks } from '../../sandbox/slack/block-kit/validate.js';
import { restoredForm } from '../../src/adapters/slack/restored-form.js';
import { windowNotices } from '../../src/views/kit/windows.js';

const option = (value: string) => ({ text: { type: 'plain_text', text: value }, value });
const options = [option('a'), option('b'), option('c')];
const rich = {
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'bold words' }] }],
};

function comeBack(
  element: Record<string, unknown>,
  held: Record<string, unknown> | null,
  faults: Record<string, string> = {},
) {
  const block = {
    type: 'input',
    block_id: 'amount',
    label: { type: 'plain_text', text: 'Amount' },
    optional: true,
    element: { action_id: 'value', ...element },
  };
  const view = {
    id: 'V1',
    type: 'modal',
    callback_id: 'form',
    title: { type: 'plain_text', text: 'Refund' },
    submit: { type: 'plain_text', text: 'Go on' },
    close: { type: 'plain_text', text: 'Cancel' },
    private_metadata: 'memo',
    external_id: 'home:1',
    blocks: [block],
    state: { values: held === null ? {} : { amount: { value: { type: element.type, ...held } } } },
  } as unknown as ViewOutput;
  const restored = restoredForm(view, { above: [], faults }, windowNotices) as unknown as {
    blocks: { type: string; element: Record<string, unknown> }[];
  };
  expect(validateBlocks(JSON.parse(JSON.stringify(restored.blocks)), 'modal')).toEqual([]);
  return { restored, element: restored.blocks[0]!.element, below: JSON.stringify(restored.blocks.slice(1)) };
}

it.each<[string, Record<string, unknown>, Record<string, unknown>, Record<string, unknown>]>([
  ['plain_text_input', {}, { value: '12.50' }, { initial_value: '12.50' }],
  ['email_text_input', {}, { value: 'a@x.example' }, { initial_value: 'a@x.example' }],
  ['url_text_input', {}, { value: 'https://x.example' }, { initial_value: 'https://x.example' }],
  ['number_input', { is_decimal_allowed: true }, { value: '7' }, { initial_value: '7' }],
  ['rich_text_input', {}, { rich_text_value: rich }, { initial_value: rich }],
  ['static_select', { options }, { selected_option: option('b') }, { initial_option: option('b') }],
  ['radio_buttons', { options }, { selected_option: option('b') }, { initial_option: option('b') }],
  [
    'checkboxes',
    { options },
    { selected_options: [option('a'), option('c')] },
    { initial_options: [option('a'), option('c')] },
  ],
  [
    'multi_static_select',
    { options },
    { selected_options: [option('c')] },
    { initial_options: [option('c')] },
  ],
  ['datepicker', {}, { selected_date: '2026-11-20' }, { initial_date: '2026-11-20' }],
  ['timepicker', {}, { selected_time: '10:30' }, { initial_time: '10:30' }],
  ['datetimepicker', {}, { selected_date_time: 1_795_000_000 }, { initial_date_time: 1_795_000_000 }],
  ['users_select', {}, { selected_user: 'U1ANA' }, { initial_user: 'U1ANA' }],
  ['multi_users_select', {}, { selected_users: ['U1ANA'] }, { initial_users: ['U1ANA'] }],
  ['channels_select', {}, { selected_channel: 'C1OPS' }, { initial_channel: 'C1OPS' }],
  ['conversations_select', {}, { selected_conversation: 'C1OPS' }, { initial_conversation: 'C1OPS' }],
])('%s keeps what it held', (type, given, held, expected) => {
  expect(comeBack({ type, ...given }, held).element).toEqual({
    type,
    action_id: 'value',
    ...given,
    ...expected,
  });
});

it.each<[string, Record<string, unknown>, Record<string, unknown> | null]>([
  ['emptied', { type: 'plain_text_input', initial_value: 'pi_1' }, { value: null }],
  [
    'not chosen any more',
    { type: 'static_select', options, initial_option: option('a') },
    { selected_option: null },
  ],
  [
    'cleared',
    { type: 'multi_static_select', options, initial_options: [option('a')] },
    { selected_options: [] },
  ],
  ['left out by Slack', { type: 'datepicker', initial_date: '2026-11-20' }, null],
])('what it began with does not come back where it was %s', (_, element, held) => {
  expect(Object.keys(comeBack(element, held).element).filter((name) => name.startsWith('initial_'))).toEqual(
    [],
  );
});

it('says that files have to be chosen again, where some were', () => {
  const chosen = comeBack({ type: 'file_input', max_files: 2 }, { files: [{ id: 'F1' }] });
  expect(chosen.element).toEqual({ type: 'file_input', action_id: 'value', max_files: 2 });
  expect(chosen.below).toContain('Choose the files again');
  expect(comeBack({ type: 'file_input', max_files: 2 }, { files: [] }).below).toBe('[]');
});

it('sends no card number back', () => {
  const { element, below } = comeBack(
    { type: 'plain_text_input' },
    { value: 'Karte 4242 4242 4242 4242' },
    { amount: 'That looks like a card number.' },
  );
  expect(JSON.stringify(element)).not.toContain('4242');
  expect(below).toContain('That looks like a card number.');
});

it('keeps the window itself: callback, buttons, memo and mark', () => {
  expect(comeBack({ type: 'plain_text_input' }, { value: 'x' }).restored).toMatchObject({
    type: 'modal',
    callback_id: 'form',
    title: { text: 'Refund' },
    submit: { text: 'Go on' },
    close: { text: 'Cancel' },
    private_metadata: 'memo',
    external_id: 'home:1',
  });
});
