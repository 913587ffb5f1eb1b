/**
 * What the platform's answers must look like, and the desk's nouns that they become.
 *
 * Invariant: every schema takes what openapi.yaml describes and yields what the port promises; the compiler holds both.
 * Fields that nothing reads are dropped, so an answer may grow without notice; a field of a wrong type is refused.
 */
import { z } from 'zod';
import { currencyExponent } from '../../kernel/currency.js';
import { money } from '../../kernel/money.js';
import type { PartnerStatement, PlatformEvent, PlatformEventSummary, Route } from '../../ports/operations.js';
import type { Rows } from '../../ports/rows.js';
import { faultOf } from '../http-api/failures.js';
import type { components } from './openapi.gen.js';

type Wire = components['schemas'];

const text = z.string().min(1);
const count = z.int().min(0);
const currency = z
  .string()
  .refine((code) => currencyExponent(code) !== undefined, 'is not an ISO 4217 currency');
const instant = z.iso.datetime({ offset: true }).transform((value) => new Date(value));
const businessDay = z.iso.date();

/** At most 18 digits, as everywhere in the house. */
const amount = z
  .object({ minor: z.string().regex(/^-?\d{1,18}$/), currency })
  .transform((wire) => money(BigInt(wire.minor), wire.currency));

export const routeSchema: z.ZodType<Route, Wire['Route']> = z
  .object({
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
    probePercent: z.int().min(1).max(99).nullable().exactOptional(),
    resumedBy: text.nullable(),
    volume: z.object({ amount, count, windowMs: z.int().min(1) }),
    fallback: z
      .object({ routeId: text, partner: text, capacityPerHour: count, loadPerHour: count })
      .nullable(),
  })
  .transform(({ probePercent, ...route }) => ({
    ...route,
    canProbe: probePercent !== undefined,
    probePercent: probePercent ?? null,
  }));

export const routesSchema: z.ZodType<Rows<Route>> = z
  .object({ routes: z.array(z.unknown()) })
  .transform(({ routes }) => rowsOf('route', routes, routeSchema));

/** One by one: a thing that cannot be read is named with its ID and the field, and hides no other. */
function rowsOf<Row>(what: string, wires: readonly unknown[], schema: z.ZodType<Row>): Rows<Row> {
  const rows: Rows<Row> = { rows: [], problems: [] };
  for (const wire of wires) {
    const read = schema.safeParse(wire);
    if (read.success) rows.rows.push(read.data);
    else rows.problems.push(`${what} ${idOf(wire)} cannot be read: ${faultOf(read.error)}`);
  }
  return rows;
}

const withId = z.object({ id: z.string().regex(/^\w[\w.:-]{0,254}$/) });
const idOf = (wire: unknown): string => withId.safeParse(wire).data?.id ?? '(without id)';

const targetSchema: z.ZodType<PlatformEvent['targets'][number], Wire['Event']['targets'][number]> = z.object({
  id: text,
  idempotent: z.boolean(),
  lastDeliveredAt: instant.nullable(),
});
const replaySchema: z.ZodType<PlatformEvent['replays'][number], Wire['Event']['replays'][number]> = z.object({
  reference: text,
  target: text,
  at: instant,
});

export const eventSchema: z.ZodType<PlatformEvent> = z
  .object({ id: text, type: text, targets: z.array(z.unknown()), replays: z.array(z.unknown()) })
  .transform((event) => {
    const targets = rowsOf('target', event.targets, targetSchema);
    const replays = rowsOf('replay', event.replays, replaySchema);
    const problems = [...targets.problems, ...replays.problems];
    return { ...event, targets: targets.rows, replays: replays.rows, problems };
  });

const eventSummarySchema: z.ZodType<PlatformEventSummary, Wire['EventSummary']> = z.object({
  id: text,
  type: text,
  at: instant,
});

export const eventsSchema: z.ZodType<Rows<PlatformEventSummary>> = z
  .object({ events: z.array(z.unknown()) })
  .transform(({ events }) => rowsOf('event', events, eventSummarySchema));

const requestSchema: z.ZodType<PartnerStatement['requests'][number], Wire['Statement']['requests'][number]> =
  z.object({ reference: text, at: instant });

export const statementSchema: z.ZodType<PartnerStatement> = z
  .object({
    partner: text,
    businessDay,
    state: z.enum(['received', 'missing', 'requested']),
    requests: z.array(z.unknown()),
  })
  .transform((statement) => {
    const { rows, problems } = rowsOf('request', statement.requests, requestSchema);
    return { ...statement, requests: rows, problems };
  });

export const problemSchema: z.ZodType<Wire['Problem']> = z.object({
  title: text,
  status: z.int(),
  detail: z.string().exactOptional(),
  code: text,
});

export type Problem = Wire['Problem'];
