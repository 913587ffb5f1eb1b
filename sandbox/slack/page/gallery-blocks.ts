/**
 * The gallery's blocks: one exhibit for each block that Slack documents, and one unknown block.
 * Invariant: each keeps Slack's documented limits, so that it would be accepted by Slack as it stands.
 */
import type { Block, Json, Message } from '../wire.js';
import {
  long,
  plain,
  mrkdwn,
  raw,
  number,
  run,
  line,
  rich,
  linkTo,
  button,
  chartPicture,
  icon,
} from './gallery-parts.js';

export interface Exhibit {
  name: string;
  message: Partial<Message>;
}

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const series = (name: string, values: number[]): Json => ({
  name,
  data: values.map((value, at) => ({ label: days[at] ?? '', value })),
});
const chart = (title: string, type: string, y_label: string, ...all: Json[]): Block => ({
  type: 'data_visualization',
  title,
  chart: { type, series: all, axis_config: { categories: days, x_label: 'Business day', y_label } },
});
const exhibit = (name: string, ...blocks: Block[]): Exhibit => ({ name, message: { blocks } });

const breaks: [partner: string, reference: string, amount: number, age: number, state: string][] = [
  ['Adyen', 'pi_3QK8vZ', 120.0, 1, 'Missing in statement'],
  ['Stripe', 'pi_3QK8wA', 84.0, 3, 'Amount differs'],
  ['Worldpay', 'pi_3QK8xB', 42.5, 9, 'Missing in books'],
  ['Adyen', 'pi_3QK8yC', 1999.99, 2, 'Duplicate capture'],
  ['Checkout.com', 'pi_3QK8zD', 15.0, 14, 'Fee differs'],
  ['Stripe', 'pi_3QK90E', 640.0, 1, 'Missing in statement'],
  ['Worldpay', 'pi_3QK91F', 73.2, 5, 'Currency differs'],
  ['Adyen', 'pi_3QK92G', 310.4, 4, 'Missing in statement'],
];

const cards: [title: string, subtitle: string, body: string][] = [
  ['Adyen', 'Acquirer · EU, UK', ':large_green_circle: 98.2% of 12,480 attempts authorised'],
  ['Worldpay', 'Acquirer · UK', ':large_yellow_circle: 91.4% of 3,112 attempts authorised'],
  ['Bizum', 'Open banking · ES', ':red_circle: 64.0% of 402 attempts, declines `91`'],
  ['Stripe', 'PSP · worldwide', ':large_green_circle: 97.8% of 22,905 attempts authorised'],
];

const card = ([title, subtitle, body]: (typeof cards)[number]): { type: string; [key: string]: Json } => ({
  type: 'card',
  icon: { type: 'image', image_url: icon, alt_text: `${title} icon` },
  title: mrkdwn(`*${title}*`),
  subtitle: mrkdwn(subtitle),
  body: mrkdwn(body),
  actions: [button('Scorecard', `scorecard_${title}`)],
});

const tasks: Json[] = [
  {
    type: 'task_card',
    task_id: 't1',
    title: 'Read the payment again',
    status: 'complete',
    output: rich(line(run('Unchanged since the plan was approved'))),
  },
  {
    type: 'task_card',
    task_id: 't2',
    title: 'Refund €84.00',
    status: 'in_progress',
    details: rich(line(run('Idempotency key '), run('rem_12:refund:1', { code: true }))),
    sources: [{ type: 'url', url: 'https://example.com/pi_3QK8wA', text: 'pi_3QK8wA' }],
  },
  { type: 'task_card', task_id: 't3', title: 'Prove it in tomorrow’s statement', status: 'pending' },
];

export const blockExhibits: Exhibit[] = [
  exhibit(
    'header, section, fields, accessory',
    { type: 'header', text: plain(':rotating_light: Worldpay: approvals fell to 71.3% in GB') },
    {
      type: 'section',
      text: mrkdwn('Cards issued in *GB* through *Worldpay* since 09:40. The rest of Worldpay is as usual.'),
      accessory: {
        type: 'button',
        action_id: 'ack',
        text: plain('Acknowledge'),
        value: 'al_7',
        style: 'primary',
      },
    },
    {
      type: 'section',
      fields: [
        mrkdwn('*Approved*\n71.3% of 1,204 attempts'),
        mrkdwn('*Expected*\n93.1% ± 1.8'),
        mrkdwn('*Value at risk*\n£18,402.10'),
        mrkdwn('*On call*\n<@U2>'),
      ],
    },
    { type: 'divider' },
    {
      type: 'context',
      elements: [
        { type: 'image', image_url: icon, alt_text: 'Paydesk' },
        mrkdwn('Alert `al_7` · opened <!date^1795190400^{time}|08:00> · severity 2'),
      ],
    },
  ),
  exhibit(
    'header levels',
    ...[1, 2, 3, 4].map((level): Block => ({ type: 'header', level, text: plain(`Level ${level}`) })),
  ),
  exhibit(
    'long section, folded and expanded',
    { type: 'section', text: mrkdwn(long) },
    { type: 'section', text: mrkdwn('This one starts expanded.'), expand: true },
  ),
  exhibit('section with picture', {
    type: 'section',
    text: mrkdwn('*Authorisation rate, 7 days*\nRecovered after the retry rule of Tuesday.'),
    accessory: { type: 'image', image_url: chartPicture, alt_text: 'A rising line' },
  }),
  exhibit(
    'image',
    {
      type: 'image',
      title: plain('Approvals since Monday'),
      image_url: chartPicture,
      alt_text: 'Approvals rise from Wednesday on',
    },
    {
      type: 'image',
      image_url: 'https://images.example.com/rates.png',
      alt_text: 'A picture from another host',
    },
    { type: 'image', slack_file: { url: chartPicture }, alt_text: 'A file of the workspace' },
  ),
  exhibit('context with a file of the workspace', {
    type: 'context',
    elements: [{ type: 'image', slack_file: { url: icon }, alt_text: 'Paydesk' }, plain('From a Slack file')],
  }),
  exhibit(
    'rich_text',
    rich(
      line(
        run('Reconciliation of '),
        run('Stripe', { bold: true }),
        run(' for November 19 is '),
        run('closed', { italic: true }),
        run(' '),
        { type: 'emoji', name: 'tada' },
        run(' by '),
        { type: 'user', user_id: 'U2' },
      ),
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: [
          line(run('4,118 of 4,120 lines matched by reference')),
          line(run('2 breaks, '), run('€126.50', { code: true })),
        ],
      },
      {
        type: 'rich_text_list',
        style: 'bullet',
        indent: 1,
        elements: [
          line(run('one fee'), run(' (expected)', { strike: true })),
          line({ type: 'link', url: 'https://example.com/break/9', text: 'one duplicate' }),
        ],
      },
      {
        type: 'rich_text_list',
        style: 'ordered',
        elements: [line(run('Ask for the corrected file')), line(run('Match again'))],
      },
      { type: 'rich_text_quote', elements: [run('We will resend the file before noon.')] },
      { type: 'rich_text_preformatted', elements: [run('payout po_1QK… EUR 18402.10')] },
    ),
  ),
  exhibit(
    'rich_text, every run and border',
    rich(
      line(
        { type: 'user', user_id: 'U1' },
        run(' of '),
        { type: 'usergroup', usergroup_id: 'S1' },
        run(' tells '),
        { type: 'broadcast', range: 'here' },
        run(' in '),
        { type: 'channel', channel_id: 'C1' },
        run(' at '),
        { type: 'team', team_id: 'T1' },
        run(': closed '),
        {
          type: 'date',
          timestamp: 1795190400,
          format: '{date_short_pretty} at {time}',
          fallback: 'tomorrow',
          url: 'https://example.com/days/20',
        },
        run(' '),
        { type: 'color', value: '#36c5f0' },
        run(' '),
        {
          type: 'emoji',
          name: 'ledger_clerk',
          unicode: '1f9d1-200d-1f4bc',
          url: 'https://example.com/e.png',
        },
        run(' '),
        run('highlighted', { highlight: true }),
        run(', '),
        run('underlined', { underline: true }),
        run(', '),
        { type: 'link', url: 'https://example.com/files/7', text: 'an unsafe link', unsafe: true },
      ),
      {
        type: 'rich_text_list',
        style: 'ordered',
        offset: 2,
        border: 1,
        elements: [line(run('The third step')), line(run('The fourth step'))],
      },
      { type: 'rich_text_quote', border: 1, elements: [run('A quote with a border.')] },
      {
        type: 'rich_text_preformatted',
        border: 1,
        language: 'json',
        elements: [run('{ "status": "paid" }')],
      },
    ),
  ),
  exhibit('markdown', {
    type: 'markdown',
    text: '# Handover\n**Three** things are open, see the [board](https://example.com/board):\n\n1. `po_1QK7` arrives *tomorrow*\n2. Dispute `dp_1QJ` needs evidence\n   - [x] receipt\n   - [ ] delivery proof\n\n> Nothing else is overdue.\n\n| Partner | Share explained |\n| --- | ---: |\n| Adyen | 99.98% |\n| Stripe | 99.91% |\n\n```\npaydesk doctor\n```',
  }),
  exhibit('table', {
    type: 'table',
    column_settings: [{}, { align: 'right' }, { is_wrapped: true }],
    rows: [
      [raw('Hop'), raw('Amount'), raw('State')],
      [raw('Authorisation'), raw('€120.00'), raw(':white_check_mark: present')],
      [raw('Capture'), raw('€120.00'), linkTo('ch_3QK8vZ')],
      [raw('Payout'), raw('€117.90'), raw(':hourglass_flowing_sand: expected by November 23')],
    ],
  }),
  exhibit('data_table', {
    type: 'data_table',
    caption: 'Open breaks',
    page_size: 5,
    row_header_column_index: 1,
    rows: [
      ['Partner', 'Reference', 'Amount', 'Age in days', 'Break'].map(raw),
      ...breaks.map(([partner, reference, amount, age, state]): Json[] => [
        raw(partner),
        linkTo(reference),
        number(amount, `€${amount.toFixed(2)}`),
        number(age, String(age)),
        raw(state),
      ]),
    ],
  }),
  exhibit(
    'data_visualization: line',
    chart(
      'Approval rate by partner, %',
      'line',
      'Approved, %',
      series('Adyen', [93.2, 93.8, 93.1, 94, 93.6, 92.9, 93.4]),
      series('Worldpay', [92.1, 91.8, 71.3, 74.9, 88.2, 91.9, 92]),
    ),
  ),
  exhibit(
    'data_visualization: bar',
    chart(
      'Disputes opened',
      'bar',
      'Disputes',
      series('Fraud', [4, 6, 3, 9, 14, 5, 2]),
      series('Not received', [2, 1, 3, 2, 4, 3, 1]),
      series('Other', [1, 0, 1, 2, 1, 0, 1]),
    ),
  ),
  exhibit(
    'data_visualization: area',
    chart(
      'Unexplained value, EUR',
      'area',
      'EUR',
      series('All partners', [42000, 31800, 22100, 12050, 6900, 3100, 1250]),
      series('Adyen', [18000, 15100, 9000, 4100, 2000, 900, 300]),
    ),
  ),
  exhibit('data_visualization: pie', {
    type: 'data_visualization',
    title: 'Attempts by method',
    chart: {
      type: 'pie',
      segments: [
        { label: 'Card', value: 18420 },
        { label: 'SEPA debit', value: 5210 },
        { label: 'iDEAL', value: 3890 },
        { label: 'Bizum', value: 1402 },
      ],
    },
  }),
  exhibit('card', {
    ...card(cards[0] ?? ['', '', '']),
    hero_image: { type: 'image', image_url: chartPicture, alt_text: 'Approvals of Adyen' },
  }),
  exhibit('card with one of Slack’s icons', {
    type: 'card',
    slack_icon: { type: 'icon', name: 'flag' },
    title: plain('Refund of €84.00'),
    subtitle: mrkdwn('Requested by <@U1>'),
    body: mrkdwn('The customer was charged twice for *ORD-7QK2*.'),
    subtext: plain('The plan is frozen until tomorrow, 09:00'),
    actions: [
      { ...button('Reject', 'card_reject'), style: 'danger' },
      button('Discuss', 'card_discuss'),
      { ...button('Approve', 'card_approve'), style: 'primary' },
    ],
  }),
  exhibit('carousel', { type: 'carousel', elements: cards.map(card) }),
  exhibit('container', {
    type: 'container',
    title: plain('Refund €84.00 of pi_3QK8wA'),
    subtitle: mrkdwn('Requested by <@U1>, 1 of 2 approvals'),
    is_collapsible: true,
    has_header_divider: true,
    icon: { type: 'image', image_url: icon, alt_text: 'Refund' },
    child_blocks: [
      { type: 'section', text: mrkdwn('Plan `9f3c…` is frozen. Reason: *duplicate*.') },
      {
        type: 'actions',
        block_id: 'vote',
        elements: [
          {
            type: 'button',
            action_id: 'vote_yes',
            style: 'primary',
            text: plain('Approve'),
            value: 'rem_12',
          },
          button('Discuss', 'discuss'),
        ],
      },
    ],
  }),
  exhibit(
    'container, collapsed, and one with a rich title',
    {
      type: 'container',
      title: plain('Three lines of the statement'),
      width: 'narrow',
      is_collapsible: true,
      default_collapsed: true,
      child_blocks: [{ type: 'section', text: plain('po_1QK7 · €18,402.10') }],
    },
    {
      type: 'container',
      rich_text_title: rich(line(run('Break '), run('brk_9', { code: true }))),
      width: 'full',
      child_blocks: [{ type: 'section', text: plain('Amount differs by €0.50') }],
    },
  ),
  exhibit('plan', { type: 'plan', title: 'Refund in progress', tasks: tasks }),
  exhibit('task_card', {
    type: 'task_card',
    task_id: 't9',
    title: 'Ask Worldpay for the missing file',
    status: 'error',
    output: rich(line(run('No answer after 3 attempts; the next is at 10:15'))),
  }),
  exhibit('video', {
    type: 'video',
    title: plain('How a settlement is matched'),
    title_url: 'https://example.com/videos/1',
    video_url: 'https://example.com/embed/1',
    thumbnail_url: 'https://example.com/thumb.png',
    alt_text: 'A walk through one settlement',
    author_name: 'Lars Holm',
    provider_name: 'Northwind',
    provider_icon_url: 'https://example.com/icon.png',
    description: plain('Four minutes, with the numbers of last week.'),
  }),
  exhibit('file', { type: 'file', source: 'remote', external_id: 'statement-2026-11-19' }),
  exhibit('unknown block', { type: 'hologram', text: plain('Nobody has documented this yet.') }),
];
