/**
 * The endpoints that a client calls itself: a code for tokens, and an access token for who that is.
 *
 * Invariant: a code is spent by the first try with the right client secret, whatever else is wrong with that try.
 * Source: RFC 6749, 2.3.1, 4.1.3 and 5.2; OpenID Connect Core 1.0, 2, 3.1.3 and 5.3.
 */
import { createHash } from 'node:crypto';
import { SignJWT, type CryptoKey } from 'jose';
import type { Clock } from '../world/clock.js';
import type { Grant, Grants, Person } from './grants.js';
import { json, type Answer } from './http.js';

export interface TokenIssuer {
  issuer: string;
  clientId: string;
  clientSecret: string;
  clock: Clock;
  grants: Grants;
  signing: { privateKey: CryptoKey; kid: string };
}

const lifeSeconds = 300;

export async function answerToken(
  desk: TokenIssuer,
  authorization: string | undefined,
  form: URLSearchParams,
): Promise<Answer> {
  if (!isClient(desk, authorization, form))
    return json(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="token"' });
  if (form.get('grant_type') !== 'authorization_code') return json(400, { error: 'unsupported_grant_type' });
  const code = form.get('code') ?? '';
  const grant = desk.grants.redeem(code);
  if (!grant || !isFor(grant, form)) return json(400, { error: 'invalid_grant' });
  return json(200, {
    access_token: desk.grants.accessToken(code, grant),
    token_type: 'Bearer',
    expires_in: lifeSeconds,
    scope: grant.request.scopes.join(' '),
    id_token: await idToken(desk, grant),
  });
}

/** By the header or by the form, not both. The parts of the header are form-encoded. */
function isClient(
  { clientId, clientSecret }: TokenIssuer,
  authorization: string | undefined,
  form: URLSearchParams,
): boolean {
  const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  const inForm = form.get('client_secret');
  if (basic === undefined) return form.get('client_id') === clientId && inForm === clientSecret;
  const parts = Buffer.from(basic, 'base64').toString('utf8').split(':');
  const [id, secret] = parts.map((part) => new URLSearchParams(`part=${part}`).get('part'));
  return inForm === null && id === clientId && secret === clientSecret;
}

function isFor({ request }: Grant, form: URLSearchParams): boolean {
  const verifier = form.get('code_verifier') ?? '';
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return form.get('redirect_uri') === request.redirectUri && challenge === request.codeChallenge;
}

async function idToken(desk: TokenIssuer, { request, person, authenticatedAt }: Grant): Promise<string> {
  const { issuer, clientId, signing, clock } = desk;
  const nowSeconds = Math.floor(clock.now().getTime() / 1000);
  const claims = {
    ...claimsOf(desk, person, request.scopes),
    auth_time: Math.floor(authenticatedAt.getTime() / 1000),
    ...(request.nonce !== null && { nonce: request.nonce }),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: signing.kid, typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(clientId)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + lifeSeconds)
    .sign(signing.privateKey);
}

function claimsOf(
  { grants }: TokenIssuer,
  { name, email, emailVerified = true }: Person,
  scopes: readonly string[],
): Record<string, unknown> {
  return {
    sub: grants.secret(`subject:${email}`),
    ...(scopes.includes('profile') && { name }),
    ...(scopes.includes('email') && { email, email_verified: emailVerified }),
  };
}

export function answerUserinfo(desk: TokenIssuer, authorization: string | undefined): Answer {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  const grant = token === undefined ? null : desk.grants.holderOf(token);
  if (!grant)
    return json(401, { error: 'invalid_token' }, { 'www-authenticate': 'Bearer error="invalid_token"' });
  return json(200, claimsOf(desk, grant.person, grant.request.scopes));
}
