/**
 * The catalogue of scenarios that disturb the world: what a person reads about each, and from its parameters the
 * disturbance that it adds.
 * Invariant: a plan depends on world, time and parameters alone; wrong parameters are refused with a sentence that
 * names the right ones. Deliberately absent: effects, which stand where the world is made.
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
      'Three in four payments at one partner fail with the partner at fault and answers become slow. Its status page turns to major; look at /partner.',
    plan: (request) => from(request.nowMs, partnerOf(request)),
  },
  {
    name: 'country-degrading',
    title: 'One country degrading',
    expect:
      'Half of the payments of one country at one partner fail with the institution at fault, all others go on as before. The partner’s status page turns to minor; the slice that explains it is partner and country.',
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
      'A partner’s success rate sinks by 1 % a day and has done so for two weeks; the books show it at once. What is paid out already stays as it was: there people only tried again in vain. Its status page stays green; compare weeks, not minutes.',
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
      'A partner pays out 3 % of the captures less than its own lines add up to, from the first payout that has not arrived yet. Its statement (where it names the payout) and the bank’s say so, and the clearing account does not return to zero.',
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
      'A partner’s next statement does not come. Nothing is to be seen before it is due, at the time that stands here once this runs; from then on one alert about a file is due, not thousands of breaks. Money moves as ever. Once stopped, everything held back comes at once.',
    plan: (request) => withheld(request),
  },
  {
    name: 'late-statement',
    title: 'Late statement',
    expect:
      'A partner’s statements come six hours late, and its status page says so (minor). Late is not missing: nothing is lost.',
    plan: (request) => withheld(request),
  },
  {
    name: 'duplicate-capture',
    title: 'Duplicate captures',
    expect:
      'A partner captures some payments twice. At the payments API such a payment has two charges, the statement has a line that the books know nothing of, and the payout is too high.',
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
      'Many times the usual number of disputes open at all partners, for payments of the last nine days and for one reason. Look at /dispute; every one takes its money and a fee.',
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
      'A partner’s events reach the company 45 minutes late: attempts stay pending and bookings come late in the books, while the payments API knows better. Late data is not an outage; the status page says minor.',
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
