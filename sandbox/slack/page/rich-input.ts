/**
 * What a person types into a rich text field, as the `rich_text` value that the app gets, and back.
 * The marks are those that Slack turns into formats while one types: `*bold*`, `_italic_`, `~strike~`, `` `code` ``,
 * `[label](address)`, lines that begin with `- `, `1. ` or `> `, and lines between ``` fences.
 * Invariant: any text gives a value that the validator takes; an empty one gives null.
 */
import type { Json } from '../wire.js';
import { parseInline } from './mrkdwn.js';
import type { Obj } from './json.js';
import { richTextTree } from './rich-text.js';
import type { Inline, TextBlock } from './text-tree.js';

type Style = Record<string, boolean>;

const fence = '```';
const kinds: [mark: RegExp, kind: string, style?: 'bullet' | 'ordered'][] = [
  [/^\s*[-•] +/, 'rich_text_list', 'bullet'],
  [/^\s*\d+\. +/, 'rich_text_list', 'ordered'],
  [/^> ?/, 'rich_text_quote'],
];

/** The value of what was typed. */
export function richTextOf(typed: string): Json {
  if (typed.trim() === '') return null;
  const elements: Obj[] = [];
  const lines = typed.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    if (!(lines[at] ?? '').startsWith(fence)) {
      addLine(elements, lines[at] ?? '');
      continue;
    }
    const end = lines.findIndex((line, later) => later > at && line.startsWith(fence));
    const inside = lines.slice(at + 1, end < 0 ? undefined : end).join('\n');
    elements.push({ type: 'rich_text_preformatted', elements: [{ type: 'text', text: inside || ' ' }] });
    at = end < 0 ? lines.length : end;
  }
  return { type: 'rich_text', elements: elements as Json };
}

function addLine(elements: Obj[], line: string): void {
  const found = kinds.find(([mark]) => mark.test(line));
  const runs = runsOf(found ? line.replace(found[0], '') : line);
  const kind = found?.[1] ?? 'rich_text_section';
  const last = elements.at(-1);
  if (found?.[2] !== undefined) {
    const item: Json = { type: 'rich_text_section', elements: runs };
    if (last?.type === kind && last.style === found[2]) (last.elements as Json[]).push(item);
    else elements.push({ type: kind, style: found[2], elements: [item] });
  } else if (last?.type === kind) (last.elements as Json[]).push({ type: 'text', text: '\n' }, ...runs);
  else elements.push({ type: kind, elements: runs });
}

/** Typed text is not mrkdwn: its angle brackets are only signs, and its links have brackets of their own. */
function runsOf(line: string): Json[] {
  const escaped = line.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const linked = escaped.replace(/\[([^\]|]+)\]\(((?:https?:\/\/|mailto:)[^\s)|]+)\)/g, '<$2|$1>');
  return parseInline(linked).flatMap((node) => runOf(node, {}));
}

function runOf(node: Inline, style: Style): Json[] {
  const styled = Object.keys(style).length === 0 ? {} : { style };
  switch (node.kind) {
    case 'bold':
    case 'italic':
    case 'strike':
      return node.children.flatMap((child) => runOf(child, { ...style, [node.kind]: true }));
    case 'code':
      return [{ type: 'text', text: node.text, style: { ...style, code: true } }];
    case 'link':
      return [{ type: 'link', url: node.href, text: typedInline(node.children), ...styled }];
    case 'emoji':
      return [{ type: 'emoji', name: node.name }];
    default:
      return [{ type: 'text', text: typedInline([node]), ...styled }];
  }
}

/** What a person would have typed to get this value. */
export const typedOf = (value: Obj): string => richTextTree(value).map(typedBlock).join('\n');

function typedBlock(block: TextBlock): string {
  switch (block.kind) {
    case 'pre':
      return `\`\`\`\n${block.text}\n\`\`\``;
    case 'list':
      return block.items
        .map((item, at) => `${block.ordered ? `${block.start + at}.` : '-'} ${typedInline(item)}`)
        .join('\n');
    case 'quote':
      return block.children.map(typedBlock).join('\n').replace(/^/gm, '> ');
    case 'paragraph':
      return typedInline(block.children);
    default:
      return '';
  }
}

const marks: Partial<Record<Inline['kind'], string>> = { bold: '*', italic: '_', strike: '~' };

function typedInline(nodes: readonly Inline[]): string {
  return nodes.map(typedNode).join('');
}

function typedNode(node: Inline): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'code':
      return `\`${node.text}\``;
    case 'emoji':
      return `:${node.name}:`;
    case 'link': {
      const label = typedInline(node.children);
      return label === node.href ? label : `[${label}](${node.href})`;
    }
    case 'bold':
    case 'italic':
    case 'strike':
    case 'underline':
    case 'highlight': {
      const mark = marks[node.kind] ?? '';
      return `${mark}${typedInline(node.children)}${mark}`;
    }
    case 'color':
      return node.value;
    case 'date':
      return node.fallback;
    case 'broadcast':
      return `@${node.range}`;
    default:
      return `@${node.id}`;
  }
}

export interface Selection {
  text: string;
  from: number;
  to: number;
}

/** Puts a mark on both sides of what is selected, or takes it away. */
export function withMark({ text, from, to }: Selection, mark: string): Selection {
  const isOn = text.slice(from - mark.length, from) === mark && text.slice(to, to + mark.length) === mark;
  const chosen = text.slice(from, to);
  if (isOn) {
    const start = from - mark.length;
    return {
      text: text.slice(0, start) + chosen + text.slice(to + mark.length),
      from: start,
      to: start + chosen.length,
    };
  }
  const start = from + mark.length;
  return {
    text: text.slice(0, from) + mark + chosen + mark + text.slice(to),
    from: start,
    to: start + chosen.length,
  };
}

/** Begins each selected line with a mark; `at` counts them. */
export function withLineMark({ text, from, to }: Selection, mark: (at: number) => string): Selection {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const lines = text.slice(start, to).split('\n');
  const marked = lines.map((line, at) => mark(at) + line).join('\n');
  return { text: text.slice(0, start) + marked + text.slice(to), from: start, to: start + marked.length };
}

/** Makes what is selected a link, and selects where its address goes. */
export function withLink({ text, from, to }: Selection): Selection {
  const label = text.slice(from, to) || 'link';
  const start = from + label.length + 3;
  const address = 'https://';
  return {
    text: `${text.slice(0, from)}[${label}](${address})${text.slice(to)}`,
    from: start,
    to: start + address.length,
  };
}
