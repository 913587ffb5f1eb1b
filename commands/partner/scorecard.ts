/**
 * Gathers a partner's scorecard: each month and each part by itself, so that one that cannot be read hides no other.
 */
import { parseDay, type Day } from '../../src/kernel/calendar-day.js';
import { part } from '../../src/kernel/part.js';
import { takeMonth } from '../../src/kernel/written-days.js';
import { OpsError, toOpsError } from '../../src/kernel/errors.js';
import { dayIn } from '../../src/kernel/time-zone.js';
import { monthBefore, monthOfDay, monthsUpTo, parseMonth, type Month } from '../../src/kernel/month.js';
import {
  availabilityOf,
  judgedOf,
  medianDays,
  publishedTrouble,
  type MonthOfCard,
} from '../../src/partners/scorecard.js';
import type { ScorecardFacts } from '../../src/views/partners/scorecard.js';
import { reconciledIn, requirePartner, type ListedPartner, type PartnerDeps } from './deps.js';

const monthsShown = 13;
const mostEntries = 1000;

/** `northpay 2026-10`; without a month the newest that is complete. Throws `not_found` and `invalid`. */
export async function scorecardOf(text: string, desk: PartnerDeps): Promise<ScorecardFacts> {
  const now = desk.clock.now();
  const { partner, month } = wantedIn(text, desk, now);
  const [months, statements, breaks, incidents] = await Promise.all([
    Promise.all(
      monthsUpTo(month, monthsShown, partner.timeZone).map((one) => monthOf(partner.id, one, desk)),
    ),
    part(statementsIn(partner, month, desk)),
    part(breaksIn(partner, month, desk)),
    part(incidentsIn(partner, month, desk, now)),
  ]);
  return { partner, months: fromFirst(months), statements, breaks, incidents, now };
}

/** Months before the first attempt are no months of this partner; the one asked for stays. */
function fromFirst(months: readonly MonthOfCard[]): MonthOfCard[] {
  const first = months.findIndex(
    ({ counted }) => 'unknown' in counted || judgedOf(counted) + counted.leftOut + counted.underWay > 0,
  );
  return months.slice(first < 0 ? -1 : first);
}

function wantedIn(
  text: string,
  { partners }: PartnerDeps,
  now: Date,
): { partner: ListedPartner; month: Month } {
  const taken = takeMonth(text);
  const words = (taken?.rest ?? text).trim().split(/\s+/).filter(Boolean);
  const typed = words.find((word) => /^\d/.test(word));
  const names = words.filter((word) => word !== typed);
  if (names.length === 0)
    throw new OpsError('invalid', 'Which partner?', {
      hint: 'Write `/partner scorecard northpay`, with a month such as 2026-10 or without one.',
    });
  const partner = requirePartner(names.join(' '), partners);
  const today = dayIn(now, partner.timeZone);
  const named = typed ?? taken?.on(today);
  if (named === undefined)
    return { partner, month: monthBefore(monthOfDay(today, partner.timeZone), partner.timeZone) };
  const month = parseMonth(named, partner.timeZone);
  if (!month)
    throw new OpsError('invalid', `“${named.slice(0, 20)}” is not a month.`, {
      hint: 'Write year and month, such as 2026-10; months go from 01 to 12.',
    });
  if (month.from > now)
    throw new OpsError('invalid', `${month.text} has not begun yet.`, {
      hint: `The newest month is ${today.slice(0, 7)}.`,
    });
  return { partner, month };
}

async function monthOf(partner: string, month: Month, { books }: PartnerDeps): Promise<MonthOfCard> {
  if (!books) return { month, counted: { unknown: 'books not connected' } };
  try {
    const [traffic] = await books.trafficIn([[month]], partner);
    return { month, counted: availabilityOf(traffic?.get(partner)) };
  } catch (thrown) {
    return { month, counted: { unknown: toOpsError(thrown).publicMessage } };
  }
}

async function statementsIn({ id, timeZone }: ListedPartner, { from, to }: Month, desk: PartnerDeps) {
  const dayOf = (at: Date): Day => parseDay(dayIn(at, timeZone)) ?? 0;
  return (await reconciledIn(id, desk)?.punctuality(id, dayOf(from), dayOf(to) - 1)) ?? null;
}

const breaksIn = async ({ id }: ListedPartner, { from, to }: Month, desk: PartnerDeps) =>
  (await reconciledIn(id, desk)?.breakRecord(id, from, to)) ?? null;

async function incidentsIn({ id }: ListedPartner, month: Month, desk: PartnerDeps, now: Date) {
  const [opened, entries] = await Promise.all([
    desk.alerts?.openedOf(id, month.from, month.to) ?? [],
    desk.auditStore.find({ subject: id }, mostEntries),
  ]);
  const lasted = opened.flatMap(({ openedAt, resolvedAt }) =>
    resolvedAt === null ? [] : [resolvedAt.getTime() - openedAt.getTime()],
  );
  const told = entries.filter(({ kind }) => kind === 'partner.degraded' || kind === 'partner.recovered');
  return {
    alerts: opened.length,
    resolved: lasted.length,
    medianDays: medianDays(lasted),
    published: publishedTrouble(told, month, now),
  };
}
