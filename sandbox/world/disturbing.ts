/**
 * The catalogue of scenarios that disturb the world: what a person reads about each, and from its parameters the
 * disturbance that it adds.
 * Invariant: a plan depends on world, time and parameters alone; wrong parameters are refused with a sentence that
 * names the right ones. Deliberately absent: effects, which are where the world is made.
 */
import { dayMs, hourMs } from './clock.js';
import { dayOf, isWeekend, startOfDay } from './calendar.js';
import { duplicatePayments, nextStatementMs, shortPayouts } from './disturbance-facts.js';
import type { Disturbance, DisturbanceName } from './disturbances.js';
import { disputeReasons } from './dispute-reasons.js';
import { countries, paymentsApiPartner, type Partner } from './partners.js';
import { payoutDayOf, payoutTimes } from './settlement.js';
import type { World } from './world.js';

export type Params = Record<string, unknown>;

interface Request {
  world: World;
  nowMs: number;
  params: Params;
}

interface Plan extends Partial<Pick<Disturbance, 'partnerId' | 'country' | 'reason' | 'settledMs'>> {
  fromMs: number;
  /** What its starter reads; a function is asked once the world is disturbed. */
  result: Params | (() => Params);
}

interface Disturbing {
  name: DisturbanceName;
  title: string;
  /** What will be seen, and where. */
  expect: string;
  /** Throws with a sentence for a person when the parameters make no sense. */
  plan: (request: Request) => Plan;
}

/** A drift that begins now would show in a week; this one has gone on for so long. */
const driftDays = 14;
/** So much of the past is hit as well, so that there is something to see at once. */
const seenAtOnceMs = 2 * hourMs;

export const disturbing: readonly Disturbing[] = [
  {
    name: 'partner-outage',
    title: 'Partner outage',
    expect:
      'At one partner three in four payments fail, with the partner at fault, and answers become slow. Its status page turns to major. Look at /partner.',
    plan: (request) => from(request.nowMs, partnerOf(request)),
  },
  {
    name: 'country-degrading',
    title: 'One country degrading',
    expect:
      'Half of one partner’s payments in one country fail, with the institution at fault; all others go on as before. The partner’s status page turns to minor. The slice that explains it is partner and country.',
    plan: (request) => {
      const partner = partnerOf(request);
      const country = countryOf(request, partner);
      return {
        fromMs: request.nowMs,
        partnerId: partner.id,
        country,
        result: { partner: partner.id, country },
      };
    },
  },
  {
    name: 'slow-drift',
    title: 'Slow drift',
    expect:
      'A partner’s success rate has been falling by 1 % a day for two weeks; the books show it at once. Payments that are already paid out stay paid: the past only gains failed retries. The status page stays green. Compare weeks, not minutes.',
    plan: (request) => {
      const partner = partnerOf(request);
      const settledMs = unsettledFromMs(partner, request.nowMs);
      return { ...from(request.nowMs - driftDays * dayMs, partner), settledMs };
    },
  },
  {
    name: 'short-paid-settlement',
    title: 'Short-paid settlement',
    expect:
      'From its next payout on, a partner pays 3 % less than its own lines add up to. Its statement (if it names the payout) and the bank’s both show this, and the clearing account does not return to zero.',
    plan: (request) => {
      const partner = partnerOf(request);
      const fromMs = Math.min(request.nowMs, nextArrival(partner, request.nowMs).createdMs);
      return {
        fromMs,
        partnerId: partner.id,
        result: () => ({
          partner: partner.id,
          short: shortPayouts(request.world, partner, fromMs).map(({ batchId, currency, shortMinor }) => ({
            batch: batchId,
            currency,
            missingMinor: shortMinor,
          })),
        }),
      };
    },
  },
  {
    name: 'missing-statement',
    title: 'Missing statement',
    expect:
      'A partner’s next statement does not arrive. Nothing shows until it is due; that time appears here once the scenario runs. From then on expect one alert about a late file, not thousands of breaks. Money moves as usual. When you stop the scenario, every statement that was held back arrives at once.',
    plan: (request) => withheld(request),
  },
  {
    name: 'late-statement',
    title: 'Late statement',
    expect:
      'A partner’s statements arrive six hours late, and its status page says so (minor). Nothing is lost.',
    plan: (request) => withheld(request),
  },
  {
    name: 'duplicate-capture',
    title: 'Duplicate captures',
    expect:
      'A partner captures some payments twice. Such a payment has two charges in the payments API, the statement has a line that is not in the books, and the payout is too high.',
    plan: (request) => {
      const { world, nowMs } = request;
      const partner = partnerOf(request);
      const fromMs = nowMs - seenAtOnceMs;
      return {
        fromMs,
        partnerId: partner.id,
        result: () => ({ partner: partner.id, payments: duplicatePayments(world, partner, fromMs, nowMs) }),
      };
    },
  },
  {
    name: 'dispute-wave',
    title: 'Dispute wave',
    expect:
      'Many times the usual number of disputes open at all partners, all for one reason and for payments of the last nine days. Each one costs the disputed amount and a fee. Look at /dispute.',
    plan: ({ nowMs, params: { reason = 'fraudulent' } }) => {
      const known = disputeReasons.find((one) => one === reason);
      if (!known) throw unknownValue('reason', reason, disputeReasons);
      return { fromMs: nowMs - seenAtOnceMs, reason: known, result: { reason } };
    },
  },
  {
    name: 'webhook-delay',
    title: 'Delayed webhooks',
    expect:
      'A partner’s events reach the company 45 minutes late: attempts stay pending and bookings are late in the books, while the payments API is up to date. Late data is not an outage; the status page says minor.',
    plan: (request) => from(request.nowMs, partnerOf(request)),
  },
];

const from = (fromMs: number, partner: Partner): Plan => ({
  fromMs,
  partnerId: partner.id,
  result: { partner: partner.id },
});

const unknownValue = (what: string, value: unknown, known: readonly string[]): Error =>
  new Error(`There is no ${what} "${String(value)}". Known: ${known.join(', ')}.`);

/** The payments API's partner unless another is named, by id or name. */
function partnerOf({ world, params: { partner: wanted = paymentsApiPartner } }: Request): Partner {
  const partner = world.partners.find(({ id, name }) => id === wanted || name === wanted);
  if (partner) return partner;
  throw unknownValue(
    'partner',
    wanted,
    world.partners.map(({ id }) => id),
  );
}

/** The partner's largest market unless another is named. */
function countryOf({ params }: Request, partner: Partner): string {
  const own = countries.filter(({ code }) => partner.countries.includes(code)).map(({ code }) => code);
  const { country: wanted = own[0] } = params;
  const country = own.find((code) => code === wanted);
  if (!country) throw unknownValue(`country at ${partner.name} called`, wanted, own);
  return country;
}

/** A payout lies at most so many days behind the last one: a weekend between them. */
const longestGapDays = 4;

/** The first payout that has not reached the bank. */
function nextArrival(partner: Partner, nowMs: number): { createdMs: number } {
  for (let day = dayOf(nowMs, partner.utcOffsetHours) - longestGapDays; ; day += 1) {
    const times = payoutTimes(partner, day);
    if (!isWeekend(day) && times.arrivalMs > nowMs) return times;
  }
}

/** Money moved from here on (ms) is in payouts that have not set out. */
function unsettledFromMs(partner: Partner, nowMs: number): number {
  const today = dayOf(nowMs, partner.utcOffsetHours);
  for (let day = today - longestGapDays - partner.payoutDelayDays; ; day += 1) {
    const startMs = startOfDay(day, partner.utcOffsetHours);
    if (payoutTimes(partner, payoutDayOf(partner, startMs)).createdMs > nowMs) return startMs;
  }
}

/** Of a partner that is named, else of the one whose statement is due next. */
function withheld(request: Request): Plan {
  const { world, nowMs, params } = request;
  const partners = params.partner === undefined ? world.partners : [partnerOf(request)];
  const [next] = partners
    .map((partner) => ({ partner, dueMs: nextStatementMs(partner, nowMs) }))
    .sort((a, b) => a.dueMs - b.dueMs);
  if (!next) throw new Error('This world has no partners.');
  return {
    fromMs: nowMs,
    partnerId: next.partner.id,
    result: { partner: next.partner.id, due: new Date(next.dueMs).toISOString() },
  };
}
