/**
 * Ends the pause of a route before its time: new payments take it again.
 *
 * Invariant: only the pause that was approved to be ended is ended; another one in its place voids the plan.
 * Reading back: an active route shows the key of the order that ended its last pause. While the pause of the plan stands,
 * ours surely did not end it. In the place of that pause another may stand: then ours may have come in between, and the
 * same order again would end a pause that nobody approved to end.
 */
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

type Params = { route: string; reason: string };

type Facts = RouteFacts & {
  /** Where its payments go meanwhile. */
  fallback: string | null;
};

export const resumeRoute: Action = defineAction<Params, Facts>({
  id: 'resume-route',
  title: 'Resume route',
  summary: 'End a route’s pause early',
  risk: 'medium',
  fields: {
    route: { ...platformIdField('Route', 'northpay-card-us'), suggest: suggestRoutes('paused') },
    reason: plainTextField('Reason', 300, 'Stored with the order on the platform'),
  },
  prefills: { route: 'route' },
  read: ({ route }, world) => readFacts(route, world),
  check: (_params, facts) => check(facts),
  preview,
  execute: async ({ params, facts, idempotencyKey, world }) => {
    const order = { routeId: facts.route, reason: params.reason, idempotencyKey };
    return effectOf(await platformOf(world).resumeRoute(order), idempotencyKey);
  },
  readBack: async (step) => settled(await routeOf(step), step),
  verify: async (step) => verified(await routeOf(step)),
});

const routeOf = ({ facts, world }: Step<Params, Facts>): Promise<Route> =>
  platformOf(world).route(facts.route);

async function readFacts(id: string, world: World): Promise<Facts> {
  const route = await platformOf(world).route(id);
  return { ...routeFactsOf(route), fallback: route.fallback?.routeId ?? null };
}

const check = ({ route, state }: Facts): ActionFault[] =>
  state === 'paused' ? [] : [{ field: 'route', message: `${route} is ${state}: there is no pause to end.` }];

function preview({ reason }: Params, facts: Facts): Preview {
  return {
    headline: `Resume route ${routeText(facts)} now`,
    changes: [`${facts.route}: ${stateText(facts)} → active`, `Reason: ${reason}`],
    affected: [
      `${facts.partner} gets new payments on this route again${facts.fallback === null ? '' : ` and ${facts.fallback} no longer does`}; payments in progress are not affected.`,
    ],
    undo: 'Pause the route again (pause-route).',
    irreversible: null,
    value: null,
    subject: { kind: 'route', id: facts.route },
    partner: facts.partner,
    merchant: null,
  };
}

const statusLine = (route: Route): string => {
  const ended = route.state === 'active' ? `, its last pause ended ${endText(route.resumedBy)}` : '';
  return `${route.id} is ${stateText(routeFactsOf(route))}${ended}.`;
};

const endText = (key: string | null): string =>
  key === null ? 'automatically or outside Paydesk' : orderText(key);

const effectOf = (route: Route, key: string): Effect => ({ id: key, summary: statusLine(route) });

function settled(route: Route, { facts, idempotencyKey }: Step<Params, Facts>): ReadBack {
  const evidence = [statusLine(route)];
  if (route.state === 'active')
    return route.resumedBy === idempotencyKey
      ? { kind: 'done', effect: effectOf(route, idempotencyKey) }
      : { kind: 'not_done', evidence };
  const { pausedBy, pausedUntil } = routeFactsOf(route);
  const isSamePause = pausedBy === facts.pausedBy && pausedUntil === facts.pausedUntil;
  return isSamePause
    ? { kind: 'not_done', evidence }
    : {
        kind: 'cannot_tell',
        evidence: [...evidence, `The plan was for a different pause: ${stateText(facts)}.`],
      };
}

const verified = (route: Route): Verification =>
  route.state === 'active'
    ? { kind: 'visible', evidence: statusLine(route) }
    : { kind: 'wrong', evidence: `${statusLine(route)} It was paused again.` };
