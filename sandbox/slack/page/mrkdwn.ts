/**
 * Parses Slack's mrkdwn into a text tree.
 * Invariant: any string parses; no character of it is lost except the marks themselves; entities (`&amp; &lt; &gt;`)
 * are turned back once, in leaves only, so text can never become markup.
 * Deliberately absent: dash lists and headings, because Slack shows those as written (`•` lines hang like a list).
 */
import { link, safeHref, type Inline, type TextBlock } from './text-tree.js';

const styles = { '*': 'bold', _: 'italic', '~': 'strike' } as const;
const prePattern = /```\n?([\s\S]*?)\n?```/;
const quoteLine = /^(?:&gt;|>)\s?(.*)$/;
const quoteRest = /^(?:&gt;|>){3}\s?([\s\S]*)$/;
const bulletLine = /^\s*•\s+(.*)$/;
const token =
  /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+'-]+):(?::skin-tone-\d:)?|(https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)\]'"*_~])|[*_~]/giu;

/** Parses text in Slack's mrkdwn, as it is in `text` of a message or of a `mrkdwn` object. */
export function parseMrkdwn(text: string): TextBlock[] {
  const pre = prePattern.exec(text);
  if (pre === null) return parseLines(text);
  const before = text.slice(0, pre.index).replace(/\n$/, '');
  const after = text.slice(pre.index + pre[0].length).replace(/^\n/, '');
  return [
    ...(before === '' ? [] : parseLines(before)),
    { kind: 'pre', text: unescapeEntities(preText(pre[1] ?? '')) },
    ...(after === '' ? [] : parseMrkdwn(after)),
  ];
}

/** Parses one run of mrkdwn without line structure, for labels and cells. */
export function parseInline(text: string): Inline[] {
  return joinText(inlineNodes(text));
}

/** Turns `&amp; &lt; &gt;` back; anything else stays as written. */
function unescapeEntities(text: string): string {
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
}

/** Links inside a preformatted block show as their label, as in Slack. */
function preText(text: string): string {
  return text.replace(
    /<([^<>|\n]+)(?:\|([^<>\n]*))?>/g,
    (_whole, target: string, label?: string) => label ?? target,
  );
}

function parseLines(text: string): TextBlock[] {
  const blocks: TextBlock[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const rest = quoteRest.exec(lines.slice(at).join('\n'));
    if (rest !== null) {
      blocks.push({ kind: 'quote', children: parseLines(rest[1] ?? '') });
      return blocks;
    }
    const quoted = quoteLine.exec(line);
    const bullet = bulletLine.exec(line);
    if (quoted !== null) addQuote(blocks, parseInline(quoted[1] ?? ''));
    else if (bullet !== null) addItem(blocks, parseInline(bullet[1] ?? ''));
    else addLine(blocks, parseInline(line), at);
  }
  return blocks;
}

function addQuote(blocks: TextBlock[], children: Inline[]): void {
  const last = blocks.at(-1);
  const inner = last?.kind === 'quote' ? last.children.at(-1) : undefined;
  if (inner?.kind === 'paragraph') inner.children.push({ kind: 'text', text: '\n' }, ...children);
  else blocks.push({ kind: 'quote', children: [{ kind: 'paragraph', children }] });
}

function addItem(blocks: TextBlock[], item: Inline[]): void {
  const last = blocks.at(-1);
  if (last?.kind === 'list') last.items.push(item);
  else blocks.push({ kind: 'list', ordered: false, start: 1, indent: 0, items: [item] });
}

function addLine(blocks: TextBlock[], children: Inline[], at: number): void {
  const last = blocks.at(-1);
  if (last?.kind === 'paragraph') last.children.push({ kind: 'text', text: '\n' }, ...children);
  else if (children.length > 0 || at === 0) blocks.push({ kind: 'paragraph', children });
}

function inlineNodes(text: string): Inline[] {
  const nodes: Inline[] = [];
  let done = 0;
  const pattern = new RegExp(token);
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const found = nodesOf(text, match);
    if (found === null) continue;
    nodes.push(textNode(text.slice(done, match.index)), ...found.nodes);
    done = found.end;
    pattern.lastIndex = done;
  }
  nodes.push(textNode(text.slice(done)));
  return nodes;
}

type Found = { nodes: Inline[]; end: number } | null;

function nodesOf(text: string, match: RegExpExecArray): Found {
  const [whole, code, angle, emoji, url] = match;
  const end = match.index + whole.length;
  if (code !== undefined) return { nodes: [{ kind: 'code', text: unescapeEntities(code) }], end };
  if (angle !== undefined) return { nodes: angleNodes(angle), end };
  if (emoji !== undefined) return { nodes: [{ kind: 'emoji', name: emoji.toLowerCase() }], end };
  if (url !== undefined) return { nodes: link(unescapeEntities(url), [textNode(url)]), end };
  return styled(text, match.index, whole);
}

/** A style opens before a non-space at a word's start, and closes after a non-space at a word's end, on one line. */
function styled(text: string, at: number, mark: string): Found {
  const before = text[at - 1] ?? ' ';
  if (/[\p{L}\p{N}]/u.test(before) || /[\s]|^$/.test(text[at + 1] ?? '')) return null;
  for (let close = text.indexOf(mark, at + 2); close > 0; close = text.indexOf(mark, close + 1)) {
    const inner = text.slice(at + 1, close);
    if (inner.includes('\n')) return null;
    const ends =
      !/\s$/.test(inner) && !/[\p{L}\p{N}]/u.test(text[close + 1] ?? ' ') && !insideToken(text, at, close);
    if (ends) return { nodes: [{ kind: styleOf(mark), children: parseInline(inner) }], end: close + 1 };
  }
  return null;
}

/** Whether a closing mark lies inside `code` or `<…>`, where it means itself. */
function insideToken(text: string, from: number, at: number): boolean {
  const part = text.slice(from + 1, at);
  const openAngle = part.lastIndexOf('<') > part.lastIndexOf('>');
  return openAngle || part.split('`').length % 2 === 0;
}

function styleOf(mark: string): 'bold' | 'italic' | 'strike' {
  return styles[mark as keyof typeof styles];
}

function angleNodes(body: string): Inline[] {
  const bar = body.indexOf('|');
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? '' : body.slice(bar + 1);
  if (target.startsWith('@')) return [{ kind: 'user', id: target.slice(1) }];
  if (target.startsWith('#'))
    return [{ kind: 'channel', id: target.slice(1), label: unescapeEntities(label) }];
  if (target.startsWith('!')) return [specialNode(target.slice(1), unescapeEntities(label))];
  const address = unescapeEntities(target);
  const shown = label === '' ? address.replace(/^mailto:/i, '') : unescapeEntities(label);
  if (safeHref(address) === null && bar < 0) return [textNode(`<${body}>`)];
  return link(address, [{ kind: 'text', text: shown }]);
}

function specialNode(target: string, label: string): Inline {
  const [name = '', first = '', format = '', href = ''] = target.split('^');
  if (name === 'date') {
    const epochSeconds = Number(first);
    const fallback = label === '' ? first : label;
    return { kind: 'date', epochSeconds, format, href: safeHref(href), fallback };
  }
  if (name === 'subteam') return { kind: 'usergroup', id: first, label };
  return { kind: 'broadcast', range: name };
}

function textNode(text: string): Inline {
  return { kind: 'text', text: unescapeEntities(text) };
}

function joinText(nodes: Inline[]): Inline[] {
  const joined: Inline[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (node.kind === 'text' && node.text === '') continue;
    if (node.kind === 'text' && last?.kind === 'text') last.text += node.text;
    else joined.push(node);
  }
  return joined;
}
