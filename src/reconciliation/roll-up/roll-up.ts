/**
 * Rolls breaks forward over a week or a month: open at its beginning, plus new, less cleared, is open at its end.
 *
 * Invariants: the equation is checked for each partner and currency, by count and by value, before anything is said; a
 * period is of the partner's own days; each is posted once, when it is over by every partner's clock.
 */
import { isoDay, type Day } from '../../kernel/calendar-day.js';
import { dayMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import { instantAt, startOfDay } from '../../kernel/time-zone.js';
import type { BreakFlow, BreakSum } from '../../ports/breaks.js';
import type { Transaction } from '../../ports/transaction.js';
import type { DaysDeps } from '../days/deps.js';
import { todayOf, type ReconciledPartner } from '../days/partner.js';
import { punctualityOf, type Punctuality } from '../days/punctuality.js';
import { lastComplete, type Period } from './period.js';

export interface PartnerRollUp {
  partner: { id: string; name: string };
  /** By currency. */
  flows: BreakFlow[];
  statements: Punctuality;
}

export interface RollUp {
  period: Period;
  /** Not over yet: it is as of now. */
  isSoFar: boolean;
  partners: PartnerRollUp[];
  /** Over all partners, by currency. */
  totals: BreakFlow[];
}

export interface RollUpDeps extends DaysDeps {
  showRollUp(tx: Transaction, rollUp: RollUp): Promise<void>;
}

/** Throws `internal` when the equation does not hold. */
export async function rollUpOf(
  deps: DaysDeps,
  partners: readonly ReconciledPartner[],
  period: Period,
): Promise<RollUp> {
  const now = deps.clock.now();
  const rolled = await Promise.all(partners.map((partner) => partnerRollUp(deps, partner, period)));
  return {
    period,
    isSoFar: partners.some((partner) => todayOf(partner, now) < period.to),
    partners: rolled,
    totals: totalsOf(rolled.flatMap(({ flows }) => flows)),
  };
}

async function partnerRollUp(
  deps: DaysDeps,
  partner: ReconciledPartner,
  { from, to }: Period,
): Promise<PartnerRollUp> {
  const { partner: id, name, timeZone } = partner;
  const flows = await deps.breaks.flow(
    id,
    startOfDay(isoDay(from), timeZone),
    startOfDay(isoDay(to), timeZone),
  );
  flows.forEach(requireBalance);
  const statements = await punctualityOf(deps, partner, from, to - 1);
  return { partner: { id, name }, flows, statements };
}

/** Throws `internal`. */
export function requireBalance({ currency, ...sums }: BreakFlow): void {
  const { opening, opened, reopened, resolved, writtenOff, closing } = sums;
  const count = opening.count + opened.count + reopened.count - resolved.count - writtenOff.count;
  const minor = opening.minor + opened.minor + reopened.minor - resolved.minor - writtenOff.minor;
  if (count === closing.count && minor === closing.minor) return;
  throw new OpsError('internal', `Breaks in ${currency.slice(0, 3)} do not roll forward.`, {
    hint: 'Opening plus new less cleared is not closing: steps of a break are missing or doubled in its history.',
    details: { expected: `${count}: ${minor}`, closing: `${closing.count}: ${closing.minor}` },
  });
}

const names = ['opening', 'opened', 'reopened', 'resolved', 'writtenOff', 'closing'] as const;
const plus = (a: BreakSum, b: BreakSum): BreakSum => ({ count: a.count + b.count, minor: a.minor + b.minor });

/** The currency with most open breaks first. */
function totalsOf(flows: readonly BreakFlow[]): BreakFlow[] {
  const totals = new Map<string, BreakFlow>();
  for (const flow of flows) {
    const before = totals.get(flow.currency);
    const sums = Object.fromEntries(
      names.map((name) => [name, before ? plus(before[name], flow[name]) : flow[name]]),
    ) as Omit<BreakFlow, 'currency'>;
    totals.set(flow.currency, { currency: flow.currency, ...sums });
  }
  return [...totals.values()].sort(
    (a, b) => b.closing.count - a.closing.count || (a.currency < b.currency ? -1 : 1),
  );
}

/** By each partner's clock, on the day after the period. */
const postedAt = '08:00';
/** A desk that was down longer lets a period go by; `/recon rollup` still shows it. */
const postedWithinMs = 5 * dayMs;

/** Posts what is due and was not posted yet; how many. */
export async function postRollUps(deps: RollUpDeps): Promise<number> {
  let posted = 0;
  for (const kind of ['week', 'month'] as const) {
    const period = lastComplete(kind, firstToday(deps));
    if (isDue(deps, period) && (await post(deps, period))) posted += 1;
  }
  return posted;
}

/** Where the day is youngest, a period is over last. */
export const firstToday = ({ partners, clock }: Pick<DaysDeps, 'partners' | 'clock'>): Day =>
  Math.min(...partners.map((partner) => todayOf(partner, clock.now())));

function isDue({ partners, clock }: DaysDeps, { to }: Period): boolean {
  const dueAt = Math.max(
    ...partners.map(({ timeZone }) => instantAt(isoDay(to), postedAt, timeZone).getTime()),
  );
  const lateMs = clock.now().getTime() - dueAt;
  return lateMs >= 0 && lateMs < postedWithinMs;
}

async function post(deps: RollUpDeps, period: Period): Promise<boolean> {
  if (await deps.days.isRolledUp(period)) return false;
  const rollUp = await rollUpOf(deps, deps.partners, period);
  // Before the first statement there is nothing to roll forward.
  if (rollUp.totals.length === 0 && rollUp.partners.every(({ statements }) => statements.due === 0))
    return false;
  return deps.transactions.run(async (tx) => {
    const isFirst = await deps.days.noteRollUp(tx, period);
    if (isFirst) await deps.showRollUp(tx, rollUp);
    return isFirst;
  });
}
