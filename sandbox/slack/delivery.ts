/**
 * Delivery of commands, interactions and events to the app, over whichever transport it uses, with a log of each.
 * Invariant: every delivery is acknowledged or fails within the time to acknowledge; only events are sent again.
 * Deliberately absent: queueing for an app that is away.
 */
import type { Changes } from './changes.js';
import type { Faults } from './faults.js';
import { postSigned } from './http-delivery.js';
import type { Credentials, Ids } from './ids.js';
import type { JsonObject } from './json.js';
import type { Limits } from './limits.js';
import { createSockets } from './sockets.js';
import type { Sockets } from './sockets.js';
import type { Clock } from './store.js';
import type { Delivery, Json, State } from './wire.js';

/** So many deliveries are kept for `GET /_sandbox/deliveries`. */
const KEPT = 2_000;

export type Ack =
  { ok: true; payload: Json | undefined; ack_ms: number } | { ok: false; error: string; ack_ms?: number };

export interface Outgoing {
  type: Delivery['type'];
  payload: JsonObject;
  acceptsResponse: boolean;
}

export interface Deliverer {
  sockets: Sockets;
  connection(): State['bot']['connection'];
  requestUrl(): string | null;
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

export function createDeliverer(deps: Deps): Deliverer {
  const { ids, limits, clock, faults, changes } = deps;
  const waiting = new Map<string, (payload: Json | undefined) => void>();
  const retries = new Set<NodeJS.Timeout>();
  let deliveries: Delivery[] = [];
  let requestUrl = deps.requestUrl;

  const connection = (): State['bot']['connection'] =>
    requestUrl !== null ? 'http' : sockets.count() > 0 ? 'socket' : 'none';
  const tellConnection = () => changes.emit({ type: 'bot', connection: connection() });
  const sockets = createSockets({
    ids,
    limits,
    appId: deps.appId,
    log: deps.log,
    onAck: (envelopeId, payload) => {
      if (faults.take('drop_ack') === undefined) waiting.get(envelopeId)?.(payload);
    },
    onCountChange: tellConnection,
  });

  const overSocket = (envelopeId: string, outgoing: Outgoing, retry: Retry | undefined): Promise<Ack> => {
    const envelope: JsonObject = {
      envelope_id: envelopeId,
      type: outgoing.type,
      payload: outgoing.payload,
      accepts_response_payload: outgoing.acceptsResponse,
      ...(outgoing.type === 'events_api' && {
        retry_attempt: retry?.attempt ?? 0,
        retry_reason: retry?.reason ?? '',
      }),
    };
    const startMs = performance.now();
    return new Promise((resolve) => {
      const finish = (ack: Ack) => {
        waiting.delete(envelopeId);
        clearTimeout(timer);
        resolve(ack);
      };
      const timer = setTimeout(() => finish({ ok: false, error: 'operation_timeout' }), limits.ackMs);
      waiting.set(envelopeId, (payload) => finish({ ok: true, payload, ack_ms: elapsedMs(startMs) }));
      if (!sockets.send(envelope)) return finish({ ok: false, error: 'dispatch_failed' });
      if (faults.take('duplicate')) sockets.send(envelope);
    });
  };

  const overHttp = async (url: string, outgoing: Outgoing, retry: Retry | undefined): Promise<Ack> => {
    const startMs = performance.now();
    const request = {
      url,
      signingSecret: deps.credentials.signingSecret,
      type: outgoing.type,
      payload: outgoing.payload,
      timeoutMs: limits.ackMs,
      retry,
    };
    const answer = postSigned(request);
    if (faults.take('duplicate')) void postSigned(request);
    const result = await answer;
    if (!result.ok) return result;
    if (faults.take('drop_ack')) return { ok: false, error: 'operation_timeout' };
    return { ...result, ack_ms: elapsedMs(startMs) };
  };

  const attempt = async (outgoing: Outgoing, retry?: Retry): Promise<Ack> => {
    const delivery: Delivery = {
      envelope_id: ids.uuid(),
      type: outgoing.type,
      transport: requestUrl === null ? 'socket' : 'http',
      sent_at: clock.now().toISOString(),
      ack_ms: null,
      retry_attempt: retry?.attempt ?? 0,
      payload: outgoing.payload,
    };
    deliveries = [...deliveries.slice(1 - KEPT), delivery];
    const ack =
      requestUrl === null
        ? await overSocket(delivery.envelope_id, outgoing, retry)
        : await overHttp(requestUrl, outgoing, retry);
    delivery.ack_ms = ack.ack_ms ?? null;
    if (!ack.ok) delivery.error = ack.error;
    changes.emit({ type: 'delivery', delivery });
    return ack;
  };

  const retryEvent = (outgoing: Outgoing, attemptNumber: number, reason: string) => {
    const delayMs = limits.eventRetryMs[attemptNumber - 1];
    if (delayMs === undefined) return;
    const timer = setTimeout(() => {
      retries.delete(timer);
      void attempt(outgoing, { attempt: attemptNumber, reason }).then((ack) => {
        if (!ack.ok) retryEvent(outgoing, attemptNumber + 1, retryReason(ack.error));
      });
    }, delayMs).unref();
    retries.add(timer);
  };

  return {
    sockets,
    connection,
    requestUrl: () => requestUrl,
    setRequestUrl(url) {
      requestUrl = url;
      tellConnection();
    },
    deliver: (outgoing) => attempt(outgoing),
    async deliverEvent(payload) {
      const outgoing: Outgoing = { type: 'events_api', payload, acceptsResponse: false };
      const ack = await attempt(outgoing);
      if (!ack.ok) retryEvent(outgoing, 1, retryReason(ack.error));
      return ack;
    },
    log: () => deliveries,
    close() {
      for (const timer of retries) clearTimeout(timer);
      sockets.close();
    },
  };
}

const elapsedMs = (startMs: number): number => Math.round((performance.now() - startMs) * 10) / 10;

function retryReason(error: string): string {
  return error === 'operation_timeout'
    ? 'timeout'
    : error.startsWith('http')
      ? 'http_error'
      : 'connection_failed';
}
