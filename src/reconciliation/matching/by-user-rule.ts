/**
 * Rules that a company writes in paydesk.yaml, for what its partners do differently.
 *
 * Invariants: the sides of a match always have one currency and amounts that agree within the rule's tolerance; a rule
 * names a reference, a batch or a date that they share; a group in which more than one answer is possible is left alone.
 */
import type { Day } from '../../kernel/calendar-day.js';
import { feesOf, groupBy, matched, sumOf, type Finding, type LedgerEntry } from '../findings.js';
import type { Pool, StatementLine, Verdict } from '../findings.js';
import { isTolerated, type MatchSettings, type UserRule } from './settings.js';

export function matchByUserRules(pool: Pool, { rules }: MatchSettings): Verdict {
  let rest = pool;
  const findings = rules.flatMap((rule) => {
    const found = apply(rule, rest);
    const settled = new Set<LedgerEntry | StatementLine>(
      found.flatMap(({ entries, lines }) => [...entries, ...lines]),
    );
    rest = {
      entries: rest.entries.filter((entry) => !settled.has(entry)),
      lines: rest.lines.filter((line) => !settled.has(line)),
    };
    return found;
  });
  return { findings, rest };
}

function apply(rule: UserRule, pool: Pool): Finding[] {
  const keyOf = (item: LedgerEntry | StatementLine): string => groupKey(rule, item) ?? '';
  const isAbout = (types: readonly string[], item: LedgerEntry | StatementLine): boolean =>
    (types.length === 0 || types.includes(item.type)) && groupKey(rule, item) !== null;
  const entries = groupBy(
    pool.entries.filter((entry) => isAbout(rule.ledgerTypes, entry)),
    keyOf,
  );
  const lines = groupBy(
    pool.lines.filter((line) => isAbout(rule.statementTypes, line)),
    keyOf,
  );
  return [...entries].flatMap(([key, ours]) => {
    const theirs = lines.get(key) ?? [];
    return isAnswer(rule, ours, theirs) ? [matched(`rule:${rule.id}`, ours, theirs)] : [];
  });
}

/** What the rows of a match share; null where a row has no value for a criterion. */
function groupKey({ by }: UserRule, item: LedgerEntry | StatementLine): string | null {
  const parts = by.map((criterion) => {
    if (criterion === 'date') return item.day === null ? null : '';
    if (criterion === 'batch') return item.batch || null;
    return (criterion === 'reference' ? item.reference : plainReference(item.reference)) || null;
  });
  if (by.length === 0 || parts.includes(null)) return null;
  // A date alone says little: then the amount must be the same as well.
  const amount = by.every((criterion) => criterion === 'date') ? String(item.amountMinor) : '';
  return [item.currency, amount, ...parts].join('\n');
}

const plainReference = (reference: string): string =>
  reference
    .replace(/[^A-Za-z0-9]/g, '')
    .replace(/^0+/, '')
    .toUpperCase();

function isAnswer(rule: UserRule, ours: LedgerEntry[], theirs: StatementLine[]): boolean {
  if (theirs.length === 0 || (!rule.many && ours.length + theirs.length > 2)) return false;
  const days = [...ours, ...theirs].map(({ day }) => day).filter((day): day is Day => day !== null);
  const isNear = Math.max(...days) - Math.min(...days) <= rule.windowDays;
  if (rule.by.includes('date') && !isNear) return false;
  const difference = sumOf(theirs) - sumOf(ours);
  return (
    difference === 0n ||
    difference + feesOf(theirs) === 0n ||
    isTolerated(difference, rule.tolerances.get(ours[0]?.currency ?? ''))
  );
}
