/**
 * Delivery of commands, interactions and events to the app, over whichever transport it uses, with a log of each.
 * Invariant: every delivery is acknowledged or fails within the time to acknowledge; only events are sent again.
 * Deliberately absent: queueing for an app that is away.
 */
import type { Changes } from './changes.js';
import type { Faults } from './faults.js';
import { createHoldingBay } from './holding-bay.js';
import { postSigned } from './http-delivery.js';
import type { Credentials, Ids } from './ids.js';
import type { JsonObject } from './json.js';
import type { Limits } from './limits.js';
import { createSockets } from './sockets.js';
import type { Sockets } from './sockets.js';
import type { Clock } from './store.js';
import type { Delivery, Json, State } from './wire.js';

/** So many deliveries are kept for `GET /_sandbox/deliveries`. */
const kept = 2_000;

export type Ack =
  { ok: true; payload: Json | undefined; ack_ms: number } | { ok: false; error: string; ack_ms?: number };

interface Outgoing {
  type: Delivery['type'];
  payload: JsonObject;
  acceptsResponse: boolean;
}

export interface Deliverer {
  sockets: Sockets;
  connection(): State['bot']['connection'];
  setRequestUrl(url: string | null): void;
  deliver(outgoing: Outgoing): Promise<Ack>;
  /** Delivers an event, and again when it is not acknowledged, up to three times. */
  deliverEvent(payload: JsonObject): Promise<Ack>;
  log(): readonly Delivery[];
  close(): void;
}

interface Deps {
  appId: string;
  ids: Ids;
  credentials: Credentials;
  limits: Limits;
  clock: Clock;
  faults: Faults;
  changes: Changes;
  log: (line: string) => void;
  requestUrl: string | null;
}

interface Retry {
  attempt: number;
  reason: string;
}

/** One way to the app. */
type Transport = (envelopeId: string, outgoing: Outgoing, retry: Retry | undefined) => Promise<Ack>;

/** Waits for the acknowledgement of an envelope on any of the sockets. */
function createSocketTransport(deps: Deps, onCountChange: () => void): { sockets: Sockets; send: Transport } {
  const { limits, faults } = deps;
  const waiting = new Map<string, (payload: Json | undefined) => void>();
  const onAck = (envelopeId: string, payload: Json | undefined) => {
    const resolve = waiting.get(envelopeId);
    if (resolve && faults.take('drop_ack') === undefined) resolve(payload);
  };
  const sockets = createSockets({ ...deps, onAck, onCountChange });
  const send: Transport = (envelopeId, outgoing, retry) =>
    new Promise((resolve) => {
      const startMs = performance.now();
      const finish = (ack: Ack) => {
        waiting.delete(envelopeId);
        clearTimeout(timer);
        resolve(ack);
      };
      const timer = setTimeout(() => finish({ ok: false, error: 'operation_timeout' }), limits.ackMs);
      waiting.set(envelopeId, (payload) => finish({ ok: true, payload, ack_ms: elapsedMs(startMs) }));
      const envelope = envelopeOf(envelopeId, outgoing, retry);
      if (!sockets.send(envelope)) finish({ ok: false, error: 'dispatch_failed' });
      else if (faults.take('duplicate')) sockets.send(envelope);
    });
  return { sockets, send };
}

function envelopeOf(envelopeId: string, outgoing: Outgoing, retry: Retry | undefined): JsonObject {
  const retried = { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? '' };
  return {
    envelope_id: envelopeId,
    type: outgoing.type,
    payload: outgoing.payload,
    accepts_response_payload: outgoing.acceptsResponse,
    ...(outgoing.type === 'events_api' && retried),
  };
}

function createHttpTransport({ credentials, limits, faults }: Deps, url: () => string): Transport {
  return async (_envelopeId, { type, payload }, retry) => {
    const startMs = performance.now();
    const { signingSecret } = credentials;
    const request = { url: url(), signingSecret, type, payload, timeoutMs: limits.ackMs, retry };
    const answer = postSigned(request);
    if (faults.take('duplicate')) void postSigned(request);
    const result = await answer;
    if (!result.ok) return result;
    if (faults.take('drop_ack')) return { ok: false, error: 'operation_timeout' };
    return { ...result, ack_ms: elapsedMs(startMs) };
  };
}

export function createDeliverer(deps: Deps): Deliverer {
  const { ids, limits, clock, changes, faults } = deps;
  let deliveries: Delivery[] = [];
  let requestUrl = deps.requestUrl;
  const retries = new Set<NodeJS.Timeout>();

  const connection = (): State['bot']['connection'] => {
    if (requestUrl !== null) return 'http';
    return sockets.count() > 0 ? 'socket' : 'none';
  };
  const tellConnection = () => changes.emit({ type: 'bot', connection: connection() });
  const { sockets, send: overSocket } = createSocketTransport(deps, tellConnection);
  const overHttp = createHttpTransport(deps, () => requestUrl ?? '');

  const bay = createHoldingBay(faults);

  const attempt = async (outgoing: Outgoing, retry?: Retry): Promise<Ack> => {
    await bay.hold();
    const isHttp = requestUrl !== null;
    const delivery: Delivery = {
      envelope_id: ids.uuid(),
      type: outgoing.type,
      transport: isHttp ? 'http' : 'socket',
      sent_at: clock.now().toISOString(),
      ack_ms: null,
      retry_attempt: retry?.attempt ?? 0,
      payload: outgoing.payload,
    };
    deliveries = [...deliveries.slice(1 - kept), delivery];
    const ack = await (isHttp ? overHttp : overSocket)(delivery.envelope_id, outgoing, retry);
    bay.release();
    delivery.ack_ms = ack.ack_ms ?? null;
    if (!ack.ok) delivery.error = ack.error;
    changes.emit({ type: 'delivery', delivery });
    return ack;
  };
  const attemptEvent = async (outgoing: Outgoing, retry?: Retry): Promise<Ack> => {
    const ack = await attempt(outgoing, retry);
    const number = (retry?.attempt ?? 0) + 1;
    const delayMs = limits.eventRetryMs[number - 1];
    if (ack.ok || delayMs === undefined) return ack;
    const again = () => {
      retries.delete(timer);
      void attemptEvent(outgoing, { attempt: number, reason: retryReason(ack.error) });
    };
    const timer = setTimeout(again, delayMs).unref();
    retries.add(timer);
    return ack;
  };

  return {
    sockets,
    connection,
    setRequestUrl(url) {
      requestUrl = url;
      tellConnection();
    },
    deliver: (outgoing) => attempt(outgoing),
    deliverEvent: (payload) => attemptEvent({ type: 'events_api', payload, acceptsResponse: false }),
    log: () => deliveries,
    close() {
      for (const timer of retries) clearTimeout(timer);
      bay.release();
      sockets.close();
    },
  };
}

const elapsedMs = (startMs: number): number => Math.round((performance.now() - startMs) * 10) / 10;

function retryReason(error: string): string {
  if (error === 'operation_timeout') return 'timeout';
  return error.startsWith('http') ? 'http_error' : 'connection_failed';
}
