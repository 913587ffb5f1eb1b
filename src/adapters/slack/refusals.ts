/**
 * What Slack's refusals of a message mean for it.
 *
 * Invariant: a refusal that is not listed here is `unknown`, which keeps the message: Slack adds refusals, and a list of
 * those that pass is never complete. Only a refusal that is documented to be about the message itself ends it.
 * Source: https://docs.slack.dev/reference/methods/chat.postMessage and chat.update, “Errors”.
 */
export type Meaning =
  /** Slack takes it later. */
  | 'limit'
  /** No message leaves until the app is installed again or gets its scopes. */
  | 'credential'
  /** No message to this channel is taken until somebody changes something there. */
  | 'channel'
  /** This message will never be taken, wherever it goes. */
  | 'message'
  /** Unknown: it may be about the message, the channel or the moment. */
  | 'unknown';

const meanings: Readonly<Record<Exclude<Meaning, 'unknown'>, readonly string[]>> = {
  limit: ['message_limit_exceeded'],
  credential: [
    'invalid_auth',
    'not_authed',
    'account_inactive',
    'token_revoked',
    'token_expired',
    'missing_scope',
    'org_login_required',
    'ekm_access_denied',
    'team_access_not_granted',
    'team_added_to_org',
    'accesslimited',
    'not_allowed_token_type',
    'two_factor_setup_required',
    'enterprise_is_restricted',
  ],
  // Of a private channel that the bot is not in, Slack says that it does not exist.
  channel: [
    'not_in_channel',
    'channel_not_found',
    'is_archived',
    'is_inactive',
    'restricted_action',
    'restricted_action_read_only_channel',
    'external_channel_migrating',
    'channel_type_not_supported',
  ],
  message: [
    'msg_too_long',
    'no_text',
    'too_many_attachments',
    'metadata_too_large',
    'invalid_metadata_format',
    'invalid_metadata_schema',
    'markdown_text_conflict',
  ],
};

/** Of people who left: no invitation brings a message to them. */
const personRefusals = [
  'channel_not_found',
  'user_not_found',
  'user_disabled',
  'user_not_visible',
  'cannot_dm_bot',
];

/** `place`: a channel, or a person who gets a direct message. */
export function meaningOf(refusal: string, place: string): Meaning {
  if (isPerson(place) && personRefusals.includes(refusal)) return 'message';
  const found = (Object.keys(meanings) as (keyof typeof meanings)[]).find((meaning) =>
    meanings[meaning].includes(refusal),
  );
  return found ?? 'unknown';
}

/** Ids of people begin with these letters, those of conversations with others. */
export const isPerson = (place: string): boolean => /^[UW]/.test(place);

/** The conversation cannot be read, now or later. */
export const readingRefusals = [
  'missing_scope',
  'not_allowed_token_type',
  'channel_not_found',
  'not_in_channel',
  'thread_not_found',
  'user_not_found',
  'user_disabled',
  'access_denied',
  'no_permission',
  'method_not_supported_for_channel_type',
];

/** The blocks alone are refused: the text of the same message may go through. */
export const blockRefusals = ['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long'];

/** The card is gone, or can no longer be rewritten: it is posted anew. */
export const cardRefusals = ['message_not_found', 'cant_update_message', 'edit_window_closed'];

/** A file needs more than a message does: the app in the channel, its scope, and a workspace that allows files. */
export const fileRefusals = [
  'not_in_channel',
  'channel_not_found',
  'missing_scope',
  'restricted_action',
  'file_uploads_disabled',
  'file_uploads_except_images_disabled',
  'file_upload_size_restricted',
  'storage_limit_reached',
  'posting_to_general_channel_denied',
  'invalid_channel',
];

/** The thread takes no reply, and never will: the reply goes into the channel, and says why it is there. */
export const threadRefusals = [
  'thread_not_found',
  'cannot_reply_to_message',
  'restricted_action_thread_locked',
  'restricted_action_non_threadable_channel',
];
