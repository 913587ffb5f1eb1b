/**
 * The gallery's blocks: one exhibit for each block that Slack documents, and one unknown block.
 * Invariant: each keeps Slack's documented limits, so that it would be accepted by Slack as it stands.
 */
import type { Block, Json } from '../wire.js';
import {
  actions,
  button,
  chartPicture,
  exhibit,
  icon,
  line,
  linkTo,
  mrkdwn,
  plain,
  raw,
  rich,
  run,
  section,
  type Exhibit,
  type Members,
  type Part,
} from './gallery-parts.js';

/** More lines than a message shows without being asked. */
const long = Array.from({ length: 24 }, (_, at) => `\`po_1QK${at}\` · settled on November ${at + 1}`);

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'];
const segment = (label: string, value: number): Json => ({ label, value });
const series = ([name, values]: [string, number[]]): Json => ({
  name,
  data: values.map((value, at) => segment(days[at] ?? '', value)),
});
const chart = (title: string, type: string, all: Record<string, number[]>): Block => ({
  type: 'data_visualization',
  title,
  chart: {
    type,
    series: Object.entries(all).map(series),
    axis_config: { categories: days, x_label: 'Business day', y_label: title },
  },
});

const runs: Json[] = [
  ...['bold', 'italic', 'strike', 'code', 'underline', 'highlight'].map((name) =>
    run(name, { [name]: true }),
  ),
  { type: 'user', user_id: 'U1' },
  { type: 'usergroup', usergroup_id: 'S1' },
  { type: 'broadcast', range: 'here' },
  { type: 'channel', channel_id: 'C1' },
  { type: 'team', team_id: 'T1' },
  { type: 'date', timestamp: 1795190400, format: '{time}', fallback: '8:00', url: 'https://example.com' },
  { type: 'color', value: '#36c5f0' },
  { type: 'emoji', name: 'ledger_clerk', unicode: '1f9d1', url: 'https://example.com/e.png' },
  { type: 'link', url: 'https://example.com/files/7', text: 'an unsafe link', unsafe: true },
];

const difference = (reference: string, value: number, state: string): Json[] => [
  rich(line(linkTo(reference))),
  { type: 'raw_number', value, text: `€${value.toFixed(2)}` },
  raw(state),
];

const card = (title: string, body: string, more: Members): Part => ({
  type: 'card',
  title: mrkdwn(`*${title}*`),
  subtitle: mrkdwn('Acquirer · EU, UK'),
  body: mrkdwn(body),
  actions: [button('Scorecard', `scorecard_${title}`)],
  ...more,
});

const task = (task_id: string, title: string, status: string, more: Members = {}): Part => ({
  ...{ type: 'task_card', task_id, title, status },
  ...more,
});

export const blockExhibits: Exhibit[] = [
  exhibit(
    'header, section, fields, divider, context',
    ...[1, 2, 3, 4].map((level) => ({
      type: 'header',
      level,
      text: plain(`:rotating_light: Level ${level}`),
    })),
    section(
      '*pi_3QK8wA* is _captured_, ~refunded~: ask <@U2> in <#C1> or <https://example.com/pay|open it> <!date^1795190400^{date_short_pretty}|today>\n&gt; Next expected at *bank*\n• attempt :white_check_mark:\n```{ "amount": 8400 }```',
      { accessory: { type: 'image', slack_file: { url: chartPicture }, alt_text: 'A rising line' } },
    ),
    {
      type: 'section',
      fields: ['*Approved*\n71.3% of 1,204', '*Expected*\n93.1% ± 1.8', '*On call*\n<@U2>'].map(mrkdwn),
    },
    { type: 'divider' },
    { type: 'context', elements: [icon, mrkdwn('Alert `al_7` · severity 2')] },
  ),
  exhibit(
    'long section, folded and expanded',
    section(long.join('\n')),
    section(long.join('\n'), { expand: true }),
  ),
  exhibit(
    'image of the workspace, and of another host',
    { type: 'image', title: plain('Approvals'), slack_file: { url: chartPicture }, alt_text: 'They rise' },
    { type: 'image', image_url: 'https://images.example.com/rates.png', alt_text: 'A picture elsewhere' },
  ),
  exhibit(
    'rich_text',
    rich(
      line(...runs.flatMap((each) => [each, run(' ')])),
      { type: 'rich_text_list', style: 'bullet', indent: 1, elements: [line(run('One fee'))] },
      { type: 'rich_text_list', style: 'ordered', offset: 2, border: 1, elements: [line(run('Third'))] },
      { type: 'rich_text_quote', border: 1, elements: [run('We will resend the file before noon.')] },
      { type: 'rich_text_preformatted', border: 1, elements: [run('payout po_1QK EUR 18402.10')] },
    ),
  ),
  exhibit('markdown', {
    type: 'markdown',
    text: '# Handover\n**Three** things are open, see the [board](https://example.com/board):\n\n1. `po_1QK7` arrives *tomorrow*\n2. Dispute `dp_1QJ` needs evidence\n   - [x] receipt\n   - [ ] delivery proof\n\n> Nothing else is overdue.\n\n| Partner | Share |\n| --- | ---: |\n| Adyen | 99.98% |\n\n```\npaydesk doctor\n```',
  }),
  exhibit('table', {
    type: 'table',
    column_settings: [{}, { align: 'right' }, { is_wrapped: true }],
    rows: [
      ['Hop', 'Amount', 'State'].map(raw),
      [raw('Capture'), raw('€120.00'), rich(line(linkTo('ch_3QK8vZ')))],
      ['Payout', '€117.90', ':hourglass_flowing_sand: expected by November 23'].map(raw),
    ],
  }),
  exhibit('data_table', {
    type: 'data_table',
    caption: 'Open breaks',
    page_size: 2,
    row_header_column_index: 0,
    rows: [
      ['Reference', 'Amount', 'Break'].map(raw),
      difference('pi_3QK8vZ', 120, 'Missing in statement'),
      difference('pi_3QK8wA', 84, 'Amount differs'),
      difference('pi_3QK8xB', 42.5, 'Missing in books'),
    ],
  }),
  exhibit(
    'data_visualization: line and bar',
    chart('Approved, %', 'line', { Adyen: [93, 94, 93, 94, 93], Worldpay: [92, 91, 71, 75, 88] }),
    chart('Disputes', 'bar', { Fraud: [4, 6, 3, 9, 14], Other: [1, 0, 1, 2, 1] }),
  ),
  exhibit(
    'data_visualization: area and pie',
    chart('Unexplained, EUR', 'area', { All: [42000, 31800, 22100, 6900, 1250] }),
    {
      type: 'data_visualization',
      title: 'Attempts by method',
      chart: { type: 'pie', segments: [segment('Card', 18420), segment('SEPA debit', 5210)] },
    },
  ),
  exhibit(
    'card',
    card('Refund of €84.00', 'The customer was charged twice.', {
      hero_image: { type: 'image', image_url: chartPicture, alt_text: 'Approvals of Adyen' },
      slack_icon: { type: 'icon', name: 'flag' },
      subtext: plain('The plan is frozen until tomorrow, 09:00'),
    }),
  ),
  exhibit('carousel', {
    type: 'carousel',
    elements: ['Adyen', 'Stripe', 'Bizum'].map((name) => card(name, '98.2% authorised', { icon })),
  }),
  exhibit(
    'container, open and collapsed',
    {
      type: 'container',
      title: plain('Refund €84.00 of pi_3QK8wA'),
      subtitle: mrkdwn('Requested by <@U1>, 1 of 2 approvals'),
      has_header_divider: true,
      icon,
      child_blocks: [section('Plan `9f3c` is frozen.'), actions(button('Discuss', 'discuss'))],
    },
    {
      type: 'container',
      rich_text_title: rich(line(run('Break '), run('brk_9', { code: true }))),
      width: 'narrow',
      is_collapsible: true,
      default_collapsed: true,
      child_blocks: [section('Amount differs by €0.50')],
    },
  ),
  exhibit('plan', {
    type: 'plan',
    title: 'Refund in progress',
    tasks: [
      task('t1', 'Read the payment again', 'complete'),
      task('t2', 'Refund €84.00', 'in_progress', {
        details: rich(line(run('Sent once, with one key'))),
        sources: [{ type: 'url', url: 'https://example.com/pi_3QK8wA', text: 'pi_3QK8wA' }],
      }),
      task('t3', 'Prove it in tomorrow’s statement', 'pending'),
    ],
  }),
  exhibit(
    'task_card',
    task('t9', 'Ask for the missing file', 'error', {
      output: rich(line(run('No answer after 3 attempts'))),
    }),
  ),
  exhibit('video', {
    type: 'video',
    title: plain('How a settlement is matched'),
    title_url: 'https://example.com/videos/1',
    video_url: 'https://example.com/embed/1',
    thumbnail_url: 'https://example.com/thumb.png',
    alt_text: 'A walk through one settlement',
    author_name: 'Lars Holm',
    provider_name: 'Northwind',
    description: plain('Four minutes, with the numbers of last week.'),
  }),
  exhibit('file', { type: 'file', source: 'remote', external_id: 'statement-2026-11-19' }),
  exhibit('unknown block', { type: 'hologram', text: plain('Nobody has documented this yet.') }),
];
