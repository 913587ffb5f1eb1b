/** What the database gets of a statement table: never a byte that COPY would read in another way, in pieces of any size. */
import { describe, expect, it } from 'vitest';
import { stagingColumns } from '../../src/reconciliation/engine/statement-table.js';
import { stagingOf } from '../../src/reconciliation/engine/staging.js';

const header = 'line_no,partner_ref,amount_minor,currency,value_date,type,fee_minor';
const first = '1,A,100,EUR,2026-11-27,payment,0';
const last = '3,C,300,EUR,2026-11-27,payment,0';

interface Staged {
  rows: string[];
  problems: string[];
}

function stage(text: string, pieceBytes: number): Staged {
  const staging = stagingOf(stagingColumns(header) ?? []);
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes)
    pieces.push(...staging.add(bytes.subarray(at, at + pieceBytes)));
  pieces.push(...staging.end());
  const rows = Buffer.concat(pieces).toString();
  expect(rows === '' || rows.endsWith('\n') || rows.endsWith(last)).toBe(true);
  return {
    rows: rows.split('\n').filter((row) => row !== ''),
    problems: staging.problems().map(({ line, code }) => `${line} ${code}`),
  };
}

describe.each([1, 5, 64, 1 << 20])('in pieces of %i bytes', (pieceBytes) => {
  it.each<[string, string, string[], string[]]>([
    ['plain lines pass as they are', '2,B,200,EUR,2026-11-27,payment,0', [], []],
    [
      'a line that ends with a return as well is written anew without it',
      '2,B,200,EUR,2026-11-27,payment,0\r',
      ['2,B,200,EUR,2026-11-27,payment,0'],
      [],
    ],
    [
      'a return within a line ends it, so that both halves are faults',
      '2,B,200\r,EUR,2026',
      [],
      ['3 csv_width', '4 csv_width'],
    ],
    [
      'a quote is read and written anew',
      '2,"B, b",200,EUR,2026-11-27,payment,0',
      ['2,"B, b",200,EUR,2026-11-27,payment,0'],
      [],
    ],
    ['an amount that is no number is a fault', '2,B,2.00,EUR,2026-11-27,payment,0', [], ['3 bad_amount']],
    [
      'a fee that is missing is written as none',
      '2,B,200,EUR,2026-11-27,payment,',
      ['2,B,200,EUR,2026-11-27,payment,0'],
      [],
    ],
  ])('%s', (_reason, middle, rewritten, problems) => {
    const staged = stage([header, first, middle, last].join('\n'), pieceBytes);
    const plain = rewritten.length + problems.length === 0 ? [middle] : [];
    expect(staged.rows.sort()).toEqual([first, ...plain, ...rewritten, last].sort());
    expect(staged.problems).toEqual(problems);
  });
});

it.each([
  ['six columns lack the fee', header.replace(',fee_minor', ''), null],
  ['seven are the least', header, 7],
  ['nine are the most that a plain table has', `${header},batch_id,our_ref`, 9],
  [
    'columns in another order are read and written anew',
    header.replace('line_no,partner_ref', 'partner_ref,line_no'),
    null,
  ],
  ['an end of line of two bytes is none that COPY mixes with others', `${header}\r`, null],
])('%s', (_reason, line, columns) => {
  expect(stagingColumns(line)?.length ?? null).toBe(columns);
});
