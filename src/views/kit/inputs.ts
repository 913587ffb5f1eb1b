/**
 * The inputs of modals, within Slack's limits.
 *
 * Invariants: an input's block_id is the name under which its value comes back; a value to begin with that Slack would
 * refuse is left out, because Slack refuses the whole window otherwise.
 * Source of the limits: Slack's Block Kit reference.
 */
import type { InputBlock, InputBlockElement, PlainTextElement, PlainTextOption } from '@slack/types';
import { plain, truncate } from './blocks.js';

const optionTextLimit = 75;
const optionValueLimit = 150;
export const mostOptions = 100;
const initialTextLimit = 3000;

const words = (text: string, limit: number): PlainTextElement => ({
  type: 'plain_text',
  text: plain(text, limit),
});

export interface InputFacts {
  /** Comes back with the value. */
  name: string;
  label: string;
  hint?: string | undefined;
  optional?: boolean | undefined;
  element: InputBlockElement;
}

export const input = ({ name, label, hint, optional = false, element }: InputFacts): InputBlock => ({
  type: 'input',
  block_id: name,
  label: words(label, 200),
  ...(hint === undefined ? {} : { hint: words(hint, 500) }),
  optional,
  element,
});

export interface Option {
  value: string;
  label: string;
  description?: string;
}

const optionOf = ({ value, label, description }: Option): PlainTextOption => ({
  text: words(label, optionTextLimit),
  value,
  ...(description === undefined ? {} : { description: words(description, optionTextLimit) }),
});

const takeable = (options: readonly Option[]): Option[] =>
  options
    .filter(({ value, label }) => value.length <= optionValueLimit && label.trim() !== '')
    .slice(0, mostOptions);

/** A text to write into where there is nothing to choose from: Slack refuses an empty menu. */
export function choice(options: readonly Option[], initial: string): InputBlockElement {
  const offered = takeable(options);
  if (offered.length === 0) return textInput({ initial });
  const chosen = offered.find(({ value }) => value === initial);
  return {
    type: 'static_select',
    action_id: 'value',
    options: offered.map(optionOf),
    ...(chosen && { initial_option: optionOf(chosen) }),
  };
}

/**
 * A menu whose options are asked for while it is open. `initial` need not be among them. A text where the initial value is
 * longer than an option may be.
 */
export const askedChoice = (
  actionId: string,
  initial: string,
  placeholder: string | undefined,
): InputBlockElement =>
  initial.length > optionValueLimit
    ? textInput({ initial })
    : {
        type: 'external_select',
        action_id: actionId,
        min_query_length: 0,
        placeholder: words(placeholder ?? 'Choose or type', 150),
        ...(initial === '' ? {} : { initial_option: optionOf({ value: initial, label: initial }) }),
      };

/** The options that fit what was typed; and what was typed itself, so that nothing has to be listed to be chosen. */
export function menuOf(options: readonly Option[], typed: string): PlainTextOption[] {
  const wanted = typed.trim().toLowerCase();
  const fits = ({ value, label }: Option): boolean => `${value} ${label}`.toLowerCase().includes(wanted);
  const own =
    wanted === '' || options.some(({ value }) => value.toLowerCase() === wanted)
      ? []
      : takeable([{ value: typed.trim(), label: typed.trim(), description: 'As typed' }]);
  return [
    ...takeable(options.filter(fits))
      .slice(0, mostOptions - own.length)
      .map(optionOf),
    ...own.map(optionOf),
  ];
}

/** Groups without options are left out; there must be one with some. */
export const groupedChoice = (
  groups: readonly { label: string; options: readonly Option[] }[],
): InputBlockElement => ({
  type: 'static_select',
  action_id: 'value',
  option_groups: groups
    .filter(({ options }) => options.length > 0)
    .map(({ label, options }) => ({
      label: words(label, optionTextLimit),
      options: takeable(options).map(optionOf),
    })),
});

export const textInput = ({
  initial = '',
  multiline = false,
  placeholder,
}: {
  initial?: string;
  multiline?: boolean | undefined;
  placeholder?: string | undefined;
}): InputBlockElement => ({
  type: 'plain_text_input',
  action_id: 'value',
  multiline,
  ...(placeholder === undefined ? {} : { placeholder: words(placeholder, 150) }),
  ...(initial === '' ? {} : { initial_value: truncate(initial, initialTextLimit) }),
});

export const instantInput = (initial: string): InputBlockElement => ({
  type: 'datetimepicker',
  action_id: 'value',
  ...(/^[1-9]\d{9}$/.test(initial) ? { initial_date_time: Number(initial) } : {}),
});

export const dateInput = (initial: string): InputBlockElement => ({
  type: 'datepicker',
  action_id: 'value',
  ...(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(initial) ? { initial_date: initial } : {}),
});

/** Slack takes at most ten files in one input. */
export const filesInput = (most: number): InputBlockElement => ({
  type: 'file_input',
  action_id: 'value',
  max_files: Math.min(most, 10),
});
