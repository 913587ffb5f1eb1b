/**
 * Receives Stripe's events: checks who sent them, keeps each once, and says so at once. What they mean is worked off later.
 *
 * Invariants: nothing of a request is believed before its signature is; an answer of success means that the event is in the
 * database; an event that came before is a success too, so that Stripe stops sending it; the payload is not kept.
 */
import { z } from 'zod';
import type { Clock } from '../kernel/clock.js';
import { toOpsError } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import type { Secret } from '../kernel/secret.js';
import { subjectOf } from '../nouns/provider-events.js';
import type { IncomingEvent, ProviderInbox } from '../ports/provider-events.js';
import { verdictOn } from './signature.js';

export interface StripeReceiverDeps {
  inbox: Pick<ProviderInbox, 'put'>;
  /** Several while one replaces another. */
  secrets: readonly Secret[];
  clock: Clock;
  log: Log;
}

interface Delivery {
  /** The header `Stripe-Signature`. */
  signature: string | undefined;
  /** As it came over the wire. */
  body: Buffer;
}

interface Receipt {
  status: number;
  text: string;
}

const word = z.string().regex(/^[\w.]{1,100}$/);
const named = z.object({ id: word.optional().catch(undefined) });

const snapshotEvent = z
  .object({
    id: word,
    object: z.literal('event'),
    type: word,
    created: z.int().min(0).max(8_640_000_000_000),
    data: z.object({ object: named }),
  })
  .transform(({ id, type, created, data }): IncomingEvent => {
    return { id, type, objectId: data.object.id ?? null, happenedAt: new Date(created * 1000) };
  });

/** An event of the second version names its object and says nothing about it. */
const thinEvent = z
  .object({
    id: word,
    object: z.literal('v2.core.event'),
    type: word,
    created: z.iso.datetime({ offset: true }),
    related_object: named.nullish(),
  })
  .transform(({ id, type, created, related_object }): IncomingEvent => {
    return { id, type, objectId: related_object?.id ?? null, happenedAt: new Date(created) };
  });

const event = z.union([snapshotEvent, thinEvent]);

export type StripeReceiver = (delivery: Delivery) => Promise<Receipt>;

export function createStripeReceiver({ inbox, secrets, clock, log }: StripeReceiverDeps): StripeReceiver {
  return async ({ signature, body }) => {
    const verdict = verdictOn(signature, body, secrets, clock.now());
    if (!verdict.genuine) {
      log.warn({ reason: verdict.reason, bytes: body.length }, 'a webhook was refused');
      return { status: 400, text: 'The signature of this request does not verify.' };
    }
    const parsed = event.safeParse(jsonOf(body));
    if (!parsed.success) {
      log.warn({ bytes: body.length }, 'a signed webhook is not an event');
      return { status: 400, text: 'This is not an event.' };
    }
    return keep(parsed.data, inbox, log);
  };
}

async function keep(incoming: IncomingEvent, inbox: Pick<ProviderInbox, 'put'>, log: Log): Promise<Receipt> {
  const { id, type } = incoming;
  if (subjectOf(type) === null) return { status: 200, text: 'Nothing here is about such events.' };
  try {
    const added = await inbox.put([incoming], 'webhook');
    log.info({ event: id, type, added }, 'a webhook arrived');
    return { status: 200, text: added === 1 ? 'Kept.' : 'Known already.' };
  } catch (thrown) {
    const { code, errorId } = toOpsError(thrown);
    log.error({ event: id, type, code, errorId }, 'a webhook could not be kept');
    return { status: 503, text: 'Not kept; send it again.' };
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
