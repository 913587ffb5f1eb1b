/**
 * The few shapes that all cards are made of, within Slack's limits.
 *
 * Invariants: every text from outside goes through `escape` (so it cannot mention, link or format) and through the
 * card-number redaction; nothing here exceeds a limit, whatever it is given.
 * Source of the limits: Slack's Block Kit reference.
 */
import type {
  ActionsBlock,
  Button,
  ContextBlock,
  DividerBlock,
  HeaderBlock,
  MrkdwnElement,
  SectionBlock,
} from '@slack/types';
import { redactCardNumbers } from '../kernel/sensitive.js';

const sectionLimit = 3000;
const fieldLimit = 2000;
const headerLimit = 150;
const buttonTextLimit = 75;
const valueLimit = 2000;

/** Text from outside made harmless: no mentions, no links, no line breaks, no card numbers. */
export function escape(text: string): string {
  return redactCardNumbers(text)
    .replace(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** A foreign value in code style. Backticks cannot be escaped in mrkdwn, so they become apostrophes. */
export function code(text: string): string {
  return `\`${escape(text).replaceAll('`', 'ʼ')}\``;
}

/** Cut to a limit counted in UTF-16 units, never inside a surrogate pair. */
export function truncate(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

export function link(url: string, label: string): string {
  return `<${encodeURI(decodeURISafely(url)).replaceAll('|', '%7C').replaceAll('>', '%3E')}|${label.replaceAll('|', '¦')}>`;
}

function decodeURISafely(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

/** An instant in the reader's own time zone; the fallback is UTC. */
export function instant(at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `<!date^${seconds}^{date_short_pretty} {time}|${utc(at)}>`;
}

export const utc = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const mrkdwn = (text: string, limit: number): MrkdwnElement => ({
  type: 'mrkdwn',
  text: truncate(text, limit),
});

export function section(text: string, accessory?: Button): SectionBlock {
  const block: SectionBlock = { type: 'section', text: mrkdwn(text, sectionLimit) };
  return accessory ? { ...block, accessory } : block;
}

/** At most ten label and value pairs in two columns. */
export function fields(pairs: readonly (readonly [label: string, value: string])[]): SectionBlock {
  return {
    type: 'section',
    fields: pairs.slice(0, 10).map(([label, value]) => mrkdwn(`*${label}*\n${value}`, fieldLimit)),
  };
}

export const header = (text: string): HeaderBlock => ({
  type: 'header',
  text: { type: 'plain_text', text: truncate(text, headerLimit), emoji: true },
});

export const context = (...texts: string[]): ContextBlock => ({
  type: 'context',
  elements: texts.slice(0, 10).map((text) => mrkdwn(text, fieldLimit)),
});

export const divider: DividerBlock = { type: 'divider' };

export const actions = (...elements: Button[]): ActionsBlock => ({
  type: 'actions',
  elements: elements.slice(0, 25),
});

export interface ButtonFacts {
  actionId: string;
  text: string;
  value: string;
  style?: 'primary' | 'danger';
  /** What a screen reader says when the text alone is not enough. */
  label?: string;
}

export function button({ actionId, text, value, style, label }: ButtonFacts): Button {
  const element: Button = {
    type: 'button',
    action_id: actionId,
    text: { type: 'plain_text', text: truncate(text, buttonTextLimit), emoji: true },
    value: value.slice(0, valueLimit),
  };
  if (style) element.style = style;
  if (label) element.accessibility_label = truncate(label, buttonTextLimit);
  return element;
}

export function linkButton(actionId: string, text: string, url: string): Button {
  return {
    type: 'button',
    action_id: actionId,
    text: { type: 'plain_text', text: truncate(text, buttonTextLimit) },
    url,
  };
}
