/**
 * What a statement document is about: its format, its accounts, its business day, and how well it can be read.
 *
 * Invariant: a document without a row that names no account either is unreadable, never an empty statement.
 */
import { isoDay, parseDay, type Day } from '../../kernel/calendar-day.js';
import { dayIn } from '../../kernel/time-zone.js';
import type { StatementFormat, StatementItem, StatementRow } from '../formats/format.js';
import { parseStatement, recognise } from '../formats/index.js';
import type { Problem } from '../problems.js';

export interface ReadDocument {
  /** Id of a format or CSV profile. */
  format: string;
  accounts: string[];
  /** What the statement settles or reports, by the latest day that it states; null when it states none. */
  dayIn(timeZone: string): Day | null;
  rows: number;
  /** How many places could not be read, and the first of them. */
  problems: number;
  firstProblem: Problem | null;
}

/** Null for a document that no format recognises. */
export function readDocument(bytes: Uint8Array, formats: readonly StatementFormat[]): ReadDocument | null {
  const recognised = recognise(bytes, formats);
  if (recognised === undefined) return null;
  const { format, text } = recognised;
  const facts = new Facts();
  for (const item of parseStatement(format, text)) facts.add(item);
  return {
    format: format.id,
    accounts: [...facts.accounts],
    dayIn: (timeZone) => facts.dayIn(timeZone),
    rows: facts.rows,
    problems: facts.problems,
    firstProblem: facts.firstProblem,
  };
}

class Facts {
  readonly accounts = new Set<string>();
  rows = 0;
  problems = 0;
  firstProblem: Problem | null = null;
  private statementDay: Day | null = null;
  private payoutDay = new LatestDay();
  private rowDay = new LatestDay();

  add(item: StatementItem): void {
    if (item.type === 'problem') {
      this.problems++;
      this.firstProblem ??= item;
    } else if (item.type === 'statement') {
      this.accounts.add(item.account);
      this.statementDay = latest(this.statementDay, parseDay(item.to ?? item.from ?? ''));
    } else {
      this.rows++;
      if (item.account !== undefined) this.accounts.add(item.account);
      this.rowDay.add(item);
      if (item.kind === 'payout') this.payoutDay.add(item);
    }
  }

  /** A statement names its day; a settlement report is of the day of its payout, whatever older payments it carries. */
  dayIn(timeZone: string): Day | null {
    return this.statementDay ?? this.payoutDay.in(timeZone) ?? this.rowDay.in(timeZone);
  }
}

/** The latest day of some rows; an instant belongs to a day only once a time zone is known. */
class LatestDay {
  private day: Day | null = null;
  private instant: string | null = null;

  add({ valueDate, bookedAt }: StatementRow): void {
    const stated = parseDay(valueDate ?? '') ?? parseDay(bookedAt ?? '');
    if (stated !== null) this.day = latest(this.day, stated);
    else if (bookedAt !== undefined && (this.instant === null || bookedAt > this.instant))
      this.instant = bookedAt;
  }

  in(timeZone: string): Day | null {
    if (this.instant === null) return this.day;
    const at = new Date(/(?:Z|[+-]\d\d:?\d\d)$/.test(this.instant) ? this.instant : `${this.instant}Z`);
    return latest(this.day, Number.isNaN(at.getTime()) ? null : parseDay(dayIn(at, timeZone)));
  }
}

const latest = (a: Day | null, b: Day | null): Day | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

/** Days that a statement can be of: a typing error must not open a business day in another century. */
export const isPlausibleDay = (day: Day, today: Day): boolean => day >= today - 400 && day <= today + 7;

export const dayText = isoDay;
