/** Calendars by the name that paydesk.yaml gives them. */
import { bankCalendar } from '../adapters/calendars/bank-holidays.js';
import type { BusinessCalendar } from '../ports/calendars.js';
import { target } from '../reconciliation/calendars/target.js';
import { weekdays } from '../reconciliation/calendars/weekdays.js';

/** `TARGET`, `WEEKDAYS` or a country. Throws `invalid` for a country without holidays. */
export function calendarOf(id: string): BusinessCalendar {
  const own = [target, weekdays].find((calendar) => calendar.id === id.toUpperCase());
  return own ?? bankCalendar(id, target);
}
