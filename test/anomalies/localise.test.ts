/** Which slices explain a change: tables with a reason, and properties. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTables, type Counts } from '../../src/anomalies/localisation/compare.js';
import { localise } from '../../src/anomalies/localisation/localise.js';
import { Lattice } from '../../src/anomalies/slices/lattice.js';

const dimensions = ['partner', 'method', 'country'];
const cells = ['northpay', 'halcyon', 'meridian'].flatMap((partner) =>
  ['card', 'pix'].flatMap((method) => ['BR', 'DE', 'US', 'FR'].map((country) => [partner, method, country])),
);

const table = (
  rate: (values: string[]) => number,
  attempts: (values: string[]) => number = () => 1000,
): Counts[] =>
  cells.map((values) => ({
    values,
    attempts: attempts(values),
    failures: Math.round(attempts(values) * rate(values)),
  }));

const normal = table(() => 0.1);
const slicesOf = (current: Counts[], baseline = normal): unknown[] =>
  compareTables(dimensions, baseline, current).map(({ slice }) => slice);

describe('causes', () => {
  it.each<[string, (values: string[]) => number, unknown[]]>([
    ['nothing changed', () => 0.1, []],
    ['everything fails less', () => 0.05, []],
    ['everything fails more: no single slice explains this', () => 0.3, []],
    ['one partner', ([p]) => (p === 'northpay' ? 0.4 : 0.1), [{ partner: 'northpay' }]],
    ['one country', ([, , c]) => (c === 'BR' ? 0.2 : 0.1), [{ country: 'BR' }]],
    [
      'a method in a country',
      ([, m, c]) => (m === 'pix' && c === 'BR' ? 0.4 : 0.1),
      [{ method: 'pix', country: 'BR' }],
    ],
    [
      'a single leaf',
      ([p, m, c]) => (p === 'halcyon' && m === 'pix' && c === 'BR' ? 0.6 : 0.1),
      [{ partner: 'halcyon', method: 'pix', country: 'BR' }],
    ],
    [
      'two causes, the larger first',
      ([p, m, c]) =>
        p === 'northpay' && c === 'DE' ? 0.7 : m === 'pix' && p === 'halcyon' && c === 'US' ? 0.6 : 0.1,
      [
        { partner: 'northpay', country: 'DE' },
        { partner: 'halcyon', method: 'pix', country: 'US' },
      ],
    ],
  ])('%s', (_, rate, slices) => {
    expect(slicesOf(table(rate))).toEqual(slices);
  });

  it('after an alarm of a small slice, the whole metric with little of its evidence is no answer', () => {
    const lattice = new Lattice(dimensions, 2);
    const leaves = cells.map((values) => lattice.leafOf(values));
    const alarmed = leaves[0]!;
    const column = (valueOf: (leaf: number) => number): Float64Array => Float64Array.from(leaves, valueOf);
    const window = {
      attempts: column((leaf) => (leaf === alarmed ? 20 : 2000)),
      failures: column((leaf) => (leaf === alarmed ? 11 : 203)),
      expectedFailures: column((leaf) => (leaf === alarmed ? 2 : 200)),
      information: column((leaf) => (leaf === alarmed ? 1.8 : 180)),
      expectedAttempts: column((leaf) => (leaf === alarmed ? 20 : 2000)),
    };
    const slice = { partner: 'northpay', method: 'card', country: 'BR' };
    const answers = (alarm?: number): unknown[] =>
      localise(lattice, window, alarm === undefined ? { kind: 'rate' } : { kind: 'rate', alarm }).map(
        (cause) => cause.slice,
      );
    expect(answers()).toEqual([{}]);
    expect(answers(lattice.nodeOfSlice(slice)!)).toEqual([]);
  });

  it('a quiet country is no cause of an alarm in another one', () => {
    const lattice = new Lattice(dimensions, 2);
    const leaves = cells.map((values) => lattice.leafOf(values));
    const alarmed = { method: 'card', country: 'BR' };
    const nothing = new Float64Array(leaves.length);
    // The others are a little busier than usual, so that the whole metric fell by less than the quiet country.
    const countOf = (usual: number, [, method, country]: string[]): number =>
      usual * (country === 'DE' ? 0.7 : country === 'BR' && method === 'card' ? 0.2 : 1.15);
    const usualOf = (country: string): number => (country === 'DE' ? 2000 : 200);
    const window = {
      attempts: Float64Array.from(cells, (cell) => countOf(usualOf(cell[2]!), cell)),
      expectedAttempts: Float64Array.from(cells, ([, , country]) => usualOf(country!)),
      failures: nothing,
      expectedFailures: nothing,
      information: nothing,
    };
    const causeOf = (slice: Record<string, string>): unknown =>
      localise(lattice, window, { kind: 'volume', alarm: lattice.nodeOfSlice(slice)! })[0]?.slice;
    expect(causeOf({ country: 'DE' })).toEqual({ country: 'DE' });
    expect(causeOf(alarmed)).toEqual(alarmed);
  });

  it('a shift to leaves that always failed more explains nothing', () => {
    const rate = ([, , c]: string[]): number => (c === 'BR' ? 0.4 : 0.1);
    const shifted = table(rate, ([, , c]) => (c === 'BR' ? 3000 : 800));
    expect(slicesOf(shifted, table(rate))).toEqual([]);
  });

  it('says how much of the excess a slice explains', () => {
    const [cause] = compareTables(
      dimensions,
      normal,
      table(([p]) => (p === 'northpay' ? 0.4 : 0.1)),
    );
    expect(cause?.shareExplained).toBeGreaterThan(0.9);
    expect(cause?.excess).toBeGreaterThan(2000);
  });

  it.each<[string, Counts[], Counts[]]>([
    ['no rows', [], []],
    ['no baseline', [], normal],
    ['nothing now', normal, []],
    [
      'no attempts',
      table(
        () => 0,
        () => 0,
      ),
      table(
        () => 0,
        () => 0,
      ),
    ],
  ])('%s: no cause, no crash', (_, baseline, current) => {
    expect(compareTables(dimensions, baseline, current)).toEqual([]);
  });

  it('does not depend on the order of rows', () => {
    const current = table(([p]) => (p === 'northpay' ? 0.3 : 0.1));
    fc.assert(
      fc.property(fc.shuffledSubarray(current, { minLength: current.length }), (turned) => {
        expect(slicesOf(turned)).toEqual([{ partner: 'northpay' }]);
      }),
      { numRuns: 20 },
    );
  });
});
