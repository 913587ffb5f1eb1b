/**
 * What the gallery shows besides `gallery-blocks.ts` and `gallery-elements.ts`: the modal, and a small workspace.
 * Invariant: one exhibit for each block and element that Slack documents, with content a payments desk would show.
 */
import type { Block, Json, OpenView, User } from '../wire.js';
import { blockExhibits, type Exhibit } from './gallery-blocks.js';
import { elementExhibits, option, plain, severities } from './gallery-elements.js';
import type { Store } from './store.js';

/** What the external selects of the gallery answer. */
export const suggestions: Json[] = [
  option('pi_3QK8vZ · €120.00 · succeeded', 'pi_3QK8vZ'),
  option('pi_3QK8wA · €84.00 · requires_capture', 'pi_3QK8wA'),
  option('pi_3QK8xB · £42.50 · canceled', 'pi_3QK8xB'),
];

const input = (
  block_id: string,
  label: string,
  element: Record<string, Json>,
  more: Partial<Block> = {},
): Block => ({ type: 'input', block_id, label: plain(label), element, ...more });

const richValue: Json = {
  type: 'rich_text',
  elements: [
    {
      type: 'rich_text_section',
      elements: [
        { type: 'text', text: 'Your refund of ' },
        { type: 'text', text: '€84.00', style: { bold: true } },
        { type: 'text', text: ' is on its way.' },
      ],
    },
  ],
};

/** A modal with every input element; submitting it answers a field error. */
export const modalExhibit: OpenView = {
  id: 'V1',
  root_view_id: 'V1',
  previous_view_id: null,
  user: 'U1',
  hash: '1',
  view: {
    type: 'modal',
    title: plain('Refund a payment'),
    submit: plain('Request refund'),
    close: plain('Cancel'),
    blocks: [
      {
        type: 'alert',
        level: 'warning',
        text: { type: 'mrkdwn', text: '*Two approvals* are needed above €50.00.' },
      },
      {
        type: 'section',
        text: { type: 'mrkdwn', text: '*pi_3QK8wA* · €84.00 of €120.00 left · card ending 4242' },
      },
      input('amount', 'Amount in EUR', {
        type: 'number_input',
        action_id: 'amount',
        is_decimal_allowed: true,
        initial_value: '90.00',
        min_value: '0.01',
        max_value: '120.00',
        placeholder: plain('0.00'),
        focus_on_load: true,
      }),
      input('reason', 'Reason', {
        type: 'static_select',
        action_id: 'reason',
        placeholder: plain('Choose a reason'),
        options: [
          option('Duplicate', 'duplicate'),
          option('Fraudulent', 'fraudulent'),
          option('Requested by customer', 'requested_by_customer'),
        ],
        initial_option: option('Duplicate', 'duplicate'),
      }),
      input(
        'note',
        'Note for the approver',
        {
          type: 'plain_text_input',
          action_id: 'note',
          multiline: true,
          placeholder: plain('What happened?'),
        },
        { optional: true, hint: plain('It is kept in the audit log.') },
      ),
      input('title', 'Short title', {
        type: 'plain_text_input',
        action_id: 'title',
        initial_value: 'Captured twice',
        min_length: 3,
        max_length: 60,
      }),
      input(
        'email',
        'Customer e-mail',
        {
          type: 'email_text_input',
          action_id: 'email',
          initial_value: 'noah@post.example',
          placeholder: plain('name@host'),
          dispatch_action_config: { trigger_actions_on: ['on_enter_pressed'] },
        },
        { optional: true, dispatch_action: true },
      ),
      input(
        'url',
        'Link to the ticket',
        {
          type: 'url_text_input',
          action_id: 'url',
          initial_value: 'https://example.com/tickets/7',
          placeholder: plain('https://'),
        },
        { optional: true },
      ),
      input(
        'rich',
        'Message to the customer',
        {
          type: 'rich_text_input',
          action_id: 'rich',
          placeholder: plain('What will the customer read?'),
          min_lines: 2,
          max_lines: 8,
          initial_value: richValue,
        },
        { optional: true },
      ),
      input('day', 'Value date', { type: 'datepicker', action_id: 'day', initial_date: '2026-11-20' }),
      input(
        'checks',
        'Checked',
        {
          type: 'checkboxes',
          action_id: 'checks',
          options: [option('Customer was told', 'told'), option('Ledger entry exists', 'ledger')],
        },
        { optional: true },
      ),
      input('urgency', 'Urgency', {
        type: 'radio_buttons',
        action_id: 'urgency',
        options: severities,
        initial_option: severities[2] ?? null,
      }),
      input(
        'watchers',
        'Tell',
        { type: 'multi_users_select', action_id: 'watchers', placeholder: plain('Choose people') },
        { optional: true },
      ),
      input(
        'evidence',
        'Evidence',
        { type: 'file_input', action_id: 'evidence', filetypes: ['pdf', 'png', 'csv'], max_files: 3 },
        { optional: true },
      ),
    ],
  } as OpenView['view'],
};

const extraExhibits: Exhibit[] = [
  {
    name: 'text (mrkdwn)',
    message: {
      text: 'Payment `pi_3QK8wA` is *captured*, _not yet settled_, ~refunded~. <https://example.com/pay|Open it> or ask <@U2> in <#C1>.\n&gt; Last confirmed at *Adyen*, next expected at *bank* <!date^1795190400^{date_short_pretty} at {time}|tomorrow>\n• attempt :white_check_mark:\n• capture :hourglass_flowing_sand:\n```{ "amount": 8400, "currency": "eur" }```',
    },
  },
  {
    name: 'ephemeral, edited, reactions',
    message: {
      text: 'Only you see this lookup.',
      ephemeral_to: 'U1',
      edited: { ts: '1795190400.0001' },
      reactions: [
        { name: 'eyes', users: ['U2'] },
        { name: 'white_check_mark', users: ['U1', 'U2'] },
      ],
    },
  },
  {
    name: 'files',
    message: {
      text: 'The settlement report of yesterday.',
      files: [
        {
          id: 'F1',
          name: 'settlement_2026-11-19.csv',
          title: 'Settlement, November 19',
          mimetype: 'text/csv',
          size: 48211,
          url_private: '#',
        },
      ],
    },
  },
];

export const exhibits: Exhibit[] = [...extraExhibits, ...blockExhibits, ...elementExhibits];

const user = (
  id: string,
  name: string,
  real_name: string,
  title: string,
  color: string,
  is_bot = false,
): User => ({
  id,
  name,
  real_name,
  title,
  color,
  is_bot,
  email: `${name}@example.com`,
  tz: 'Europe/Lisbon',
  is_restricted: false,
  deleted: false,
});

/** A workspace of two people, the bot and one channel. */
export function galleryStore(nowMs: number): Store {
  const channel = {
    is_private: false,
    is_im: false,
    is_archived: false,
    topic: '',
    purpose: '',
    members: ['U1', 'U2', 'UB'],
    messages: [],
  };
  const ts = `${Math.floor(nowMs / 1000)}.000100`;
  return {
    team: { id: 'T1', name: 'Northwind Payments', domain: 'northwind' },
    bot: { user_id: 'UB', bot_id: 'B1', connection: 'socket' },
    users: [
      user('U1', 'ana', 'Ana Ribeiro', 'Payments operations lead', '#8e5bb5'),
      user('U2', 'ben', 'Ben Okafor', 'Finance operations', '#2f7f6f'),
      user('UB', 'paydesk', 'Paydesk', 'Payments operations desk', '#3b1240', true),
    ],
    channels: [
      { ...channel, id: 'C1', name: 'payments-ops', messages: [{ ts, channel: 'C1', user: 'UB', text: '' }] },
    ],
    views: [],
    homes: {},
    commands: [],
    shortcuts: [],
    groups: [],
    scenarios: [],
    deliveries: [],
    calls: [],
    services: {
      slack: { apiUrl: '', botToken: '', appToken: '', signingSecret: '' },
      paymentsApi: null,
      booksUrl: null,
      statusPages: {},
      operationsApi: null,
      mail: null,
      inbox: null,
      identity: null,
    },
  };
}
