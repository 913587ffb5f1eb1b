/** Reads what people type after `/recon`: partners by id or name, days in a few spellings, filters in any order. */
import { dayOf, isoDay, parseDay, weekdayOf, type Day } from '../../src/kernel/calendar-day.js';
import { OpsError } from '../../src/kernel/errors.js';
import { isCurrency } from '../../src/kernel/currency.js';
import type { BreakFilter } from '../../src/ports/breaks.js';
import { breakKinds, type BreakKind } from '../../src/ports/reconciliation.js';
import { lastComplete, monthNamed, type Period } from '../../src/reconciliation/roll-up/period.js';
import type { ReconciledPartner } from '../../src/reconciliation/days/partner.js';

type Partners = readonly Pick<ReconciledPartner, 'partner' | 'name'>[];

/** By id or name, or by the beginning of one of them when it is the only one. */
export function partnerIn<Partner extends Partners[number]>(
  words: readonly string[],
  partners: readonly Partner[],
): Partner | null {
  const text = words.join(' ').toLowerCase();
  const exact = partners.find(
    ({ partner, name }) =>
      words.some((word) => word.toLowerCase() === partner) || text.includes(name.toLowerCase()),
  );
  if (exact) return exact;
  const begun = partners.filter(({ partner, name }) =>
    words.some((word) => {
      const start = word.toLowerCase();
      return start.length >= 3 && (partner.startsWith(start) || name.toLowerCase().startsWith(start));
    }),
  );
  return begun.length === 1 ? (begun[0] ?? null) : null;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** `2026-11-27`, `27 Nov`, `yesterday`, `fri` (the last one). Null where no word is a day. */
export function dayIn(words: readonly string[], today: Day): Day | null {
  for (const at of words.keys()) {
    const found = dayAt(words, at, today);
    if (found) return found.day;
  }
  return null;
}

interface FoundDay {
  day: Day;
  /** How many words it takes. */
  length: number;
}

function dayAt(words: readonly string[], at: number, today: Day): FoundDay | null {
  const word = words[at]?.toLowerCase() ?? '';
  const iso = parseDay(word);
  if (iso !== null) return { day: iso, length: 1 };
  if (word === 'today') return { day: today, length: 1 };
  if (word === 'yesterday') return { day: today - 1, length: 1 };
  const weekday = weekdays.findIndex(
    (name) => word === name || (word.length > 3 && word.startsWith(name) && word.endsWith('day')),
  );
  if (weekday >= 0) return { day: lastWeekday(weekday + 1, today), length: 1 };
  const month = months.findIndex((name) => words[at + 1]?.toLowerCase().startsWith(name) === true);
  if (!/^\d{1,2}\.?$/.test(word) || month < 0) return null;
  const day = lastDate(month + 1, Number.parseInt(word, 10), today);
  return day === null ? null : { day, length: 2 };
}

/** What may be named besides the verb; `today` is null where no day may. */
interface Expected {
  partner: Partners[number] | null;
  today: Day | null;
  refusal?: (word: string) => OpsError;
}

/** Refuses words that are neither of the partner nor of one day: a slip must not end in another day than was meant. */
export function refuseOthers(
  words: readonly string[],
  { partner, today, refusal = unknownWord }: Expected,
): void {
  let isDayRead = today === null;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const found = isDayRead ? null : dayAt(words, at, today ?? 0);
    if (!found && !partOf(word, partner)) throw refusal(word);
    if (!found) continue;
    isDayRead = true;
    at += found.length - 1;
  }
}

const unknownWord = (word: string): OpsError =>
  new OpsError('invalid', `“${word.slice(0, 40)}” does not belong here.`, {
    hint: 'Days are written as 2026-11-27, `27 Nov`, `fri` or `yesterday`. `/recon` lists the partners.',
  });

const lastWeekday = (weekday: number, today: Day): Day => today - ((weekdayOf(today) - weekday + 7) % 7);

/** This year's, or last year's when this year's is still to come. */
function lastDate(month: number, date: number, today: Day): Day | null {
  const year = Number(isoDay(today).slice(0, 4));
  const day = dayOf(year, month, date);
  return day !== null && day > today ? dayOf(year - 1, month, date) : day;
}

const kindNames: ReadonlyMap<string, BreakKind> = new Map<string, BreakKind>([
  ...breakKinds.map((kind): [string, BreakKind] => [kind, kind]),
  ...breakKinds.map((kind): [string, BreakKind] => [kind.replaceAll('_', '-'), kind]),
  ['missing', 'missing_at_partner'],
  ['unknown', 'missing_in_ledger'],
  ['duplicate', 'duplicate_at_partner'],
  ['duplicates', 'duplicate_at_partner'],
  ['short', 'amount'],
  ['residue', 'batch_residue'],
]);

/** Words in any order: a partner, a day, a kind, a currency, `mine`, `material`. Others are refused, so that none is overlooked. */
export function filterFrom(
  words: readonly string[],
  partners: Partners,
  userId: string,
  todayOf: (partner: string) => Day,
): { filter: Omit<BreakFilter, 'limit'>; title: string } {
  const named = words.filter((word) => readFilter(word, userId) === null);
  const partner = partnerIn(named, partners);
  const today = todayOf(partner?.partner ?? partners[0]?.partner ?? '');
  const day = dayIn(named, today);
  refuseOthers(named, { partner, today, refusal: unknownFilter });
  const filter: Omit<BreakFilter, 'limit'> = { states: ['open', 'owned'] };
  const said: string[] = [];
  if (partner) [filter.partner, said[said.length]] = [partner.partner, partner.name];
  if (day !== null) [filter.businessDay, said[said.length]] = [day, isoDay(day)];
  for (const { part, title } of words.flatMap((word) => readFilter(word, userId) ?? [])) {
    Object.assign(filter, part);
    if (title !== '') said.push(title);
  }
  return { filter, title: said.length === 0 ? 'all partners' : said.join(', ') };
}

/** Null for a word that is of a partner or a day, or of nothing. */
function readFilter(
  word: string,
  userId: string,
): { part: Omit<BreakFilter, 'limit'>; title: string } | null {
  const name = word.toLowerCase();
  const kind = kindNames.get(name);
  if (kind !== undefined) return { part: { kind }, title: kind.replaceAll('_', ' ') };
  // Who writes “all” means no currency, although the lek has that code.
  if (word === 'all') return { part: {}, title: '' };
  if (isCurrency(word.toUpperCase()))
    return { part: { currency: word.toUpperCase() }, title: word.toUpperCase() };
  if (name === 'mine') return { part: { ownerId: userId }, title: 'yours' };
  return name === 'material' ? { part: { material: true }, title: 'material' } : null;
}

const partOf = (word: string, partner: Partners[number] | null): boolean => {
  const part = word.toLowerCase();
  return (
    partner !== null &&
    (partner.partner.startsWith(part) ||
      partner.name
        .toLowerCase()
        .split(/\s+/)
        .some((one) => one.startsWith(part)))
  );
};

const unknownFilter = (word: string): OpsError =>
  new OpsError('invalid', `“${word.slice(0, 40)}” is not a filter for breaks.`, {
    hint: `Filter by partner, day, currency, \`mine\`, \`material\` or kind: ${breakKinds.map((kind) => kind.replaceAll('_', '-')).join(', ')}.`,
  });

/** Throws `invalid`. */
export function breakIdIn([text = '']: readonly string[]): string {
  const number = /^(?:BRK-)?(\d{1,12})$/i.exec(text)?.[1];
  if (number !== undefined) return `BRK-${number}`;
  throw new OpsError('invalid', 'That isn’t a break ID.', {
    hint: 'Break IDs look like BRK-12. `/recon breaks` lists the open ones.',
  });
}

/** `csv` among the words asks for a file. */
export function fileWordIn(words: readonly string[]): { words: string[]; isFile: boolean } {
  const others = words.filter((word) => word.toLowerCase() !== 'csv');
  return { words: others, isFile: others.length < words.length };
}

/** `week`, `month` or `2026-11`; the newest week that is over where none is named. Throws `invalid`. */
export function periodIn(words: readonly string[], today: Day): { period: Period; others: string[] } {
  const found = words.map((word) => periodAt(word.toLowerCase(), today));
  const periods = found.flatMap((period) => period ?? []);
  if (periods.length > 1)
    throw new OpsError('invalid', 'One period at a time, please.', {
      hint: '`/recon rollup northpay month`',
    });
  return {
    period: periods[0] ?? lastComplete('week', today),
    others: words.filter((_word, at) => found[at] === null),
  };
}

function periodAt(word: string, today: Day): Period | null {
  if (word === 'week' || word === 'month') return lastComplete(word, today);
  const [, year, month] = /^(\d{4})-(\d{2})$/.exec(word) ?? [];
  if (year === undefined) return null;
  const period = monthNamed(Number(year), Number(month));
  if (period === null) throw unknownPeriod(word);
  if (period.from > today)
    throw new OpsError('invalid', `${word} has not begun yet.`, { hint: `Today is ${isoDay(today)}.` });
  return period;
}

export const unknownPeriod = (word: string): OpsError =>
  new OpsError('invalid', `“${word.slice(0, 40)}” is neither a partner nor a period.`, {
    hint: 'Periods are `week`, `month` (the newest that is over) or a month such as 2026-11.',
  });
