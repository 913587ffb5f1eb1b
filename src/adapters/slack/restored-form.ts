/**
 * A form as the person left it: the window that they submitted, with everything typed and chosen in it.
 *
 * Invariants: inputs keep their names, so what is submitted again reads like the first time; a card number is not sent
 * back to Slack; where a value cannot be put back the form says so at that input.
 * Source of the members: Slack's Block Kit reference, `initial_…` of each element.
 */
import type { ViewOutput } from '@slack/bolt';
import type { ViewsUpdateArguments } from '@slack/web-api';
import { containsCardNumber } from '../../kernel/sensitive.js';
import type { CardBlock } from '../../ports/card.js';
import { valueOf, type ElementState } from './values.js';

export interface FormNotices {
  /** Below an input: what is wrong with it. */
  fault: (text: string) => CardBlock;
  /** Below an input that Slack cannot prefill. */
  chooseAgain: CardBlock;
}

/** An input of a window, as Slack hands it back. */
export interface InputBlock extends CardBlock {
  block_id: string;
  label: { text: string };
  element: Element;
}

interface Element {
  type: string;
  action_id: string;
  [member: string]: unknown;
}

/** An element has one of these; the member of its state, and the member that fills it in. */
const members = [
  ['value', 'initial_value'],
  ['rich_text_value', 'initial_value'],
  ['selected_option', 'initial_option'],
  ['selected_options', 'initial_options'],
  ['selected_date', 'initial_date'],
  ['selected_time', 'initial_time'],
  ['selected_date_time', 'initial_date_time'],
  ['selected_user', 'initial_user'],
  ['selected_users', 'initial_users'],
  ['selected_channel', 'initial_channel'],
  ['selected_channels', 'initial_channels'],
  ['selected_conversation', 'initial_conversation'],
  ['selected_conversations', 'initial_conversations'],
] as const satisfies readonly (readonly [keyof ElementState, string])[];

/** The inputs of a window, in their order. */
export const inputsOf = (view: ViewOutput): InputBlock[] =>
  (view.blocks as readonly CardBlock[]).filter((block): block is InputBlock => block.type === 'input');

/** `above`: what the person reads first. `faults`: by the name of an input. */
export function restoredForm(
  view: ViewOutput,
  { above, faults }: { above: readonly CardBlock[]; faults: Readonly<Record<string, string>> },
  notices: FormNotices,
): ViewsUpdateArguments['view'] {
  const blocks = (view.blocks as readonly CardBlock[]).flatMap((block) =>
    block.type === 'input' ? restored(block as InputBlock, view, faults, notices) : [block],
  );
  return {
    type: 'modal',
    callback_id: view.callback_id,
    title: plain(view.title.text),
    ...(view.submit && { submit: plain(view.submit.text) }),
    ...(view.close && { close: plain(view.close.text) }),
    private_metadata: view.private_metadata,
    ...(view.external_id && { external_id: view.external_id }),
    blocks: [...above, ...blocks] as never,
  };
}

const plain = (text: string) => ({ type: 'plain_text' as const, text });

function restored(
  block: InputBlock,
  { state }: ViewOutput,
  faults: Readonly<Record<string, string>>,
  { fault, chooseAgain }: FormNotices,
): CardBlock[] {
  const { block_id: name, element } = block;
  const held = (state.values[name]?.[element.action_id] ?? {}) as ElementState;
  const text = Object.hasOwn(faults, name) ? faults[name] : undefined;
  return [
    { ...block, element: filled(element, held) } as CardBlock,
    ...(text === undefined ? [] : [fault(text)]),
    ...((held.files ?? []).length > 0 ? [chooseAgain] : []),
  ];
}

/** What it began with goes, also where the person emptied it. */
function filled(element: Element, held: ElementState): Element {
  const bare = Object.fromEntries(
    Object.entries(element).filter(([member]) => !member.startsWith('initial_')),
  ) as Element;
  if (containsCardNumber(valueOf(held))) return bare;
  const kept = members.flatMap(([from, to]) => (isEmpty(held[from]) ? [] : [[to, held[from]] as const]));
  return { ...bare, ...Object.fromEntries(kept) };
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
