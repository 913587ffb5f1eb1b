/**
 * The month of a question about disputes: in UTC, as networks count.
 */
import { OpsError } from '../kernel/errors.js';
import { monthBefore, monthOfDay, parseMonth, type Month } from '../kernel/month.js';

const networkZone = 'UTC';

export const networkMonthOf = (at: Date): Month => monthOfDay(at.toISOString(), networkZone);

export const networkMonthBefore = (month: Month): Month => monthBefore(month, networkZone);

/** Whether a word is meant as a month, be it a real one or not. */
export const looksLikeMonth = (word: string): boolean => /^\d{1,4}[-/.]\d{1,4}$/.test(word);

/** Reads `2026-11`. Throws `invalid` for a month that does not exist, or that has not begun. */
export function requireMonth(word: string, now: Date): Month {
  const [, year = '', month = ''] = /^(\d{4})-(\d{2})$/.exec(word) ?? [];
  const example = networkMonthOf(now).text;
  if (year === '')
    throw new OpsError('invalid', `“${word.slice(0, 20)}” is not a month.`, {
      hint: `Write the year first, then the month in two digits: \`${example}\`.`,
    });
  if (Number(month) < 1 || Number(month) > 12)
    throw new OpsError('invalid', `“${word}” is not a month: ${month} isn’t between 01 and 12.`, {
      hint: `Write it as in \`/dispute stats ${example}\`.`,
    });
  const found = parseMonth(word, networkZone);
  if (found === null || found.from > now || Number(year) < 2000)
    throw new OpsError('invalid', `There are no disputes of ${word}.`, {
      hint: `The latest month is \`${example}\`.`,
    });
  return found;
}
