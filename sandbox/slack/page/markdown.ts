/**
 * Parses standard Markdown, as the `markdown` block takes it, into the same text tree as mrkdwn.
 * Invariant: any string parses, raw HTML stays text. Covers what Slack documents for the block: headings, bold,
 * italic, strikethrough, links, lists, quotes, inline code, code blocks, dividers, tables and task lists.
 */
import { link, type Cell, type Inline, type TextBlock } from './text-tree.js';

const inlinePattern =
  /`([^`]+)`|!?\[([^\]]*)\]\(([^()\s]+)\)|<(https?:[^>\s]+)>|\*\*([^*]+(?:\*[^*]+\*[^*]*)*)\*\*|__([^_]+)__|~~([^~]+)~~|\*([^*\s][^*]*)\*|(?<![\p{L}\p{N}])_([^_\s][^_]*)_(?![\p{L}\p{N}])|:([a-z0-9_+-]+):|(https?:\/\/[^\s<>]*[^\s<>.,;:!?)\]'"])/u;

/** Parses a `markdown` block's text. */
export function parseMarkdown(text: string): TextBlock[] {
  const lines = text.split('\n');
  const blocks: TextBlock[] = [];
  let at = 0;
  while (at < lines.length) at = readBlock(lines, at, blocks);
  return blocks;
}

/** Reads one block at line `at` into `blocks`; answers the line after it. */
function readBlock(lines: string[], at: number, blocks: TextBlock[]): number {
  const line = lines[at] ?? '';
  if (line.trim() === '') return at + 1;
  if (/^\s*```/.test(line)) return readFence(lines, at, blocks);
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading !== null) {
    blocks.push({ kind: 'heading', level: (heading[1] ?? '#').length, children: inline(heading[2] ?? '') });
    return at + 1;
  }
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
    blocks.push({ kind: 'rule' });
    return at + 1;
  }
  if (line.startsWith('>')) return readQuote(lines, at, blocks);
  if (isItem(line)) return readList(lines, at, blocks);
  if (line.includes('|') && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[at + 1] ?? '')) {
    return readTable(lines, at, blocks);
  }
  return readParagraph(lines, at, blocks);
}

function readFence(lines: string[], at: number, blocks: TextBlock[]): number {
  let end = at + 1;
  while (end < lines.length && !/^\s*```\s*$/.test(lines[end] ?? '')) end++;
  blocks.push({ kind: 'pre', text: lines.slice(at + 1, end).join('\n') });
  return end + 1;
}

function readQuote(lines: string[], at: number, blocks: TextBlock[]): number {
  const end = endOf(lines, at, (line) => line.startsWith('>'));
  const inner = lines.slice(at, end).map((line) => line.replace(/^>\s?/, ''));
  blocks.push({ kind: 'quote', children: parseMarkdown(inner.join('\n')) });
  return end;
}

function readList(lines: string[], at: number, blocks: TextBlock[]): number {
  const end = endOf(lines, at, isItem);
  for (const line of lines.slice(at, end)) addItem(blocks, line);
  return end;
}

const itemPattern = /^(\s*)([-*+]|\d+[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;

function isItem(line: string): boolean {
  return itemPattern.test(line);
}

function addItem(blocks: TextBlock[], line: string): void {
  const [, space = '', mark = '-', task, text = ''] = itemPattern.exec(line) ?? [];
  const ordered = /\d/.test(mark);
  const indent = Math.min(4, Math.floor(space.length / 2));
  const box: Inline[] = task === undefined ? [] : [{ kind: 'text', text: task === ' ' ? '☐ ' : '☑ ' }];
  const item = [...box, ...inline(text)];
  const last = blocks.at(-1);
  if (last?.kind === 'list' && last.indent === indent && last.ordered === ordered) last.items.push(item);
  else blocks.push({ kind: 'list', ordered, start: ordered ? parseInt(mark, 10) : 1, indent, items: [item] });
}

function readTable(lines: string[], at: number, blocks: TextBlock[]): number {
  const end = endOf(lines, at + 2, (line) => line.includes('|'));
  const aligns = cells(lines[at + 1] ?? '').map(alignOf);
  const row = (line: string): Cell[] =>
    cells(line).map((text, column) => ({ align: aligns[column] ?? 'left', children: inline(text) }));
  blocks.push({ kind: 'table', head: row(lines[at] ?? ''), rows: lines.slice(at + 2, end).map(row) });
  return end;
}

function cells(line: string): string[] {
  const inner = line.trim().replace(/^\|/, '').replace(/\|$/, '');
  return inner.split('|').map((cell) => cell.trim());
}

function alignOf(rule: string): Cell['align'] {
  if (!rule.endsWith(':')) return 'left';
  return rule.startsWith(':') ? 'center' : 'right';
}

function readParagraph(lines: string[], at: number, blocks: TextBlock[]): number {
  const starts = (line: string): boolean =>
    line.trim() === '' || /^(\s*```|#{1,6}\s|>)/.test(line) || isItem(line);
  let end = at + 1;
  while (end < lines.length && !starts(lines[end] ?? '')) end++;
  blocks.push({ kind: 'paragraph', children: inline(lines.slice(at, end).join('\n')) });
  return end;
}

function endOf(lines: string[], at: number, belongs: (line: string) => boolean): number {
  let end = at;
  while (end < lines.length && belongs(lines[end] ?? '')) end++;
  return end;
}

function inline(text: string): Inline[] {
  const nodes: Inline[] = [];
  let rest = text;
  for (let match = inlinePattern.exec(rest); match !== null; match = inlinePattern.exec(rest)) {
    if (match.index > 0) nodes.push({ kind: 'text', text: rest.slice(0, match.index) });
    nodes.push(...nodesOf(match));
    rest = rest.slice(match.index + match[0].length);
  }
  return rest === '' ? nodes : [...nodes, { kind: 'text', text: rest }];
}

function nodesOf(match: RegExpExecArray): Inline[] {
  const [, code, label, target, angle, bold, bold2, strike, italic, italic2, emoji, url] = match;
  if (code !== undefined) return [{ kind: 'code', text: code }];
  if (target !== undefined) return link(target, inline(label === undefined || label === '' ? target : label));
  const address = angle ?? url;
  if (address !== undefined) return link(address, [{ kind: 'text', text: address }]);
  const strong = bold ?? bold2;
  if (strong !== undefined) return [{ kind: 'bold', children: inline(strong) }];
  if (strike !== undefined) return [{ kind: 'strike', children: inline(strike) }];
  if (emoji !== undefined) return [{ kind: 'emoji', name: emoji }];
  return [{ kind: 'italic', children: inline(italic ?? italic2 ?? '') }];
}
