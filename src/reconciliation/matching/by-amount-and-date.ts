/**
 * Lines without a reference: the entry of the same amount and currency whose value date is near.
 *
 * Invariant: never a guess. A pair matches only when neither side has another candidate; everything else that could
 * belong together is one ambiguous finding for a person.
 */
import type { Day } from '../../kernel/calendar-day.js';
import {
  broken,
  byDayAndId,
  byDayAndLine,
  groupBy,
  matched,
  type Finding,
  type LedgerEntry,
  type Pool,
  type StatementLine,
  type Verdict,
} from '../findings.js';
import type { MatchSettings } from './settings.js';

export function matchByAmountAndDate(pool: Pool, { windowDays }: MatchSettings): Verdict {
  const keyOf = ({ currency, amountMinor }: LedgerEntry | StatementLine): string =>
    `${currency} ${amountMinor}`;
  const hasDay = ({ day }: LedgerEntry | StatementLine): boolean => day !== null;
  const lines = groupBy(
    pool.lines.filter((line) => line.reference === '' && hasDay(line)),
    keyOf,
  );
  const wanted = pool.entries.filter((entry) => hasDay(entry) && lines.has(keyOf(entry)));
  const findings = [...groupBy(wanted, keyOf)].flatMap(([key, entries]) =>
    neighbourhoods(entries, lines.get(key) ?? [], windowDays).flatMap(judged),
  );
  const settled = new Set<LedgerEntry | StatementLine>(
    findings.flatMap((each) => [...each.entries, ...each.lines]),
  );
  return {
    findings,
    rest: {
      entries: pool.entries.filter((entry) => !settled.has(entry)),
      lines: pool.lines.filter((line) => !settled.has(line)),
    },
  };
}

function judged({ entries, lines }: Pool): Finding[] {
  if (entries.length === 0 || lines.length === 0) return [];
  const isPair = entries.length === 1 && lines.length === 1;
  return [isPair ? matched('amount_date', entries, lines) : broken('ambiguous', entries, lines)];
}

/**
 * Splits one amount into groups that share no candidate. In the order of days, a group ends where neither the last
 * entry before is near the next line, nor the last line before near the next entry.
 */
function neighbourhoods(entries: LedgerEntry[], lines: StatementLine[], windowDays: number): Pool[] {
  const ours = [...entries].sort(byDayAndId);
  const theirs = [...lines].sort(byDayAndLine);
  const pools: Pool[] = [];
  let pool: Pool = { entries: [], lines: [] };
  for (let entryAt = 0, lineAt = 0; entryAt < ours.length || lineAt < theirs.length;) {
    const [entry, line] = [ours[entryAt], theirs[lineAt]];
    const endsHere =
      !isNear(pool.entries.at(-1), line, windowDays) && !isNear(pool.lines.at(-1), entry, windowDays);
    if (endsHere) {
      pools.push(pool);
      pool = { entries: [], lines: [] };
    }
    if (entry !== undefined && (line === undefined || (entry.day ?? 0) <= (line.day ?? 0))) {
      pool.entries.push(entry);
      entryAt++;
    } else if (line !== undefined) {
      pool.lines.push(line);
      lineAt++;
    }
  }
  return [...pools, pool];
}

const isNear = (
  before: { day: Day | null } | undefined,
  next: { day: Day | null } | undefined,
  windowDays: number,
): boolean => before !== undefined && next !== undefined && (next.day ?? 0) - (before.day ?? 0) <= windowDays;
