/**
 * Composition objects: text, options, confirm dialogs, filters, files.
 * Limits are those of docs.slack.dev/reference/block-kit/composition-objects.
 */
import { asArray, asObject } from '../json.js';
import type { JsonObject } from '../json.js';
import { boolean, choice, exactlyOne, list, object, string, url, variant } from './spec.js';
import type { ObjectSpec, Rule, VariantSpec } from './spec.js';

/** Length of any text object whose place sets no smaller limit. */
const textMax = 3000;

const plainTextObject = (max: number): ObjectSpec => object({ text: string(max) }, { emoji: boolean });
const mrkdwnObject = (max: number): ObjectSpec => object({ text: string(max) }, { verbatim: boolean });

export const plainText = (max = textMax): VariantSpec => {
  const variants = { plain_text: plainTextObject(max) };
  return variant(() => variants);
};

export const anyText = (max = textMax): VariantSpec => {
  const variants = textVariants(max);
  return variant(() => variants);
};

export const textVariants = (max = textMax): Record<string, ObjectSpec> => ({
  plain_text: plainTextObject(max),
  mrkdwn: mrkdwnObject(max),
});

const optionObject = (text: VariantSpec, description: VariantSpec): ObjectSpec =>
  object({ text, value: string(150, 0) }, { description });

/** For select menus: plain text only. */
export const option = optionObject(plainText(75), plainText(75));
/** For radio buttons and checkboxes: mrkdwn too. */
export const richOption = optionObject(anyText(75), anyText(75));
/** For overflow menus: may carry a link. */
export const overflowOption = object(
  { text: plainText(75), value: string(150, 0) },
  { description: plainText(75), url },
);

export const optionGroup = object({ label: plainText(75), options: list(option, 100) });

export const style = choice('primary', 'danger');

export const confirm = object(
  { text: anyText(300) },
  { title: plainText(100), confirm: plainText(30), deny: plainText(30), style },
);

export const dispatchActionConfig = object(
  {},
  { trigger_actions_on: list(choice('on_enter_pressed', 'on_character_entered'), 2) },
);

export const conversationFilter = object(
  {},
  {
    include: list(choice('im', 'mpim', 'private', 'public')),
    exclude_external_shared_channels: boolean,
    exclude_bot_users: boolean,
  },
);

export const slackFile = object({}, { id: string(), url }, [exactlyOne('id', 'url')]);

/** Those that Slack documents, in its order. */
export const slackIconNames =
  'archive book bookmark bot bug calendar call caret-left caret-right check clipboard code comment compass copy cube download edit email eye-closed eye-open file flag folder gear globe heart help image info key lightbulb link map mobile new-window pin plus refine refresh rocket save screen share sparkle star star-filled tag thumbs-down thumbs-up trash upload user warning'.split(
    ' ',
  );

/** One of Slack's own icons, for a card. */
export const slackIcon = variant(() => ({ icon: object({ name: choice(...slackIconNames) }) }));

/** All option values of an element, from `options` or `option_groups`. */
function optionValues(element: JsonObject): unknown[] {
  const groups = (asArray(element.option_groups) ?? []).map((group) => asObject(group)?.options);
  return [element.options, ...groups]
    .flatMap((options) => asArray(options) ?? [])
    .map((each) => asObject(each)?.value);
}

/** `initial_option` or each of `initial_options` must be one of the options. */
export const initialIsOffered: Rule = (element) => {
  const values = optionValues(element);
  const known = (each: unknown) => values.includes(asObject(each)?.value);
  if ('initial_option' in element && !known(element.initial_option)) {
    return { at: 'initial_option', message: 'option must match one of the options provided' };
  }
  const several = asArray(element.initial_options);
  return several && !several.every(known)
    ? { at: 'initial_options', message: 'options must match the options provided' }
    : undefined;
};
