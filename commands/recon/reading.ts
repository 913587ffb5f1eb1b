/** Reads what people type after `/recon`: partners by id or name, days in a few spellings, filters in any order. */
import { dayOf, isoDay, parseDay, weekdayOf, type Day } from '../../src/kernel/calendar-day.js';
import { OpsError } from '../../src/kernel/errors.js';
import { isCurrency } from '../../src/kernel/currency.js';
import type { BreakFilter } from '../../src/ports/breaks.js';
import { breakKinds, type BreakKind } from '../../src/ports/reconciliation.js';
import type { ReconciledPartner } from '../../src/reconciliation/days/deps.js';

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
  for (const [at, word] of words.map((one) => one.toLowerCase()).entries()) {
    const iso = parseDay(word);
    if (iso !== null) return iso;
    if (word === 'today') return today;
    if (word === 'yesterday') return today - 1;
    const weekday = weekdays.findIndex(
      (name) => word === name || (word.length > 3 && word.startsWith(name) && word.endsWith('day')),
    );
    if (weekday >= 0) return lastWeekday(weekday + 1, today);
    const month = months.findIndex((name) => words[at + 1]?.toLowerCase().startsWith(name) === true);
    if (/^\d{1,2}\.?$/.test(word) && month >= 0) return lastDate(month + 1, Number.parseInt(word, 10), today);
  }
  return null;
}

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
  const partner = partnerIn(words, partners);
  const day = dayIn(words, todayOf(partner?.partner ?? partners[0]?.partner ?? ''));
  const filter: Omit<BreakFilter, 'limit'> = { states: ['open', 'owned'] };
  const said: string[] = [];
  if (partner) [filter.partner, said[said.length]] = [partner.partner, partner.name];
  if (day !== null) [filter.businessDay, said[said.length]] = [day, isoDay(day)];
  for (const word of words) {
    const name = word.toLowerCase();
    const kind = kindNames.get(name);
    if (kind !== undefined) [filter.kind, said[said.length]] = [kind, kind.replaceAll('_', ' ')];
    else if (isCurrency(word.toUpperCase()))
      [filter.currency, said[said.length]] = [word.toUpperCase(), word.toUpperCase()];
    else if (name === 'mine') [filter.ownerId, said[said.length]] = [userId, 'yours'];
    else if (name === 'material') [filter.material, said[said.length]] = [true, 'material'];
    else if (!partOf(word, partner) && dayIn(words, 0) === null) throw unknownFilter(word);
  }
  return { filter, title: said.length === 0 ? 'all partners' : said.join(', ') };
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
  new OpsError('invalid', `“${word.slice(0, 40)}” is no filter of breaks.`, {
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
