/**
 * Entries and lines that carry the same reference.
 *
 * Invariant: amounts of different currencies never match; a surplus is a duplicate only beside a twin with the same
 * amount. What shares no reference with the other side is left to the next rule.
 */
import type { Day } from '../../kernel/calendar-day.js';
import {
  broken,
  byDayAndId,
  byDayAndLine,
  feesOf,
  groupBy,
  matched,
  sumOf,
  type Finding,
  type LedgerEntry,
  type Pool,
  type StatementLine,
  type Verdict,
} from '../findings.js';
import { isNear, isTolerated, type MatchSettings } from './settings.js';

/** Above so many possible pairs, a reference is a placeholder that many payments share: nearest pairs mean nothing. */
const mostPairs = 4096;

export function matchByReference(pool: Pool, settings: MatchSettings): Verdict {
  const referenceOf = ({ reference }: LedgerEntry | StatementLine): string => reference;
  const named = new Set(pool.lines.map(referenceOf));
  named.delete('');
  // Most rows share no reference with the other side, so they are never grouped.
  const entries = groupBy(
    pool.entries.filter(({ reference }) => named.has(reference)),
    referenceOf,
  );
  const lines = groupBy(
    pool.lines.filter(({ reference }) => entries.has(reference)),
    referenceOf,
  );
  const alone: Pool = {
    entries: pool.entries.filter(({ reference }) => !entries.has(reference)),
    lines: pool.lines.filter(({ reference }) => !entries.has(reference)),
  };
  const pairs: Verdict = { findings: [], rest: alone };
  const verdicts: Verdict[] = [pairs];
  for (const [reference, theirs] of lines) {
    const ours = entries.get(reference) ?? [];
    const [entry, line] = [ours[0], theirs[0]];
    if (!entry || !line || ours.length + theirs.length > 2)
      verdicts.push(compareGroup({ entries: ours, lines: theirs }, settings));
    else addPair(pairs, entry, line, settings);
  }
  return joined(verdicts);
}

/** Most groups by far: what the steps below come to for one entry and one line. */
function addPair(
  { findings, rest }: Verdict,
  entry: LedgerEntry,
  line: StatementLine,
  settings: MatchSettings,
): void {
  if (entry.currency !== line.currency) findings.push(broken('currency', [entry], [line]));
  else if (entry.amountMinor === line.amountMinor) {
    findings.push(datedPair(entry, line, settings));
  } else if (entry.amountMinor < 0n === line.amountMinor < 0n)
    findings.push(compareAmount(entry, line, settings.tolerances));
  else {
    rest.entries.push(entry);
    rest.lines.push(line);
  }
}

/** Unequal amounts of one sign and currency. */
function compareAmount(
  entry: LedgerEntry,
  line: StatementLine,
  tolerances: MatchSettings['tolerances'],
): Finding {
  if (isTolerated(line.amountMinor - entry.amountMinor, tolerances.get(entry.currency)))
    return matched('tolerance', [entry], [line]);
  const isFee = line.feeMinor !== 0n && line.amountMinor + line.feeMinor === entry.amountMinor;
  return broken(isFee ? 'fee' : 'amount', [entry], [line]);
}

/** One reference: equal amounts first, then sums, then the nearest amounts, then currencies, then surplus. */
function compareGroup(group: Pool, settings: MatchSettings): Verdict {
  const steps: ((pool: Pool) => Verdict)[] = [
    (pool) => bySide(pool, amountKey, (side) => pairByDay(side, settings)),
    (pool) =>
      bySide(
        pool,
        ({ currency }) => currency,
        (side) => compareAmounts(side, settings),
      ),
    pairCurrencies,
    (pool) => findDuplicates(pool, group, settings),
  ];
  const verdicts: Verdict[] = [];
  let rest = group;
  for (const step of steps) {
    const verdict = step(rest);
    verdicts.push({ findings: verdict.findings, rest: { entries: [], lines: [] } });
    rest = verdict.rest;
  }
  return joined([...verdicts, { findings: [], rest }]);
}

const joined = (verdicts: Verdict[]): Verdict => ({
  findings: verdicts.flatMap(({ findings }) => findings),
  rest: {
    entries: verdicts.flatMap(({ rest }) => rest.entries),
    lines: verdicts.flatMap(({ rest }) => rest.lines),
  },
});

const amountKey = ({ currency, amountMinor }: LedgerEntry | StatementLine): string =>
  `${currency} ${amountMinor}`;

/** Compares both sides key by key; a key that only one side has is compared with nothing. */
function bySide(
  pool: Pool,
  keyOf: (item: LedgerEntry | StatementLine) => string,
  compare: (side: Pool) => Verdict,
): Verdict {
  const entries = groupBy(pool.entries, keyOf);
  const lines = groupBy(pool.lines, keyOf);
  const keys = new Set([...entries.keys(), ...lines.keys()]);
  return joined(
    [...keys].map((key) => compare({ entries: entries.get(key) ?? [], lines: lines.get(key) ?? [] })),
  );
}

/**
 * Equal amounts. Two pointers over the sorted days lose no pair within the window. A row without a day fits every day, so
 * it gets what the others leave over; the pairs left then differ in date.
 */
function pairByDay({ entries, lines }: Pool, settings: MatchSettings): Verdict {
  const ours = undatedLast([...entries].sort(byDayAndId));
  const theirs = undatedLast([...lines].sort(byDayAndLine));
  const findings: Finding[] = [];
  const late: Pool = { entries: [], lines: [] };
  let [entryAt, lineAt] = [0, 0];
  for (; entryAt < ours.length && lineAt < theirs.length;) {
    const [entry, line] = [ours[entryAt], theirs[lineAt]] as [LedgerEntry, StatementLine];
    if (isNear(entry, line, settings)) {
      findings.push(matched('exact', [entry], [line]));
      entryAt++;
      lineAt++;
    } else if ((entry.day ?? 0) < (line.day ?? 0)) {
      late.entries.push(entry);
      entryAt++;
    } else {
      late.lines.push(line);
      lineAt++;
    }
  }
  const ourRest = late.entries.concat(ours.slice(entryAt)).sort(byDayAndId);
  const theirRest = late.lines.concat(theirs.slice(lineAt)).sort(byDayAndLine);
  const pairs = Math.min(ourRest.length, theirRest.length);
  for (let at = 0; at < pairs; at++) {
    const [entry, line] = [ourRest[at], theirRest[at]] as [LedgerEntry, StatementLine];
    findings.push(datedPair(entry, line, settings));
  }
  return { findings, rest: { entries: ourRest.slice(pairs), lines: theirRest.slice(pairs) } };
}

const datedPair = (entry: LedgerEntry, line: StatementLine, settings: MatchSettings): Finding =>
  isNear(entry, line, settings) ? matched('exact', [entry], [line]) : broken('date', [entry], [line]);

const undatedLast = <Item extends { day: Day | null }>(items: Item[]): Item[] => [
  ...items.filter(({ day }) => day !== null),
  ...items.filter(({ day }) => day === null),
];

/** Unequal amounts of one currency: several that add up, or else the nearest pairs of one sign. */
function compareAmounts(pool: Pool, settings: MatchSettings): Verdict {
  const { entries, lines } = pool;
  if (entries.length === 0 || lines.length === 0) return { findings: [], rest: pool };
  const expected = sumOf(entries);
  const came = sumOf(lines);
  if (entries.length + lines.length > 2 && (came === expected || came + feesOf(lines) === expected))
    return { findings: [matched('split', entries, lines)], rest: { entries: [], lines: [] } };
  if (entries.length * lines.length > mostPairs)
    return { findings: [broken('ambiguous', entries, lines)], rest: { entries: [], lines: [] } };
  return nearestPairs(pool, settings);
}

function nearestPairs({ entries, lines }: Pool, { tolerances }: MatchSettings): Verdict {
  const left = { entries: new Set(entries), lines: new Set(lines) };
  const findings: Finding[] = [];
  const pairs = entries
    .flatMap((entry) => lines.map((line) => ({ entry, line, gap: gapOf(entry, line) })))
    .filter(({ entry, line }) => entry.amountMinor < 0n === line.amountMinor < 0n)
    .sort((a, b) => compareBigint(a.gap, b.gap) || byDayAndId(a.entry, b.entry) || a.line.line - b.line.line);
  for (const { entry, line } of pairs) {
    if (!left.entries.has(entry) || !left.lines.has(line)) continue;
    left.entries.delete(entry);
    left.lines.delete(line);
    findings.push(compareAmount(entry, line, tolerances));
  }
  return { findings, rest: { entries: [...left.entries], lines: [...left.lines] } };
}

/** A difference that the line's own fee explains counts as none, so that such pairs are found first. */
function gapOf(entry: LedgerEntry, line: StatementLine): bigint {
  const gap = line.amountMinor - entry.amountMinor;
  if (gap + line.feeMinor === 0n) return 0n;
  return gap < 0n ? -gap : gap;
}

const compareBigint = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** What is left of two different currencies, one entry and one line at a time. */
function pairCurrencies({ entries, lines }: Pool): Verdict {
  const ours = [...entries].sort(byDayAndId);
  const theirs = [...lines].sort(byDayAndLine);
  const findings: Finding[] = [];
  const rest: Pool = { entries: [], lines: [] };
  ours.forEach((entry, at) => {
    const line = theirs[at];
    if (line !== undefined && line.currency !== entry.currency)
      findings.push(broken('currency', [entry], [line]));
    else {
      rest.entries.push(entry);
      if (line !== undefined) rest.lines.push(line);
    }
  });
  return { findings, rest: { ...rest, lines: [...rest.lines, ...theirs.slice(ours.length)] } };
}

/** A surplus beside a twin of the same amount is a duplicate, unless its own money is still to come. */
function findDuplicates(rest: Pool, group: Pool, { dueLater }: MatchSettings): Verdict {
  const counts = (items: (LedgerEntry | StatementLine)[]): Map<string, number> =>
    new Map([...groupBy(items, amountKey)].map(([key, twins]) => [key, twins.length]));
  const [ours, theirs] = [counts(group.entries), counts(group.lines)];
  const [ourRest, theirRest] = [counts(rest.entries), counts(rest.lines)];
  const isTwin = (all: Map<string, number>, left: Map<string, number>, key: string): boolean =>
    (all.get(key) ?? 0) > (left.get(key) ?? 0);
  const isOurs = (entry: LedgerEntry): boolean =>
    isTwin(ours, ourRest, amountKey(entry)) && dueLater(entry) === null;
  const isTheirs = (line: StatementLine): boolean => isTwin(theirs, theirRest, amountKey(line));
  return {
    findings: [
      ...rest.entries.filter(isOurs).map((entry) => broken('duplicate_in_ledger', [entry], [])),
      ...rest.lines.filter(isTheirs).map((line) => broken('duplicate_at_partner', [], [line])),
    ],
    rest: {
      entries: rest.entries.filter((entry) => !isOurs(entry)),
      lines: rest.lines.filter((line) => !isTheirs(line)),
    },
  };
}
