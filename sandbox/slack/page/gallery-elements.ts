/**
 * The gallery's elements: those of messages, and the choices that messages and forms share.
 * Invariant: one of each that Slack documents for messages, accepted by Slack as it stands.
 */
import type { Json } from '../wire.js';
import { actions, button, exhibit, mrkdwn, option, plain, type Exhibit, type Part } from './gallery-parts.js';

const partners = ['Adyen', 'Checkout.com', 'Stripe', 'Worldpay'].map(option);
const option_groups = [{ label: plain('Acquirers'), options: partners }];
const severities = [':red_circle: Severe', ':large_green_circle: Notice'].map(option);
const several = { max_selected_items: 2 };
const filter = { include: ['public', 'private'], exclude_bot_users: true };

const choice = (type: string, more: Record<string, Json>): Part => ({ type, action_id: type, ...more });
const select = (type: string, more: Record<string, Json>): Part =>
  choice(type, { placeholder: plain('Choose'), ...more });

/** What both a message and a form may hold. */
export const choices = [
  select('static_select', { options: partners, initial_option: option('Adyen') }),
  select('multi_static_select', { ...several, option_groups, initial_options: partners.slice(0, 1) }),
  select('external_select', { initial_option: option('pi_3QK8wA'), min_query_length: 2 }),
  select('multi_external_select', {
    ...several,
    initial_options: [option('pi_3QK8vZ')],
    min_query_length: 0,
  }),
  select('users_select', { initial_user: 'U2' }),
  select('multi_users_select', { ...several, initial_users: ['U1'] }),
  select('channels_select', { initial_channel: 'C1' }),
  select('multi_channels_select', { ...several, initial_channels: ['C1'] }),
  select('conversations_select', { initial_conversation: 'C1', filter }),
  select('multi_conversations_select', { ...several, initial_conversations: ['C1'], filter }),
  choice('datepicker', { initial_date: '2026-11-20' }),
  choice('timepicker', { initial_time: '17:30', timezone: 'Europe/Berlin' }),
  choice('datetimepicker', { initial_date_time: 1795190400 }),
  choice('checkboxes', {
    options: [{ ...option('Customer was told'), description: plain('By e-mail') }, option('Booked')],
    initial_options: [option('Booked')],
  }),
  choice('radio_buttons', { options: severities, initial_option: severities[1] ?? null }),
];

export const elementExhibits: Exhibit[] = [
  exhibit(
    'button, workflow_button, overflow',
    actions(
      button('Approve', 'approve', {
        style: 'primary',
        confirm: {
          title: plain('Approve this refund?'),
          text: mrkdwn('*€84.00* goes back to the customer.'),
          confirm: plain('Approve'),
          deny: plain('Not yet'),
        },
      }),
      button('Reject', 'reject', { style: 'danger', accessibility_label: 'Reject the refund of €84.00' }),
      button('Open dashboard', 'dashboard', { url: 'https://dashboard.example.com/pi_3QK8wA' }),
      choice('workflow_button', {
        text: plain('Escalate'),
        accessibility_label: 'Escalate alert al_7 to Worldpay',
        workflow: { trigger: { url: 'https://slack.com/shortcuts/Ft0000000001/1a2b3c' } },
      }),
      choice('overflow', { options: ['Snooze for an hour', 'Mute this partner'].map(option) }),
    ),
  ),
  exhibit('selects, dates, checkboxes, radio_buttons', actions(...choices)),
  exhibit(
    'static selects with and without groups',
    actions(select('static_select', { option_groups }), select('multi_static_select', { options: partners })),
  ),
  exhibit('context_actions: feedback_buttons, icon_button', {
    type: 'context_actions',
    elements: [
      choice('feedback_buttons', {
        positive_button: { text: plain('Useful'), value: 'yes' },
        negative_button: { text: plain('Not useful'), value: 'no' },
      }),
      choice('icon_button', {
        icon: 'trash',
        text: plain('Remove this finding'),
        value: 'f_1',
        accessibility_label: 'Remove this finding from the list',
        visible_to_user_ids: ['U1', 'U2'],
      }),
    ],
  }),
];
