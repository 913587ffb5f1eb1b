/**
 * What the control interface logs: deliveries to the app, and its Web API calls. Types only, like `wire.ts`.
 */
import type { Json } from './wire-json.js';

/** `GET /_sandbox/deliveries` → `{deliveries: Delivery[]}`, newest last, at most the last 2,000. */
export interface Delivery {
  envelope_id: string;
  type: 'slash_commands' | 'interactive' | 'events_api';
  transport: 'socket' | 'http';
  /** ISO 8601. */
  sent_at: string;
  ack_ms: number | null;
  retry_attempt: number;
  /** `operation_timeout` when no acknowledgement came within three seconds. */
  error?: string;
  payload: Json;
}

/** `GET /_sandbox/calls` → `{calls: ApiCall[]}`, newest last, at most the last 500. */
export interface ApiCall {
  id: number;
  /** The Web API method, or `response_url`. */
  method: string;
  /** ISO 8601. */
  at: string;
  /** How long the answer took. */
  ms: number;
  /** HTTP status of the answer. */
  status: number;
  ok: boolean;
  error?: string;
  /** Without tokens. What is longer than 50,000 characters is given as `{omitted_characters}`. */
  arguments: Json;
  answer: Json;
  /** What was wrong with blocks, views or arguments, each with its JSON pointer. */
  findings: string[];
}
