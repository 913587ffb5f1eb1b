/** What business days work with, and the shapes that this folder shares. */
import type { Day } from '../../kernel/calendar-day.js';
import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { Break, Days, DayState, Movement, OpenCount } from '../../ports/breaks.js';
import type {
  Landing,
  Reconciler,
  ReconciliationResults,
  RunStage,
  UnitRecord,
} from '../../ports/reconciliation.js';
import type { StatementArrivals } from '../../ports/statement-inbox.js';
import type { Transaction } from '../../ports/transaction.js';
import type { BreakLifeDeps } from '../breaks/life.js';
import type { BreakRow } from '../breaks/rows.js';
import type { Outlook, OutlookOf } from './outlook.js';
import type { ReconciledPartner } from './partner.js';
import type { Later } from './progress.js';
import type { Quality } from './quality.js';
import type { PayoutsAtBank } from '../payouts/at-bank.js';
import type { Payouts } from '../../ports/payouts.js';
import type { PayoutFinder } from '../payouts/payouts.js';

/** A business day of a partner, with all that its card says. */
export interface DayReport {
  partner: { id: string; name: string };
  businessDay: Day;
  /** The day by the partner's own clock. */
  today: Day;
  unit: UnitRecord;
  files: { id: number; name: string; receivedAt: Date }[];
  day: DayState | null;
  /** What the day's run found and is not explained yet, and what was. */
  found: { total: number; open: number };
  /** All open breaks of the partner, those carried forward included. */
  open: OpenCount[];
  largest: Break[];
  /** What is not due yet, by day and currency. */
  pending: Landing[];
  outlook: Outlook;
  quality: Quality;
  trend: TrendDay[];
  /** Where the partner's payouts of the last thirty days are; null where they are not followed to a bank. */
  payouts: PayoutsAtBank | null;
  /** What moved, per currency. */
  value: Movement[];
}

/** One of the last thirty days. */
export interface TrendDay {
  businessDay: Day;
  /** Share of the entries that are explained, in percent. */
  explained: number;
}

/** A statement that should be there. */
export interface LateStatement {
  partner: { id: string; name: string };
  businessDay: Day;
  dueAt: Date;
  /** Whether a person set that time, or it was learned from how many arrivals. */
  learnedFrom: number | null;
  /** Its usual time by the partner's clock, `HH:MM`; null where too few came so far. */
  usually: string | null;
  timeZone: string;
  /** When it came after all. */
  arrivedAt: Date | null;
}

export interface DaysDeps extends BreakLifeDeps {
  partners: readonly ReconciledPartner[];
  arrivals: StatementArrivals;
  reconciler: Reconciler;
  results: ReconciliationResults;
  days: Days;
  /** What should land when. */
  outlook: OutlookOf;
  payouts: PayoutFinder;
  /** Finds the line that another one doubles. */
  lines: Pick<Payouts, 'linesByReference'>;
  /** Rewrites the summary of a day. */
  showDay(tx: Transaction, report: DayReport, news: DayNews | null): Promise<void>;
  /** Rewrites the card of a day while it is reconciled. */
  showRun(tx: Transaction, running: RunningDay): Promise<void>;
  /** Waits until a long run is worth a word. */
  later: Later;
  showLate(tx: Transaction, late: LateStatement): Promise<void>;
  clock: Clock;
  log: Log;
}

/** A day whose run takes long. */
export interface RunningDay {
  partner: { id: string; name: string };
  businessDay: Day;
  /** Null while it waits for its turn. */
  stage: RunStage | null;
  /** When it ended without a result. */
  failed: boolean;
}

/** For the thread of a day's card. */
export type DayNews =
  | { kind: 'reconciled'; breaks: Break[]; openCount: number; file: { rows: BreakRow[]; total: number } }
  | { kind: 'cleared'; breaks: Break[]; count: number; by: { businessDay: Day } }
  | { kind: 'signed'; personId: string; openCount: number }
  | { kind: 'reopened'; personId: string; why: string };
