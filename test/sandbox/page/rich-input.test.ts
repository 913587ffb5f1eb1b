/** The rich text field: what is typed becomes what Slack would send, and reads back as it was typed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateView } from '../../../sandbox/slack/block-kit/validate.js';
import {
  richTextOf,
  typedOf,
  withLineMark,
  withLink,
  withMark,
} from '../../../sandbox/slack/page/rich-input.js';

const text = (words: string, style?: object) => ({ type: 'text', text: words, ...(style && { style }) });
const section = (...elements: object[]) => ({ type: 'rich_text_section', elements });

describe('what is typed', () => {
  it.each<[string, object[], string]>([
    [
      'paid *today* at _noon_',
      [section(text('paid '), text('today', { bold: true }), text(' at '), text('noon', { italic: true }))],
      'marks become styles',
    ],
    ['~*`x`*~', [section(text('x', { strike: true, bold: true, code: true }))], 'marks inside marks add up'],
    [
      '[the board](https://example.com/a?b=1&c=2)',
      [section({ type: 'link', url: 'https://example.com/a?b=1&c=2', text: 'the board' })],
      'a link has its label',
    ],
    ['<b>a & b</b>', [section(text('<b>a & b</b>'))], 'angle brackets are only signs'],
    [
      'first\n- a\n- b\n1. c',
      [
        section(text('first')),
        { type: 'rich_text_list', style: 'bullet', elements: [section(text('a')), section(text('b'))] },
        { type: 'rich_text_list', style: 'ordered', elements: [section(text('c'))] },
      ],
      'lines gather into lists of their own kind',
    ],
    [
      '> said\n> so',
      [{ type: 'rich_text_quote', elements: [text('said'), text('\n'), text('so')] }],
      'a quote goes on over lines',
    ],
    [
      '```\n*raw*\n```\nafter',
      [{ type: 'rich_text_preformatted', elements: [text('*raw*')] }, section(text('after'))],
      'nothing is a mark between fences',
    ],
    [
      '```\nopen',
      [{ type: 'rich_text_preformatted', elements: [text('open')] }],
      'a fence left open runs to the end',
    ],
  ])('%j: %s', (typed, elements) => {
    expect(richTextOf(typed)).toEqual({ type: 'rich_text', elements });
  });

  it('is nothing when there are only blanks', () => {
    expect(richTextOf(' \n ')).toBeNull();
  });

  it('always gives a value that Slack would take as an initial one', () => {
    const marks = fc.constantFrom(
      '*',
      '_',
      '~',
      '`',
      '```',
      '\n',
      '- ',
      '> ',
      '1. ',
      '<',
      '&',
      'a',
      ' b ',
      ':tada:',
      '[x](https://a.b)',
    );
    fc.assert(
      fc.property(fc.array(marks, { maxLength: 30 }), (parts) => {
        const value = richTextOf(parts.join(''));
        if (value === null) return;
        const element = { type: 'rich_text_input', action_id: 'a', initial_value: value };
        const input = { type: 'input', label: { type: 'plain_text', text: 'x' }, element };
        const title = { type: 'plain_text', text: 'x' };
        expect(validateView({ type: 'modal', title, submit: title, blocks: [input] })).toEqual([]);
      }),
    );
  });

  it.each([
    'paid *today* at _noon_',
    '- a\n- b',
    '1. a\n2. b',
    '> said',
    '```\nraw\n```',
    '[x](https://a.b/)',
  ])('reads back as typed: %j', (typed) => {
    expect(typedOf(richTextOf(typed) as never)).toBe(typed);
  });
});

describe('formats', () => {
  const on = { text: 'one two', from: 4, to: 7 };

  it('sets a mark around what is selected, and takes it away again', () => {
    const bold = withMark(on, '*');
    expect(bold).toEqual({ text: 'one *two*', from: 5, to: 8 });
    expect(withMark(bold, '*')).toEqual(on);
  });

  it('marks whole lines, from where the first one begins', () => {
    const marked = withLineMark({ text: 'a\nbc\nd', from: 3, to: 6 }, (at) => `${at + 1}. `);
    expect(marked.text).toBe('a\n1. bc\n2. d');
  });

  it('makes a link and selects its address', () => {
    const { text: line, from, to } = withLink(on);
    expect(line).toBe('one [two](https://)');
    expect(line.slice(from, to)).toBe('https://');
  });
});
