/**
 * Which bank lines bring which payouts.
 *
 * Invariants: every payout gets one answer; a line pays one payout at most, never one of another currency; by amount and
 * date alone only what has no other candidate on either side, anything else is ambiguous; surplus and deficit are both
 * said. The order of payouts and lines changes nothing.
 */
import type { Day } from '../../kernel/calendar-day.js';
import type { PayoutState, ReportedPayout } from '../../ports/payouts.js';
import type { LineSighting } from '../../ports/reconciliation.js';
import { groupBy } from '../findings.js';

export interface LandingTerms {
  /** When money that left on a day is due at the bank. */
  dueOn: (day: Day) => Day;
  /** The last day on which money that is due on a day is late and not missing. */
  lastOn: (dueOn: Day) => Day;
  /** How many days after its due day a line may still be taken for a payout by its amount. */
  windowDays: number;
  /** The bank's newest business day that was read; null while there is none. */
  told: Day | null;
}

export interface Landing {
  payout: ReportedPayout;
  state: PayoutState;
  dueOn: Day;
  lines: LineSighting[];
  differenceMinor: bigint;
}

/** The answers are in the order of the payouts. */
export function landingsOf(
  payouts: readonly ReportedPayout[],
  lines: readonly LineSighting[],
  terms: LandingTerms,
): Landing[] {
  const ordered = [...payouts].sort(byDayAndPlace);
  const free = new FreeLines(lines);
  const paidBy = new Map<ReportedPayout, LineSighting[]>();
  takeWhole(ordered, free, paidBy);
  takeParts(ordered, free, paidBy);
  const { sure, unsure } = byAmount(
    ordered.filter((payout) => !paidBy.has(payout)),
    free.all(),
    terms,
  );
  for (const [payout, line] of sure) paidBy.set(payout, [line]);
  return payouts.map((payout): Landing => {
    const dueOn = terms.dueOn(payout.day);
    const paying = paidBy.get(payout);
    if (paying) return { payout, dueOn, lines: paying, ...arrival(payout, paying) };
    const candidates = unsure.get(payout) ?? [];
    const state = candidates.length > 0 ? 'ambiguous' : awaited(dueOn, terms);
    return { payout, dueOn, lines: candidates, state, differenceMinor: 0n };
  });
}

/** What a line may call a payout. */
export const namesOf = ({ batch, reference }: Pick<ReportedPayout, 'batch' | 'reference'>): string[] =>
  [...new Set([batch, reference])].filter((name) => name !== '');

type Paid = Map<ReportedPayout, LineSighting[]>;

/** Lines that no payout has taken, by what they call one. */
class FreeLines {
  readonly #lines: Set<LineSighting>;
  readonly #byName = new Map<string, LineSighting[]>();

  constructor(lines: readonly LineSighting[]) {
    this.#lines = new Set([...lines].sort(byDayAndLine));
    for (const sighting of this.#lines) {
      const { reference, order = '', batch, currency } = sighting.line;
      for (const name of new Set([reference, order, batch])) {
        const key = `${currency} ${name}`;
        if (name !== '') this.#byName.set(key, [...(this.#byName.get(key) ?? []), sighting]);
      }
    }
  }

  /** In the payout's currency. */
  named(payout: ReportedPayout): LineSighting[] {
    const found = namesOf(payout).flatMap((name) => this.#byName.get(`${payout.currency} ${name}`) ?? []);
    return [...new Set(found)].filter((sighting) => this.#lines.has(sighting));
  }

  take(sightings: readonly LineSighting[]): void {
    for (const sighting of sightings) this.#lines.delete(sighting);
  }

  all(): LineSighting[] {
    return [...this.#lines];
  }
}

/** Lines that name a payout and are of its amount, so that two payouts of one name do not share what one of them got. */
function takeWhole(payouts: readonly ReportedPayout[], free: FreeLines, paidBy: Paid): void {
  for (const payout of payouts) {
    const whole = free.named(payout).find(({ line }) => line.amountMinor === payout.amountMinor);
    if (!whole) continue;
    free.take([whole]);
    paidBy.set(payout, [whole]);
  }
}

/** All other lines that name a payout: together they are what arrived of it. */
function takeParts(payouts: readonly ReportedPayout[], free: FreeLines, paidBy: Paid): void {
  for (const payout of payouts) {
    if (paidBy.has(payout)) continue;
    const parts = free.named(payout);
    free.take(parts);
    if (parts.length > 0) paidBy.set(payout, parts);
  }
}

const keyOf = ({ currency, amountMinor }: { currency: string; amountMinor: bigint }): string =>
  `${currency} ${amountMinor}`;

function byAmount(
  payouts: readonly ReportedPayout[],
  lines: readonly LineSighting[],
  terms: LandingTerms,
): { sure: [ReportedPayout, LineSighting][]; unsure: Map<ReportedPayout, LineSighting[]> } {
  const ofAmount = groupBy(lines, ({ line }) => keyOf(line));
  const candidates = new Map(
    payouts.map((payout) => [
      payout,
      (ofAmount.get(keyOf(payout)) ?? []).filter((line) => isNear(payout, line, terms)),
    ]),
  );
  const wanted = new Map<LineSighting, number>();
  for (const line of [...candidates.values()].flat()) wanted.set(line, (wanted.get(line) ?? 0) + 1);
  const sure: [ReportedPayout, LineSighting][] = [];
  const unsure = new Map<ReportedPayout, LineSighting[]>();
  for (const [payout, some] of candidates) {
    const [only] = some;
    if (only === undefined) continue;
    if (some.length === 1 && wanted.get(only) === 1) sure.push([payout, only]);
    else unsure.set(payout, some);
  }
  return { sure, unsure };
}

function isNear(payout: ReportedPayout, { line, businessDay }: LineSighting, terms: LandingTerms): boolean {
  const day = line.day ?? businessDay;
  return day >= payout.day && day <= terms.dueOn(payout.day) + terms.windowDays;
}

function arrival(
  { amountMinor }: ReportedPayout,
  lines: readonly LineSighting[],
): Pick<Landing, 'state' | 'differenceMinor'> {
  const came = lines.reduce((sum, { line }) => sum + line.amountMinor, 0n);
  const differenceMinor = came - amountMinor;
  if (differenceMinor === 0n) return { state: 'arrived', differenceMinor };
  return { state: differenceMinor < 0n ? 'short' : 'over', differenceMinor };
}

function awaited(dueOn: Day, { told, lastOn }: LandingTerms): PayoutState {
  if (told === null || told < dueOn) return 'due';
  return told < lastOn(dueOn) ? 'late' : 'missing';
}

const byDayAndPlace = (a: ReportedPayout, b: ReportedPayout): number =>
  a.day - b.day || compare(placeOf(a), placeOf(b));

const placeOf = ({ partner, batch, reference, currency, fileName, line }: ReportedPayout): string =>
  [partner, batch, reference, currency, fileName, line].join(' ');

const byDayAndLine = (a: LineSighting, b: LineSighting): number =>
  a.businessDay - b.businessDay || a.line.file - b.line.file || a.line.line - b.line.line;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
