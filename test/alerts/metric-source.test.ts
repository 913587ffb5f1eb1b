/** What a metric's SQL may return, and what is refused with the metric, the column and a hint. */
import { describe, expect, it } from 'vitest';
import { createMetricSource } from '../../src/adapters/books/metric-source.js';
import { minuteMs } from '../../src/kernel/clock.js';
import type { Metric, MetricKind } from '../../src/ports/metrics.js';

const from = new Date('2026-11-20T12:00:00Z');
const to = new Date(from.getTime() + 60 * minuteMs);

const metricOf = (kind: MetricKind): Metric => ({
  id: 'own',
  name: 'Own',
  kind,
  dimensions: kind === 'amount' ? ['currency'] : ['partner'],
  bucketMs: 5 * minuteMs,
  lagMs: minuteMs,
  falseAlertsPerWeek: 1,
  sql: 'select 1',
});

type Row = Record<string, unknown>;
const read = (kind: MetricKind, rows: readonly Row[]) =>
  createMetricSource({ query: <Found extends object>() => Promise.resolve(rows as unknown as Found[]) }).read(
    metricOf(kind),
    { from, to, now: to },
  );

const row = (over: Row = {}): Row => ({
  bucket: from,
  partner: 'northpay',
  attempts: '10',
  failures: 1n,
  ...over,
});
const value = (over: Row = {}): Row => ({
  bucket: from,
  partner: 'northpay',
  currency: 'EUR',
  value: '12',
  ...over,
});

describe('refused', () => {
  it.each<[string, MetricKind, Row, RegExp]>([
    ['a negative count', 'rate', row({ attempts: -1 }), /`attempts` is not a whole number/],
    ['a fraction', 'rate', row({ attempts: '1.5' }), /`attempts` is not a whole number/],
    ['an empty text', 'rate', row({ failures: '' }), /`failures` is not a whole number/],
    ['a flag', 'rate', row({ failures: true }), /`failures` is not a whole number/],
    ['nothing', 'rate', row({ failures: null }), /`failures` is not a whole number/],
    ['not a number', 'rate', row({ attempts: Number.NaN }), /`attempts` is not a whole number/],
    ['infinitely many', 'volume', row({ attempts: 'Infinity' }), /`attempts` is not a whole number/],
    [
      'more than can be counted exactly',
      'rate',
      row({ attempts: 2n ** 60n }),
      /`attempts` is not a whole number/,
    ],
    ['more failures than attempts', 'rate', row({ failures: 11 }), /more failures than attempts/],
    ['no failures at all', 'rate', row({ failures: undefined }), /no column `failures`/],
    ['no arrivals', 'lateness', row(), /no column `arrivals`/],
    ['no value', 'level', row(), /no column `value`/],
    ['a level that is none', 'level', value({ value: 'many' }), /`value` is not a number/],
    ['an infinite level', 'level', value({ value: Infinity }), /`value` is not a number/],
    ['half a minor unit', 'amount', value({ value: '12.5' }), /`value` is not a whole number of minor units/],
    ['a dimension that is a number', 'rate', row({ partner: 7 }), /`partner` is not text/],
    ['a dimension that is missing', 'rate', row({ partner: undefined }), /no column `partner`/],
    ['a bucket that is text', 'rate', row({ bucket: '2026-11-20' }), /`bucket` is not a timestamptz/],
    ['no bucket', 'rate', row({ bucket: null }), /`bucket` is not a timestamptz/],
    ['a bucket in the future', 'rate', row({ bucket: to }), /outside the span/],
    ['a bucket of long ago', 'rate', row({ bucket: new Date(0) }), /outside the span/],
  ])('%s', async (_reason, kind, given, message) => {
    await expect(read(kind, [given])).rejects.toMatchObject({
      code: 'misconfigured',
      publicMessage: expect.stringMatching(
        new RegExp(`^The SQL of the metric own returns .*${message.source}`),
      ),
    });
  });

  it('two levels of one moment, with a hint', async () => {
    await expect(read('level', [value(), value({ value: 3 })])).rejects.toMatchObject({
      publicMessage: expect.stringContaining('two values for one bucket and slice'),
      hint: expect.stringContaining('one row per bucket'),
    });
  });

  it('more rows than can be kept, with a hint', async () => {
    const many = Array.from({ length: 500_001 }, () => row());
    await expect(read('rate', many)).rejects.toMatchObject({
      hint: expect.stringContaining('too many values'),
    });
  });
});

describe('taken', () => {
  it('rows in any order, twice for one slice, with and without a value for a dimension', async () => {
    const later = new Date(from.getTime() + 5 * minuteMs);
    const buckets = await read('rate', [row({ bucket: later }), row(), row(), row({ partner: null })]);
    expect(buckets.map(({ at }) => at)).toEqual([from, later]);
    expect(buckets[0]!.counts.map(({ values }) => values[0])).toEqual(['northpay', 'northpay', 'none']);
  });

  it('amounts of one slice add up; an engine’s text is a number', async () => {
    const [bucket] = await read('amount', [
      value(),
      value({ value: -3n }),
      value({ currency: 'JPY', value: 7 }),
    ]);
    expect(bucket!.counts.map((count) => [count.values[0], count.value])).toEqual([
      ['EUR', 9],
      ['JPY', 7],
    ]);
  });

  it('arrivals and levels', async () => {
    expect((await read('lateness', [row({ arrivals: '2' })]))[0]!.counts).toMatchObject([
      { attempts: 2, failures: 0 },
    ]);
    expect((await read('level', [value({ value: '-1.5e3' })]))[0]!.counts).toMatchObject([{ value: -1500 }]);
  });
});
