/**
 * Which files there are: for each partner and bank and business day its names, when they are due, and what is in them.
 * Invariant: a name carries owner and day and never changes; the content depends on the world alone.
 */
import { setImmediate } from 'node:timers/promises';
import { dayOf, isoDay, isWeekend, startOfDay } from '../world/calendar.js';
import { hourMs } from '../world/clock.js';
import { statementArrivalMs } from '../world/disturbances.js';
import { banks, type Bank } from '../world/banks.js';
import { type Partner, type StatementFormat } from '../world/partners.js';
import { daysOfPayout, statementDueMs } from '../world/settlement.js';
import type { OrderAttempt, World } from '../world/world.js';
import { accountsOf, bankAccountsOf } from './accounts.js';
import { adyenSettlement } from './formats/adyen-settlement.js';
import { bai2 } from './formats/bai2.js';
import { camt053 } from './formats/camt053.js';
import { mt940 } from './formats/mt940.js';
import { nachaReturns } from './formats/nacha-returns.js';
import { paypalStl } from './formats/paypal-stl.js';
import { decimalCommaCsv, genericCsv } from './formats/plain-csv.js';
import { stripePayouts } from './formats/stripe-payouts.js';
import { carelessReport } from './everyday-errors.js';
import { settlementOf, type SettlementReport } from './settlement.js';

export interface Document {
  /** `adria_2026-11-18_settlement.csv` */
  name: string;
  /** The partners whose doings are in it. */
  partnerIds: readonly string[];
  /** When it should arrive (ms). */
  dueMs: number;
  /** When it arrives (ms); `Infinity` while it is missing. */
  arrivalMs: number;
  /** The end of its business day (ms): nothing in it is later. */
  endMs: number;
  render: () => Promise<string>;
}

const reports: Record<StatementFormat, { extension: string; write: (report: SettlementReport) => string }> = {
  'stripe-payouts': { extension: 'csv', write: stripePayouts },
  'adyen-settlement': { extension: 'csv', write: adyenSettlement },
  'paypal-stl': { extension: 'csv', write: paypalStl },
  'generic-csv': { extension: 'csv', write: genericCsv },
  'decimal-comma-csv': { extension: 'csv', write: decimalCommaCsv },
  camt053: { extension: 'xml', write: (report) => camt053(accountsOf(report)) },
  bai2: { extension: 'bai', write: (report) => bai2(accountsOf(report)) },
};

const bankFiles = {
  camt053: { extension: 'xml', write: camt053 },
  mt940: { extension: 'sta', write: mt940 },
  bai2: { extension: 'bai', write: bai2 },
} as const;

/** The partner that also sends the direct debits that came back. */
const achPartner = 'tidewire';

/**
 * Every document whose business day is one of the last `days` weekdays before a time (ms), oldest day first. `careless`:
 * with the errors that partners make on any day.
 */
export function documentsBefore(world: World, nowMs: number, days: number, careless = false): Document[] {
  const ofPartners = world.partners.flatMap((partner) =>
    lastWeekdays(nowMs, partner.utcOffsetHours, days).flatMap((day) =>
      partnerDocuments(world, partner, day, careless),
    ),
  );
  const ofBanks = banks.flatMap((bank) =>
    lastWeekdays(nowMs, bank.utcOffsetHours, days).map((day) => bankDocument(world, bank, day)),
  );
  return [...ofPartners, ...ofBanks].sort((a, b) => a.endMs - b.endMs);
}

function lastWeekdays(nowMs: number, utcOffsetHours: number, count: number): number[] {
  const days: number[] = [];
  for (let day = dayOf(nowMs, utcOffsetHours) - 1; days.length < count; day -= 1)
    if (!isWeekend(day)) days.unshift(day);
  return days;
}

function partnerDocuments(world: World, partner: Partner, day: number, careless: boolean): Document[] {
  const report = reports[partner.statementFormat];
  const dueMs = statementDueMs(partner, day);
  const common = {
    partnerIds: [partner.id],
    dueMs,
    arrivalMs: statementArrivalMs(world.disturbances, partner.id, dueMs),
    endMs: startOfDay(day + 1, partner.utcOffsetHours),
  };
  const settlement: Document = {
    ...common,
    name: `${partner.id}_${isoDay(day)}_settlement.${report.extension}`,
    render: () =>
      Promise.resolve(
        (careless ? carelessReport(world, partner, day) : null) ??
          report.write(settlementOf(world, partner, day)),
      ),
  };
  if (partner.id !== achPartner) return [settlement];
  const returns: Document = {
    ...common,
    name: `${partner.id}_${isoDay(day)}_returns.ach`,
    render: async () => nachaReturns(day, await failedAttempts(world, partner, day)),
  };
  return [settlement, returns];
}

const bankDocument = (world: World, bank: Bank, day: number): Document => {
  const file = bankFiles[bank.statementFormat];
  const endMs = startOfDay(day + 1, bank.utcOffsetHours);
  const dueMs = endMs + bank.statementLagHours * hourMs;
  return {
    name: `${bank.id}_${isoDay(day)}_statement.${file.extension}`,
    partnerIds: world.partners.filter((partner) => partner.bank === bank.id).map(({ id }) => id),
    dueMs,
    arrivalMs: dueMs,
    endMs,
    render: async () => file.write(await bankAccountsOf(world, bank, day)),
  };
};

/** Of the business days that the partner settles on this one. Breathes between hours. */
async function failedAttempts(world: World, partner: Partner, day: number): Promise<OrderAttempt[]> {
  const found: OrderAttempt[] = [];
  for (const businessDay of daysOfPayout(partner, day)) {
    const first = startOfDay(businessDay, partner.utcOffsetHours) / hourMs;
    for (let hour = first; hour < first + 24; hour += 1) {
      const own = world.attemptsOfHour(hour).filter(({ order }) => order.route.partner === partner);
      found.push(...own.filter(({ attempt }) => attempt.decline !== null));
      await setImmediate();
    }
  }
  return found;
}
