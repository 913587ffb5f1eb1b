/** Business calendars: on which days money can settle. */
import type { Day } from '../kernel/calendar-day.js';

export interface BusinessCalendar {
  /** `TARGET`, or the ISO 3166 code of a country. */
  id: string;
  /** Why nothing settles on a day; null on a business day. */
  closed(day: Day): string | null;
  /** Which closing days of a year cannot be known; null where all are known. Absent: all of every year are. */
  uncertain?(year: number): string | null;
}
