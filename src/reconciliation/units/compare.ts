/**
 * Compares one business day of a partner in the memory of this process, together with what earlier days left open.
 *
 * Invariants: a row that an earlier day left open and that nothing answers is not found again; a line that a report only
 * implies is awaited for a few days before it is a break.
 */
import type { Day } from '../../kernel/calendar-day.js';
import type { BusinessCalendar } from '../../ports/calendars.js';
import { differenceOf, type Finding, type LedgerEntry, type StatementLine } from '../findings.js';
import { reconcileRows } from '../matching/match.js';
import { defaultSettings } from '../matching/settings.js';
import { dueDay } from '../settlement.js';
import { asDuplicates, isImplied, judgedResidue, residuesOf, type Residue } from './batches.js';

/** A row that an earlier day left open. */
export interface OpenRow {
  key: string;
  side: 'ledger' | 'statement';
  /** Of its break; null while it was pending or awaited. */
  identity: string | null;
}

export interface UnitInput {
  businessDay: Day;
  asOf: Day;
  entries: LedgerEntry[];
  lines: StatementLine[];
  /** Rows of earlier days among entries and lines. */
  open: ReadonlyMap<LedgerEntry | StatementLine, OpenRow>;
  dueOf: (entry: LedgerEntry) => Day;
  /** Due before the partner's first day: its statement never came here, so only a late line tells of it. */
  isBefore: (entry: LedgerEntry) => boolean;
  /** Whether the account is one through which payouts pass, so that it comes to zero. */
  isClearing: boolean;
}

export interface UnitFinding {
  finding: Finding;
  /** Not a break yet: the booking may still come. */
  isAwaited: boolean;
  /** Of a break. */
  difference: { currency: string; minor: bigint } | null;
}

/** How far dates of one payment may lie apart. */
const windowDays = 7;
/** So long a booking may take after the report that implies it. */
const awaitedDays = 5;

export function compareUnit(input: UnitInput): UnitFinding[] {
  const { entries, lines, open, businessDay, asOf, dueOf } = input;
  const own = lines.filter((line) => !open.has(line));
  const residues = input.isClearing ? residuesOf(entries, own) : [];
  const held = new Set<LedgerEntry | StatementLine>(
    residues.flatMap(({ found }) => [...found.entries, ...found.lines]),
  );
  const isFree = (row: LedgerEntry | StatementLine): boolean => !held.has(row);
  const findings = reconcileRows(
    { entries: entries.filter(isFree), lines: lines.filter(isFree) },
    { ...defaultSettings, windowDays, dueLater: (entry) => (dueOf(entry) > asOf ? dueOf(entry) : null) },
  );
  const isLate = (entry: LedgerEntry): boolean =>
    (open.get(entry)?.identity ?? null) !== null || input.isBefore(entry);
  const judged = residues.map((residue) => judgedResidue(residue, findings, isLate));
  return [...asDuplicates(findings, lines), ...judged]
    .filter((finding) => !isKnown(finding, open) && !isOld(finding, input.isBefore))
    .map((finding) => ({
      finding,
      isAwaited: isAwaited(finding, businessDay),
      difference: differenceIn(finding, residues),
    }));
}

/** A break of an earlier day that nothing answered. */
const isKnown = (finding: Finding, open: UnitInput['open']): boolean =>
  finding.type === 'break' &&
  [...finding.entries, ...finding.lines].every((row) => (open.get(row)?.identity ?? null) !== null);

const isOld = (finding: Finding, isBefore: UnitInput['isBefore']): boolean =>
  finding.type === 'break' && finding.lines.length === 0 && finding.entries.every(isBefore);

const isAwaited = (finding: Finding, businessDay: Day): boolean =>
  finding.type === 'break' &&
  finding.kind === 'missing_in_ledger' &&
  finding.lines.every((line) => isImplied(line) && businessDay - (line.day ?? businessDay) <= awaitedDays);

function differenceIn(finding: Finding, residues: readonly Residue[]): UnitFinding['difference'] {
  if (finding.type !== 'break') return null;
  const residue = residues.find(({ found }) => found === finding);
  const difference = differenceOf(finding);
  return residue ? { ...difference, minor: residue.minor } : difference;
}

export interface Terms {
  /** Ledger account in which the partner's money is. */
  account: string;
  /** Business days from the business day of an entry to its payout. */
  settleDays: number;
  calendar: BusinessCalendar;
}

const clearing = 'clearing';
export const isClearingAccount = (account: string): boolean => account.startsWith(clearing);

/** When money is due. What the partner books itself is due on its own day. */
export function dueOn({ account, settleDays, calendar }: Terms): (entry: LedgerEntry) => Day {
  const known = new Map<string, Day>();
  return ({ day, type }) => {
    const isOwn = isClearingAccount(account) && (type === 'payout' || type === 'fee');
    const businessDays = isOwn ? 0 : settleDays;
    const key = `${day ?? 0} ${businessDays}`;
    const due = known.get(key) ?? dueDay(day ?? 0, { businessDays }, calendar);
    known.set(key, due);
    return due;
  };
}
