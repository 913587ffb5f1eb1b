/**
 * Whether a request was signed by the payments provider, with any of the secrets that are valid now.
 *
 * Invariants: the raw bytes are what was signed; comparing takes the same time whatever differs; a signature is only good
 * for a few minutes around its time, so that a request recorded today cannot be sent again tomorrow.
 * Source: https://docs.stripe.com/webhooks/signature (scheme v1: HMAC-SHA256 over `t.body`; several v1 while a secret rolls).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { minuteMs } from '../kernel/clock.js';
import type { Secret } from '../kernel/secret.js';

export type Verdict = { genuine: true } | { genuine: false; reason: Refusal };
type Refusal = 'no_signature' | 'out_of_time' | 'forged';

/** Stripe's own libraries take five minutes. */
const toleranceMs = 5 * minuteMs;
/** A header of any length is not looked through. */
const headerMax = 2000;

export function verdictOn(
  header: string | undefined,
  body: Buffer,
  secrets: readonly Secret[],
  now: Date,
): Verdict {
  const { at, signatures } = partsOf(header ?? '');
  if (at === null || signatures.length === 0) return { genuine: false, reason: 'no_signature' };
  const expected = secrets.map((secret) => signatureOf(secret, at, body));
  const isGenuine = signatures.some((given) => expected.some((one) => isSame(one, given)));
  if (!isGenuine) return { genuine: false, reason: 'forged' };
  const offMs = Math.abs(now.getTime() - Number(at) * 1000);
  return offMs <= toleranceMs ? { genuine: true } : { genuine: false, reason: 'out_of_time' };
}

/** `t=1700000000,v1=…,v1=…,v0=…`. */
function partsOf(header: string): { at: string | null; signatures: string[] } {
  if (header.length > headerMax) return { at: null, signatures: [] };
  const parts = header.split(',').map((part) => part.trim().split('=', 2) as [string, string?]);
  const at = parts.find(([name]) => name === 't')?.[1] ?? '';
  return {
    at: /^\d{1,12}$/.test(at) ? at : null,
    signatures: parts.flatMap(([name, value]) =>
      name === 'v1' && value !== undefined && /^[0-9a-f]{64}$/.test(value) ? [value] : [],
    ),
  };
}

const signatureOf = (secret: Secret, at: string, body: Buffer): Buffer =>
  createHmac('sha256', secret.reveal()).update(`${at}.`).update(body).digest();

const isSame = (expected: Buffer, given: string): boolean =>
  timingSafeEqual(expected, Buffer.from(given, 'hex'));
