/**
 * Reconciles entries with lines: the rules in their order, then what no rule accounts for.
 *
 * Invariant: conservation. Every entry and every line that came in is in exactly one finding that goes out, and the
 * order in which they came in changes nothing. A violation stops the run.
 */
import type { Day } from '../../kernel/calendar-day.js';
import { OpsError } from '../../kernel/errors.js';
import {
  broken,
  groupBy,
  type Finding,
  type LedgerEntry,
  type Pool,
  type StatementLine,
  type Verdict,
} from '../findings.js';
import { matchByAmountAndDate } from './by-amount-and-date.js';
import { matchByBatch, matchWithinBatch } from './by-batch.js';
import { matchByUserRules } from './by-user-rule.js';
import { matchByReference } from './by-reference.js';
import type { MatchSettings } from './settings.js';

type Rule = (pool: Pool, settings: MatchSettings) => Verdict;

const rules: Rule[] = [
  matchByReference,
  matchByBatch,
  matchWithinBatch,
  matchByUserRules,
  matchByAmountAndDate,
  account,
];

/** Every finding about a pool. Throws `internal` when an entry or a line would be lost or used twice. */
export function reconcile(pool: Pool, settings: MatchSettings): Finding[] {
  const findings: Finding[][] = [];
  let rest = pool;
  for (const rule of rules) {
    const verdict = rule(rest, settings);
    findings.push(verdict.findings);
    rest = verdict.rest;
  }
  const all = findings.flat();
  requireConserved(pool, all);
  return all;
}

/** What is left: lines that we do not know, entries whose money is not due, and entries that the partner lacks. */
function account({ entries, lines }: Pool, { dueLater }: MatchSettings): Verdict {
  const missing: Finding[] = lines.map((line) => broken('missing_in_ledger', [], [line]));
  const byDue = groupBy(entries, (entry) => String(dueLater(entry)));
  for (const [dueOn, due] of byDue) {
    if (dueOn === 'null') for (const entry of due) missing.push(broken('missing_at_partner', [entry], []));
  }
  const pending = [...byDue]
    .filter(([dueOn]) => dueOn !== 'null')
    .map(([dueOn, due]) => pendingOn(Number(dueOn), due));
  return { findings: [...missing, ...pending], rest: { entries: [], lines: [] } };
}

const pendingOn = (dueOn: Day, entries: LedgerEntry[]): Finding => ({
  type: 'pending',
  entries,
  lines: [],
  dueOn,
});

/** Throws `internal` unless every row of the pool is in exactly one finding. */
export function requireConserved(pool: Pool, findings: Finding[]): void {
  const entries = new Set<LedgerEntry>();
  const lines = new Set<StatementLine>();
  let [entryUses, lineUses] = [0, 0];
  for (const finding of findings) {
    for (const entry of finding.entries) entries.add(entry);
    for (const line of finding.lines) lines.add(line);
    entryUses += finding.entries.length;
    lineUses += finding.lines.length;
  }
  const isWhole = (uses: number, distinct: number, given: number): boolean =>
    uses === given && distinct === given;
  if (
    isWhole(entryUses, entries.size, pool.entries.length) &&
    isWhole(lineUses, lines.size, pool.lines.length)
  )
    return;
  throw new OpsError('internal', 'The reconciliation lost or doubled rows, so nothing of it is reported.', {
    hint: 'Give the reference to your Paydesk admin.',
    details: { entries: pool.entries.length, entryUses, lines: pool.lines.length, lineUses },
  });
}
