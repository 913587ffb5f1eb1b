/**
 * `POST /api/<method>`: token, faults, rate, scopes, then the method itself.
 * Invariant: the answer is always JSON as Slack gives it; an unknown method is HTTP 200 `unknown_method`,
 * for Slack's own client would repeat any other status.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http.js';
import { createArguments, parseBody } from './arguments.js';
import { meetFaults } from './call-faults.js';
import { RateLimited, SlackError } from './errors.js';
import type { Events } from './events.js';
import { answerJson } from './http.js';
import { asObject, asString, stringsOf, textOf } from './json.js';
import type { JsonObject } from './json.js';
import { allMethods, formOnlyMethods } from './methods/index.js';
import { needScope } from './methods/method.js';
import type { Method } from './methods/method.js';
import { createRateLimits } from './rate-limits.js';
import type { World } from './world.js';

export interface WebApi {
  handle(request: IncomingMessage, response: ServerResponse, methodName: string): Promise<void>;
}

export function createWebApi(world: World, events: Events, options: { rateLimits: boolean }): WebApi {
  const rates = createRateLimits(world.clock);

  const meetRate = (method: Method, body: JsonObject) => {
    if (!options.rateLimits) return;
    const key = method.rateBy === undefined ? method.name : `${method.name} ${textOf(body[method.rateBy])}`;
    const waitSec = rates.take(key, method.rate);
    if (waitSec !== undefined) throw new RateLimited(waitSec);
  };
  const run = async (request: IncomingMessage, name: string, body: JsonObject | undefined | 'too large') => {
    await meetFaults(world, name);
    const method = allMethods.get(name);
    if (method === undefined) throw new SlackError('unknown_method', { req_method: name });
    needKnownType(request);
    if (body === 'too large') throw new SlackError('request_too_large', {}, 413);
    if (body === undefined) throw new SlackError('invalid_json');
    authorise(world, method, request.headers.authorization, asString(body.token));
    meetRate(method, body);
    needScope(world, method.scopes);
    return method.run({ world, events, args: createArguments(body) });
  };

  return {
    async handle(request, response, methodName) {
      const startMs = performance.now();
      const body = await bodyOf(request, methodName);
      const { status, answer: said, headers } = await settled(run(request, methodName, body));
      const answer = withWarning(said, charsetWarning(request.headers['content-type']));
      world.calls.record({
        method: methodName,
        ms: performance.now() - startMs,
        status,
        arguments: typeof body === 'object' ? body : {},
        answer,
      });
      const scopes = [...world.manifest.scopes].join(',');
      const accepted = allMethods.get(methodName)?.scopes.join(',') ?? '';
      answerJson(response, answer, status, {
        'x-oauth-scopes': scopes,
        'x-accepted-oauth-scopes': accepted,
        ...headers,
      });
    },
  };
}

const contentTypes = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
];

/** @throws SlackError missing_post_type, invalid_post_type */
function needKnownType({ method, headers }: IncomingMessage): void {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (method !== 'POST' || !hasBody) return;
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === undefined || type === '') throw new SlackError('missing_post_type');
  if (!contentTypes.includes(type)) throw new SlackError('invalid_post_type');
}

/** JSON is to name its charset, a form is not. */
function charsetWarning(contentType: string | undefined): string | undefined {
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const hasCharset = parameters.some((each) => each.trim().startsWith('charset='));
  if (type === 'application/json' && !hasCharset) return 'missing_charset';
  return type === 'application/x-www-form-urlencoded' && hasCharset ? 'superfluous_charset' : undefined;
}

function withWarning(answer: JsonObject, warning: string | undefined): JsonObject {
  if (warning === undefined) return answer;
  const metadata = asObject(answer.response_metadata) ?? {};
  const warnings = [...stringsOf(metadata.warnings), warning];
  return { ...answer, warning: warnings.join(','), response_metadata: { ...metadata, warnings } };
}

/** Query and body together, but no token from the query; undefined when the body cannot be read. */
async function bodyOf(
  request: IncomingMessage,
  methodName: string,
): Promise<JsonObject | undefined | 'too large'> {
  const raw = await readBody(request);
  if (raw === undefined) return 'too large';
  const contentType = request.headers['content-type'] ?? '';
  const isUnread = formOnlyMethods.has(methodName) && contentType.includes('application/json');
  const body = isUnread ? {} : parseBody(contentType, raw);
  const { token: _token, ...query } = queryOf(request);
  return body && { ...query, ...body };
}

interface Answer {
  status: number;
  answer: JsonObject;
  headers: Record<string, string>;
}

/** The result of a call, refusals included. */
async function settled(call: Promise<JsonObject>): Promise<Answer> {
  try {
    return { status: 200, answer: { ok: true, ...(await call) }, headers: {} };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    const headers: Record<string, string> =
      error instanceof RateLimited ? { 'retry-after': String(error.retryAfterSec) } : {};
    return { status: error.status, answer: { ok: false, error: error.code, ...error.extra }, headers };
  }
}

function queryOf(request: IncomingMessage): JsonObject {
  return Object.fromEntries(new URL(request.url ?? '/', 'http://localhost').searchParams);
}

/** @throws SlackError not_authed, invalid_auth, or not_allowed_token_type for the other kind of token */
function authorise(
  world: World,
  method: Method,
  header: string | undefined,
  field: string | undefined,
): void {
  if (method.token === 'none') return;
  const token = header === undefined ? field : /^Bearer (\S+)$/i.exec(header)?.[1];
  if (token === undefined || token === '') throw new SlackError('not_authed');
  const { botToken, appToken } = world.credentials;
  const [wanted, other] = method.token === 'bot' ? [botToken, appToken] : [appToken, botToken];
  if (token === other) throw new SlackError('not_allowed_token_type');
  if (token !== wanted) throw new SlackError('invalid_auth');
}
