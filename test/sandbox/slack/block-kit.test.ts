/**
 * The Block Kit validator as a table: what Slack takes and what it refuses, each row with its reason.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockRules } from '../../../sandbox/slack/block-kit/blocks.js';
import { elements } from '../../../sandbox/slack/block-kit/elements.js';
import { validateBlocks, validateView } from '../../../sandbox/slack/block-kit/validate.js';
import {
  plain,
  mrkdwn,
  x,
  many,
  section,
  option,
  button,
  actions,
  input,
  select,
  rich,
  richSection,
  cell,
  numberCell,
  image,
  task,
  card,
  container,
  dataTable,
  series,
  chart,
  video,
  accepted,
} from './block-kit-samples.js';
import type { Surface } from '../../../sandbox/slack/block-kit/spec.js';

/** The pointer is where the fault is, below the blocks. */
type Refusal = [reason: string, block: unknown, pointer: string, message: string | RegExp, surface?: Surface];

const refused: Refusal[] = [
  ['a block is an object', 'section', '/0', 'must provide an object'],
  ['a block has a type', { text: plain('x') }, '/0', 'missing required field: type'],
  ['a type that Slack does not know', { type: 'banner' }, '/0/type', 'unsupported type: banner'],
  [
    'a name of Object.prototype is no type',
    { type: 'constructor' },
    '/0/type',
    'unsupported type: constructor',
  ],
  [
    'nobody may send a file block',
    { type: 'file', source: 'remote', external_id: 'x' },
    '/0/type',
    'unsupported type: file',
  ],
  ['an unknown member', section({ colour: 'red' }), '/0', 'invalid additional property: colour'],
  ['a section without text and fields', { type: 'section' }, '/0', 'must define either `text` or `fields`'],
  ['a raw string where a text object belongs', section({ text: 'hi' }), '/0/text', 'must provide an object'],
  ['an empty text', section({ text: mrkdwn('') }), '/0/text/text', 'must be more than 0 characters'],
  [
    '3001 characters',
    section({ text: mrkdwn(x(3001)) }),
    '/0/text/text',
    'must be less than 3001 characters',
  ],
  [
    'emoji is for plain text only',
    section({ text: { ...mrkdwn('a'), emoji: true } }),
    '/0/text',
    'invalid additional property: emoji',
  ],
  [
    'eleven fields',
    { type: 'section', fields: many(11, () => mrkdwn('x')) },
    '/0/fields',
    'no more than 10 items allowed',
  ],
  [
    'a field of 2001 characters',
    { type: 'section', fields: [mrkdwn(x(2001))] },
    '/0/fields/0/text',
    'must be less than 2001 characters',
  ],
  [
    'a datetimepicker is no accessory',
    section({ accessory: { type: 'datetimepicker' } }),
    '/0/accessory/type',
    'unsupported type: datetimepicker',
  ],
  ['a header in mrkdwn', { type: 'header', text: mrkdwn('x') }, '/0/text/type', 'unsupported type: mrkdwn'],
  [
    'a header of 151 characters',
    { type: 'header', text: plain(x(151)) },
    '/0/text/text',
    'must be less than 151 characters',
  ],
  [
    'a block_id of 256 characters',
    { type: 'divider', block_id: x(256) },
    '/0/block_id',
    'must be less than 256 characters',
  ],
  [
    'eleven context elements',
    { type: 'context', elements: many(11, () => mrkdwn('x')) },
    '/0/elements',
    'no more than 10 items allowed',
  ],
  ['an empty context', { type: 'context', elements: [] }, '/0/elements', 'no less than 1 items allowed'],
  [
    'a button in a context',
    { type: 'context', elements: [button()] },
    '/0/elements/0/type',
    'unsupported type: button',
  ],
  [
    '26 buttons',
    actions(...many(26, (at) => button({ action_id: `b${at}` }))),
    '/0/elements',
    'no more than 25 items allowed',
  ],
  [
    'one action_id twice',
    actions(button({ action_id: 'a' }), button({ action_id: 'a' })),
    '/0/elements/1/action_id',
    /already exists/,
  ],
  [
    'a button text of 76 characters',
    actions(button({ text: plain(x(76)) })),
    '/0/elements/0/text/text',
    'must be less than 76 characters',
  ],
  [
    'a button value of 2001 characters',
    actions(button({ value: x(2001) })),
    '/0/elements/0/value',
    'must be less than 2001 characters',
  ],
  [
    'a button style that is none',
    actions(button({ style: 'warning' })),
    '/0/elements/0/style',
    'must be one of: primary, danger',
  ],
  ['a link that is none', actions(button({ url: 'example' })), '/0/elements/0/url', 'invalid url'],
  [
    'a link that runs script',
    actions(button({ url: 'javascript:alert(1)' })),
    '/0/elements/0/url',
    'invalid url',
  ],
  [
    'a confirm text of 301 characters',
    actions(button({ confirm: { text: plain(x(301)) } })),
    '/0/elements/0/confirm/text/text',
    'must be less than 301 characters',
  ],
  [
    'a confirm dialog with a type',
    actions(button({ confirm: { type: 'confirm', text: plain('x') } })),
    '/0/elements/0/confirm',
    'invalid additional property: type',
  ],
  [
    '101 options',
    section({ accessory: select({ options: many(101, (at) => option(`${at}`)) }) }),
    '/0/accessory/options',
    'no more than 100 items allowed',
  ],
  [
    'no options',
    section({ accessory: select({ options: [] }) }),
    '/0/accessory/options',
    'no less than 1 items allowed',
  ],
  [
    'options and groups',
    section({ accessory: select({ option_groups: [{ label: plain('A'), options: [option('a')] }] }) }),
    '/0/accessory',
    /must define either/,
  ],
  [
    'a mrkdwn option in a menu',
    section({ accessory: select({ options: [{ text: mrkdwn('x'), value: 'x' }] }) }),
    '/0/accessory/options/0/text/type',
    'unsupported type: mrkdwn',
  ],
  [
    'an option value of 151 characters',
    section({ accessory: select({ options: [option(x(151), 'x')] }) }),
    '/0/accessory/options/0/value',
    'must be less than 151 characters',
  ],
  [
    'a link outside an overflow menu',
    section({ accessory: select({ options: [{ ...option('a'), url: 'https://example.com' }] }) }),
    '/0/accessory/options/0',
    'invalid additional property: url',
  ],
  [
    'an initial option that is not offered',
    section({ accessory: select({ initial_option: option('c') }) }),
    '/0/accessory/initial_option',
    /must match/,
  ],
  [
    'six overflow options',
    actions({ type: 'overflow', options: many(6, (at) => option(`${at}`)) }),
    '/0/elements/0/options',
    'no more than 5 items allowed',
  ],
  [
    'eleven checkboxes',
    actions({ type: 'checkboxes', options: many(11, (at) => option(`${at}`)) }),
    '/0/elements/0/options',
    'no more than 10 items allowed',
  ],
  [
    'a date that is none',
    actions({ type: 'datepicker', initial_date: '20.11.2026' }),
    '/0/elements/0/initial_date',
    /YYYY-MM-DD/,
  ],
  [
    'a time that is none',
    actions({ type: 'timepicker', initial_time: '24:00' }),
    '/0/elements/0/initial_time',
    /HH:mm/,
  ],
  [
    'a text field among actions',
    actions({ type: 'plain_text_input' }),
    '/0/elements/0/type',
    'unsupported type: plain_text_input',
  ],
  [
    'an image without alt_text',
    { type: 'image', image_url: 'https://example.com/a.png' },
    '/0',
    'missing required field: alt_text',
  ],
  ['an image from two places', { ...image, slack_file: { id: 'F1' } }, '/0', /must define either/],
  [
    'an input without a label',
    { type: 'input', element: { type: 'plain_text_input' } },
    '/0',
    'missing required field: label',
  ],
  ['a button as an input', input(button()), '/0/element/type', 'unsupported type: button', 'modal'],
  [
    'a file field in a message',
    input({ type: 'file_input' }),
    '/0/element/type',
    'unsupported type: file_input',
  ],
  [
    'a number field that does not say whether decimals are allowed',
    input({ type: 'number_input' }),
    '/0/element',
    'missing required field: is_decimal_allowed',
    'modal',
  ],
  [
    'a least value above the greatest',
    input({ type: 'number_input', is_decimal_allowed: false, min_value: '9', max_value: '1' }),
    '/0/element/min_value',
    /cannot be greater/,
    'modal',
  ],
  [
    'a text field of 3001 characters',
    input({ type: 'plain_text_input', max_length: 3001 }),
    '/0/element/max_length',
    'must be 3000 or less',
    'modal',
  ],
  [
    'context actions in a modal',
    { type: 'context_actions', elements: [{ type: 'icon_button', icon: 'trash', text: plain('x') }] },
    '/0/type',
    'unsupported type: context_actions',
    'modal',
  ],
  [
    'a rich text run without its text',
    rich(richSection({ type: 'text' })),
    '/0/elements/0/elements/0',
    'missing required field: text',
  ],
  [
    'a list style that is none',
    rich({ type: 'rich_text_list', style: 'dashes', elements: [richSection()] }),
    '/0/elements/0/style',
    'must be one of: bullet, ordered',
  ],
  ['markdown in a modal', { type: 'markdown', text: 'x' }, '/0/type', 'unsupported type: markdown', 'modal'],
  [
    '12,001 characters of markdown',
    { type: 'markdown', text: x(12_001) },
    '/0/text',
    'must be less than 12001 characters',
  ],
  [
    '101 table rows',
    { type: 'table', rows: many(101, () => [cell('x')]) },
    '/0/rows',
    'no more than 100 items allowed',
  ],
  [
    '21 table columns',
    { type: 'table', rows: [many(21, () => cell('x'))] },
    '/0/rows/0',
    'no more than 20 items allowed',
  ],
  [
    'numbers in a table that is sent',
    { type: 'table', rows: [[numberCell(1)]] },
    '/0/rows/0/0/type',
    'unsupported type: raw_number',
  ],
  [
    'a table of more than 10,000 characters',
    { type: 'table', rows: [[cell(x(10_001))]] },
    '/0/rows',
    /less than 10001 characters/,
  ],
  [
    'a table in a modal',
    { type: 'table', rows: [[cell('x')]] },
    '/0/type',
    'unsupported type: table',
    'modal',
  ],
  [
    'a data table without a caption',
    dataTable({ caption: undefined }),
    '/0/caption',
    'must provide a string',
  ],
  [
    'a data table without a row',
    dataTable({ rows: [[cell('x')]] }),
    '/0/rows',
    'no less than 2 items allowed',
  ],
  [
    '102 data table rows',
    dataTable({ rows: many(102, () => [cell('x')]) }),
    '/0/rows',
    'no more than 101 items allowed',
  ],
  [
    'uneven data table rows',
    dataTable({ rows: [[cell('x')], [cell('x'), cell('y')]] }),
    '/0/rows',
    /same number of cells/,
  ],
  [
    'rich text in the header',
    dataTable({ rows: [[rich(richSection())], [cell('x')]] }),
    '/0/rows',
    /header cells/,
  ],
  ['a page of 101', dataTable({ page_size: 101 }), '/0/page_size', 'must be 100 or less'],
  [
    'a header column that is none',
    dataTable({ row_header_column_index: 2 }),
    '/0/row_header_column_index',
    /index of a column/,
  ],
  ['a chart title of 51 characters', chart({}, x(51)), '/0/title', 'must be less than 51 characters'],
  [
    'seven series',
    chart({ series: many(7, (at) => series(`s${at}`)) }),
    '/0/chart/series',
    'no more than 6 items allowed',
  ],
  [
    'two series of one name',
    chart({ series: [series('a'), series('a')] }),
    '/0/chart/series',
    'names must be unique',
  ],
  [
    'labels that are no categories',
    chart({ series: [series('a', ['Mon', 'Wed'])] }),
    '/0/chart/series',
    /must match/,
  ],
  [
    'a label of 21 characters',
    chart({ series: [series('a', [x(21)])], axis_config: { categories: [x(20)] } }),
    '/0/chart/series/0/data/0/label',
    'must be less than 21 characters',
  ],
  ['a chart of no known kind', chart({ type: 'radar' }), '/0/chart/type', 'unsupported type: radar'],
  ['a chart in a modal', chart(), '/0/type', 'unsupported type: data_visualization', 'modal'],
  ['an alert in a message', { type: 'alert', text: plain('x') }, '/0/type', 'unsupported type: alert'],
  [
    'an alert of 201 characters',
    { type: 'alert', text: plain(x(201)) },
    '/0/text/text',
    'must be less than 201 characters',
    'modal',
  ],
  [
    'an alert level that is none',
    { type: 'alert', text: plain('x'), level: 'fatal' },
    '/0/level',
    /must be one of/,
    'modal',
  ],
  ['an empty card', { type: 'card' }, '/0', /must define either/],
  [
    'a card body of 201 characters',
    card({ body: mrkdwn(x(201)) }),
    '/0/body/text',
    'must be less than 201 characters',
  ],
  [
    'two icons at one place',
    card({ icon: image, slack_icon: { type: 'icon', name: 'flag' } }),
    '/0/slack_icon',
    /only one of `icon` or `slack_icon`/,
  ],
  [
    'an icon that Slack does not have',
    card({ slack_icon: { type: 'icon', name: 'unicorn' } }),
    '/0/slack_icon/name',
    /must be one of/,
  ],
  [
    'a card with four buttons',
    card({ actions: many(4, (n) => button({ action_id: `a${n}` })) }),
    '/0/actions',
    'no more than 3 items allowed',
  ],
  ['a fifth level', { type: 'header', level: 5, text: plain('x') }, '/0/level', /4/],
  [
    'eleven cards',
    { type: 'carousel', elements: many(11, () => card()) },
    '/0/elements',
    'no more than 10 items allowed',
  ],
  [
    'eleven children',
    container({ child_blocks: many(11, () => section()) }),
    '/0/child_blocks',
    'no more than 10 items allowed',
  ],
  [
    'a container in a container',
    container({ child_blocks: [container()] }),
    '/0/child_blocks/0/type',
    'unsupported type: container',
  ],
  [
    'collapsed but not collapsible',
    container({ default_collapsed: true }),
    '/0/default_collapsed',
    'requires is_collapsible',
  ],
  ['a container without a title', container({ title: undefined }), '/0/title', 'must provide an object'],
  ['a task status that is none', { ...task('1'), status: 'done' }, '/0/status', /must be one of/],
  [
    'two tasks of one id',
    { type: 'plan', title: 'x', tasks: [task('1'), task('1')] },
    '/0/tasks',
    'task_id must be unique',
  ],
  [
    'a video over http',
    { ...video, video_url: 'http://example.com/v' },
    '/0/video_url',
    'must be an https url',
  ],
];

/** What a client library sends: members that are undefined do not travel. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('blocks that Slack takes', () => {
  it.each(accepted)('%s', (_reason, block, surface = 'message') => {
    expect(validateBlocks([sent(block)], surface)).toEqual([]);
  });

  it('has a row for every block', () => {
    const shown = new Set(accepted.map(([, block]) => (block as { type: string }).type));
    expect(Object.keys(blockRules).filter((type) => !shown.has(type))).toEqual([]);
  });

  it('has a row for every element, save for those that differ in their source only', () => {
    const text = JSON.stringify(accepted);
    const missing = Object.keys(elements).filter((type) => !text.includes(`"type":"${type}"`));
    expect(missing).toEqual([
      'multi_external_select',
      'multi_users_select',
      'multi_conversations_select',
      'multi_channels_select',
      'email_text_input',
      'url_text_input',
      'workflow_button',
    ]);
  });
});

describe('blocks that Slack refuses', () => {
  it.each(refused)('%s', (_reason, block, pointer, message, surface = 'message') => {
    const errors = validateBlocks([block], surface);
    expect(errors[0]).toMatchObject({ pointer: `/blocks${pointer}` });
    expect(errors[0]!.message).toMatch(message);
  });
});

describe('all blocks together', () => {
  it.each<[string, unknown, Surface, string, RegExp]>([
    ['51 blocks in a message', many(51, () => section()), 'message', '/blocks', /no more than 50/],
    ['101 blocks in a modal', many(101, () => section()), 'modal', '/blocks', /no more than 100/],
    ['no array', { type: 'divider' }, 'message', '/blocks', /must provide an array/],
    [
      'one block_id twice',
      many(2, () => section({ block_id: 'a' })),
      'message',
      '/blocks/1/block_id',
      /already exists/,
    ],
    [
      'two tables',
      many(2, () => ({ type: 'table', rows: [[cell('x')]] })),
      'message',
      '/blocks/1',
      /only 1 table/,
    ],
    ['three charts', many(3, () => chart()), 'message', '/blocks/2', /only 2 data_visualization/],
    [
      'markdown in all',
      many(2, () => ({ type: 'markdown', text: x(6001) })),
      'message',
      '/blocks',
      /all markdown blocks/,
    ],
    [
      'two focused fields',
      many(2, () => input({ type: 'plain_text_input', focus_on_load: true })),
      'modal',
      '/blocks/1/element/focus_on_load',
      /only one element/,
    ],
  ])('%s', (_reason, blocks, surface, pointer, message) => {
    const [error] = validateBlocks(blocks, surface);
    expect(error!.pointer).toBe(pointer);
    expect(error!.message).toMatch(message);
  });

  it('takes 100 blocks in a modal and the same action_id in two blocks', () => {
    expect(
      validateBlocks(
        many(100, () => actions(button({ action_id: 'a' }))),
        'modal',
      ),
    ).toEqual([]);
  });
});

describe('views', () => {
  const modal = (more: object = {}) => ({
    type: 'modal',
    title: plain('Refund'),
    blocks: [section()],
    ...more,
  });
  it.each<[string, unknown, string | undefined, RegExp | undefined]>([
    [
      'a modal',
      modal({ submit: plain('Send'), close: plain('No'), private_metadata: x(3000) }),
      undefined,
      undefined,
    ],
    ['a Home', { type: 'home', blocks: [] }, undefined, undefined],
    ['a title of 25 characters', modal({ title: plain(x(25)) }), '/view/title/text', /less than 25/],
    ['no title', { type: 'modal', blocks: [] }, '/view', /missing required field: title/],
    [
      'private_metadata of 3001',
      modal({ private_metadata: x(3001) }),
      '/view/private_metadata',
      /less than 3001/,
    ],
    ['inputs without submit', modal({ blocks: [input({ type: 'plain_text_input' })] }), '/view', /submit/],
    [
      'a Home with a title',
      { type: 'home', title: plain('x'), blocks: [] },
      '/view',
      /additional property: title/,
    ],
    [
      'a bad block',
      modal({ blocks: [{ type: 'markdown', text: 'x' }] }),
      '/view/blocks/0/type',
      /unsupported type/,
    ],
    ['no view at all', null, '/view', /must provide an object/],
  ])('%s', (_reason, view, pointer, message) => {
    const [error] = validateView(view);
    expect(error?.pointer).toBe(pointer);
    if (message) expect(error!.message).toMatch(message);
  });
});

describe('whatever comes', () => {
  it('never throws and never changes what it reads', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom<Surface>('message', 'modal', 'home'), (value, surface) => {
        const before = JSON.stringify(value);
        validateBlocks(value, surface);
        validateView(value);
        expect(JSON.stringify(value)).toBe(before);
      }),
      { seed: 20_261_120, numRuns: 300 },
    );
  });

  it('finds a fault that is put into any accepted block', () => {
    fc.assert(
      fc.property(fc.constantFrom(...accepted), ([, block, surface = 'message']) => {
        const errors = validateBlocks([{ ...block, not_a_member: 1 }], surface);
        expect(errors.some((error) => error.code === 'invalid_additional_property')).toBe(true);
      }),
      { seed: 20_261_120, numRuns: 200 },
    );
  });
});
