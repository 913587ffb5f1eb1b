/**
 * A calendar month in UTC, as networks count.
 */
import { OpsError } from '../kernel/errors.js';

export interface Month {
  /** `YYYY-MM`. */
  text: string;
  from: Date;
  /** Exclusive. */
  to: Date;
}

const monthFrom = (year: number, index: number): Month => {
  const from = new Date(Date.UTC(year, index, 1));
  return { text: from.toISOString().slice(0, 7), from, to: new Date(Date.UTC(year, index + 1, 1)) };
};

export const monthOf = (at: Date): Month => monthFrom(at.getUTCFullYear(), at.getUTCMonth());

export const monthBefore = ({ from }: Month): Month =>
  monthFrom(from.getUTCFullYear(), from.getUTCMonth() - 1);

/** Whether a word is meant as a month, be it a real one or not. */
export const looksLikeMonth = (word: string): boolean => /^\d{1,4}[-/.]\d{1,4}$/.test(word);

/** Reads `2026-11`. Throws `invalid` for a month that does not exist, or that has not begun. */
export function parseMonth(word: string, now: Date): Month {
  const [, year = '', month = ''] = /^(\d{4})-(\d{2})$/.exec(word) ?? [];
  const example = monthOf(now).text;
  if (year === '')
    throw new OpsError('invalid', `“${word.slice(0, 20)}” is not a month.`, {
      hint: `Write the year first, then the month in two digits: \`${example}\`.`,
    });
  if (Number(month) < 1 || Number(month) > 12)
    throw new OpsError('invalid', `“${word}” is not a month: ${month} isn’t between 01 and 12.`, {
      hint: `Write it as in \`/dispute stats ${example}\`.`,
    });
  const found = monthFrom(Number(year), Number(month) - 1);
  if (found.from > now || Number(year) < 2000)
    throw new OpsError('invalid', `There are no disputes of ${word}.`, {
      hint: `The latest month is \`${example}\`.`,
    });
  return found;
}
