/**
 * Small builders of Block Kit objects, and one sample or more of every block and element that Slack takes, each with
 * what it shows.
 */
import type { Surface } from '../../../sandbox/slack/block-kit/spec.js';

export const plain = (text: string) => ({ type: 'plain_text', text });
export const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
export const x = (length: number) => 'x'.repeat(length);
export const many = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));
export const section = (more: object = {}) => ({ type: 'section', text: mrkdwn('hi'), ...more });
export const option = (value: string, text = value) => ({ text: plain(text), value });
export const button = (more: object = {}) => ({ type: 'button', text: plain('Go'), ...more });
export const actions = (...elements: object[]) => ({ type: 'actions', elements });
export const input = (element: object, more: object = {}) => ({
  type: 'input',
  label: plain('Name'),
  element,
  ...more,
});
export const select = (more: object = {}) => ({
  type: 'static_select',
  options: [option('a'), option('b')],
  ...more,
});
export const rich = (...elements: object[]) => ({ type: 'rich_text', elements });
export const richSection = (...elements: object[]) => ({ type: 'rich_text_section', elements });
export const cell = (text: string) => ({ type: 'raw_text', text });
export const numberCell = (value: number) => ({ type: 'raw_number', value, text: String(value) });
export const image = { type: 'image', image_url: 'https://example.com/a.png', alt_text: 'a' };
export const task = (id: string) => ({
  type: 'task_card',
  task_id: id,
  title: 'Replay',
  status: 'in_progress',
});
export const card = (more: object = {}) => ({ type: 'card', title: mrkdwn('Adyen'), ...more });
export const container = (more: object = {}) => ({
  type: 'container',
  title: plain('Breaks'),
  child_blocks: [section()],
  ...more,
});
export const dataTable = (more: object = {}) => ({
  type: 'data_table',
  caption: 'Breaks',
  rows: [
    [cell('Partner'), cell('Amount')],
    [cell('Adyen'), numberCell(12)],
  ],
  ...more,
});
export const series = (name: string, labels = ['Mon', 'Tue']) => ({
  name,
  data: labels.map((label, at) => ({ label, value: at })),
});
export const chart = (more: object = {}, title = 'Approval rate') => ({
  type: 'data_visualization',
  title,
  chart: { type: 'line', series: [series('Adyen')], axis_config: { categories: ['Mon', 'Tue'] }, ...more },
});
export const video = {
  type: 'video',
  video_url: 'https://example.com/v',
  thumbnail_url: 'https://example.com/t.png',
  alt_text: 'v',
  title: plain('V'),
};

export type Row = [reason: string, block: object, surface?: Surface];

export const accepted: Row[] = [
  ['a section with text', section()],
  ['a section with fields only', { type: 'section', fields: many(10, () => mrkdwn(x(2000))) }],
  ['a section of 3000 characters', section({ text: mrkdwn(x(3000)) })],
  ['characters are counted, not UTF-16 units', { type: 'header', text: plain('😀'.repeat(150)) }],
  ['a section with an accessory', section({ accessory: button({ value: x(2000), style: 'danger' }) })],
  [
    'a select with option groups',
    section({
      accessory: { type: 'static_select', option_groups: [{ label: plain('A'), options: [option('a')] }] },
    }),
  ],
  ['an initial option that is offered', section({ accessory: select({ initial_option: option('b') }) })],
  ['a header of 150 characters', { type: 'header', text: plain(x(150)) }],
  ['a divider with an id', { type: 'divider', block_id: 'd1' }],
  ['ten context elements', { type: 'context', elements: many(10, () => mrkdwn('x')) }],
  ['a picture in a context', { type: 'context', elements: [image, plain('a')] }],
  ['25 buttons', actions(...many(25, (at) => button({ action_id: `b${at}` })))],
  [
    'a button with a confirm dialog',
    actions(
      button({
        confirm: {
          title: plain('Sure?'),
          text: mrkdwn('*Really*'),
          confirm: plain('Yes'),
          deny: plain('No'),
        },
      }),
    ),
  ],
  [
    'an overflow menu with a link',
    actions({ type: 'overflow', options: [{ ...option('a'), url: 'https://example.com' }] }),
  ],
  [
    'pickers',
    actions(
      { type: 'datepicker', initial_date: '2026-11-20' },
      { type: 'timepicker', initial_time: '23:59' },
      { type: 'datetimepicker', initial_date_time: 1_628_633_820 },
    ),
  ],
  [
    'choices',
    actions(
      { type: 'checkboxes', options: many(10, (at) => ({ text: mrkdwn('*x*'), value: `${at}` })) },
      { type: 'radio_buttons', options: [option('a')], initial_option: option('a') },
    ),
  ],
  [
    'selects of people and places',
    actions(
      { type: 'users_select' },
      { type: 'channels_select' },
      { type: 'conversations_select', filter: { include: ['im'] } },
      { type: 'external_select', min_query_length: 2 },
    ),
  ],
  ['an image by address', { ...image, title: plain('A picture') }],
  ['an image by file', { type: 'image', slack_file: { id: 'F123' }, alt_text: 'a' }],
  ['an input in a message', input({ type: 'plain_text_input', multiline: true, max_length: 3000 })],
  [
    'a number field',
    input({ type: 'number_input', is_decimal_allowed: true, min_value: '0', max_value: '10.5' }),
    'modal',
  ],
  ['a file field in a modal', input({ type: 'file_input', filetypes: ['csv'], max_files: 10 }), 'modal'],
  [
    'a multi select in an input',
    input({ type: 'multi_static_select', options: [option('a')], max_selected_items: 2 }),
    'home',
  ],
  [
    'a rich text field',
    input({ type: 'rich_text_input', initial_value: rich(richSection({ type: 'text', text: 'a' })) }),
    'modal',
  ],
  [
    'feedback and icon buttons',
    {
      type: 'context_actions',
      elements: [
        {
          type: 'feedback_buttons',
          positive_button: { text: plain('Good'), value: 'g' },
          negative_button: { text: plain('Bad'), value: 'b' },
        },
        { type: 'icon_button', icon: 'trash', text: plain('Delete') },
      ],
    },
  ],
  [
    'rich text with all kinds of runs',
    rich(
      richSection(
        { type: 'text', text: 'a', style: { bold: true } },
        { type: 'user', user_id: 'U1' },
        { type: 'emoji', name: 'wave' },
      ),
      {
        type: 'rich_text_list',
        style: 'bullet',
        indent: 1,
        elements: [richSection({ type: 'link', url: 'mailto:a@example.com' })],
      },
      {
        type: 'rich_text_quote',
        elements: [{ type: 'date', timestamp: 1_720_710_212, format: '{date_num}' }],
      },
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'x' }], border: 1 },
    ),
  ],
  ['12,000 characters of markdown', { type: 'markdown', text: x(12_000) }],
  [
    'a table of 100 rows and 20 columns',
    {
      type: 'table',
      rows: many(100, () => many(20, () => cell('x'))),
      column_settings: [{ align: 'right' }],
    },
  ],
  ['a data table with numbers', dataTable({ page_size: 100, row_header_column_index: 1 })],
  ['a data table of 101 rows', dataTable({ rows: many(101, () => [cell('x')]) })],
  ['a line chart', chart()],
  [
    'a bar chart with an axis title',
    chart({ type: 'bar', axis_config: { categories: ['Tue', 'Mon'], y_label: '%' } }),
  ],
  [
    'a pie',
    chart({
      type: 'pie',
      segments: [{ label: 'PIX', value: 1.5 }],
      series: undefined,
      axis_config: undefined,
    }),
  ],
  ['an alert in a modal', { type: 'alert', text: plain(x(200)), level: 'warning' }, 'modal'],
  ['a card', card({ body: mrkdwn(x(200)), actions: [button()], icon: image })],
  [
    'a card of plain text with one of Slack’s icons, a subtext and three buttons',
    {
      type: 'card',
      slack_icon: { type: 'icon', name: 'star-filled' },
      title: plain(x(150)),
      subtitle: plain(x(150)),
      body: plain(x(200)),
      subtext: mrkdwn(x(200)),
      actions: many(3, (n) => button({ action_id: `a${n}` })),
    },
  ],
  ['a header of a level', { type: 'header', level: 4, text: plain('x') }],
  ['a task that tells no status', { type: 'task_card', task_id: '1', title: 'x' }],
  [
    'ten cards',
    { type: 'carousel', elements: many(10, () => card({ actions: [button({ action_id: 'same' })] })) },
  ],
  ['a collapsible container', container({ is_collapsible: true, default_collapsed: true, width: 'wide' })],
  ['a plan with tasks', { type: 'plan', title: 'Replay', tasks: [task('1'), task('2')] }],
  [
    'a task with details',
    {
      ...task('1'),
      details: rich(richSection({ type: 'text', text: 'x' })),
      sources: [{ type: 'url', url: 'https://example.com', text: 'x' }],
    },
  ],
  ['a video over https', video],
];
