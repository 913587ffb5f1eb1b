/**
 * A month's disputes and programmes, put together from the register, the warnings and the books.
 */
import type { CardSettlements } from '../ports/card-settlements.js';
import type { DisputeRegister, FraudWarnings } from '../ports/dispute-register.js';
import type { Month } from '../kernel/month.js';
import { networkMonthBefore } from './month.js';
import { chargebacksAt, standingOf, type Programme, type Standing } from './programmes.js';
import { statsOf, type DisputeStats } from './stats.js';

export interface MonthReportDeps {
  /** Whose disputes are known: both parts of a ratio are of that partner alone. */
  partner: string;
  register: Pick<DisputeRegister, 'opened'>;
  warnings: Pick<FraudWarnings, 'count'>;
  /** Since when warnings are counted. */
  begunAt: () => Promise<Date>;
  /** Null while no books are connected. */
  settlements: CardSettlements | null;
  programmes: readonly Programme[];
}

export interface MonthReport {
  stats: DisputeStats;
  standings: readonly Standing[];
  /** Since when early fraud warnings are counted; null where that was before the month. */
  warningsSince: Date | null;
}

export async function monthReport(
  { partner, register, warnings, begunAt, settlements, programmes }: MonthReportDeps,
  month: Month,
): Promise<MonthReport> {
  const spanOf = ({ from, to }: Month) => ({ partner, from, to });
  const [opened, begun] = await Promise.all([register.opened(spanOf(month)), begunAt()]);
  const warningsSince = begun > month.from ? begun : null;
  const standings = programmes.map(async (programme) => {
    const { network, dividedBy } = programme;
    const base = dividedBy === 'same_month' ? month : networkMonthBefore(month);
    const [warned, settled] = await Promise.all([
      warnings.count(spanOf(month), network),
      settlements?.count(spanOf(base), network) ?? null,
    ]);
    return standingOf(programme, month, {
      disputes: chargebacksAt(opened, network),
      warnings: warned,
      warningsWhole: warningsSince === null,
      settled,
    });
  });
  return { stats: statsOf(opened), standings: await Promise.all(standings), warningsSince };
}
