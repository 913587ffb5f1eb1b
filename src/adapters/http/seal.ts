/**
 * Seals what a browser keeps for us, so that no one can read, change, swap or forge it: any replica can open it again
 * and none has to remember anything.
 *
 * Invariant: what is opened was sealed with the same secret, for the same purpose, and has not expired.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../kernel/clock.js';
import type { Secret } from '../../kernel/secret.js';

export interface Seal {
  seal(purpose: string, value: object, expiresAt: Date): string;
  /** Null when it was not sealed here for this purpose, has expired, or has another shape. */
  open<Value>(purpose: string, sealed: string, schema: z.ZodType<Value>): Value | null;
}

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;
const envelopeSchema = z.object({ value: z.unknown(), expiresAtMs: z.number() });

/** The key is derived: the secret itself may serve another purpose elsewhere. */
export function createSeal(secret: Secret, clock: Clock): Seal {
  const key = new Uint8Array(hkdfSync('sha256', secret.reveal(), '', 'paydesk sealed cookies', 32));
  return {
    seal(purpose, value, expiresAt) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(purpose));
      const text = JSON.stringify({ value, expiresAtMs: expiresAt.getTime() });
      const body = Buffer.concat([cipher.update(text), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(purpose, sealed, schema) {
      const text = decrypt(key, purpose, Buffer.from(sealed, 'base64url'));
      if (text === null) return null;
      const { value, expiresAtMs } = envelopeSchema.parse(JSON.parse(text));
      return clock.now().getTime() < expiresAtMs ? (schema.safeParse(value).data ?? null) : null;
    },
  };
}

function decrypt(key: Uint8Array, purpose: string, bytes: Buffer): string | null {
  if (bytes.length <= ivBytes + tagBytes) return null;
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes))
    .setAAD(Buffer.from(purpose))
    .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  try {
    const body = bytes.subarray(ivBytes + tagBytes);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
