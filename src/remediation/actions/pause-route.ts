/**
 * Pauses a route of the platform until a given time: its payments take the fallback meanwhile.
 *
 * Invariants: no pause without an end; no pause whose traffic the fallback cannot take, by the numbers of the moment in
 * which it begins. The platform ends it by itself; we look afterwards, and end it where it did not.
 * Reading back: a paused route shows the key of the order that paused it. One that is active, or paused by another
 * order, surely is not paused by ours, and the platform answers the same order under the same key as it did before.
 * Once the end of the pause has come an active route tells nothing.
 */
import { dayMs, hourMs, minuteMs } from '../../kernel/clock.js';
import { formatDuration } from '../../kernel/duration.js';
import { OpsError } from '../../kernel/errors.js';
import { money, type Money } from '../../kernel/money.js';
import type { Route } from '../../ports/operations.js';
import type {
  Action,
  ActionFault,
  Effect,
  Preview,
  ReadBack,
  Step,
  Verification,
  World,
} from '../kit/action.js';
import { defineAction } from '../kit/define-action.js';
import { instantField, moneyFact, moneyOfFact, optionalField, wholeField } from '../kit/fields.js';
import { plainTextField } from '../kit/plain-text.js';
import {
  orderText,
  platformIdField,
  platformOf,
  routeFactsOf,
  routeText,
  stateText,
  suggestRoutes,
  type RouteFacts,
} from '../kit/platform.js';
import { timeText } from '../kit/provider.js';

type Params = { route: string; until: Date; probe: number | null; reason: string };

type Facts = RouteFacts & {
  fallback: { route: string; partner: string; state: string; capacityPerHour: number } | null;
  /** Of the last hour, as everything below. */
  volume: string;
  payments: number;
  fallbackPayments: number;
  /** Whether the platform can leave a share of the payments on it. */
  canProbe: boolean;
};

/** Below, a pause is over before anybody has seen what it does. */
const shortestMs = 5 * minuteMs;
/** A longer one is a change of routing, not a repair. */
const longestMs = dayMs;

/** Half of the payments is not moving them. */
export const probeMost = 50;
export const cannotProbe =
  'The platform can’t keep a share of the payments on a paused route. Leave it blank.';

export const pauseRoute: Action = defineAction<Params, Facts>({
  id: 'pause-route',
  title: 'Pause route',
  summary: 'Send payments to the fallback until a set time',
  risk: 'medium',
  fields: {
    route: { ...platformIdField('Route', 'northpay-card-us'), suggest: suggestRoutes('active') },
    until: instantField('Resumes at', 'At least 5 minutes and at most 24 hours from now'),
    probe: optionalField(
      wholeField(
        'Keep on the route',
        [1, probeMost],
        'Payments per 100 that stay as a probe, to show when the route works again',
      ),
    ),
    reason: plainTextField('Reason', 300, 'Stored with the pause on the platform'),
  },
  prefills: { route: 'route' },
  offerFor: (thing) =>
    thing.kind === 'partner' ? { text: 'Pause a route…', kind: 'partner', id: thing.id } : null,
  read: ({ route }, world) => readFacts(route, world),
  check,
  preview,
  volatile: ['volume', 'payments', 'fallbackPayments', 'canProbe'],
  execute: async ({ params, facts, idempotencyKey, world }) => {
    const { until, reason, probe } = params;
    const kept = probe === null ? {} : { probePercent: probe };
    const order = { routeId: facts.route, until, reason, ...kept, idempotencyKey };
    return effectOf(await platformOf(world).pauseRoute(order), idempotencyKey);
  },
  readBack: async (step) => settled(await routeOf(step), step),
  verify: async (step) => verified(await routeOf(step), step),
  followUp: { at: ({ until }) => until, run: endPause, endedEarly },
  closedWords: 'over',
  endedBy: 'resume-route',
});

const routeOf = ({ facts, world }: Step<Params, Facts>): Promise<Route> =>
  platformOf(world).route(facts.route);

async function readFacts(id: string, world: World): Promise<Facts> {
  const platform = platformOf(world);
  const route = await platform.route(id);
  const { fallback, volume } = route;
  return {
    ...routeFactsOf(route),
    fallback: fallback && {
      route: fallback.routeId,
      partner: fallback.partner,
      state: (await platform.route(fallback.routeId)).state,
      capacityPerHour: fallback.capacityPerHour,
    },
    volume: moneyFact(volume.amount),
    payments: volume.count,
    fallbackPayments: fallback?.loadPerHour ?? 0,
    canProbe: route.canProbe,
  };
}

function check({ until, probe }: Params, facts: Facts, now: Date): ActionFault[] {
  return [
    ...(probe !== null && !facts.canProbe ? [{ field: 'probe', message: cannotProbe }] : []),
    ...[...stateFaults(facts), ...fallbackFaults(facts)].map((message) => ({ field: 'route', message })),
    ...untilFaults(until, now).map((message) => ({ field: 'until', message })),
  ];
}

const stateFaults = (facts: Facts): string[] =>
  facts.state === 'active' ? [] : [`${facts.route} is already ${stateText(facts)}.`];

function fallbackFaults({ route, fallback, payments, fallbackPayments }: Facts): string[] {
  if (!fallback) return [`${route} has no fallback, so its payments would fail.`];
  const { route: other, state, capacityPerHour } = fallback;
  if (state !== 'active') return [`${other}, the fallback of ${route}, is ${state}.`];
  const together = fallbackPayments + payments;
  if (together <= capacityPerHour) return [];
  return [
    `${other} lacks capacity for ${route}: ${fallbackPayments} + ${payments} = ${together} payments in the last hour, limit ${capacityPerHour} an hour.`,
  ];
}

function untilFaults(until: Date, now: Date): string[] {
  const earliest = new Date(now.getTime() + shortestMs);
  const latest = new Date(now.getTime() + longestMs);
  if (until < earliest)
    return [`Resume at least ${formatDuration(shortestMs)} from now: ${timeText(earliest)} or later.`];
  return until > latest ? [`Resume at most 24 hours from now: ${timeText(latest)} or earlier.`] : [];
}

function preview({ until, probe, reason }: Params, facts: Facts, now: Date): Preview {
  const { route, partner, fallback, volume, payments, fallbackPayments } = facts;
  if (!fallback) throw new OpsError('internal', 'A plan pauses a route that has no fallback.');
  const minutes = Math.ceil((until.getTime() - now.getTime()) / minuteMs);
  const value = valueOf(moneyOfFact(volume), minutes);
  const length = formatDuration(minutes * minuteMs);
  return {
    headline: `Pause route ${routeText(facts)} until ${timeText(until)}`,
    changes: [
      `${route}: active → paused for ${length}, resumes automatically at ${timeText(until)}`,
      `Payments go to ${fallback.route} (${fallback.partner}) meanwhile: ${fallbackPayments} + ${payments} = ${fallbackPayments + payments} payments an hour, limit ${fallback.capacityPerHour}`,
      ...(probe === null ? [] : [`${probe} of 100 payments stay on ${route}, to show when it works again`]),
      `Amount at stake: last hour’s volume (${volume}, ${count(payments)}) over ${length} = ${moneyFact(value)}, rounded up`,
      ...(payments === 0 ? ['No volume in the last hour, so the amount at stake is unknown'] : []),
      `Reason: ${reason}`,
    ],
    affected: [
      `${partner} gets no new payments on this route; payments in progress are not affected.`,
      `${fallback.partner} gets them, with its own fees and acceptance rates.`,
    ],
    undo: 'Resume the route (resume-route) at any time.',
    irreversible: null,
    value,
    subject: { kind: 'route', id: route },
    partner,
    merchant: null,
  };
}

const count = (payments: number): string => `${payments} payment${payments === 1 ? '' : 's'}`;

/** Of an hour's volume. A volume of more refunds than payments puts nothing at stake. */
function valueOf({ minor, currency }: Money, minutes: number): Money {
  const minutesPerHour = BigInt(hourMs / minuteMs);
  const stake = (minor * BigInt(minutes) + minutesPerHour - 1n) / minutesPerHour;
  return money(minor > 0n ? stake : 0n, currency);
}

const statusLine = (route: Route): string => `${route.id} is ${stateText(routeFactsOf(route))}.`;

/** Whether it stands under the order of this plan. */
const isOurs = ({ state, pausedBy }: Route, key: string): boolean => state === 'paused' && pausedBy === key;

const effectOf = (route: Route, key: string): Effect => ({ id: key, summary: statusLine(route) });

function settled(route: Route, { params, idempotencyKey, world }: Step<Params, Facts>): ReadBack {
  if (isOurs(route, idempotencyKey)) return { kind: 'done', effect: effectOf(route, idempotencyKey) };
  const evidence = [statusLine(route)];
  if (world.clock.now() < params.until) return { kind: 'not_done', evidence };
  const overNow = `This plan’s pause would have ended at ${timeText(params.until)}, so its current state proves nothing.`;
  return { kind: 'cannot_tell', evidence: [...evidence, overNow] };
}

function verified(route: Route, { params, idempotencyKey, world }: Step<Params, Facts>): Verification {
  const evidence = statusLine(route);
  if (isOurs(route, idempotencyKey)) return { kind: 'visible', evidence };
  if (route.state === 'active' && world.clock.now() >= params.until)
    return {
      kind: 'visible',
      evidence: `${evidence} Its pause was due to end at ${timeText(params.until)}.`,
    };
  const who =
    route.state === 'active' ? `It was resumed ${orderText(route.resumedBy)}.` : 'This plan’s pause is gone.';
  return { kind: 'wrong', evidence: `${evidence} ${who}` };
}

/** By another request, or by other means. */
async function endedEarly(step: Step<Params, Facts>): Promise<Effect | null> {
  const route = await routeOf(step);
  if (isOurs(route, step.idempotencyKey)) return null;
  const summary =
    route.state === 'active'
      ? `${route.id} is active: it was resumed ${orderText(route.resumedBy)}.`
      : `${statusLine(route)} That is not the pause of this plan, which is over.`;
  return { id: route.state === 'active' ? route.resumedBy : route.pausedBy, summary };
}

/**
 * After the time at which the platform was to end it by itself, or before it, for a reason. A pause of somebody else's is
 * none of ours.
 */
async function endPause(step: Step<Params, Facts>, early: string | null): Promise<Effect> {
  const { params, facts, idempotencyKey, world } = step;
  // One order each, since the platform refuses a key that comes with another reason.
  const key = `${idempotencyKey}:${early === null ? 'resume' : 'end'}`;
  const planned = timeText(params.until);
  const route = await routeOf(step);
  if (route.state === 'active')
    return { id: route.resumedBy, summary: resumedText(route, planned, { key, early }) };
  if (!isOurs(route, idempotencyKey))
    return {
      id: null,
      summary: `${statusLine(route)} This is a different pause; this plan’s was due to end at ${planned}. Left unchanged.`,
    };
  const order = {
    routeId: facts.route,
    reason: early ?? `Its pause was due to end at ${planned}`,
    idempotencyKey: key,
  };
  const resumed = await platformOf(world).resumeRoute(order);
  return { id: key, summary: resumedText(resumed, planned, { key, early }) };
}

function resumedText(
  { id, resumedBy }: Route,
  planned: string,
  { key, early }: { key: string; early: string | null },
): string {
  if (early !== null && resumedBy === key) return `${id} is active again. ${early}`;
  if (resumedBy === null) return `${id} is active: it resumed automatically at ${planned}.`;
  if (resumedBy !== key) return `${id} is active: it was resumed ${orderText(resumedBy)}.`;
  return `${id} is active: it did not resume automatically at ${planned}, so Paydesk resumed it.`;
}
