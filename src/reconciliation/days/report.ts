/** Gathers what the card of a business day says. */
import type { Day } from '../../kernel/calendar-day.js';
import { OpsError } from '../../kernel/errors.js';
import type { UnitRecord } from '../../ports/reconciliation.js';
import type { DayReport, DaysDeps, TrendDay } from './deps.js';
import { payoutsAtBank } from '../payouts/at-bank.js';
import { todayOf, type ReconciledPartner } from './partner.js';
import { punctualityOf } from './punctuality.js';
import { qualityOf } from './quality.js';

const mostLargest = 5;
const trendDays = 30;

/** Throws `not_found` for a partner whose statements are not reconciled. */
export function partnerNamed({ partners }: Pick<DaysDeps, 'partners'>, id: string): ReconciledPartner {
  const found = partners.find(({ partner }) => partner === id);
  if (found) return found;
  throw new OpsError('not_found', `No statements of “${id.slice(0, 40)}” are reconciled.`, {
    hint: `Partners: ${partners.map(({ partner }) => partner).join(', ')}.`,
  });
}

/** Null for a day that was never reconciled. */
export async function reportOf(
  deps: DaysDeps,
  partner: ReconciledPartner,
  businessDay: Day,
): Promise<DayReport | null> {
  const key = { partner: partner.partner, businessDay };
  const unit = await deps.results.unit(key);
  return unit === null ? null : reportOn(deps, partner, unit);
}

/** The newest day of a partner; null while none was reconciled. */
export async function newestReport(deps: DaysDeps, partner: ReconciledPartner): Promise<DayReport | null> {
  const today = todayOf(partner, deps.clock.now());
  const units = await deps.results.units(partner.partner, today - trendDays, today + 1);
  const newest = units.at(-1);
  return newest === undefined ? null : reportOn(deps, partner, newest);
}

async function reportOn(deps: DaysDeps, partner: ReconciledPartner, unit: UnitRecord): Promise<DayReport> {
  const { businessDay } = unit;
  const key = { partner: partner.partner, businessDay };
  const today = todayOf(partner, deps.clock.now());
  const [day, open, largest, total, still, outlook, units, arrivals, value, punctuality, payouts] =
    await Promise.all([
      deps.days.find(key),
      deps.breaks.openCounts(partner.partner),
      deps.breaks.list({ partner: partner.partner, states: ['open', 'owned'], limit: mostLargest }),
      deps.breaks.count(key),
      deps.breaks.count({ ...key, states: ['open', 'owned'] }),
      deps.outlook(partner),
      deps.results.units(partner.partner, businessDay - trendDays, businessDay),
      deps.arrivals.filesOf(unit.files),
      deps.days.movementsOf(key),
      punctualityOf(deps, partner, today - trendDays, today),
      payoutsAtBank(deps, partner.partner, today),
    ]);
  const pending = outlook.landings;
  return {
    partner: { id: partner.partner, name: partner.name },
    businessDay,
    today,
    unit,
    files: arrivals,
    day,
    found: { total, open: still },
    open,
    largest,
    pending,
    outlook,
    quality: qualityOf({ units, pending, open, punctuality }),
    trend: units.map(trendOf),
    value,
    payouts,
  };
}

const sumOf = (counts: Readonly<Record<string, number | undefined>>): number =>
  Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0);

/** Breaks and entries are counted, because days of several currencies have no common sum. */
function trendOf({ businessDay, ledgerRows, statementRows, breaks }: UnitRecord): TrendDay {
  const rows = Math.max(ledgerRows, statementRows);
  const explained = rows === 0 ? 100 : Math.max(0, 100 - (100 * sumOf(breaks)) / rows);
  return { businessDay, explained };
}
