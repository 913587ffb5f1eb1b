/**
 * Tells the channel every week how the month stands in the networks' programmes, and at once when it comes near a threshold.
 *
 * Invariant: each week is reported once, and so is each threshold of a month: when 80 % of it is passed and when it is reached.
 */
import { networkMonthOf } from '../src/disputes/month.js';
import type { Month } from '../src/kernel/month.js';
import type { MonthReport } from '../src/disputes/month-report.js';
import { alarmOf, type Standing } from '../src/disputes/programmes.js';
import { dayMs, hourMs, type Clock } from '../src/kernel/clock.js';
import type { Job } from '../src/ports/jobs.js';
import type { Outbox } from '../src/ports/outbox.js';
import type { Transactions } from '../src/ports/transaction.js';
import { programmesCard, standingTitle } from '../src/views/disputes/stats.js';

export interface DisputeProgrammesDeps {
  /** Null while no payments API is connected. */
  monthReport: ((month: Month) => Promise<MonthReport>) | null;
  /** Channel id; null for nowhere. */
  disputesChannel: string | null;
  outbox: Outbox;
  transactions: Transactions;
  clock: Clock;
}

/** In UTC: Monday morning. */
const weekday = 1;
const fromHour = 8;

export const disputeProgrammesJob: Job<DisputeProgrammesDeps> = {
  id: 'dispute-programmes',
  summary:
    'Reports weekly, and when a threshold is near, how the company stands in the networks’ dispute programmes',
  schedule: '*/15 * * * *',
  catchUp: 1,
  run: async (_slot, { monthReport, disputesChannel: channel, outbox, transactions, clock }, log) => {
    if (monthReport === null || channel === null) return;
    const now = clock.now();
    const month = networkMonthOf(now);
    const { standings, warningsSince } = await monthReport(month);
    const alarms = standings.flatMap((standing) => alarmCard(standing, { month, warningsSince, now }));
    await transactions.run(async (tx) => {
      for (const { once, card } of alarms) await outbox.enqueue(tx, { channel, card, once });
      const week = weekDue(now);
      const card = programmesCard({ month, standings, warningsSince, alarm: null, now });
      if (week !== null) await outbox.enqueue(tx, { channel, card, once: `dispute-programmes:${week}` });
    });
    log.debug({ alarms: alarms.length }, 'programmes were checked');
  },
};

function alarmCard(standing: Standing, at: { month: Month; warningsSince: Date | null; now: Date }) {
  const alarm = alarmOf(standing);
  if (alarm === null) return [];
  const { threshold, isReached } = alarm;
  const how = isReached ? 'has reached' : 'is past 80 % of';
  const title = `${standing.programme.name} ${how} its threshold “${threshold.name}”: ${standingTitle(standing)}`;
  const key = [standing.programme.id, at.month.text, threshold.name, isReached ? 'reached' : 'near'].join(
    ':',
  );
  const card = programmesCard({ ...at, standings: [standing], alarm: title });
  return [{ once: `dispute-programme:${key}`, card }];
}

/** The Monday that this day begins a week with, once its hour has come; null on other days. */
const weekDue = (now: Date): string | null => {
  const isDue = now.getUTCDay() === weekday && now.getTime() % dayMs >= fromHour * hourMs;
  return isDue ? now.toISOString().slice(0, 10) : null;
};
