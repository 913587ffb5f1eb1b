/** Reads what people type after `/recon`: partners by id or name, days in a few spellings, filters in any order. */
import { isoDay, parseDay, type Day } from '../../src/kernel/calendar-day.js';
import { OpsError } from '../../src/kernel/errors.js';
import { isCurrency } from '../../src/kernel/currency.js';
import { dayHint, takeDay, takeMonth } from '../../src/kernel/written-days.js';
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

/** The words without the day among them, and that day once it is known whose today counts; null where there is none. */
export function dayAmong(words: readonly string[]): { others: string[]; on: (today: Day) => Day | null } {
  const taken = takeDay(words.join(' '));
  if (!taken) return { others: [...words], on: () => null };
  return { others: wordsOf(taken.rest), on: (today) => parseDay(taken.on(isoDay(today))) };
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/** Refuses words that are not of the partner: a slip must not end in another day than was meant. */
export function refuseOthers(
  words: readonly string[],
  partner: Partners[number] | null,
  refusal: (word: string) => OpsError = unknownWord,
): void {
  const other = words.find((word) => !partOf(word, partner));
  if (other !== undefined) throw refusal(other);
}

const unknownWord = (word: string): OpsError =>
  new OpsError('invalid', `“${word.slice(0, 40)}” does not belong here.`, {
    hint: `${dayHint} \`/recon\` lists the partners.`,
  });

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
  const { others, on } = dayAmong(words);
  const named = others.filter((word) => readFilter(word, userId) === null);
  const partner = partnerIn(named, partners);
  const day = on(todayOf(partner?.partner ?? partners[0]?.partner ?? ''));
  refuseOthers(named, partner, unknownFilter);
  const filter: Omit<BreakFilter, 'limit'> = { states: ['open', 'owned'] };
  const said: string[] = [];
  if (partner) [filter.partner, said[said.length]] = [partner.partner, partner.name];
  if (day !== null) [filter.businessDay, said[said.length]] = [day, isoDay(day)];
  for (const { part, title } of others.flatMap((word) => readFilter(word, userId) ?? [])) {
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

/** `week`, `month`, `2026-11` or `Nov`; the newest week that is over where none is named. Throws `invalid`. */
export function periodIn(typed: readonly string[], today: Day): { period: Period; others: string[] } {
  const taken = takeMonth(typed.join(' '));
  const words = taken ? [...wordsOf(taken.rest), taken.on(isoDay(today))] : typed;
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
    hint: 'Periods are `week`, `month` (the newest that is over) or a month such as 2026-11 or `Nov`.',
  });
