/**
 * The mrkdwn and markdown parsers: each row says what Slack does and why it matters.
 * Trees are written short by `brief`, so that a row reads like the rule it checks.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMarkdown } from '../../../sandbox/slack/page/markdown.js';
import { parseMrkdwn } from '../../../sandbox/slack/page/mrkdwn.js';
import { richTextTree } from '../../../sandbox/slack/page/rich-text.js';
import { plainText, safeHref, type Inline, type TextBlock } from '../../../sandbox/slack/page/text-tree.js';

function brief(blocks: TextBlock[]): string {
  return blocks.map(briefBlock).join(' ¶ ');
}

function briefBlock(block: TextBlock): string {
  if (block.kind === 'paragraph') return inline(block.children);
  if (block.kind === 'heading') return `h${block.level}(${inline(block.children)})`;
  if (block.kind === 'pre') return `pre(${block.text})`;
  if (block.kind === 'quote') return `quote(${brief(block.children)})`;
  if (block.kind === 'list')
    return `${block.ordered ? 'ol' : 'ul'}${block.indent}(${block.items.map(inline).join(', ')})`;
  if (block.kind === 'table')
    return `table(${[block.head, ...block.rows].map((row) => row.map((cell) => `${cell.align[0] ?? ''}:${inline(cell.children)}`).join(' ')).join(' / ')})`;
  return 'rule';
}

function inline(nodes: Inline[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.text;
      if (node.kind === 'code') return `code(${node.text})`;
      if (node.kind === 'link') return `link[${node.href}](${inline(node.children)})`;
      if (node.kind === 'emoji') return `emoji(${node.name})`;
      if (node.kind === 'user') return `user(${node.id})`;
      if (node.kind === 'channel') return `channel(${node.id}${node.label && `|${node.label}`})`;
      if (node.kind === 'usergroup') return `group(${node.id}|${node.label})`;
      if (node.kind === 'broadcast') return `all(${node.range})`;
      if (node.kind === 'date') return `date(${node.epochSeconds},${node.format},${node.fallback})`;
      if (node.kind === 'team') return `team(${node.id})`;
      if (node.kind === 'color') return `color(${node.value})`;
      return `${node.kind[0] ?? ''}(${inline(node.children)})`;
    })
    .join('');
}

/** The text alone, without its form. */
function readAloud(blocks: TextBlock[]): string {
  return blocks
    .map((block) => {
      if (block.kind === 'pre') return block.text;
      if (block.kind === 'quote') return readAloud(block.children);
      if (block.kind === 'list') return block.items.map(plainText).join();
      return block.kind === 'paragraph' ? plainText(block.children) : '';
    })
    .join();
}

describe('parseMrkdwn', () => {
  it.each([
    ['bold, italic, strike', '*a* _b_ ~c~', 'b(a) i(b) s(c)'],
    ['styles nest', '*a _b_ c*', 'b(a i(b) c)'],
    ['a style needs a word edge: identifiers stay whole', 'pi_3QK_8w 2*3*4 a~b~c', 'pi_3QK_8w 2*3*4 a~b~c'],
    ['no style around spaces', '* a * and 5 * 4 * 3', '* a * and 5 * 4 * 3'],
    ['a style ends before punctuation', '(*a*), *b*.', '(b(a)), b(b).'],
    ['a style does not cross lines', '*a\nb*', '*a\nb*'],
    ['a lone mark is text', 'a * b _', 'a * b _'],
    ['code keeps marks and entities as text', '`*a* &lt;b&gt;`', 'code(*a* <b>)'],
    ['a bold around code', '*`a`*', 'b(code(a))'],
    ['a star inside code does not close a bold', '*a `b*` c*', 'b(a code(b*) c)'],
    ['preformatted text keeps lines and drops its fences', 'x\n```\na\n*b*\n```\ny', 'x ¶ pre(a\n*b*) ¶ y'],
    ['a link in preformatted text shows its label', '```<https://a.b|c>```', 'pre(c)'],
    ['quotes, escaped as Slack sends them', '&gt; a\n&gt; b\nc', 'quote(a\nb) ¶ c'],
    ['quotes, as bots write them', '> a', 'quote(a)'],
    ['three marks quote all the rest', 'a\n>>> b\nc', 'a ¶ quote(b\nc)'],
    ['bullets hang like a list', '• a\n• *b*', 'ul0(a, b(b))'],
    ['a dash is no list in mrkdwn', '- a', '- a'],
    ['a link with a label', '<https://a.b/c?d=1&amp;e=2|see>', 'link[https://a.b/c?d=1&e=2](see)'],
    ['a link without one', '<https://a.b>', 'link[https://a.b](https://a.b)'],
    ['a mail link hides its scheme', '<mailto:a@b.c>', 'link[mailto:a@b.c](a@b.c)'],
    [
      'a bare address becomes a link, without its full stop',
      'see https://a.b/c.',
      'see link[https://a.b/c](https://a.b/c).',
    ],
    [
      'people and channels',
      '<@U1> <@U2|ana> <#C1> <#C2|ops>',
      'user(U1) user(U2) channel(C1) channel(C2|ops)',
    ],
    ['everyone who is here, and a group', '<!here> <!subteam^S1|@ops>', 'all(here) group(S1|@ops)'],
    ['a date', '<!date^1392734382^{date} at {time}|Feb 18>', 'date(1392734382,{date} at {time},Feb 18)'],
    [
      'emoji, and a skin tone that is not shown',
      ':x: :wave::skin-tone-3: 10:30:45',
      'emoji(x) emoji(wave) 10emoji(30)45',
    ],
    ['entities turn back once', '&amp;lt; &lt;b&gt;', '&lt; <b>'],
    ['escaped markup is text', '&lt;script&gt;alert(1)&lt;/script&gt;', '<script>alert(1)</script>'],
    ['raw markup is text', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['a script address is never a link', '<javascript:alert(1)|click>', 'click'],
    ['nor a hidden one', '< JaVaScRiPt:alert(1)|x> <data:text/html,1|y> <vbscript:1|z>', 'x y z'],
    ['a script address alone stays as written', '<javascript:alert(1)>', '<javascript:alert(1)>'],
    [
      'markup in a label is text',
      '<https://a.b|&lt;img onerror=x&gt;>',
      'link[https://a.b](<img onerror=x>)',
    ],
    ['nothing', '', ''],
  ])('%s', (_reason, text, expected) => {
    expect(brief(parseMrkdwn(text))).toBe(expected);
  });

  it('parses any text, and loses no letter of it', () => {
    const letters = (text: string): string => text.replace(/[^ab]/g, '');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab *_~`\n•.')) }), (text) => {
        expect(letters(readAloud(parseMrkdwn(text)))).toBe(letters(text));
      }),
      { seed: 20261120, numRuns: 2000 },
    );
  });

  it('never yields a link that the page must not follow', () => {
    const hrefs = (nodes: Inline[]): string[] =>
      nodes.flatMap((node) =>
        'children' in node ? [...(node.kind === 'link' ? [node.href] : []), ...hrefs(node.children)] : [],
      );
    const target = fc.constantFrom(
      'javascript:alert(1)',
      'https://a.b',
      'data:text/html,x',
      'file:///etc',
      'ftp://x',
      '//evil',
      'mailto:a@b',
      'java\tscript:1',
    );
    fc.assert(
      fc.property(target, fc.string(), (address, label) => {
        const found = [...parseMrkdwn(`<${address}|${label}>`), ...parseMarkdown(`[${label}](${address})`)];
        for (const block of found)
          if (block.kind === 'paragraph')
            for (const href of hrefs(block.children)) expect(href).toMatch(/^(https?:\/\/|mailto:)/);
      }),
      { seed: 20261120 },
    );
  });
});

describe('parseMarkdown', () => {
  it.each([
    ['headings', '# a\n## *b*', 'h1(a) ¶ h2(i(b))'],
    ['bold, italic, strike', '**a** __b__ *c* _d_ ~~e~~', 'b(a) b(b) i(c) i(d) s(e)'],
    ['identifiers stay whole', 'pi_3QK_8w', 'pi_3QK_8w'],
    [
      'links and images are links',
      '[a](https://a.b) ![c](https://d.e)',
      'link[https://a.b](a) link[https://d.e](c)',
    ],
    ['a script address is its label', '[a](javascript:alert)', 'a'],
    ['lists nest by indent', '- a\n  - b\n1. c', 'ul0(a) ¶ ul1(b) ¶ ol0(c)'],
    ['tasks', '- [x] a\n- [ ] b', 'ul0(☑ a, ☐ b)'],
    ['fences', '```js\n*a*\n```', 'pre(*a*)'],
    ['a fence left open runs to the end', '```\na', 'pre(a)'],
    ['quotes', '> a\n> b', 'quote(a\nb)'],
    ['dividers', 'a\n\n---\n\nb', 'a ¶ rule ¶ b'],
    ['tables with alignment', '|a|b|\n|:-:|-:|\n|1|2|', 'table(c:a r:b / c:1 r:2)'],
    ['raw HTML is text', '<b>x</b>', '<b>x</b>'],
  ])('%s', (_reason, text, expected) => {
    expect(brief(parseMarkdown(text))).toBe(expected);
  });

  it('parses any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab *_~`<>[]()#-|:1.\n')) }), (text) => {
        expect(() => parseMarkdown(text)).not.toThrow();
      }),
      { seed: 20261120, numRuns: 1000 },
    );
  });
});

describe('richTextTree', () => {
  const section = (...elements: object[]) =>
    ({ elements: [{ type: 'rich_text_section', elements }] }) as never;

  it.each([
    ['styles', section({ type: 'text', text: 'a', style: { bold: true, code: true } }), 'b(code(a))'],
    ['a script address is its label', section({ type: 'link', url: 'javascript:alert(1)', text: 'x' }), 'x'],
    ['an unknown element is named', section({ type: 'hologram' }), '[hologram]'],
    ['a mark in rich text is text', section({ type: 'text', text: '*a* <b>' }), '*a* <b>'],
    [
      'broken content is empty, not a fault',
      { elements: [null, 3, { type: 'rich_text_list', elements: 'x' }] } as never,
      ' ¶  ¶ ul0()',
    ],
  ])('%s', (_reason, block, expected) => {
    expect(brief(richTextTree(block))).toBe(expected);
  });
});

describe('safeHref', () => {
  it.each([
    ['https://a.b/c', 'https://a.b/c'],
    ['HTTP://A', 'HTTP://A'],
    ['mailto:a@b', 'mailto:a@b'],
    [' https://a.b ', 'https://a.b'],
    ['https://a b', null],
    ['javascript:alert(1)', null],
    ['\u0001javascript:alert(1)', null],
    ['data:text/html,<script>', null],
    ['/relative', null],
    ['', null],
  ])('%s → %s', (address, expected) => {
    expect(safeHref(address)).toBe(expected);
  });
});
