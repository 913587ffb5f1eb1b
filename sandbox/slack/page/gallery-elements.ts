/**
 * The gallery's elements, as they are in messages; those of forms are in the modal of `gallery.ts`.
 * Invariant: one exhibit for each element that Slack documents for messages, accepted by Slack as it stands.
 */
import type { Block, Json } from '../wire.js';
import type { Exhibit } from './gallery-blocks.js';

export const plain = (text: string): Json => ({ type: 'plain_text', text });
export const option = (text: string, value: string): Record<string, Json> => ({ text: plain(text), value });
const actions = (...elements: Json[]): Block[] => [{ type: 'actions', block_id: 'actions', elements }];
const exhibit = (name: string, ...blocks: Block[]): Exhibit => ({ name, message: { blocks } });
const partners = [
  option('Adyen', 'adyen'),
  option('Checkout.com', 'checkout'),
  option('Stripe', 'stripe'),
  option('Worldpay', 'worldpay'),
];
export const severities = [
  option(':red_circle: Severe', 'sev1'),
  option(':large_yellow_circle: Degraded', 'sev2'),
  option(':large_green_circle: Notice', 'sev3'),
];

export const elementExhibits: Exhibit[] = [
  exhibit(
    'button',
    ...actions(
      {
        type: 'button',
        action_id: 'approve',
        text: plain('Approve'),
        value: 'rem_12',
        style: 'primary',
        confirm: {
          title: plain('Approve this refund?'),
          text: {
            type: 'mrkdwn',
            text: '*€84.00* goes back to the customer of `pi_3QK8wA`. It takes effect once.',
          },
          confirm: plain('Approve'),
          deny: plain('Not yet'),
        },
      },
      {
        type: 'button',
        action_id: 'reject',
        text: plain('Reject'),
        value: 'rem_12',
        style: 'danger',
        accessibility_label: 'Reject the refund of €84.00',
      },
      { type: 'button', action_id: 'details', text: plain('Details'), value: 'rem_12' },
      {
        type: 'button',
        action_id: 'dashboard',
        text: plain('Open dashboard :arrow_upper_right:'),
        url: 'https://dashboard.stripe.com/test/payments/pi_3QK8wA',
      },
    ),
  ),
  exhibit(
    'workflow_button',
    ...actions({
      type: 'workflow_button',
      action_id: 'escalate',
      text: plain('Escalate to Worldpay'),
      style: 'primary',
      accessibility_label: 'Escalate to Worldpay, alert al_7',
      workflow: { trigger: { url: 'https://slack.com/shortcuts/Ft0000000001/1a2b3c' } },
    }),
  ),
  exhibit(
    'static_select, overflow',
    ...actions(
      {
        type: 'static_select',
        action_id: 'assignee',
        placeholder: plain('Assign a partner'),
        options: partners,
      },
      {
        type: 'static_select',
        action_id: 'grouped',
        placeholder: plain('Grouped options'),
        option_groups: [
          { label: plain('Acquirers'), options: partners.slice(0, 2) },
          { label: plain('Gateways'), options: partners.slice(2) },
        ],
      },
      {
        type: 'multi_static_select',
        action_id: 'several',
        placeholder: plain('Several partners'),
        options: partners,
      },
      {
        type: 'overflow',
        action_id: 'more',
        options: [
          option('Snooze for an hour', 'snooze'),
          option('Copy the reference', 'copy'),
          option('Mute this partner', 'mute'),
        ],
      },
    ),
  ),
  exhibit(
    'external_select',
    ...actions(
      {
        type: 'external_select',
        action_id: 'payment',
        placeholder: plain('Find a payment'),
        initial_option: option('pi_3QK8wA', 'pi_3QK8wA'),
        min_query_length: 2,
      },
      {
        type: 'multi_external_select',
        action_id: 'payments',
        placeholder: plain('Find several'),
        max_selected_items: 3,
        initial_options: [option('pi_3QK8vZ', 'pi_3QK8vZ')],
        min_query_length: 0,
      },
    ),
  ),
  exhibit(
    'multi selects',
    {
      type: 'section',
      block_id: 'partners',
      text: { type: 'mrkdwn', text: 'Partners to watch' },
      accessory: {
        type: 'multi_static_select',
        action_id: 'watch',
        placeholder: plain('Choose partners'),
        option_groups: [{ label: plain('Acquirers'), options: partners }],
        initial_options: partners.slice(0, 2),
        max_selected_items: 3,
      },
    },
    {
      type: 'section',
      block_id: 'people',
      text: { type: 'mrkdwn', text: 'Who is told' },
      accessory: {
        type: 'multi_users_select',
        action_id: 'told',
        placeholder: plain('Choose people'),
        initial_users: ['U1'],
        max_selected_items: 2,
      },
    },
  ),
  exhibit(
    'users, channels, conversations',
    ...actions(
      { type: 'users_select', action_id: 'user', placeholder: plain('A person'), initial_user: 'U2' },
      {
        type: 'channels_select',
        action_id: 'channel',
        placeholder: plain('A channel'),
        initial_channel: 'C1',
      },
      {
        type: 'conversations_select',
        action_id: 'conversation',
        placeholder: plain('A conversation'),
        initial_conversation: 'C1',
        filter: { include: ['public', 'private'], exclude_bot_users: true },
      },
      {
        type: 'multi_channels_select',
        action_id: 'channels',
        placeholder: plain('Channels'),
        initial_channels: ['C1'],
        max_selected_items: 2,
      },
      {
        type: 'multi_conversations_select',
        action_id: 'conversations',
        placeholder: plain('Conversations'),
        initial_conversations: ['C1'],
        filter: { include: ['public', 'private'] },
        max_selected_items: 2,
      },
    ),
  ),
  exhibit(
    'date, time, datetime',
    ...actions(
      { type: 'datepicker', action_id: 'day', initial_date: '2026-11-20' },
      { type: 'timepicker', action_id: 'time', initial_time: '17:30', timezone: 'Europe/Berlin' },
      { type: 'datetimepicker', action_id: 'moment', initial_date_time: 1795190400 },
    ),
  ),
  exhibit(
    'checkboxes, radio_buttons',
    ...actions({
      type: 'checkboxes',
      action_id: 'checks',
      options: [
        { ...option('Customer was told', 'told'), description: plain('By e-mail or phone') },
        option('Ledger entry exists', 'ledger'),
      ],
      initial_options: [option('Ledger entry exists', 'ledger')],
    }),
    {
      type: 'actions',
      block_id: 'radios',
      elements: [
        {
          type: 'radio_buttons',
          action_id: 'severity',
          options: severities,
          initial_option: severities[1] ?? null,
        },
      ],
    },
  ),
  exhibit('context_actions', {
    type: 'context_actions',
    block_id: 'feedback',
    elements: [
      {
        type: 'feedback_buttons',
        action_id: 'useful',
        positive_button: { text: plain('Useful'), value: 'yes' },
        negative_button: { text: plain('Not useful'), value: 'no' },
      },
      {
        type: 'icon_button',
        action_id: 'remove',
        icon: 'trash',
        text: plain('Remove this finding'),
        value: 'f_1',
        accessibility_label: 'Remove this finding from the list',
        visible_to_user_ids: ['U1', 'U2', 'U3', 'U4'],
      },
    ],
  }),
];
