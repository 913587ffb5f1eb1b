/**
 * What the browser keeps between following a link and confirming the vote: first the sign-in that was begun, then who
 * signed in. Sealed, so that several replicas need share nothing but a secret.
 *
 * Invariants: a cookie is bound to one sign-in (its state) or to one link (its token), so that two open tabs do not
 * disturb each other; no script can read it, no other site makes the browser send it with a POST.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Clock } from '../../kernel/clock.js';
import { minuteMs, secondMs } from '../../kernel/clock.js';
import type { Secret } from '../../kernel/secret.js';
import { createSeal } from './seal.js';

/** Long enough for a second factor, and to read a plan; short enough not to lie around. */
const lifeMs = 10 * minuteMs;

const signInSchema = z.object({
  token: z.string(),
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
});
const voterSchema = z.object({
  token: z.string(),
  subject: z.string(),
  email: z.string(),
  /** In the form as well, because a forged request cannot know it. */
  formKey: z.string(),
});

/** A sign-in that was begun, for the link with this token. */
type PendingSignIn = z.infer<typeof signInSchema>;
/** Who signed in, for the link with this token. */
export type SignedInVoter = z.infer<typeof voterSchema>;

interface Drawer<Value> {
  /** A `set-cookie` header. */
  keep(value: Value): string;
  /** What the browser brought back for this state or token. */
  find(request: IncomingMessage, key: string): Value | null;
  /** A `set-cookie` header that takes it away. */
  drop(key: string): string;
}

export interface ConfirmationCookies {
  signIns: Drawer<PendingSignIn>;
  voters: Drawer<SignedInVoter>;
}

export function createConfirmationCookies(deps: {
  publicUrl: string;
  secret: Secret;
  clock: Clock;
}): ConfirmationCookies {
  return {
    signIns: drawer('sign-in', signInSchema, ({ state }) => state, deps),
    voters: drawer('voter', voterSchema, ({ token }) => token, deps),
  };
}

function drawer<Value extends object>(
  kind: string,
  schema: z.ZodType<Value>,
  keyOf: (value: Value) => string,
  { publicUrl, secret, clock }: { publicUrl: string; secret: Secret; clock: Clock },
): Drawer<Value> {
  const seal = createSeal(secret, clock);
  const isSecure = publicUrl.startsWith('https:');
  const nameOf = (key: string): string =>
    `${isSecure ? '__Host-' : ''}paydesk-${kind}-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
  const header = (name: string, value: string, maxAgeMs: number): string =>
    `${name}=${value}; Max-Age=${maxAgeMs / secondMs}; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  return {
    keep(value) {
      const name = nameOf(keyOf(value));
      return header(name, seal.seal(name, value, new Date(clock.now().getTime() + lifeMs)), lifeMs);
    },
    find(request, key) {
      const name = nameOf(key);
      const sealed = cookieNamed(request, name);
      const value = sealed === null ? null : seal.open(name, sealed, schema);
      return value !== null && keyOf(value) === key ? value : null;
    },
    drop: (key) => header(nameOf(key), '', 0),
  };
}

function cookieNamed({ headers }: IncomingMessage, name: string): string | null {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
}
