/** Whatever happens to a valid file on its way, reading it never throws, and what is read accounts for every line. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StatementFormat, StatementItem } from '../../../src/reconciliation/formats/format.js';
import { formats, parseStatement, profiles } from '../../../src/reconciliation/formats/index.js';
import { itemLine } from '../../../src/reconciliation/formats/item-json.js';
import { decodeText } from '../../../src/reconciliation/formats/text.js';
import { samples } from './samples.js';

const known = [...formats, ...profiles];
const formatOf = (id: string): StatementFormat => {
  const format = known.find((each) => each.id === id);
  if (!format) throw new Error(id);
  return format;
};

const parse = (id: string, text: string): StatementItem[] => [...parseStatement(formatOf(id), text)];

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), length: fc.nat({ max: 200 }) }),
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), length: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant('swap' as const), at: fc.nat(), length: fc.nat() }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), length: fc.nat({ max: 200 }) }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;

function mutate(bytes: Buffer, { kind, at, length }: Mutation): Buffer {
  const from = at % (bytes.length + 1);
  if (kind === 'cut') return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);
  if (kind === 'repeat') return Buffer.concat([bytes.subarray(0, from + length), bytes.subarray(from)]);
  if (kind === 'flip') {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[from % copy.length] = length;
    return copy;
  }
  const lines = bytes.toString('latin1').split('\n');
  const [one, other] = [at % lines.length, length % lines.length];
  [lines[one], lines[other]] = [lines[other] ?? '', lines[one] ?? ''];
  return Buffer.from(lines.join('\n'), 'latin1');
}

describe.each(Object.entries(samples))('%s', (id, sample) => {
  it('is read whole', () => {
    const items = parse(id, sample);
    expect(items.filter(({ type }) => type === 'problem')).toEqual([]);
    expect(items.filter(({ type }) => type === 'row').length).toBeGreaterThan(1);
  });

  it('never throws, and prints every item, for any damage to the bytes', () => {
    const seen = { problems: 0, rows: 0 };
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const bytes = mutations.reduce(mutate, Buffer.from(sample));
        const { text } = decodeText(bytes);
        const lines = text.split(/\r\n|\r|\n/).length;
        for (const item of parse(id, text)) {
          expect(() => itemLine(item)).not.toThrow();
          expect(item.line).toBeGreaterThanOrEqual(1);
          expect(item.line).toBeLessThanOrEqual(lines);
          if (item.type === 'problem') seen.problems++;
          if (item.type === 'row') seen.rows++;
        }
      }),
      { numRuns: 300 },
    );
    expect(seen.problems).toBeGreaterThan(20);
    expect(seen.rows).toBeGreaterThan(20);
  });

  it('gives the rows before a cut as in the whole file', () => {
    const whole = parse(id, sample).filter((item) => item.type === 'row');
    const cuts = sample.split('\n').length;
    for (let kept = 1; kept < cuts; kept++) {
      const part = sample.split('\n').slice(0, kept).join('\n');
      // The last row may lose what follows its own line.
      const rows = parse(id, part).filter((item) => item.type === 'row');
      for (const row of rows.slice(0, -1)) expect(whole).toContainEqual(row);
      const ended = whole.filter(({ line }) => line < (rows.at(-1)?.line ?? 0));
      expect(rows.length).toBeGreaterThanOrEqual(ended.length);
    }
  });

  it.each([
    ['', 'one after the other'],
    ['\n\n', 'with blank lines between them'],
    ['\uFEFF', 'each with a byte order mark'],
  ])('loses no row of two files in one, %j between them', (between) => {
    const rows = (text: string): number => parse(id, text).filter(({ type }) => type === 'row').length;
    expect(rows(`${sample}${between}${sample}`)).toBe(2 * rows(sample));
  });

  it('reports what it loses of two files in one without a line break between them', () => {
    const items = parse(id, sample.trimEnd() + sample);
    const rows = items.filter(({ type }) => type === 'row').length;
    const problems = items.filter(({ type }) => type === 'problem').length;
    expect(rows === 2 * parse(id, sample).filter(({ type }) => type === 'row').length || problems > 0).toBe(
      true,
    );
  });

  it('leaves a trace of every line that is put in', () => {
    const lines = sample.split('\n').slice(0, -1);
    for (let at = 1; at < lines.length; at++) {
      const text = [...lines.slice(0, at), 'zzz ?! stray', ...lines.slice(at), ''].join('\n');
      const items = parse(id, text);
      const isKept = items.some((item) => item.type === 'row' && JSON.stringify(item.raw).includes('stray'));
      const isReported = items.some(({ type }) => type === 'problem');
      expect([at, isKept || isReported || traceless.has(id)]).toEqual([at, true]);
    }
  });

  it.each([
    ['UTF-16, little end first', Buffer.from(`\uFEFF${sample}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\uFEFF${sample}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from(sample, 'utf16le')],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${sample}`)],
    ['Latin 1', Buffer.from(sample, 'latin1')],
  ])('is the same in %s', (_, bytes) => {
    const text = decodeText(bytes).text;
    expect(known.find((format) => format.recognises(text.slice(0, 4096)))?.id).toBe(id);
    expect(parse(id, text)).toEqual(parse(id, sample));
  });

  it.each(['\r\n', '\r'])('is the same with lines that end with %j', (end) => {
    expect(parse(id, sample.replaceAll('\n', end))).toEqual(parse(id, sample));
  });

  it('reads a statement of 20 000 rows', () => {
    const lines = sample.split('\n');
    const own = parse(id, sample).filter(({ type }) => type === 'row');
    const [first, next] = own;
    const [from, to] = [(first?.line ?? 1) - 1, (next?.line ?? 2) - 1];
    const many = [
      ...lines.slice(0, from),
      ...Array<string[]>(20_000).fill(lines.slice(from, to)).flat(),
      ...lines.slice(to),
    ];
    let rows = 0;
    for (const item of parseStatement(formatOf(id), many.join('\n'))) if (item.type === 'row') rows++;
    expect(rows).toBe(own.length + 19_999);
  }, 60_000);

  it('reads a field of 20 MB in seconds', () => {
    const at = sample.lastIndexOf('ord-');
    const text = `${sample.slice(0, at)}${'x'.repeat(20_000_000)}${sample.slice(at)}`;
    const startedAt = performance.now();
    parse(id, text);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});

it.each(known.map(({ id }) => id))('%s says that there is nothing in an empty file', (id) => {
  for (const text of ['', '\n \n', '\0\0'])
    expect(parse(id, text)).toContainEqual(expect.objectContaining({ type: 'problem' }));
});

/** Text between elements of XML, and lines that continue a free text, belong to what is around them. */
const traceless = new Set(['camt', 'mt940']);

describe('bytes that are no UTF-8', () => {
  const declared = (encoding: string, ...bytes: number[]): Buffer =>
    Buffer.concat([Buffer.from(`<?xml version="1.0" encoding="${encoding}"?>`), Buffer.from(bytes)]);
  it.each([
    [declared('ISO-8859-2', 0xb3), 'ł', 'as the XML declaration says'],
    [declared('windows-1250', 0xb3), 'ł', 'the same of Windows'],
    [declared('ISO-8859-1', 0xfc), 'ü', 'Latin 1'],
    [declared('IBM852', 0x88), 'ł', 'a code page of DOS'],
    [declared('cp850', 0x81), 'ü', 'another, by its other name'],
    [declared('UTF-8', 0xfc), 'ü', 'a declaration that is wrong'],
    [declared('EBCDIC', 0xfc), 'ü', 'an encoding that is not known'],
    [Buffer.from([0xfc]), 'ü', 'no declaration'],
  ])('%#: are read %s', (bytes, text) => {
    expect(decodeText(bytes).text.slice(-1)).toBe(text);
  });
});
