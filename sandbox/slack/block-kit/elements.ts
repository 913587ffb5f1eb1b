/**
 * Block elements: what can be clicked, chosen or filled in.
 * Limits are those of docs.slack.dev/reference/block-kit/block-elements.
 */
import type { JsonObject } from '../json.js';
import {
  confirm,
  conversationFilter,
  dispatchActionConfig,
  initialIsOffered,
  option,
  optionGroup,
  overflowOption,
  plainText,
  richOption,
  slackFile,
  style,
} from './objects.js';
import { richTextBlock } from './rich-text.js';
import {
  anything,
  boolean,
  choice,
  exactlyOne,
  integer,
  list,
  matching,
  object,
  string,
  url,
} from './spec.js';
import type { ObjectSpec, Rule, Spec } from './spec.js';

const actionable = { action_id: string(255) };
const confirmable = { ...actionable, confirm };
const focusable = { ...confirmable, focus_on_load: boolean };
const choosable = { ...focusable, placeholder: plainText(150) };
/** Text fields: no confirm dialog, but they can dispatch actions while being typed into. */
const writable = {
  ...actionable,
  focus_on_load: boolean,
  placeholder: plainText(150),
  dispatch_action_config: dispatchActionConfig,
};
const several = { max_selected_items: integer(1) };
const labelled = { accessibility_label: string(75) };
const date = matching(/^\d{4}-\d{2}-\d{2}$/, 'must be a date in the format YYYY-MM-DD');
const timeOfDay = matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time in the format HH:mm');
const numeral = matching(/^-?\d+(\.\d+)?$/, 'must be a number');

const optionsOrGroups = exactlyOne('options', 'option_groups');
const options = { options: list(option, 100), option_groups: list(optionGroup, 100) };

const ordered =
  (low: string, high: string): Rule =>
  (value: JsonObject) =>
    low in value && high in value && Number(value[low]) > Number(value[high])
      ? { at: low, message: `${low} cannot be greater than ${high}` }
      : undefined;

const feedback = object({ text: plainText(75), value: string(2000) }, labelled);
const conversationChoice: Record<string, Spec> = {
  default_to_current_conversation: boolean,
  filter: conversationFilter,
};

export const imageElement: ObjectSpec = object(
  { alt_text: string(2000) },
  { image_url: url, slack_file: slackFile },
  [exactlyOne('image_url', 'slack_file')],
);

export const button: ObjectSpec = object(
  { text: plainText(75) },
  { ...confirmable, ...labelled, url, value: string(2000, 0), style },
);

/** Every element by its type. `image` is for sections and context; all others carry an action_id. */
export const elements: Readonly<Record<string, ObjectSpec>> = {
  button,
  image: imageElement,
  checkboxes: object(
    { options: list(richOption, 10) },
    { ...focusable, initial_options: list(richOption, 10) },
    [initialIsOffered],
  ),
  radio_buttons: object({ options: list(richOption, 10) }, { ...focusable, initial_option: richOption }, [
    initialIsOffered,
  ]),
  overflow: object({ options: list(overflowOption, 5) }, confirmable),
  datepicker: object({}, { ...choosable, initial_date: date }),
  timepicker: object({}, { ...choosable, initial_time: timeOfDay, timezone: string() }),
  datetimepicker: object({}, { ...focusable, initial_date_time: integer(1_000_000_000, 9_999_999_999) }),
  static_select: object({}, { ...choosable, ...options, initial_option: option }, [
    optionsOrGroups,
    initialIsOffered,
  ]),
  multi_static_select: object(
    {},
    { ...choosable, ...options, ...several, initial_options: list(option, 100) },
    [optionsOrGroups, initialIsOffered],
  ),
  external_select: object({}, { ...choosable, initial_option: option, min_query_length: integer(0) }),
  multi_external_select: object(
    {},
    { ...choosable, ...several, initial_options: list(option, 100), min_query_length: integer(0) },
  ),
  users_select: object({}, { ...choosable, initial_user: string() }),
  multi_users_select: object({}, { ...choosable, ...several, initial_users: list(string(), Infinity, 0) }),
  conversations_select: object(
    {},
    { ...choosable, ...conversationChoice, initial_conversation: string(), response_url_enabled: boolean },
  ),
  multi_conversations_select: object(
    {},
    { ...choosable, ...several, ...conversationChoice, initial_conversations: list(string(), Infinity, 0) },
  ),
  channels_select: object({}, { ...choosable, initial_channel: string(), response_url_enabled: boolean }),
  multi_channels_select: object(
    {},
    { ...choosable, ...several, initial_channels: list(string(), Infinity, 0) },
  ),
  plain_text_input: object(
    {},
    {
      ...writable,
      initial_value: string(3000, 0),
      multiline: boolean,
      min_length: integer(0, 3000),
      max_length: integer(1, 3000),
    },
    [ordered('min_length', 'max_length')],
  ),
  email_text_input: object({}, { ...writable, initial_value: string() }),
  url_text_input: object({}, { ...writable, initial_value: string() }),
  number_input: object(
    { is_decimal_allowed: boolean },
    { ...writable, initial_value: numeral, min_value: numeral, max_value: numeral },
    [ordered('min_value', 'max_value')],
  ),
  rich_text_input: object(
    {},
    { ...writable, initial_value: richTextBlock, min_lines: integer(1, 100), max_lines: integer(1, 100) },
  ),
  file_input: object(
    {},
    { ...actionable, filetypes: list(string()), max_files: integer(1, 10) },
    [],
    ['modal'],
  ),
  feedback_buttons: object(
    { positive_button: feedback, negative_button: feedback },
    actionable,
    [],
    ['message'],
  ),
  icon_button: object(
    { icon: choice('trash'), text: plainText(75) },
    { ...confirmable, ...labelled, value: string(2000), visible_to_user_ids: list(string()) },
    [],
    ['message'],
  ),
  workflow_button: object(
    {
      text: plainText(75),
      workflow: object({ trigger: object({ url }, { customizable_input_parameters: anything }) }),
    },
    { ...actionable, ...labelled, style },
    [],
    ['message'],
  ),
};
