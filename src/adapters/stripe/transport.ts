/**
 * Stripe over HTTP: its headers, its encoding, one pinned version, and what its answers look like.
 */
import { z } from 'zod';
import { OpsError } from '../../kernel/errors.js';
import type { Secret } from '../../kernel/secret.js';
import { bearerOf, createHttpApi, type Answer, type HttpApi, type HttpApiDeps } from '../http-api/client.js';
import { faultOf, unreadableAnswer } from '../http-api/failures.js';
import { stripeDialect, unreadableObject } from './failures.js';
import { formOf, type Form } from './forms.js';
import { readObject, type Reader } from './readers.js';

/** The version that openapi.yaml describes; Stripe answers in its shapes whatever the account's default is. */
export const stripeVersion = '2026-10-28.endive';

export interface StripeDeps extends HttpApiDeps {
  apiKey: Secret;
}

export const createStripeApi = (deps: StripeDeps): HttpApi =>
  createHttpApi(
    {
      dialect: stripeDialect,
      logName: 'stripe',
      headers: { ...bearerOf(deps.apiKey, 'The Stripe API key'), 'Stripe-Version': stripeVersion },
      querySerializer: (query) => formOf(query as Form),
      bodySerializer: (body: unknown) => (body instanceof Uint8Array ? body : formOf(body as Form)),
      baseUrlOf: (body) => (body instanceof Uint8Array ? filesBaseUrlOf(deps.baseUrl) : deps.baseUrl),
      requirePathPart: requireId,
    },
    deps,
  );

/** Stripe takes files at an address of their own; a proxy or a stand-in takes them where it takes everything. */
export const filesBaseUrlOf = (baseUrl: string): string =>
  baseUrl.replace(/^https:\/\/api\.stripe\.com\/?$/, 'https://files.stripe.com');

function requireId(id: string): void {
  if (/^\w{1,255}$/.test(id)) return;
  throw new OpsError('invalid', 'This cannot be a Stripe ID.', {
    hint: 'Stripe IDs look like pi_3MtwBwLkdIwHu7ix28a3tqPa.',
  });
}

/** What every answer of an API like Stripe's is. Throws `unavailable` for anything else. */
export function read<Value>(api: HttpApi, path: string, answer: Answer, schema: z.ZodType<Value>): Value {
  const parsed = schema.safeParse(api.jsonOf(path, answer));
  if (parsed.success) return parsed.data;
  throw unreadableAnswer(stripeDialect, path, answer.reply, faultOf(parsed.error), parsed.error);
}

/** The noun in an answer. Throws `unavailable`, which names the object and the field where it is one of Stripe's. */
export function readNoun<Wire, Noun>(
  api: HttpApi,
  path: string,
  answer: Answer,
  reader: Reader<Wire, Noun>,
): Noun {
  const wire = read(api, path, answer, stripeObject);
  const noun = readObject(wire, reader);
  if (noun.ok) return noun.value;
  throw unreadableObject(path, answer.reply, noun.fault);
}

const stripeObject = z.looseObject({ id: z.string() });
