/**
 * Layout blocks: their members, limits and surfaces.
 * Limits are those of docs.slack.dev/reference/block-kit/blocks. Deliberately absent: the `file` block, which Slack
 * lets nobody send.
 */
import { asArray, asObject } from '../json.js';
import { button, elements, imageElement } from './elements.js';
import { anyText, plainText, slackFile, slackIcon, textVariants } from './objects.js';
import { richText, richTextBlock } from './rich-text.js';
import { dataVisualization, dataTable, table } from './tables.js';
import {
  atLeastOne,
  boolean,
  choice,
  exactlyOne,
  httpsUrl,
  integer,
  list,
  object,
  pick,
  string,
  url,
  variant,
} from './spec.js';
import type { ObjectSpec, Rule, Surface } from './spec.js';

const message: readonly Surface[] = ['message'];
const identified = { block_id: string(255) };

const choices = [
  'checkboxes',
  'radio_buttons',
  'datepicker',
  'timepicker',
  'static_select',
  'multi_static_select',
  'external_select',
  'multi_external_select',
  'users_select',
  'multi_users_select',
  'conversations_select',
  'multi_conversations_select',
  'channels_select',
  'multi_channels_select',
];
const written = ['plain_text_input', 'email_text_input', 'url_text_input', 'number_input', 'rich_text_input'];

/** Which elements each block takes. */
const places = {
  section: [...choices, 'button', 'image', 'overflow', 'workflow_button'],
  actions: [...choices, 'button', 'overflow', 'datetimepicker', 'rich_text_input', 'workflow_button'],
  input: [...choices, ...written, 'datetimepicker', 'file_input'],
  context_actions: ['feedback_buttons', 'icon_button'],
} as const;

const elementsOf = (place: keyof typeof places) => {
  const variants = pick(elements, places[place]);
  return variant(() => variants);
};
const image = variant(() => ({ image: imageElement }));
const contextElements = { image: imageElement, ...textVariants() };

const textOrFields: Rule = (value) =>
  'text' in value || 'fields' in value ? undefined : { message: 'must define either `text` or `fields`' };

const collapsedNeedsCollapsible: Rule = (value) =>
  value.default_collapsed === true && value.is_collapsible !== true
    ? { at: 'default_collapsed', message: 'requires is_collapsible' }
    : undefined;

/** Only fields that a person types into or picks from can dispatch actions while the modal is open. */
const fileInputDoesNotDispatch: Rule = (value) =>
  value.dispatch_action === true && asObject(value.element)?.type === 'file_input'
    ? { at: 'dispatch_action', message: 'is not supported with file_input' }
    : undefined;

const uniqueTasks: Rule = (value) => {
  const ids = (asArray(value.tasks) ?? []).map((task) => asObject(task)?.task_id);
  return new Set(ids).size === ids.length ? undefined : { at: 'tasks', message: 'task_id must be unique' };
};

const taskCard = object(
  { task_id: string(), title: string() },
  {
    ...identified,
    status: choice('pending', 'in_progress', 'complete', 'error'),
    details: richTextBlock,
    output: richTextBlock,
    sources: list(
      variant(() => ({ url: object({ url, text: string() }) })),
      Infinity,
      0,
    ),
  },
  [],
  message,
);

/** Both are shown at the same place. */
const oneIcon: Rule = (value) =>
  'icon' in value && 'slack_icon' in value
    ? { at: 'slack_icon', message: 'must define only one of `icon` or `slack_icon`' }
    : undefined;

const card = object(
  {},
  {
    ...identified,
    hero_image: image,
    icon: image,
    slack_icon: slackIcon,
    title: anyText(150),
    subtitle: anyText(150),
    body: anyText(200),
    subtext: anyText(200),
    actions: list(
      variant(() => ({ button })),
      3,
    ),
  },
  [atLeastOne('hero_image', 'title', 'actions', 'body'), oneIcon],
  message,
);

const inContainer = [
  'actions',
  'context',
  'divider',
  'header',
  'image',
  'input',
  'rich_text',
  'section',
  'table',
  'video',
];

/** Every block by its type. */
export const blockRules: Readonly<Record<string, ObjectSpec>> = {
  section: object(
    {},
    {
      ...identified,
      text: anyText(3000),
      fields: list(anyText(2000), 10),
      accessory: elementsOf('section'),
      expand: boolean,
    },
    [textOrFields],
  ),
  header: object({ text: plainText(150) }, { ...identified, level: integer(1, 4) }),
  divider: object({}, identified),
  context: object(
    {
      elements: list(
        variant(() => contextElements),
        10,
      ),
    },
    identified,
  ),
  actions: object({ elements: list(elementsOf('actions'), 25) }, identified),
  context_actions: object({ elements: list(elementsOf('context_actions'), 5) }, identified, [], message),
  image: object(
    { alt_text: string(2000) },
    { ...identified, title: plainText(2000), image_url: url, slack_file: slackFile },
    [exactlyOne('image_url', 'slack_file')],
  ),
  input: object(
    { label: plainText(2000), element: elementsOf('input') },
    { ...identified, hint: plainText(2000), optional: boolean, dispatch_action: boolean },
    [fileInputDoesNotDispatch],
  ),
  rich_text: richText,
  markdown: object({ text: string(12_000) }, identified, [], message),
  table,
  data_table: dataTable,
  data_visualization: dataVisualization,
  alert: object(
    { text: anyText(200) },
    { ...identified, level: choice('default', 'info', 'warning', 'error', 'success') },
    [],
    ['modal'],
  ),
  card,
  carousel: object(
    {
      elements: list(
        variant(() => ({ card })),
        10,
      ),
    },
    identified,
    [],
    message,
  ),
  container: object(
    {
      child_blocks: list(
        variant(() => pick(blockRules, inContainer)),
        10,
      ),
    },
    {
      ...identified,
      title: plainText(150),
      rich_text_title: richTextBlock,
      subtitle: anyText(150),
      width: choice('narrow', 'standard', 'wide', 'full'),
      icon: image,
      is_collapsible: boolean,
      default_collapsed: boolean,
      has_header_divider: boolean,
    },
    [atLeastOne('title', 'rich_text_title'), collapsedNeedsCollapsible],
    message,
  ),
  task_card: taskCard,
  plan: object(
    { title: string() },
    {
      ...identified,
      tasks: list(
        variant(() => ({ task_card: taskCard })),
        Infinity,
        0,
      ),
    },
    [uniqueTasks],
    message,
  ),
  video: object(
    { video_url: httpsUrl, thumbnail_url: url, alt_text: string(), title: plainText(199) },
    {
      ...identified,
      title_url: httpsUrl,
      author_name: string(49),
      provider_name: string(),
      provider_icon_url: url,
      description: plainText(),
    },
  ),
};
