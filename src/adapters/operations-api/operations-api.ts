/**
 * The operations port over a company's operations API (openapi.yaml).
 *
 * Invariant: no answer is handed on before its schema accepted it.
 * Deliberately absent: preconditions, which a plan checks first and the platform checks again; and
 * settling an unknown outcome, which is for the holder of the key.
 */
import type { z } from 'zod';
import { OpsError } from '../../kernel/errors.js';
import type { Secret } from '../../kernel/secret.js';
import type { Operations } from '../../ports/operations.js';
import { bearerOf, createHttpApi, type Answer, type HttpApi, type HttpApiDeps } from '../http-api/client.js';
import { faultOf } from '../http-api/failures.js';
import { operationsDialect, unreadableObject } from './failures.js';
import type { paths } from './openapi.gen.js';
import { eventSchema, eventsSchema, routeSchema, routesSchema, statementSchema } from './schemas.js';

export interface OperationsApiDeps extends HttpApiDeps {
  token: Secret;
}

type ReadPath = { [Path in keyof paths]: paths[Path] extends { get: object } ? Path : never }[keyof paths];
type WritePath = { [Path in keyof paths]: paths[Path] extends { post: object } ? Path : never }[keyof paths];
type Question<Path extends ReadPath> = Pick<paths[Path]['get']['parameters'], 'path' | 'query'>;
interface Order<Path extends WritePath> extends Pick<paths[Path]['post']['parameters'], 'path'> {
  body: paths[Path]['post']['requestBody']['content']['application/json'];
  idempotencyKey: string;
}

type Read = <Path extends ReadPath, Noun>(
  path: Path,
  question: Question<Path>,
  schema: z.ZodType<Noun>,
  signal?: AbortSignal,
) => Promise<Noun>;
type Write = <Path extends WritePath, Noun>(
  path: Path,
  order: Order<Path>,
  schema: z.ZodType<Noun>,
) => Promise<Noun>;

/** Nothing is sent before the first question. Throws `misconfigured` for a token that cannot be one. */
export function createOperationsApi(deps: OperationsApiDeps): Operations {
  const facts = {
    dialect: operationsDialect,
    logName: 'operations API',
    headers: bearerOf(deps.token, 'OPERATIONS_API_TOKEN'),
    requirePathPart,
  };
  const api = createHttpApi(facts, deps);
  return { ...readsOf(readerOf(api)), ...writesOf(writerOf(api)) };
}

type Reads = Pick<Operations, 'check' | 'route' | 'routes' | 'event' | 'recentEvents' | 'statement'>;

function readsOf(ask: Read): Reads {
  return {
    check: async () => {
      await ask('/v1/routes', {}, routesSchema);
    },
    route: (id) => ask('/v1/routes/{id}', { path: { id } }, routeSchema),
    routes: (partner, signal) => {
      const query = partner === undefined ? {} : { partner };
      return ask('/v1/routes', { query }, routesSchema, signal);
    },
    event: (id, signal) => ask('/v1/events/{id}', { path: { id } }, eventSchema, signal),
    recentEvents: (limit, signal) => ask('/v1/events', { query: { limit } }, eventsSchema, signal),
    statement: (partner, businessDay) =>
      ask('/v1/statements/{partner}/{businessDay}', { path: { partner, businessDay } }, statementSchema),
  };
}

function writesOf(write: Write): Omit<Operations, keyof Reads> {
  return {
    pauseRoute: async ({ routeId, until, reason, probePercent, idempotencyKey }) => {
      const body = {
        until: until.toISOString(),
        reason,
        ...(probePercent !== undefined && { probePercent }),
      };
      return write('/v1/routes/{id}/pause', { path: { id: routeId }, body, idempotencyKey }, routeSchema);
    },
    resumeRoute: ({ routeId, reason, idempotencyKey }) => {
      const order = { path: { id: routeId }, body: { reason }, idempotencyKey };
      return write('/v1/routes/{id}/resume', order, routeSchema);
    },
    replayEvent: ({ eventId, target, idempotencyKey }) => {
      const order = { path: { id: eventId }, body: { target }, idempotencyKey };
      return write('/v1/events/{id}/replays', order, eventSchema);
    },
    requestStatement: ({ partner, businessDay, reason, idempotencyKey }) => {
      const order = { path: { partner, businessDay }, body: { reason }, idempotencyKey };
      return write('/v1/statements/{partner}/{businessDay}/requests', order, statementSchema);
    },
  };
}

const readerOf =
  (api: HttpApi): Read =>
  async (path, question, schema, signal) =>
    read(api, path, await api.ask(path, question, api.deadline(signal)), schema);

const writerOf =
  (api: HttpApi): Write =>
  (path, order, schema) =>
    api.order(path, order, (answer) => read(api, path, answer, schema));

/** What an answer says. Throws `unavailable` where it is not what was asked for. */
function read<Noun>(api: HttpApi, path: string, answer: Answer, schema: z.ZodType<Noun>): Noun {
  const parsed = schema.safeParse(api.jsonOf(path, answer));
  if (parsed.success) return parsed.data;
  throw unreadableObject(path, answer.reply, faultOf(parsed.error), parsed.error);
}

function requirePathPart(part: string): void {
  if (/^\w[\w.:-]{0,254}$/.test(part)) return;
  throw new OpsError('invalid', 'This is not a valid ID for the operations API.', {
    hint: 'IDs contain letters, digits, dots, colons, hyphens and underscores.',
  });
}
