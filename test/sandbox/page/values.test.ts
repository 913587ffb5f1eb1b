/** Tables, charts, forms, dates, routes and typed lines: the page's pure functions, row by row. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  axisTicks,
  plotOf,
  shortNumber,
  slicePath,
  slicesOf,
} from '../../../sandbox/slack/page/chart-scale.js';
import {
  cellText,
  filtered,
  isNumeric,
  nextSorting,
  pageOf,
  sorted,
  tableRows,
} from '../../../sandbox/slack/page/data-table.js';
import {
  agoLabel,
  dayLabel,
  epochOfWallTime,
  formatDate,
  timeOf,
  wallTime,
} from '../../../sandbox/slack/page/dates.js';
import { emojiCharacter, withEmoji } from '../../../sandbox/slack/page/emoji.js';
import { formOf, missingInputs, selectedOf, withEdit } from '../../../sandbox/slack/page/form.js';
import { hashOf, routeOf } from '../../../sandbox/slack/page/route.js';
import { commandInUse, completionsFor, isCommand, placesFor } from '../../../sandbox/slack/page/typed.js';
import { galleryStore } from '../../../sandbox/slack/page/gallery.js';
import type { Block, Channel } from '../../../sandbox/slack/wire.js';

describe('data_table', () => {
  const raw = (text: string) => ({ type: 'raw_text', text });
  const number = (value: number) => ({ type: 'raw_number', value, text: `€${value}` });
  const rich = {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'linked' }] }],
  };
  const body = [
    [raw('b10'), number(9)],
    [raw('B2'), number(100)],
    [raw(''), number(-1)],
    [raw('a'), number(9)],
  ];
  const column = (rows: typeof body, at: number): string[] => rows.map((row) => cellText(row[at]!));

  it('sorts numbers by value, not by their text', () => {
    expect(column(sorted(body, { column: 1, descending: false }) as typeof body, 1)).toEqual([
      '€-1',
      '€9',
      '€9',
      '€100',
    ]);
  });

  it('sorts texts in natural order, case ignored, empty cells last both ways', () => {
    expect(column(sorted(body, { column: 0, descending: false }) as typeof body, 0)).toEqual([
      'a',
      'B2',
      'b10',
      '',
    ]);
    expect(column(sorted(body, { column: 0, descending: true }) as typeof body, 0)).toEqual([
      'b10',
      'B2',
      'a',
      '',
    ]);
  });

  it('keeps equal rows in their order and its input unchanged', () => {
    const before = structuredClone(body);
    expect(column(sorted(body, { column: 1, descending: false }) as typeof body, 0)).toEqual([
      '',
      'b10',
      'a',
      'B2',
    ]);
    expect(body).toEqual(before);
  });

  it.each([
    ['every word, any cell, any case', 'B2 100', ['B2']],
    ['nothing asked: all rows', '  ', ['b10', 'B2', '', 'a']],
    ['no match', 'zebra', []],
  ])('filters: %s', (_reason, filter, expected) => {
    expect(column(filtered(body, filter) as typeof body, 0)).toEqual(expected);
  });

  it('steps through ascending, descending and as sent', () => {
    const first = nextSorting(null, 1);
    const second = nextSorting(first, 1);
    expect([first, second, nextSorting(second, 1), nextSorting(first, 0)]).toEqual([
      { column: 1, descending: false },
      { column: 1, descending: true },
      null,
      { column: 0, descending: false },
    ]);
  });

  it.each([
    ['first page', 0, { rows: [1, 2], page: 0, pageCount: 3 }],
    ['a page past the end is the last', 9, { rows: [5], page: 2, pageCount: 3 }],
    ['a page before the first', -1, { rows: [1, 2], page: 0, pageCount: 3 }],
  ])('pages: %s', (_reason, page, expected) => {
    expect(pageOf([1, 2, 3, 4, 5], page, 2)).toEqual(expected);
  });

  it('pages an empty table as one empty page', () => {
    expect(pageOf([], 3, 5)).toEqual({ rows: [], page: 0, pageCount: 1 });
  });

  it('reads cells of every kind, and broken rows', () => {
    expect(tableRows({ rows: [[raw('a'), rich], 'x', null] }).map((row) => row.map(cellText))).toEqual([
      ['a', 'linked'],
      [],
      [],
    ]);
    expect([isNumeric(body, 1), isNumeric(body, 0), isNumeric([], 0)]).toEqual([true, false, false]);
  });
});

describe('charts', () => {
  it('covers every value with even, readable steps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        (values, zero) => {
          const ticks = axisTicks(values, zero);
          const step = ticks[1]! - ticks[0]!;
          expect(ticks.length).toBeGreaterThanOrEqual(2);
          expect(ticks.length).toBeLessThanOrEqual(12);
          expect(ticks[0]! - Math.min(...values)).toBeLessThanOrEqual(step * 1e-6);
          expect(Math.max(...values) - ticks.at(-1)!).toBeLessThanOrEqual(step * 1e-6);
        },
      ),
      { seed: 20261120 },
    );
  });

  it.each([
    ['no values', [], [0, 1]],
    ['all zero', [0, 0], [0, 0.5]],
    ['a rate', [71.3, 94], [70, 80, 90, 100]],
  ])('axis of %s', (_reason, values, expected) => {
    expect(axisTicks(values, false).slice(0, expected.length)).toEqual(expected);
  });

  it('matches a series to the axis by label, and leaves holes', () => {
    const chart = {
      series: [{ name: 's', data: [{ label: 'b', value: 2 }] }],
      axis_config: { categories: ['a', 'b'] },
    };
    expect(plotOf(chart)).toMatchObject({
      categories: ['a', 'b'],
      series: [{ name: 's', values: [null, 2] }],
    });
  });

  it('cuts a pie into shares that make a whole', () => {
    const slices = slicesOf({
      segments: [
        { label: 'a', value: 3 },
        { label: 'b', value: 1 },
        { label: 'c', value: -5 },
      ],
    });
    expect(slices.map((each) => [each.label, each.share, each.from])).toEqual([
      ['a', 0.75, 0],
      ['b', 0.25, 0.75],
      ['c', 0, 1],
    ]);
    expect(slicesOf({ segments: [{ label: 'a', value: 0 }] })[0]?.share).toBe(0);
    expect(slicePath(0, 0.25)).toBe('M0,0 L0.0000,-1.0000 A1,1 0 0 1 1.0000,-0.0000 Z');
    expect(slicePath(0, 1)).not.toContain('L');
  });

  it('writes numbers short', () => {
    expect([1234, 2_500_000, 0.25, 0].map(shortNumber)).toEqual(['1.23K', '2.5M', '0.25', '0']);
  });
});

describe('forms', () => {
  const input = (block_id: string, element: object, more: object = {}): Block =>
    ({ type: 'input', block_id, element, ...more }) as never;
  const text = { type: 'plain_text_input', action_id: 'a', initial_value: 'x' };
  const option = { text: { type: 'plain_text', text: 'One' }, value: '1' };

  it('starts from initial values, in Slack’s state shape', () => {
    const blocks = [
      input('b', text),
      input('s', { type: 'multi_static_select', action_id: 'm' }),
      {
        type: 'actions',
        block_id: 'c',
        elements: [
          { type: 'datepicker', action_id: 'd', initial_date: '2026-11-20' },
          { type: 'button', action_id: 'no' },
        ],
      } as Block,
    ];
    expect(formOf(blocks, {})).toEqual({
      b: { a: { type: 'plain_text_input', value: 'x' } },
      s: { m: { type: 'multi_static_select', selected_options: [] } },
      c: { d: { type: 'datepicker', selected_date: '2026-11-20' } },
    });
  });

  it('lets an edit win, and forgets the edit of an input that went away', () => {
    const edits = withEdit(withEdit({}, 'b', text, 'y'), 'gone', text, 'z');
    expect(formOf([input('b', text)], edits)).toEqual({ b: { a: { type: 'plain_text_input', value: 'y' } } });
  });

  it('finds inputs inside a container and an accessory', () => {
    const blocks = [
      { type: 'container', block_id: 'k', child_blocks: [input('in', text)] },
      {
        type: 'section',
        block_id: 's',
        accessory: { type: 'static_select', action_id: 'p', initial_option: option },
      },
    ] as never;
    expect(Object.keys(formOf(blocks, {}))).toEqual(['in', 's']);
  });

  it.each([
    ['an empty required text', {}, null, ['b']],
    ['an optional one', { optional: true }, null, []],
    ['a filled one', {}, 'x', []],
  ])('asks for what is missing: %s', (_reason, more, value, expected) => {
    const blocks = [input('b', { ...text, initial_value: value }, more)];
    expect(Object.keys(missingInputs(blocks, formOf(blocks, {})))).toEqual(expected);
  });

  it('names what was selected: options by value, ids and moments as they are', () => {
    expect([
      selectedOf(option),
      selectedOf([option]),
      selectedOf('U1'),
      selectedOf(1795190400),
      selectedOf(null),
    ]).toEqual(['1', ['1'], 'U1', '1795190400', '']);
  });
});

describe('dates', () => {
  const noon = Date.parse('2026-11-20T12:00:00Z') / 1000;

  it.each([
    ['the reader’s zone', timeOf(`${noon}.0`, 'America/New_York'), '7:00 AM'],
    ['an unknown zone reads as UTC', timeOf(`${noon}.0`, 'Mars/Olympus'), '12:00 PM'],
    ['today', dayLabel(`${noon}`, 'UTC', noon * 1000), 'Today'],
    ['yesterday', dayLabel(`${noon - 86_400}`, 'UTC', noon * 1000), 'Yesterday'],
    ['an older day', dayLabel(`${noon - 7 * 86_400}`, 'UTC', noon * 1000), 'Friday, November 13th'],
    ['ago', agoLabel(`${noon - 7200}`, noon * 1000), '2 hours ago'],
    [
      'a pretty date nearby',
      formatDate(noon, '{date_short_pretty} at {time}', 'f', 'UTC', noon * 1000),
      'today at 12:00 PM',
    ],
    ['a long date', formatDate(noon, '{date_long}', 'f', 'UTC', 0), 'Friday, November 20th, 2026'],
    ['a numeric date', formatDate(noon, '{date_num} {time_secs}', 'f', 'UTC', 0), '2026-11-20 12:00:00 PM'],
    ['an unknown token stays', formatDate(noon, '{nope}', 'f', 'UTC', 0), '{nope}'],
    ['a broken moment is its fallback', formatDate(NaN, '{date}', 'f', 'UTC', 0), 'f'],
  ])('%s', (_reason, said, expected) => {
    expect(said).toBe(expected);
  });

  it('reads a wall time back in any zone', () => {
    const minute = fc
      .integer({ min: 0, max: 40_000_000 })
      .map((n) => 1_700_000_000 - (1_700_000_000 % 60) + n * 60);
    fc.assert(
      fc.property(
        minute,
        fc.constantFrom('UTC', 'Asia/Kolkata', 'Asia/Tokyo', 'America/Phoenix'),
        (epoch, tz) => {
          expect(epochOfWallTime(wallTime(epoch, tz), tz)).toBe(epoch);
        },
      ),
      { seed: 20261120 },
    );
    expect([
      epochOfWallTime('2026-07-01T12:00', 'Europe/Lisbon'),
      epochOfWallTime('nonsense', 'UTC'),
    ]).toEqual([Date.parse('2026-07-01T11:00Z') / 1000, null]);
  });
});

describe('routes', () => {
  it.each([
    ['', { person: '', channel: '', gallery: false }],
    ['#gallery', { gallery: true }],
    ['#/gallery', { gallery: true }],
    ['#/ana/payments-ops', { person: 'ana', channel: 'payments-ops', tab: 'messages', thread: null }],
    ['#/ana/D1/home', { channel: 'D1', tab: 'home' }],
    ['#/ana/ops/1710000000.000100', { thread: '1710000000.000100' }],
    ['#/ana/%E0%A4%A', { person: 'ana', channel: '%E0%A4%A' }],
  ])('%s', (hash, expected) => {
    expect(routeOf(hash)).toMatchObject(expected);
    expect(routeOf(hashOf(routeOf(hash)))).toEqual(routeOf(hash));
  });
});

describe('typed lines', () => {
  const commands = ['/payment', '/paydesk', '/partner'].map((command) => ({
    command,
    description: '',
    usage_hint: '<id>',
  }));

  const users = [
    { name: 'ana', real_name: 'Ana Ribeiro', title: 'Lead', deleted: false },
    { name: 'ben', real_name: 'Ben Okafor', title: '', deleted: false },
    { name: 'old', real_name: 'Old Hand', title: '', deleted: true },
  ] as never;
  const channels = [
    { name: 'payments-ops', purpose: '', is_im: false, is_archived: false },
    { name: 'd1', is_im: true },
  ] as never;
  const vocabulary = { commands, users, channels };

  it.each([
    ['all commands', '/', ['/payment', '/paydesk', '/partner']],
    ['commands by prefix, case ignored', '/PAY', ['/payment', '/paydesk']],
    ['none once arguments begin', '/payment ', []],
    ['none inside a sentence', 'hello /pay', []],
    ['people by any of their names', 'ask @oka', ['@ben']],
    ['nobody who left', '@old', []],
    ['channels by any of their words', '(#ops', ['#payments-ops']],
    ['no name inside a word', 'a@an', []],
  ])('completes: %s', (_reason, line, expected) => {
    expect(completionsFor(line, line.length, vocabulary).map((each) => each.name)).toEqual(expected);
  });

  it('takes a completion at the caret and keeps what follows', () => {
    expect(completionsFor('ask @an please', 7, vocabulary)[0]?.line).toBe('ask @ana please');
    expect(completionsFor('/part', 5, vocabulary)[0]?.line).toBe('/partner ');
  });

  it('knows the command in use, and does not take a path or a number for one', () => {
    expect(commandInUse('/payment pi_1', commands)?.command).toBe('/payment');
    expect([
      commandInUse('/payment', commands),
      isCommand('/payment x'),
      isCommand('/ x'),
      isCommand('1/2'),
    ]).toEqual([null, true, false, false]);
  });
});

describe('emoji and the gallery', () => {
  it.each([
    ['white_check_mark', '✅'],
    ['flag-de', '🇩🇪'],
    ['+1', '👍'],
    ['no_such_emoji', null],
    ['constructor', null],
  ])('%s is %s', (name, expected) => {
    expect(emojiCharacter(name)).toBe(expected);
  });

  it('replaces known names only', () => {
    expect(withEmoji(':x: at 10:30: :nope:')).toBe('❌ at 10:30: :nope:');
  });
});

describe('jumping to a conversation', () => {
  const { users, channels } = galleryStore;
  const [ana, ben] = [users[0]!, users[1]!];
  const secret: Channel = { ...channels[0]!, id: 'C2', name: 'payroll', is_private: true, members: [ben.id] };
  const names = (query: string, person = ana): string[] =>
    placesFor(query, { users, channels: [...channels, secret] }, person).map(({ name }) => name);

  it.each([
    ['the beginning of a channel', 'pay', ['#payments-ops', '@paydesk']],
    ['a later word of a channel', 'ops', ['#payments-ops']],
    ['a family name', 'oka', ['@ben']],
    ['a sign before the name', '#pay', ['#payments-ops', '@paydesk']],
    ['nothing that there is', 'zzz', []],
  ])('by %s', (_reason, query, expected) => {
    expect(names(query)).toEqual(expected);
  });

  it('offers a private channel to its members only, and no one themselves', () => {
    expect(names('payroll')).toEqual([]);
    expect(names('payroll', ben)).toEqual(['#payroll']);
    expect(names('ana')).toEqual([]);
  });
});
