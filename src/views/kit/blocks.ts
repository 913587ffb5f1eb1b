/**
 * The few shapes that all cards are made of, within Slack's limits.
 *
 * Invariants: text from outside goes through `escape` or `code`, so it cannot mention, link, format, imitate a mark of
 * ours or carry a card number; a cut never leaves half a link or entity behind; `cardOf` keeps a whole card within what
 * Slack takes, whatever it is given.
 * Source of the limits: Slack's Block Kit reference; the limit of all text was measured.
 */
import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  DividerBlock,
  KnownBlock,
  MrkdwnElement,
  SectionBlock,
} from '@slack/types';
import type { Card } from '../../ports/card.js';
import { rewriteInstants, utcText } from '../../kernel/instants.js';
import { containsCardNumber, redactCardNumbers } from '../../kernel/sensitive.js';

const sectionLimit = 3000;
const fieldLimit = 2000;
const buttonTextLimit = 75;
const valueLimit = 2000;
const urlLimit = 3000;
const blocksLimit = 50;
/** Slack refuses more text than 13,200 characters in all blocks of a message. */
const allTextLimit = 13_000;
/** Notifications show a line or two; the whole is read aloud and is the fallback without blocks. */
const plainLimit = 1000;
/** Foreign text is a clause or an id on our cards, never an essay that pushes our own words out. */
const foreignLimit = 200;

/** Text from outside made harmless, in one line, cut to `limit` characters before it is encoded; instants in the reader's zone. */
export const escape = (text: string, limit = foreignLimit): string =>
  rewriteInstants(harmless(text, limit), instantToken);

function harmless(text: string, limit: number): string {
  return encoded(
    oneLine(text, limit)
      .replaceAll('*', '∗')
      .replaceAll('~', '∼')
      .replaceAll('`', 'ʼ')
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, 'ˍ')
      .replace(/:(?=[\w+'-]*[a-z][\w+'-]*:)/gi, '꞉'),
  );
}

/** The same, cut to what it is once encoded: for a card of many foreign texts, none of which may push out another. */
export const escapeWithin = (text: string, limit: number): string =>
  truncateMrkdwn(escape(text, limit), limit);

/** A command in backticks, between blanks or marks as a word is, with its placeholders: `/query refunds <day> [partner]`. */
const codeSpan =
  /(?<=^|[\s(])`([-/a-z0-9](?:(?:[a-z0-9 ./_…=-]|:(?= )|\$(?=\d)|<[a-z_]+>|\[[a-z_]+\]){0,98}(?:[a-z0-9…_]|<[a-z_]+>|\[[a-z_]+\]))?)`(?=$|[\s.,;:?!)])/i;

/**
 * A sentence of ours that may contain foreign words: a command in backticks is code, all else is escaped. A span contains
 * only letters, digits, a few marks and encoded placeholders, so a foreign one is at worst a word in another type.
 */
export function wording(text: string, limit = foreignLimit): string {
  return oneLine(text, limit)
    .split(codeSpan)
    .map((part, index) => (index % 2 === 1 ? code(part) : escape(part, limit)))
    .join('');
}

/** A foreign value in code style, otherwise as it is. Backticks cannot be escaped in mrkdwn, so they become apostrophes. */
export function code(text: string): string {
  const value = oneLine(text, foreignLimit).trim().replaceAll('`', 'ʼ');
  return value === '' ? '—' : `\`${encoded(value)}\``;
}

/** For what Slack takes as plain text: no markup there, not even that of a command, but never nothing. */
export const plain = (text: string, limit: number): string =>
  oneLine(text.replaceAll('`', ''), limit).trim() || '—';

/** A person by id. Pings them where the message is new; only a well-formed id may become a mention. */
export const mention = (personId: string): string =>
  isPersonId(personId) ? `<@${personId}>` : escape(personId);

export const isPersonId = (text: string): boolean => /^[UW][A-Z0-9]{2,20}$/.test(text);

/** A user group by id; nothing where the id is not well-formed. */
export const mentionGroup = (groupId: string): string =>
  /^S[A-Z0-9]{2,20}$/.test(groupId) ? `<!subteam^${groupId}>` : '';

/**
 * Redacted before it is cut: half a card number would not be recognised as one. People do not read beyond four times the
 * limit, because redaction shrinks a text by less than that. Controls can turn the text around.
 */
function oneLine(text: string, limit: number): string {
  const line = text.replace(/[\s\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').slice(0, 4 * limit);
  return truncate(redactCardNumbers(line), limit).replace(/\p{Cs}/gu, '');
}

const encoded = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Cut to a limit counted in UTF-16 units, never inside a surrogate pair. */
export function truncate(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** The same for mrkdwn: never inside a link, a date or an entity. */
function truncateMrkdwn(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${truncate(text, limit)
    .slice(0, -1)
    .replace(/<[^>]*$|&[a-z]*$/, '')}…`;
}

/** A link to a web page; the label alone where the address is not one. Both may come from outside. */
export function link(url: string, label: string): string {
  const address = webAddress(url);
  return address === null
    ? harmless(label, foreignLimit)
    : `<${address}|${harmless(label, foreignLimit).replaceAll('|', '¦')}>`;
}

function webAddress(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const parsed = new URL(url);
  if (!/^https?:$/.test(parsed.protocol) || parsed.href.length > urlLimit) return null;
  return encoded(parsed.href.replaceAll('|', '%7C'));
}

/** An instant in the reader's own time zone; the fallback is UTC. */
export const instant = (at: Date): string => instantToken(at, utcText(at));

function instantToken(at: Date, fallback: string): string {
  const time = at.getSeconds() === 0 || !/:\d\d:/.test(fallback) ? '{time}' : '{time_secs}';
  return `<!date^${Math.floor(at.getTime() / 1000)}^{date_short_pretty} ${time}|${fallback}>`;
}

export const utc = utcText;

/** A calendar date, the same for every reader: no time zone moves it. */
export function calendarDate(day: Date): string {
  const [year, month = '', date] = day.toISOString().slice(0, 10).split('-');
  const names = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  return `${Number(date)} ${names[Number(month) - 1] ?? month} ${year}`;
}

/** `verbatim`: Slack makes no links, channels or mentions out of plain text. */
const mrkdwn = (text: string, limit: number): MrkdwnElement => ({
  type: 'mrkdwn',
  text: truncateMrkdwn(text, limit),
  verbatim: true,
});

export function section(text: string, accessory?: Button | null): SectionBlock {
  const block: SectionBlock = { type: 'section', text: mrkdwn(text, sectionLimit) };
  return accessory ? { ...block, accessory } : block;
}

/** Lines in as few sections as hold them; a line is never torn apart. None for no lines. */
export function sections(lines: readonly string[]): SectionBlock[] {
  const texts = lines.reduce<string[]>((packed, line) => {
    const last = packed.at(-1);
    const fits = last !== undefined && last.length + 1 + line.length <= sectionLimit;
    return fits ? [...packed.slice(0, -1), `${last}\n${line}`] : [...packed, line];
  }, []);
  return texts.map((text) => section(text));
}

/** At most ten label and value pairs in two columns. */
export function fields(pairs: readonly (readonly [label: string, value: string])[]): SectionBlock {
  return {
    type: 'section',
    fields: pairs.slice(0, 10).map(([label, value]) => mrkdwn(`*${label}*\n${value}`, fieldLimit)),
  };
}

export const context = (...texts: string[]): ContextBlock => ({
  type: 'context',
  elements: texts.slice(0, 10).map((text) => mrkdwn(text, fieldLimit)),
});

export const divider: DividerBlock = { type: 'divider' };

/** None when there is no button to show: Slack refuses an empty row. */
export function actions(...buttons: (Button | null)[]): ActionsBlock[] {
  const elements = buttons.filter((element) => element !== null);
  return elements.length > 0 ? [{ type: 'actions', elements }] : [];
}

export interface ButtonFacts {
  actionId: string;
  text: string;
  value: string;
  /** What a screen reader says when the text alone is not enough. */
  label: string;
  style?: 'primary' | 'danger';
  confirm?: ConfirmFacts;
}

/** Asked before the click counts. Plain text. */
interface ConfirmFacts {
  title: string;
  text: string;
  yes: string;
  no: string;
  style?: 'primary' | 'danger';
}

/** Null when a click would be refused: cut, a long value would mean something else, and no value may hold a card number. */
export function button({ actionId, text, value, label, style, confirm }: ButtonFacts): Button | null {
  if (value.length > valueLimit || containsCardNumber(value)) return null;
  return {
    type: 'button',
    action_id: actionId,
    text: { type: 'plain_text', text: truncate(text, buttonTextLimit), emoji: true },
    value,
    accessibility_label: truncate(redactCardNumbers(label), buttonTextLimit),
    ...(style && { style }),
    ...(confirm && { confirm: confirmation(confirm) }),
  };
}

function confirmation({ title, text, yes, no, style }: ConfirmFacts): ConfirmationDialog {
  const words = (all: string, limit: number) => ({ type: 'plain_text' as const, text: plain(all, limit) });
  const dialog = {
    title: words(title, 100),
    text: words(text, 300),
    confirm: words(yes, 30),
    deny: words(no, 30),
  };
  return { ...dialog, ...(style && { style }) };
}

export function linkButton(actionId: string, text: string, url: string): Button | null {
  if (url.length > urlLimit) return null;
  return {
    type: 'button',
    action_id: actionId,
    text: { type: 'plain_text', text: truncate(text, buttonTextLimit) },
    url,
  };
}

/** `text` stands on its own: notifications, screen readers, and where blocks are refused. It is mrkdwn too. */
export function cardOf(text: string, blocks: readonly KnownBlock[]): Card {
  return { text: truncateMrkdwn(text, plainLimit), blocks: withinLimits(blocks) };
}

/** What does not fit is left out from the end, and the card says so. */
function withinLimits(blocks: readonly KnownBlock[]): KnownBlock[] {
  const note = context('Card truncated: the rest exceeds Slack’s message limit.');
  let left = allTextLimit;
  const fitting = blocks.findIndex((block, index) => (left -= textLength(block)) < 0 || index >= blocksLimit);
  return fitting < 0 ? [...blocks] : [...blocks.slice(0, Math.min(fitting, blocksLimit - 1)), note];
}

function textLength(block: KnownBlock): number {
  return [...JSON.stringify(block).matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)].reduce(
    (sum, [, text = '']) => sum + text.length,
    0,
  );
}
