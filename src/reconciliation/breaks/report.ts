/** A break with all that its card and the forms that start from it say. */
import type { Day } from '../../kernel/calendar-day.js';
import type { Break } from '../../ports/breaks.js';
import type { PayoutTrace } from '../../ports/payouts.js';
import type { BreakFact, LineSighting } from '../../ports/reconciliation.js';

/** A line of a break, with the file that it is in. */
export interface BreakSide {
  line: BreakFact['lines'][number];
  fileName: string;
}

/** A break with all that its card says. */
export interface BreakReport {
  found: Break;
  partner: { id: string; name: string };
  today: Day;
  /** Null when no run finds it any more. */
  fact: BreakFact | null;
  sides: BreakSide[];
  /** Open breaks of the partner that could be the other side of this one. */
  candidates: Break[];
  /** Of a duplicate at the partner: the lines that its own says again. */
  doubled: LineSighting[];
  /** Where the payouts are that it is about. */
  payouts: PayoutTrace[];
  /** By which the payment is looked up; null where the rows have no reference. */
  paymentReference: string | null;
}
