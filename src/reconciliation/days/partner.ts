/** A partner as its business days are counted. */
import { parseDay, type Day } from '../../kernel/calendar-day.js';
import { dayIn } from '../../kernel/time-zone.js';
import type { BusinessCalendar } from '../../ports/calendars.js';
import type { StatementSender } from '../intake/senders.js';

/** A partner or bank whose statements are reconciled. */
export interface ReconciledPartner extends StatementSender {
  /** On which days it sends nothing. */
  calendar: BusinessCalendar;
  /** By when its statement of a day is there, by its own clock, `HH:MM`; null where that is learned. */
  cutOff: string | null;
  /** How many days after the business day that is. */
  cutOffDays: number;
}

/** The day by the partner's own clock. */
export const todayOf = ({ timeZone }: Pick<ReconciledPartner, 'timeZone'>, now: Date): Day =>
  parseDay(dayIn(now, timeZone)) ?? 0;
