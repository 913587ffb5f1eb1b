/**
 * What Slack's documentation shows of each payload, rewritten with values of our own, and a comparison of shapes.
 * Sources: docs.slack.dev/reference/interaction-payloads, /reference/events, /interactivity/implementing-slash-commands.
 * Invariant: a sample names every member that is sent, so that a missing as well as an invented one is found.
 */
import type { Json } from '../../../sandbox/slack/wire.js';

type Sample = Record<string, Json>;

/** Members whose inside is the app's own: blocks, texts, filled-in values. */
const opaque = new Set(['blocks', 'values', 'title', 'submit', 'close', 'text', 'selected_option']);

const typeOf = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

/** How `actual` differs in shape from the sample; null fits anything, and each item of a list fits the sample's first. */
export function differences(sample: Json, actual: Json, path = ''): string[] {
  if (sample === null || actual === null) return [];
  if (typeOf(sample) !== typeOf(actual)) return [`${path} is ${typeOf(actual)}, not ${typeOf(sample)}`];
  if (Array.isArray(sample) && Array.isArray(actual)) {
    const [first] = sample;
    return first === undefined ? [] : actual.flatMap((item, at) => differences(first, item, `${path}/${at}`));
  }
  if (typeof sample !== 'object' || typeof actual !== 'object') return [];
  const [wanted, given] = [sample as Sample, actual as Sample];
  const missing = Object.keys(wanted).filter((key) => !(key in given));
  const unknown = Object.keys(given).filter((key) => !(key in wanted));
  const common = Object.keys(wanted).filter((key) => key in given && !opaque.has(key));
  return [
    ...missing.map((key) => `${path}/${key} is missing`),
    ...unknown.map((key) => `${path}/${key} is unknown`),
    ...common.flatMap((key) => differences(wanted[key]!, given[key]!, `${path}/${key}`)),
  ];
}

const team = { id: 'T1DC2JH3J', domain: 'larkspur' };
const user = { id: 'U2CERLKJA', username: 'ana', name: 'ana', team_id: 'T1DC2JH3J' };
const common = {
  token: 'Shh_its_a_seekrit',
  team,
  user,
  api_app_id: 'A02',
  is_enterprise_install: false,
  enterprise: null,
};
const trigger = { trigger_id: '13345224609.738474920.8088930838d88f008e0' };
const channel = { id: 'CBR2V3XEX', name: 'payments-ops' };

const view = {
  id: 'VNHU13V36',
  team_id: 'T1DC2JH3J',
  type: 'modal',
  title: null,
  submit: null,
  close: null,
  blocks: [],
  private_metadata: 'case 7',
  callback_id: 'refund',
  external_id: '',
  state: { values: {} },
  hash: '1569362015.55b5e41b',
  clear_on_close: true,
  notify_on_close: false,
  root_view_id: 'VNN729E3U',
  previous_view_id: null,
  app_id: 'A02',
  app_installed_team_id: 'T1DC2JH3J',
  bot_id: 'BNHB4',
};

const botMessage = {
  type: 'message',
  user: 'U03',
  bot_id: 'BNHB4',
  app_id: 'A02',
  team: 'T1DC2JH3J',
  text: 'a card',
  ts: '1548261231.000200',
  blocks: [],
};
const personMessage = {
  type: 'message',
  user: 'U2CERLKJA',
  team: 'T1DC2JH3J',
  text: 'hello',
  ts: '1548261231.000200',
};
const messageContainer = {
  type: 'message',
  message_ts: '1548261231.000200',
  channel_id: 'CBR2V3XEX',
  is_ephemeral: false,
};
const viewContainer = { type: 'view', view_id: 'VNHU13V36' };
const button = {
  type: 'button',
  action_id: 'share',
  block_id: '=qXel',
  text: { type: 'plain_text', text: 'Share' },
  value: 'pi_1',
  action_ts: '1548426417.840180',
};
const select = {
  type: 'external_select',
  action_id: 'pick',
  block_id: 'partner',
  selected_option: { text: { type: 'plain_text', text: 'Adyen' }, value: 'adyen' },
  action_ts: '1548426417.840180',
};
const response = { response_url: 'https://hooks.slack.com/actions/T1DC2JH3J/1/x' };

export const samplesFile = {
  id: 'F0S43PZDF',
  created: 1_531_763_342,
  timestamp: 1_531_763_342,
  name: 'receipt.png',
  title: 'Receipt',
  mimetype: 'image/png',
  filetype: 'png',
  pretty_type: 'PNG',
  user: 'U2CERLKJA',
  editable: false,
  size: 137_531,
  mode: 'hosted',
  is_external: false,
  external_type: '',
  is_public: false,
  url_private: 'https://files.slack.com/files-pri/T-F0S43PZDF/receipt.png',
  url_private_download: 'https://files.slack.com/files-pri/T-F0S43PZDF/download/receipt.png',
  permalink: 'https://larkspur.slack.com/files/U2CERLKJA/F0S43PZDF/receipt.png',
  file_access: 'visible',
};

const said = { channel: 'CBR2V3XEX', channel_type: 'channel', event_ts: '1548261231.000200' };

export const interactions = {
  slash_commands: {
    token: 'gIkuvaNzQIHg97ATvDxqgjtO',
    team_id: 'T0001',
    team_domain: 'larkspur',
    channel_id: 'C2147483705',
    channel_name: 'payments-ops',
    user_id: 'U2147483697',
    user_name: 'ana',
    command: '/payment',
    text: 'pi_1',
    api_app_id: 'A123456',
    is_enterprise_install: 'false',
    ...response,
    ...trigger,
  },
  'block_actions of a message': {
    type: 'block_actions',
    ...common,
    ...trigger,
    ...response,
    container: messageContainer,
    channel,
    message: botMessage,
    state: { values: {} },
    actions: [button],
  },
  'block_actions of an ephemeral message': {
    type: 'block_actions',
    ...common,
    ...trigger,
    ...response,
    container: messageContainer,
    channel,
    state: { values: {} },
    actions: [button],
  },
  'block_actions of a preview': {
    type: 'block_actions',
    ...common,
    ...trigger,
    ...response,
    container: {
      ...messageContainer,
      type: 'message_attachment',
      attachment_id: 1,
      is_app_unfurl: true,
      app_unfurl_url: 'https://pay.example/p/1',
    },
    app_unfurl: {
      id: 1,
      blocks: [],
      bot_id: 'BNHB4',
      app_unfurl_url: 'https://pay.example/p/1',
      is_app_unfurl: true,
      from_url: 'https://pay.example/p/1',
      fallback: '[no preview available]',
    },
    channel,
    state: { values: {} },
    actions: [button],
  },
  'block_actions of a view': {
    type: 'block_actions',
    ...common,
    ...trigger,
    container: viewContainer,
    view,
    actions: [select],
  },
  'block_suggestion of a view': {
    type: 'block_suggestion',
    ...common,
    container: viewContainer,
    view,
    action_id: 'pick',
    block_id: 'partner',
    value: 'ad',
  },
  'block_suggestion of a message': {
    type: 'block_suggestion',
    ...common,
    container: messageContainer,
    channel,
    message: botMessage,
    action_id: 'pick',
    block_id: 'partner',
    value: 'ad',
  },
  view_submission: { type: 'view_submission', ...common, ...trigger, view, response_urls: [] },
  view_closed: { type: 'view_closed', ...common, view, is_cleared: false },
  shortcut: {
    type: 'shortcut',
    token: 'XXX',
    action_ts: '1581106241.371594',
    team,
    user,
    callback_id: 'start',
    is_enterprise_install: false,
    enterprise: null,
    ...trigger,
  },
  message_action: {
    type: 'message_action',
    ...common,
    ...trigger,
    ...response,
    action_ts: '1583637157.207593',
    callback_id: 'trace',
    channel,
    message_ts: '1548261231.000200',
    message: personMessage,
  },
} satisfies Record<string, Sample>;

const reacted = {
  user: 'U123ABC456',
  reaction: 'thumbsup',
  item_user: 'U222222222',
  item: { type: 'message', channel: 'C123ABC456', ts: '1360782400.498405' },
  event_ts: '1360782804.083113',
};

const pinned = {
  user: 'U024BE7LH',
  channel_id: 'C02ELGNBH',
  item: {
    type: 'message',
    channel: 'C02ELGNBH',
    created: 1_360_782_804,
    created_by: 'U024BE7LH',
    message: {
      ...personMessage,
      permalink: 'https://larkspur.slack.com/archives/C02ELGNBH/p1360782400498405',
    },
  },
  item_user: 'U222222222',
  pin_count: '1',
  pinned_info: { channel: 'C02ELGNBH', pinned_by: 'U024BE7LH', pinned_ts: 1_360_782_804 },
  event_ts: '1360782804.083113',
};

export const events = {
  message: { ...personMessage, ...said },
  'message with a file': { ...personMessage, ...said, subtype: 'file_share', files: [samplesFile] },
  app_mention: { ...personMessage, type: 'app_mention', channel: 'CBR2V3XEX', event_ts: '1548261231.000200' },
  link_shared: {
    type: 'link_shared',
    channel: 'CBR2V3XEX',
    is_bot_user_member: true,
    user: 'U2CERLKJA',
    message_ts: '123456789.9875',
    unfurl_id: 'C123456.123456789.987501.1b90fa12',
    source: 'conversations_history',
    links: [{ domain: 'pay.example', url: 'https://pay.example/p/1' }],
    event_ts: '123456789.9875',
  },
  member_joined_channel: {
    type: 'member_joined_channel',
    user: 'U2CERLKJA',
    channel: 'CBR2V3XEX',
    channel_type: 'C',
    team: 'T1DC2JH3J',
    inviter: 'U123456789',
    event_ts: '123456789.9875',
  },
  reaction_added: { type: 'reaction_added', ...reacted },
  reaction_removed: { type: 'reaction_removed', ...reacted },
  pin_added: {
    type: 'pin_added',
    ...pinned,
    item: {
      ...pinned.item,
      message: { ...pinned.item.message, pinned_to: ['C02ELGNBH'], pinned_info: pinned.pinned_info },
    },
  },
  pin_removed: { type: 'pin_removed', ...pinned, pin_count: '0', has_pins: false },
  app_home_opened: {
    type: 'app_home_opened',
    user: 'U2CERLKJA',
    channel: 'D123ABC456',
    event_ts: '1515449522.000016',
    tab: 'home',
    view,
  },
} satisfies Record<string, Sample>;

export const envelopeKeys = {
  token: 'XXYYZZ',
  team_id: 'T123ABC456',
  context_team_id: 'T123ABC456',
  context_enterprise_id: null,
  api_app_id: 'A123ABC456',
  event: {},
  type: 'event_callback',
  event_id: 'Ev123ABC456',
  event_time: 1_234_567_890,
  authorizations: [
    {
      enterprise_id: null,
      team_id: 'T123ABC456',
      user_id: 'U123ABC456',
      is_bot: true,
      is_enterprise_install: false,
    },
  ],
  is_ext_shared_channel: false,
  event_context: 'EC123ABC456',
};
