/**
 * A standing approval to pause a route: people approve the pause ahead, and it acts by itself when such an alert opens.
 *
 * Invariants: it does nothing but be approved, so there is nothing to read back; policy rules on twice the value, because
 * no one checks when it acts; it ends by itself after 30 days at most.
 */
import { dayMs, hourMs, minuteMs } from '../../kernel/clock.js';
import { formatDuration } from '../../kernel/duration.js';
import { OpsError } from '../../kernel/errors.js';
import { formatMoney, money, type Money } from '../../kernel/money.js';
import { fail, ok } from '../../kernel/result.js';
import { isTimeZone } from '../../kernel/time-zone.js';
import { hoursText } from '../policy/calendar.js';
import type { Action, ActionFault, Field, Place, Plan, Preview, Standing, World } from '../kit/action.js';
import { defineAction } from '../kit/define-action.js';
import {
  amountField,
  amountIn,
  instantField,
  optionalField,
  wholeField,
  type TypedAmount,
} from '../kit/fields.js';
import { weekdays, type Hours } from '../kit/hours.js';
import { plainLineField } from '../kit/plain-text.js';
import { platformIdField, platformOf, suggestRoutes } from '../kit/platform.js';
import { timeText } from '../kit/provider.js';
import { cannotProbe, pauseRoute, probeMost } from './pause-route.js';

type Params = {
  route: string;
  metric: string;
  slice: Place | null;
  drop: number;
  attempts: number;
  minutes: number;
  probe: number | null;
  most: TypedAmount;
  uses: number;
  hours: Hours | null;
  until: Date;
  reason: string;
};

type Facts = {
  route: string;
  partner: string;
  method: string;
  country: string | null;
  currency: string;
  fallback: { route: string; partner: string } | null;
  canProbe: boolean;
  /** Whether such a metric is watched. */
  isWatched: boolean;
};

const shortestMs = hourMs;
const longestMs = 30 * dayMs;
const usesMost = 10;

const metricField: Field<string> = {
  label: 'Metric of the alert',
  input: { kind: 'text', placeholder: 'authorisation-success' },
  suggest: ({ metrics }) => Promise.resolve(metrics.map(({ id, name }) => ({ value: id, label: name }))),
  parse: (typed) => (/^[a-z][a-z0-9-]{1,60}$/.test(typed) ? ok(typed) : fail('Enter the ID of a metric.')),
};

const sliceField: Field<Place> = {
  label: 'Slice of the alert',
  hint: 'Values that the alert must name. Leave blank for the route’s partner.',
  input: { kind: 'text', placeholder: 'partner=northpay country=US' },
  parse: (typed) => {
    const pairs = typed.split(/[\s,]+/).map((pair) => /^([a-z][a-z0-9_]{0,40})=(.{1,60})$/.exec(pair));
    if (pairs.some((pair) => pair === null)) return fail('Write it like partner=northpay country=US.');
    return ok(Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1] ?? '', pair[2] ?? '']] : []))));
  },
};

const hoursField: Field<Hours> = {
  label: 'Hours',
  hint: 'When it may act, with a time zone. Leave blank for any time.',
  input: { kind: 'text', placeholder: '22:00-07:00 Europe/Amsterdam' },
  parse: (typed) => {
    const time = '(?:[01]\\d|2[0-3]):[0-5]\\d';
    const [, from = '', to = '', timeZone = ''] =
      new RegExp(`^(${time})\\s*[-–]\\s*(${time}|24:00) (\\S{1,60})$`).exec(typed) ?? [];
    if (from === '' || from === to || !isTimeZone(timeZone))
      return fail('Write them like 22:00-07:00 Europe/Amsterdam.');
    return ok({ days: weekdays, from, to, timeZone });
  },
};

export const armRoute: Action = defineAction<Params, Facts>({
  id: 'arm-route',
  title: 'Arm a route pause',
  summary: 'Approve in advance that an alert may pause a route',
  risk: 'medium',
  fields: {
    route: { ...platformIdField('Route', 'northpay-card-us'), suggest: suggestRoutes('active') },
    metric: metricField,
    slice: optionalField(sliceField),
    drop: wholeField('Minimum drop', [1, 100], 'Percentage points below the usual rate'),
    attempts: wholeField('Minimum attempts', [1, 1_000_000], 'Counted since the change began'),
    minutes: wholeField('Minutes per pause', [5, dayMs / minuteMs]),
    probe: optionalField(
      wholeField(
        'Keep on the route',
        [1, probeMost],
        'Payments per 100 that stay as a probe, to show when the route works again',
      ),
    ),
    most: amountField('Maximum at stake', 'In the route’s currency, for all uses together'),
    uses: wholeField('Uses', [1, usesMost]),
    hours: optionalField(hoursField),
    until: instantField('Armed until', 'At most 30 days from now'),
    reason: plainLineField('Reason', 200, 'Stored with each pause on the platform'),
  },
  prefills: { route: 'route' },
  read: readFacts,
  check,
  preview,
  contends: ({ route }) => [`standing:${route}`],
  execute: ({ params }) => Promise.resolve(armed(params)),
  readBack: ({ params }) => Promise.resolve({ kind: 'done', effect: armed(params) }),
  verify: ({ params }) => Promise.resolve({ kind: 'visible', evidence: armed(params).summary }),
  followUp: {
    at: ({ until }) => until,
    run: (_step, early) => Promise.resolve({ id: null, summary: early ?? 'Its time is up.' }),
  },
  closedWords: 'no longer armed',
  arms,
});

async function readFacts({ route: id, metric }: Params, world: World): Promise<Facts> {
  const route = await platformOf(world).route(id);
  const { partner, method, country, currency, fallback, canProbe } = route;
  return {
    route: route.id,
    partner,
    method,
    country,
    currency,
    fallback: fallback && { route: fallback.routeId, partner: fallback.partner },
    canProbe,
    isWatched: world.metrics.some(
      (watched) => watched.id === metric && ['rate', 'latency'].includes(watched.kind),
    ),
  };
}

function check(params: Params, facts: Facts, now: Date): ActionFault[] {
  const { until, probe, most } = params;
  const latest = new Date(now.getTime() + longestMs);
  const amount = amountIn(most, facts.currency);
  const faults = [
    facts.fallback ? null : fault('route', `${facts.route} has no fallback, so its payments would fail.`),
    facts.isWatched ? null : fault('metric', 'No rate metric has that ID. `/alerts why` lists the metrics.'),
    probe !== null && !facts.canProbe ? fault('probe', cannotProbe) : null,
    amount.ok ? null : fault('most', amount.fault),
    until.getTime() < now.getTime() + shortestMs
      ? fault('until', `Arm it for at least ${formatDuration(shortestMs)}.`)
      : null,
    until > latest ? fault('until', `Arm it for at most 30 days: ${timeText(latest)} or earlier.`) : null,
    isAbout(params, facts) ? null : fault('slice', `That slice does not cover ${facts.route}.`),
  ];
  return faults.filter((each) => each !== null);
}

const fault = (field: string, message: string): ActionFault => ({ field, message });

/** An alert of the slice has to be able to hold the route. */
const isAbout = ({ slice }: Params, facts: Facts): boolean => {
  const place = placeOf(facts);
  return Object.entries(slice ?? {}).every(([name, value]) => place[name] === value);
};

/** As the metrics over the books name it. */
const placeOf = ({ partner, method, country, currency }: Facts): Place => ({
  partner,
  method,
  ...(country !== null && { country }),
  currency,
});

const sliceOf = ({ slice }: Params, { partner }: Facts): Place => slice ?? { partner };

/** Throws `internal` for what `check` would not have let through. */
function mostOf({ most }: Params, { currency }: Facts): Money {
  const amount = amountIn(most, currency);
  if (amount.ok) return amount.value;
  throw new OpsError('internal', 'A standing approval has no amount.');
}

function preview(params: Params, facts: Facts): Preview {
  const { metric, drop, attempts, minutes, probe, uses, hours, until, reason } = params;
  const { route, partner, fallback } = facts;
  if (!fallback) throw new OpsError('internal', 'A plan arms a route that has no fallback.');
  const most = mostOf(params, facts);
  const slice = Object.entries(sliceOf(params, facts)).map(([name, value]) => `${name} = ${value}`);
  const kept = probe === null ? 'none stay as a probe' : `${probe} of 100 stay as a probe`;
  return {
    headline: `Arm: pause route ${route} automatically, until ${timeText(until)}`,
    changes: [
      `When an alert of ${metric} opens with ${slice.join(', ')}, at least ${drop} points below usual, n ≥ ${attempts}`,
      `${route} is paused for ${formatDuration(minutes * minuteMs)}: payments go to ${fallback.route} (${fallback.partner}), ${kept}`,
      `At most ${uses} ${uses === 1 ? 'time' : 'times'}, and ${formatMoney(most)} at stake in total; the policy counts that amount twice, because no one checks each use`,
      `Acts ${hours === null ? 'at any hour' : `at ${hoursText(hours)}`}`,
      'Ends each pause when the alert is over, when the fallback fails too, or at the latest when the time is up',
      `Reason: ${reason}`,
    ],
    affected: [
      `${partner} and ${fallback.partner}, each time that it acts. Another person must review each use.`,
    ],
    undo: 'One person can revoke it with /remediate standing revoke, or end a pause with Undo now.',
    irreversible: null,
    value: money(2n * most.minor, most.currency),
    subject: { kind: 'route', id: route },
    partner,
    merchant: null,
  };
}

const armed = ({ until }: Params): { id: null; summary: string } => ({
  id: null,
  summary: `Armed until ${timeText(until)}.`,
});

function arms(params: Params, facts: Facts): Standing {
  const { metric, drop, attempts, minutes, probe, uses, hours, until, reason } = params;
  const { fallback } = facts;
  if (!fallback) throw new OpsError('internal', 'A plan arms a route that has no fallback.');
  return {
    action: pauseRoute.id,
    alert: { metric, slice: sliceOf(params, facts), dropPoints: drop, attempts },
    place: placeOf(facts),
    fallback: { ...placeOf(facts), partner: fallback.partner },
    most: mostOf(params, facts),
    uses,
    hours,
    until,
    typed: (now) => ({
      route: facts.route,
      until: String(Math.ceil((now.getTime() + minutes * minuteMs) / 1000)),
      probe: probe === null ? '' : String(probe),
      reason,
    }),
    differences: (plan) => differences(facts, plan),
  };
}

/** Everything of the route that was approved, as a plan of now has read it. */
function differences(facts: Facts, { facts: now }: Plan): string[] {
  const { route, partner, method, country, currency, fallback } = facts;
  const there = (now.fallback ?? {}) as { route?: string; partner?: string };
  const before = {
    route,
    partner,
    method,
    country,
    currency,
    fallback: fallback?.route,
    'fallback partner': fallback?.partner,
  };
  const after: Readonly<Record<string, unknown>> = {
    ...now,
    fallback: there.route,
    'fallback partner': there.partner,
  };
  return Object.entries(before)
    .filter(([name, value]) => after[name] !== value)
    .map(([name, value]) => `${name}: ${String(value)} → ${String(after[name])}`);
}
