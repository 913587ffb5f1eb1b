/**
 * Query files and how they are called: what is refused, where, and why.
 */
import { describe, expect, it } from 'vitest';
import { isBad, readQuery, type Query } from '../../src/queries/definition.js';
import { readCall, usageOf, wordsOf } from '../../src/queries/request.js';
import { readTable } from '../../src/queries/table.js';
import { csvOf } from '../../src/views/kit/csv.js';

const good = `-- title: Refunds of a day
-- about: Largest first
-- who: leads
-- personal: card_last4
-- $1 day date: business day
-- $2 partner text = all: partner's id, or all
-- $3 limit integer = 50
/* $9 is no parameter here */
select * from ledger_entries where business_day = $1 and partner = $2 limit $3;
`;
const read = (text: string | null, name = 'refunds') =>
  readQuery({ name, text, why: 'It is gone.' }, ['leads']);
const faults = (text: string | null, name?: string): readonly string[] => {
  const query = read(text, name);
  return isBad(query) ? query.faults : [];
};
const query = read(good) as Query;

describe('a file', () => {
  it('says what it is, who may run it and what it takes', () => {
    expect(query).toMatchObject({
      title: 'Refunds of a day',
      who: ['leads'],
      personal: ['card_last4'],
      parameters: [
        { name: 'day', type: 'date', standard: null, about: 'business day' },
        { name: 'partner', type: 'text', standard: 'all', about: "partner's id, or all" },
        { name: 'limit', type: 'integer', standard: '50', about: '' },
      ],
    });
    expect(query.sql.endsWith('limit $3')).toBe(true);
  });

  it.each([
    [null, 'It is gone.'],
    ['', 'It has no title: begin it with `-- title: …`.'],
    [good.replace('-- who: leads\n', ''), 'It does not say who may run it: add `-- who: members`, or roles.'],
    [good.replace('leads', 'bosses'), 'It names roles that paydesk.yaml does not have: bosses.'],
    [
      good.replace('day date', 'day dates'),
      'Line 5: dates is not a type; types are text, integer, decimal, date, boolean.',
    ],
    [
      good.replace('= 50', '= fifty'),
      'Line 7: its default value is not valid: limit must be a whole number, such as 50.',
    ],
    [good.replace('-- $2', '-- $4'), 'Line 6: $4 must be $2: parameters are in order.'],
    [good.replace('partner text', 'day text'), 'Two of its parameters have the same name.'],
    [good.replace('and partner = $2', ''), 'Its statement does not use the parameter partner.'],
    [good.replace('limit $3', 'limit $4'), 'Its statement uses $4, which the header does not declare.'],
    [good.replace('select *', 'delete'), 'Its statement must begin with select or with.'],
  ])('%# is a finding: %s', (text, fault) => {
    expect(faults(text)).toContain(fault);
  });

  it('a name that cannot be typed is one too', () => {
    expect(faults(good, 'Refunds of a day')).toHaveLength(1);
  });
});

describe('a call', () => {
  const call = (text: string) =>
    readCall(wordsOf(text), [query, { name: 'broken', faults: ['No title.'] }], '2026-11-28');

  it.each([
    ['refunds 2026-11-27', ['2026-11-27', 'all', '50']],
    ['REFUNDS 2026-11-27 northpay 5', ['2026-11-27', 'northpay', '5']],
    ['refunds limit=5 2026-11-27', ['2026-11-27', 'all', '5']],
    ['refunds yesterday', ['2026-11-27', 'all', '50']],
    ['refunds 27.11. northpay', ['2026-11-27', 'northpay', '50']],
    ['refunds "27 Nov" northpay', ['2026-11-27', 'northpay', '50']],
    ['refunds day=friday', ['2026-11-27', 'all', '50']],
    ['refunds 2026-11-27 "a b"', ['2026-11-27', 'a b', '50']],
    ['refunds day=2026-11-27 partner=“a b”', ['2026-11-27', 'a b', '50']],
    [`refunds 2026-11-27 "'; drop table x; --"`, ['2026-11-27', `'; drop table x; --`, '50']],
  ])('%s', (text, values) => {
    expect(call(text).values).toEqual(values);
  });

  it.each([
    ['refunds', 'invalid', 'Day is missing.'],
    [
      'refunds 2026-02-30 all x y',
      'invalid',
      '“y” is one value too many; day must be a day, such as 2026-11-27, yesterday or "27 Nov"; limit must be a whole number, such as 50.',
    ],
    ['refunds 5/6/2026', 'invalid', '“5/6/2026” can be read as two days.'],
    ['refunds november', 'invalid', 'One day at a time, please.'],
    ['refundz 2026-11-27', 'not_found', 'There is no query “refundz”.'],
    ['broken', 'misconfigured', 'broken cannot be run: No title.'],
  ])('%s → %s: %s', (text, code, publicMessage) => {
    expect(() => call(text)).toThrow(expect.objectContaining({ code, publicMessage }));
  });

  it('says how it is called', () => {
    expect(usageOf(query)).toBe('`/query refunds <day> [partner] [limit]`');
  });
});

describe('what is shown', () => {
  const result = {
    columns: ['who', 'card_last4', 'amount', 'at', 'note'],
    rows: [
      [
        'jo@example.com',
        '4242',
        1999n,
        new Date('2026-11-27T10:00:00Z'),
        'card 4242424242424242, ask jo@example.com',
      ],
      [null, null, -5, true, { a: 1 }],
    ],
    isCut: false,
  };
  const texts = (isRevealed: boolean) =>
    readTable(result, ['card_last4'], isRevealed).rows.map((row) => row.map(({ text }) => text));

  it('masks addresses and personal columns, and redacts card numbers for everybody', () => {
    expect(texts(false)).toEqual([
      [
        'j•••@example.com',
        '•••',
        '1999',
        '2026-11-27T10:00:00.000Z',
        'card [card number ending 4242], ask j•••@example.com',
      ],
      ['', '', '-5', 'true', '{"a":1}'],
    ]);
    expect(texts(true)[0]?.slice(0, 2)).toEqual(['jo@example.com', '4242']);
    expect(texts(true)[0]?.[4]).toContain('[card number ending 4242]');
    expect(readTable(result, ['card_last4'], false).masked).toBe(3);
  });

  it('no cell of a CSV file is run by a spreadsheet', () => {
    expect(csvOf([['=1+1', '-5', '-x', 'a,"b"', '@x']])).toBe(`'=1+1,-5,'-x,"a,""b""",'@x\r\n`);
  });
});
