/**
 * Draws any interactive element by its type: the registry of elements.
 * Invariant: an unknown type shows a labelled box, never nothing.
 */
import type { VNode } from 'preact';
import { ButtonElement, FeedbackButtons, IconButton, OverflowMenu } from './element-button.js';
import { CheckGroup } from './element-choice.js';
import { FileInput } from './element-file.js';
import { ImageElement } from './block-image.js';
import { MomentInput, TextInput } from './element-input.js';
import { RichInput } from './element-rich-input.js';
import { SelectElement } from './element-select.js';
import { str } from './json.js';
import type { ElementProps } from './parts.js';
import { Unknown } from './unknown.js';

type Part = (props: ElementProps) => VNode | null;

const parts: Record<string, Part> = {
  button: ButtonElement,
  workflow_button: ButtonElement,
  icon_button: IconButton,
  feedback_buttons: FeedbackButtons,
  overflow: OverflowMenu,
  checkboxes: CheckGroup,
  radio_buttons: CheckGroup,
  static_select: SelectElement,
  external_select: SelectElement,
  users_select: SelectElement,
  channels_select: SelectElement,
  conversations_select: SelectElement,
  multi_static_select: SelectElement,
  multi_external_select: SelectElement,
  multi_users_select: SelectElement,
  multi_channels_select: SelectElement,
  multi_conversations_select: SelectElement,
  plain_text_input: TextInput,
  rich_text_input: RichInput,
  number_input: TextInput,
  email_text_input: TextInput,
  url_text_input: TextInput,
  datepicker: MomentInput,
  timepicker: MomentInput,
  datetimepicker: MomentInput,
  file_input: FileInput,
};

export function Element({ element, slot }: ElementProps): VNode {
  const type = str(element.type);
  if (type === 'image') return <ImageElement element={element} />;
  const Known = parts[type];
  return Known === undefined ? (
    <Unknown what="element" json={element} />
  ) : (
    <Known element={element} slot={slot} />
  );
}
