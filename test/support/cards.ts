/**
 * Reading cards in tests: a card as lines of text, and every fault that Slack would find with it.
 */
import { validateBlocks } from '../../sandbox/slack/block-kit/validate.js';
import { textOfBlocks } from '../../sandbox/slack/block-kit/whole.js';
import type { Card } from '../../src/ports/card.js';
import type { AnswerFile, Answers } from '../../src/ports/command.js';

/** Slack refuses more text in all blocks of one message. */
const allTextLimit = 13_200;

/** Empty when Slack would take the card. */
export function faultsOf({ text, blocks }: Card): string[] {
  const json: unknown = JSON.parse(JSON.stringify(blocks));
  const faults = validateBlocks(json, 'message').map(({ pointer, message }) => `${pointer} ${message}`);
  if (textOfBlocks(json as never) > allTextLimit) faults.push('too much text in all blocks');
  if (text.trim().length < 10) faults.push(`the plain text says nothing: “${text}”`);
  if (text.length > 4000) faults.push('the plain text is too long');
  return faults;
}

interface Texts {
  text?: string | { text: string };
  fields?: { text: string }[];
  elements?: { text?: string | { text: string }; value?: string; url?: string }[];
  accessory?: { text: { text: string }; value: string };
}

const textOf = (text: string | { text: string } | undefined): string[] =>
  text === undefined ? [] : [typeof text === 'string' ? text : text.text];

/** What stands on the card, line by line: the plain text first, buttons as `[label → value]`. */
export function linesOf({ text, blocks }: Card): string[] {
  return [text, ...(blocks as readonly unknown[] as Texts[]).flatMap(linesOfBlock)];
}

function linesOfBlock(block: Texts): string[] {
  const fields = block.fields?.map((field) => field.text.replace('\n', ' ')) ?? [];
  const elements = (block.elements ?? []).flatMap((element) => {
    const target = element.value ?? element.url;
    return textOf(element.text).map((label) => (target === undefined ? label : `[${label} → ${target}]`));
  });
  const accessory = block.accessory ? [`[${block.accessory.text.text} → ${block.accessory.value}]`] : [];
  return [...textOf(block.text).flatMap((text) => text.split('\n')), ...fields, ...elements, ...accessory];
}

/** Everything on a card in one string, as Slack would read it. */
export const sourceOf = (card: Card): string => linesOf(card).join('\n');

/** Keeps what was answered, and to whom. */
export function recordedAnswers(): Answers & {
  given: { to: 'one' | 'all'; card: Card }[];
  files: AnswerFile[];
} {
  const files: AnswerFile[] = [];
  const given: { to: 'one' | 'all'; card: Card }[] = [];
  const keep = (to: 'one' | 'all') => (card: Card) => {
    given.push({ to, card });
    return Promise.resolve();
  };
  const file = (sent: AnswerFile): Promise<void> => {
    files.push(sent);
    return Promise.resolve();
  };
  return { given, files, file, privately: keep('one'), publicly: keep('all') };
}

/** What the buttons of a card say. */
export const buttonsOn = ({ blocks }: Card): string[] =>
  (JSON.parse(JSON.stringify(blocks)) as { type: string; elements?: { text: { text: string } }[] }[])
    .filter(({ type }) => type === 'actions')
    .flatMap(({ elements = [] }) => elements.map(({ text }) => text.text));
