/**
 * Codes and access tokens of the sandbox's provider.
 *
 * Invariants: a code is handed out once and lives a minute; when one is tried again, what it gave is taken back.
 * All of them are derived from the seed and a counter: they guard nothing but this stand-in.
 */
import { createHash } from 'node:crypto';
import { forgetOldest } from '../forget.js';
import type { Clock } from '../world/clock.js';
import type { AuthorizationRequest } from './authorization.js';

export interface Person {
  name: string;
  email: string;
  /** True when absent. */
  emailVerified?: boolean;
}

export interface Grant {
  request: AuthorizationRequest;
  person: Person;
  authenticatedAt: Date;
}

export interface Grants {
  /** A code for this person's sign-in, just now. */
  issue(request: AuthorizationRequest, person: Person): string;
  /** What a code stands for, the first time within its life; null otherwise. */
  redeem(code: string): Grant | null;
  /** An access token for what a code stood for. */
  accessToken(code: string, grant: Grant): string;
  holderOf(accessToken: string): Grant | null;
  /** Always the same for a label. */
  secret(label: string): string;
}

const codeLifeMs = 60_000;
const tokenLifeMs = 300_000;
/** Of codes and of tokens; far more than can be alive at once. */
const kept = 1_000;

export function createGrants(seed: string, clock: Clock): Grants {
  const codes = new Map<string, { grant: Grant; isUsed: boolean }>();
  const tokens = new Map<string, { grant: Grant; code: string; expiresAtMs: number }>();
  const digest = (label: string): string =>
    createHash('sha256').update(`${seed}:identity:${label}`).digest('base64url');
  const startedAtMs = clock.now().getTime();
  let count = 0;
  const next = (kind: string): string => digest(`${kind}:${startedAtMs}:${++count}`);
  const nowMs = (): number => clock.now().getTime();
  const revoke = (code: string): void => {
    for (const [token, { code: origin }] of tokens) if (origin === code) tokens.delete(token);
  };
  return {
    issue(request, person) {
      const code = next('code');
      codes.set(code, { grant: { request, person, authenticatedAt: clock.now() }, isUsed: false });
      forgetOldest(codes, kept);
      return code;
    },
    redeem(code) {
      const found = codes.get(code);
      if (found?.isUsed === true) revoke(code);
      if (!found || found.isUsed) return null;
      found.isUsed = true;
      return nowMs() - found.grant.authenticatedAt.getTime() < codeLifeMs ? found.grant : null;
    },
    accessToken(code, grant) {
      const token = next('token');
      tokens.set(token, { grant, code, expiresAtMs: nowMs() + tokenLifeMs });
      forgetOldest(tokens, kept);
      return token;
    },
    holderOf(accessToken) {
      const found = tokens.get(accessToken);
      return found && nowMs() < found.expiresAtMs ? found.grant : null;
    },
    secret: (label) => digest(`secret:${label}`),
  };
}
