/**
 * What the platform's answers must look like, and the desk's nouns that they become.
 *
 * Invariant: every schema takes what openapi.yaml describes and yields what the port promises; the compiler holds both.
 * Fields that nothing reads are dropped, so an answer may grow without notice; a field of a wrong type is refused.
 */
import { z } from 'zod';
import { isCurrency } from '../../kernel/currency.js';
import { money } from '../../kernel/money.js';
import type { PartnerStatement, PlatformEvent, PlatformEventSummary, Route } from '../../ports/operations.js';
import type { components } from './openapi.gen.js';

type Wire = components['schemas'];

const text = z.string().min(1);
const count = z.int().min(0);
const currency = z.string().refine(isCurrency, 'is not an ISO 4217 currency');
const instant = z.iso.datetime({ offset: true }).transform((value) => new Date(value));
const businessDay = z.iso.date();

/** At most 18 digits, as everywhere in the house. */
const amount = z
  .object({ minor: z.string().regex(/^-?\d{1,18}$/), currency })
  .transform((wire) => money(BigInt(wire.minor), wire.currency));

export const routeSchema: z.ZodType<Route, Wire['Route']> = z.object({
  id: text,
  partner: text,
  method: text,
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .nullable(),
  currency,
  state: z.enum(['active', 'paused']),
  pausedUntil: instant.nullable(),
  pausedBy: text.nullable(),
  resumedBy: text.nullable(),
  volume: z.object({ amount, count, windowMs: z.int().min(1) }),
  fallback: z.object({ routeId: text, partner: text, capacityPerHour: count, loadPerHour: count }).nullable(),
});

export const routesSchema: z.ZodType<{ routes: Route[] }, { routes: Wire['Route'][] }> = z.object({
  routes: z.array(routeSchema),
});

export const eventSchema: z.ZodType<PlatformEvent, Wire['Event']> = z.object({
  id: text,
  type: text,
  targets: z.array(z.object({ id: text, idempotent: z.boolean(), lastDeliveredAt: instant.nullable() })),
  replays: z.array(z.object({ reference: text, target: text, at: instant })),
});

export const eventsSchema: z.ZodType<{ events: PlatformEventSummary[] }, { events: Wire['EventSummary'][] }> =
  z.object({ events: z.array(z.object({ id: text, type: text, at: instant })) });

export const statementSchema: z.ZodType<PartnerStatement, Wire['Statement']> = z.object({
  partner: text,
  businessDay,
  state: z.enum(['received', 'missing', 'requested']),
  requests: z.array(z.object({ reference: text, at: instant })),
});

export const problemSchema: z.ZodType<Wire['Problem']> = z.object({
  title: text,
  status: z.int(),
  detail: z.string().exactOptional(),
  code: text,
});

export type Problem = Wire['Problem'];
