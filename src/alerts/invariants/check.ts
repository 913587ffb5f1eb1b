/**
 * Whether an invariant holds, by exact arithmetic.
 *
 * Invariant: what is missing is a finding and never a pass: a source without rows, a key that one source does not have, a
 * ratio without a denominator. Every finding says the difference.
 */
import { formatDuration } from '../../kernel/duration.js';
import {
  compareRational,
  dividedBy,
  isNothing,
  magnitude,
  minus,
  plus,
  rationalText,
  times,
  zero,
  type Rational,
} from '../../kernel/rational.js';
import type { Invariant, InvariantRule, Reading } from '../../ports/invariants.js';

/** Why it does not hold, for one key. */
export interface Breach {
  /** Null for all of a source. */
  key: string | null;
  /** “EUR: differs by 0.01”. */
  words: string;
}

/** `readings`: by source. None when it holds. */
export function breachesOf(
  { rule, sources }: Pick<Invariant, 'rule' | 'sources'>,
  readings: readonly (readonly Reading[])[],
  now: Date,
): Breach[] {
  const names = sources.map(({ name }) => name);
  if (rule.kind === 'nothing') return (readings[0] ?? []).map(found);
  const empty = names.filter((_, index) => (readings[index] ?? []).length === 0);
  const tables = readings.map((rows) => new Map(rows.map((row) => [row.key, row])));
  const keys = [...new Set(readings.flatMap((rows) => rows.map(({ key }) => key)))].sort();
  return [
    ...empty.map((name): Breach => ({ key: null, words: `${name} returned nothing` })),
    ...twiceIn(names, readings),
    ...keys.flatMap((key) =>
      breachOf(rule, names, { key, rows: tables.map((table) => table.get(key)), now }),
    ),
  ];
}

const found = ({ key, value }: Reading): Breach => ({ key, words: `${key}: ${rationalText(value)}` });

const twiceIn = (names: readonly string[], readings: readonly (readonly Reading[])[]): Breach[] =>
  readings.flatMap((rows, index) => {
    const seen = new Set<string>();
    return rows.flatMap(({ key }): Breach[] => {
      if (seen.has(key)) return [{ key, words: `${key}: ${names[index] ?? ''} lists it twice` }];
      seen.add(key);
      return [];
    });
  });

interface Keyed {
  key: string;
  /** By source; undefined where it does not have the key. */
  rows: readonly (Reading | undefined)[];
  now: Date;
}

function breachOf(rule: InvariantRule, names: readonly string[], { key, rows, now }: Keyed): Breach[] {
  const missing = names.filter((_, index) => rows[index] === undefined);
  const words =
    missing.length > 0
      ? `${missing.join(', ')} ${missing.length === 1 ? 'has' : 'have'} no value`
      : whyBroken(rule, names, { rows: rows.filter((row) => row !== undefined), now });
  return words === null ? [] : [{ key, words: `${key}: ${words}` }];
}

/** Null where it holds. */
function whyBroken(
  rule: InvariantRule,
  names: readonly string[],
  { rows, now }: { rows: readonly Reading[]; now: Date },
): string | null {
  const values = rows.map(({ value }) => value);
  const [first = zero, second = zero] = values;
  switch (rule.kind) {
    case 'equation':
      return whyUnequal(rule, values);
    case 'agreement':
      return whyApart(rule.within, names, values);
    case 'cover':
      return compareRational(second, zero) > 0
        ? whyOutside(rule, dividedBy(first, second), 'ratio')
        : whyNoCover(names, first, second);
    case 'rate':
      return whyOff(rule.within, first, second);
    case 'bounds':
      return whyOutside(rule, first, 'value');
    case 'stale':
      return whyStale(rule.afterMs, rows[0], now);
    case 'nothing':
      return rationalText(first);
  }
}

function whyUnequal(
  { factors, equals }: Extract<InvariantRule, { kind: 'equation' }>,
  values: readonly Rational[],
): string | null {
  const sum = values.reduce((total, value, index) => plus(total, times(factors[index] ?? zero, value)), zero);
  const difference = minus(sum, equals);
  return isNothing(difference) ? null : `differs by ${rationalText(difference)}`;
}

function whyApart(within: Rational, names: readonly string[], values: readonly Rational[]): string | null {
  const sorted = values.map((value, index) => ({ value, name: names[index] ?? '' }));
  sorted.sort((a, b) => compareRational(a.value, b.value));
  const [low, high] = [sorted[0], sorted.at(-1)];
  if (!low || !high) return 'no value';
  const apart = minus(high.value, low.value);
  if (compareRational(apart, within) <= 0) return null;
  const says = ({ name, value }: { name: string; value: Rational }): string =>
    `${name} ${rationalText(value)}`;
  return `${says(high)}, ${says(low)}: ${rationalText(apart)} apart`;
}

/** Where nothing is owed anything covers it, except a debt. A negative one says that a source is wrong. */
function whyNoCover(names: readonly string[], cover: Rational, owed: Rational): string | null {
  const negative = [cover, owed].findIndex((value) => compareRational(value, zero) < 0);
  const [name, value] = [names[negative], [cover, owed][negative]];
  return value === undefined ? null : `${name ?? 'a source'} is negative: ${rationalText(value)}`;
}

function whyOutside(
  { atLeast, atMost }: { atLeast: Rational | null; atMost: Rational | null },
  value: Rational,
  what: string,
): string | null {
  if (atLeast && compareRational(value, atLeast) < 0)
    return `${what} ${rationalText(value)} is ${rationalText(minus(atLeast, value))} below ${rationalText(atLeast)}`;
  if (atMost && compareRational(value, atMost) > 0)
    return `${what} ${rationalText(value)} is ${rationalText(minus(value, atMost))} above ${rationalText(atMost)}`;
  return null;
}

function whyOff(within: Rational, rate: Rational, reference: Rational): string | null {
  if (compareRational(reference, zero) <= 0) return `its reference is ${rationalText(reference)}`;
  const off = dividedBy(magnitude(minus(rate, reference)), reference);
  if (compareRational(off, within) <= 0) return null;
  return `${rationalText(rate)} differs from its reference ${rationalText(reference)} by more than ${rationalText(within)} of it`;
}

function whyStale(afterMs: number, row: Reading | undefined, now: Date): string | null {
  if (!row || isNothing(row.value)) return null;
  if (row.since === null) return `${rationalText(row.value)}, without the time of its last change`;
  const ageMs = now.getTime() - row.since.getTime();
  return ageMs <= afterMs ? null : `${rationalText(row.value)} for ${formatDuration(ageMs)}`;
}
