/**
 * Lines that name a batch (a payout): what the partner paid plus what it kept is what the batch's entries come to.
 *
 * Invariant: a batch settles within one currency; what it does not come to is one finding, not one per entry.
 */
import {
  broken,
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
import type { MatchSettings } from './settings.js';

export function matchByBatch(pool: Pool): Verdict {
  const batches = groupBy(pool.entries, ({ batch }) => batch);
  batches.delete('');
  const named = groupBy(
    pool.lines.filter(({ reference }) => reference !== '' && batches.has(reference)),
    ({ reference }) => reference,
  );
  const findings = [...named].flatMap(([batch, lines]) => compareBatch(batches.get(batch) ?? [], lines));
  return { findings, rest: without(pool, findings) };
}

/** Entries and lines that name the same batch and have no other partner: all of them together, when their sums agree. */
export function matchWithinBatch(pool: Pool, { withinBatch }: MatchSettings): Verdict {
  if (!withinBatch) return { findings: [], rest: pool };
  const keyOf = ({ batch, currency }: LedgerEntry | StatementLine): string =>
    batch === '' ? '' : `${currency} ${batch}`;
  const entries = groupBy(pool.entries, keyOf);
  const lines = groupBy(pool.lines, keyOf);
  entries.delete('');
  const findings = [...entries].flatMap(([key, ours]) => {
    const theirs = lines.get(key) ?? [];
    const came = sumOf(theirs);
    const expected = sumOf(ours);
    const isWhole = theirs.length > 0 && (came === expected || came + feesOf(theirs) === expected);
    return isWhole ? [matched('batch_group', ours, theirs)] : [];
  });
  return { findings, rest: without(pool, findings) };
}

const without = (pool: Pool, findings: Finding[]): Pool => {
  const settled = new Set<LedgerEntry | StatementLine>(
    findings.flatMap(({ entries, lines }) => [...entries, ...lines]),
  );
  return {
    entries: pool.entries.filter((entry) => !settled.has(entry)),
    lines: pool.lines.filter((line) => !settled.has(line)),
  };
};

function compareBatch(entries: LedgerEntry[], lines: StatementLine[]): Finding[] {
  const ours = groupBy(entries, ({ currency }) => currency);
  const theirs = groupBy(lines, ({ currency }) => currency);
  const foreign = lines.filter(({ currency }) => !ours.has(currency));
  const unpaid = entries.filter(({ currency }) => !theirs.has(currency));
  const findings = [...ours].flatMap(([currency, sameOurs]) => {
    const sameTheirs = theirs.get(currency);
    return sameTheirs === undefined ? [] : compareSums(sameOurs, sameTheirs);
  });
  // Entries of a currency that the partner did not pay in stay open, unless a line in another one must be theirs.
  return foreign.length > 0 && unpaid.length > 0
    ? [...findings, broken('currency', unpaid, foreign)]
    : findings;
}

/** All lines together, or one of them with the others as its duplicates. */
function compareSums(entries: LedgerEntry[], lines: StatementLine[]): Finding[] {
  const expected = sumOf(entries);
  const covers = (some: StatementLine[]): boolean => sumOf(some) + feesOf(some) === expected;
  if (covers(lines)) return [matched('batch', entries, lines)];
  const sorted = [...lines].sort(byDayAndLine);
  const first = sorted.find((line) => covers([line]));
  if (first === undefined) return [broken('batch_residue', entries, lines)];
  const others = sorted.filter((line) => line !== first);
  return [
    matched('batch', entries, [first]),
    ...others.map((line) =>
      broken(
        line.amountMinor === first.amountMinor && line.feeMinor === first.feeMinor
          ? 'duplicate_at_partner'
          : 'batch_residue',
        [],
        [line],
      ),
    ),
  ];
}
