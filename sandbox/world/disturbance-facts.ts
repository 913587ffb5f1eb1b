/**
 * What a running disturbance does to the world, as facts to look up and as a line for the person who started it.
 * Invariant: told from world, disturbance and time alone, so a scenario still says what it does after a restart.
 */
import { dayOf, isWeekend } from './calendar.js';
import { hourOf, secondMs } from './clock.js';
import type { Disturbance, DisturbanceName } from './disturbances.js';
import { moneyFacts, type Partner } from './partners.js';
import { payoutTimes, statementDueMs, type Payout } from './settlement.js';
import type { World } from './world.js';

/** Payouts that lack something, of the first day on which any sets out after a time (ms). */
export function shortPayouts(world: World, partner: Partner, fromMs: number): Payout[] {
  for (let day = dayOf(fromMs, partner.utcOffsetHours); ; day += 1)
    if (!isWeekend(day) && payoutTimes(partner, day).createdMs >= fromMs)
      return world.payoutsOfDay(partner, day).filter(({ shortMinor }) => shortMinor > 0);
}

/** Payments at a partner that were captured twice in a stretch (ms, both inclusive), oldest first. */
export function duplicatePayments(world: World, partner: Partner, fromMs: number, toMs: number): string[] {
  const hours = Array.from({ length: hourOf(toMs) - hourOf(fromMs) + 1 }, (_, i) => hourOf(fromMs) + i);
  return hours
    .flatMap((hour) => world.movementsOfHour(hour))
    .filter(({ duplicate, atMs, order }) => duplicate && atMs <= toMs && order.route.partner === partner)
    .map(({ order }) => order.paymentId);
}

/** When the first statement after a time (ms) is due. */
export function nextStatementMs(partner: Partner, atMs: number): number {
  for (let day = dayOf(atMs, partner.utcOffsetHours) - 4; ; day += 1) {
    const dueMs = statementDueMs(partner, day);
    if (!isWeekend(day) && dueMs > atMs) return dueMs;
  }
}

type Detail = (world: World, disturbance: Disturbance, partner: Partner, nowMs: number) => string;

const due: Detail = (_world, { fromMs }, partner) =>
  `Next statement due: ${timeText(nextStatementMs(partner, fromMs))}.`;

const missing: Detail = (_world, { fromMs }, partner) =>
  `Its next statement is due ${timeText(nextStatementMs(partner, fromMs))}; expect an alert about it from then on.`;

const details: Partial<Record<DisturbanceName, Detail>> = {
  'missing-statement': missing,
  'late-statement': due,
  'short-paid-settlement': (world, { fromMs }, partner) =>
    shortPayouts(world, partner, fromMs)
      .map(
        ({ batchId, currency, shortMinor }) => `\`${batchId}\` is ${amountText(shortMinor, currency)} short.`,
      )
      .join(' '),
  'duplicate-capture': (world, { fromMs }, partner, nowMs) => {
    const [first] = duplicatePayments(world, partner, fromMs, nowMs);
    return first === undefined ? '' : `For instance \`${first}\`.`;
  },
};

/** A line of mrkdwn: where, since when, and what to look up. */
export function noteOf(world: World, disturbance: Disturbance, nowMs: number): string {
  const { name, partnerId, country, reason, fromMs } = disturbance;
  const partner = world.partners.find(({ id }) => id === partnerId);
  const where = [partner?.name ?? 'all partners', country].filter((part) => part !== null).join(', ');
  const detail = partner ? (details[name]?.(world, disturbance, partner, nowMs) ?? '') : '';
  const why = reason === null ? '' : `Reason: ${reason}.`;
  return [`At ${where} since ${timeText(fromMs)}.`, why, detail].filter((part) => part !== '').join(' ');
}

const timeText = (atMs: number): string =>
  `<!date^${Math.floor(atMs / secondMs)}^{date_short_pretty} {time}|${new Date(atMs).toISOString()}>`;

function amountText(minor: number, currency: Payout['currency']): string {
  const { decimals } = moneyFacts[currency];
  return `${(minor / 10 ** decimals).toFixed(decimals)} ${currency}`;
}
