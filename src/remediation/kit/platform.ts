/**
 * What the actions on the company's own platform share: the connection, ids, and words for what they tell of.
 *
 * Invariant: an id that could address something else than one thing of the platform never leaves.
 */
import { OpsError } from '../../kernel/errors.js';
import { fail, ok } from '../../kernel/result.js';
import type { Operations, Route } from '../../ports/operations.js';
import type { Choice, Field, Hints, World } from './action.js';
import { timeText } from './provider.js';

/** Throws `misconfigured` where nothing is connected. */
export function platformOf({ operations }: World): Operations {
  if (operations) return operations;
  throw new OpsError('misconfigured', 'The company’s platform is not connected.', {
    hint: 'Ask your Paydesk admin to set operationsApi.baseUrl in paydesk.yaml and OPERATIONS_API_TOKEN.',
  });
}

/** Any platform's own ids, in the characters that the operations API allows. */
export const platformIdField = (label: string, placeholder: string): Field<string> => ({
  label,
  input: { kind: 'text', placeholder },
  parse: (typed) =>
    /^\w[\w.:-]{0,254}$/.test(typed)
      ? ok(typed)
      : fail(`Enter an ID such as ${placeholder}: letters, digits, dots, colons, hyphens and underscores.`),
});

/** What a route is and how it stands. A type and not an interface, because only that is a JsonObject. */
export type RouteFacts = {
  route: string;
  partner: string;
  method: string;
  country: string | null;
  currency: string;
  state: string;
  pausedUntil: string | null;
  /** The key of the order that paused it. */
  pausedBy: string | null;
};

export const routeFactsOf = (route: Route): RouteFacts => ({
  route: route.id,
  partner: route.partner,
  method: route.method,
  country: route.country,
  currency: route.currency,
  state: route.state,
  pausedUntil: route.pausedUntil?.toISOString() ?? null,
  pausedBy: route.pausedBy,
});

/** “northpay-card-us (northpay, card, US, USD)” */
export const routeText = ({ route, partner, method, country, currency }: RouteFacts): string =>
  `${route} (${[partner, method.replaceAll('_', ' '), country ?? 'all countries', currency].join(', ')})`;

/** Those in a state, of the partner that a form is about or of all. */
export const suggestRoutes =
  (state: Route['state']) =>
  async (world: World, { about }: Hints, signal: AbortSignal): Promise<Choice[]> => {
    const partner = about?.kind === 'partner' ? about.id : undefined;
    const { rows } = await platformOf(world).routes(partner, signal);
    return rows
      .filter((route) => route.state === state)
      .map((route) => ({ value: route.id, label: routeText(routeFactsOf(route)) }));
  };

/** “paused until 2026-11-18 13:00 UTC by order 01K…”, or “active”. */
export function stateText({ state, pausedUntil, pausedBy }: RouteFacts): string {
  if (state === 'active') return state;
  const until = pausedUntil === null ? 'indefinitely' : `until ${timeText(pausedUntil)}`;
  return `paused ${until} ${orderText(pausedBy)}`;
}

/** Who did something to a route, as far as the platform knows. */
export const orderText = (key: string | null): string =>
  key === null ? 'outside Paydesk' : `by order ${key}`;
