/**
 * What the gallery shows besides `gallery-blocks.ts` and `gallery-elements.ts`: the modal, and a small workspace.
 * Invariant: one exhibit for each block and element that Slack documents, with content a payments desk would show.
 */
import type { Channel, Json, OpenView, User } from '../wire.js';
import { blockExhibits } from './gallery-blocks.js';
import { choices, elementExhibits } from './gallery-elements.js';
import { line, mrkdwn, option, plain, rich, run, type Exhibit, type Part } from './gallery-parts.js';
import type { Store } from './store.js';

export const exhibits: Exhibit[] = [...blockExhibits, ...elementExhibits];

/** What the external selects of the gallery answer. */
export const suggestions: Json[] = ['pi_3QK8vZ', 'pi_3QK8wA', 'pi_3QK8xB'].map(option);

/** An input whose block and element have the name of the element's kind. */
const input = (
  label: string,
  type: string,
  element: Record<string, Json>,
  more: Record<string, Json> = { optional: true },
): Part => ({
  ...{ type: 'input', block_id: type, label: plain(label) },
  element: { type, action_id: type, ...element },
  ...more,
});

const fields: Part[] = [
  input(
    'Amount in EUR',
    'number_input',
    {
      is_decimal_allowed: true,
      initial_value: '90.00',
      min_value: '0.01',
      max_value: '120.00',
      focus_on_load: true,
    },
    { hint: plain('€84.00 of €120.00 are left.') },
  ),
  input('Note for the approver', 'plain_text_input', {
    multiline: true,
    initial_value: 'Captured twice',
    min_length: 3,
    max_length: 60,
  }),
  input(
    'Customer e-mail',
    'email_text_input',
    {
      initial_value: 'noah@post.example',
      dispatch_action_config: { trigger_actions_on: ['on_enter_pressed'] },
    },
    { optional: true, dispatch_action: true },
  ),
  input('Link to the ticket', 'url_text_input', { initial_value: 'https://example.com/tickets/7' }),
  input('Message to the customer', 'rich_text_input', {
    placeholder: plain('What will the customer read?'),
    min_lines: 2,
    max_lines: 8,
    initial_value: rich(line(run('Your refund of '), run('€84.00', { bold: true }), run(' is on its way.'))),
  }),
  input('Evidence', 'file_input', { filetypes: ['pdf', 'png', 'csv'], max_files: 3 }),
  ...choices.map((element) => input(element.type, element.type, element)),
];

/** A modal with every input element; submitting it answers a field error. */
export const modalExhibit: OpenView = {
  ...{ id: 'V1', root_view_id: 'V1', previous_view_id: null, user: 'U1', hash: '1' },
  view: {
    ...{ title: plain('Refund a payment'), submit: plain('Request refund'), close: plain('Cancel') },
    type: 'modal',
    blocks: [
      { type: 'alert', level: 'warning', text: mrkdwn('*Two approvals* are needed above €50.00.') },
      ...fields,
    ],
  },
};

const user = (id: string, name: string, real_name: string, color: string, is_bot = false): User => ({
  ...{ id, name, real_name, color, is_bot, title: 'Payments operations', email: `${name}@example.com` },
  ...{ tz: 'Europe/Lisbon', is_restricted: false, deleted: false },
});

/** Who looks at the gallery. */
export const person = user('U1', 'ana', 'Ana Ribeiro', '#8e5bb5');

/** Where its messages are. */
export const channel: Channel = {
  ...{ id: 'C1', name: 'payments-ops', topic: '', purpose: '', members: ['U1', 'U2', 'UB'], messages: [] },
  ...{ is_private: false, is_im: false, is_archived: false },
};

/** A workspace of two people, the bot and one channel. */
export const galleryStore: Store = {
  team: { id: 'T1', name: 'Northwind Payments', domain: 'northwind' },
  bot: { user_id: 'UB', bot_id: 'B1', connection: 'socket' },
  users: [
    person,
    user('U2', 'ben', 'Ben Okafor', '#2f7f6f'),
    user('UB', 'paydesk', 'Paydesk', '#3b1240', true),
  ],
  channels: [channel],
  ...{ views: [], homes: {}, commands: [], shortcuts: [], groups: [], scenarios: [] },
  ...{ deliveries: [], calls: [] },
  services: {
    slack: { apiUrl: '', botToken: '', appToken: '', signingSecret: '' },
    ...{ paymentsApi: null, booksUrl: null, statusPages: {}, operationsApi: null },
    ...{ mail: null, inbox: null, identity: null },
  },
};
