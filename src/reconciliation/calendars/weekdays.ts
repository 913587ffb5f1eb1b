/** The calendar of partners that settle on every weekday, whatever is celebrated. */
import { weekdayOf } from '../../kernel/calendar-day.js';
import type { BusinessCalendar } from '../../ports/calendars.js';

const names: Readonly<Record<number, string>> = { 6: 'Saturday', 7: 'Sunday' };

export const weekdays: BusinessCalendar = { id: 'WEEKDAYS', closed: (day) => names[weekdayOf(day)] ?? null };
