/**
 * Signs people in at an OpenID Connect provider: authorization code with PKCE, state and nonce.
 *
 * Invariants: the person signs in anew (`prompt=login`, and a fresh `auth_time`), so that a stolen browser session is
 * not enough; an ID token counts only with a good signature by one of the provider's published keys; plain http is
 * spoken to loopback alone. The provider is first asked when somebody signs in, so that one that is down stops nothing.
 * The age of tokens is judged by the library, against the system's time.
 * Deliberately absent: refresh tokens and sessions; an identity is needed once.
 * Source: OpenID Connect Core 1.0, RFC 7636 (PKCE), RFC 9207 (issuer in the answer).
 */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  ClientSecretPost,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type ClientAuth,
  type Configuration,
  type IDToken,
} from 'openid-client';
import { hourMs, type Clock } from '../../kernel/clock.js';
import { messageOf, OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import { isLoopback } from '../../kernel/loopback.js';
import type { Secret } from '../../kernel/secret.js';
import type { Identity, IdentityProvider, SignInChecks } from '../../ports/identity.js';
import { discoveryFailureOf, signInFailureOf } from './failures.js';

export interface IdentityProviderDeps {
  /** The issuer identifier, to which `/.well-known/openid-configuration` is added. */
  issuer: string;
  clientId: string;
  clientSecret: Secret;
  clock: Clock;
  log: Log;
  timeoutMs?: number;
}

/** How long ago the person may have signed in. Enough for a second factor and a slow redirect; tolerance comes on top. */
const maxAgeSeconds = 60;
/** Where its endpoints are, a provider changes about never; an hour bounds how long we would miss it. */
const discoveryLastsMs = hourMs;

export function createIdentityProvider(deps: IdentityProviderDeps): IdentityProvider {
  const discover = createDiscovery(deps);
  return {
    begin: async (redirectUri) => {
      const configuration = await discover();
      const checks = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
      return { address: await addressOf(configuration, redirectUri, checks), checks };
    },
    finish: async (currentUrl, checks) => identityAt(await discover(), new URL(currentUrl), checks, deps.log),
    check: async () => {
      await discover();
    },
  };
}

/** Asks the provider about itself, once at a time and again after an hour. A failure is not remembered. */
function createDiscovery({
  issuer,
  clientId,
  clientSecret,
  clock,
  log,
  timeoutMs = 5000,
}: IdentityProviderDeps): () => Promise<Configuration> {
  let asked: { answer: Promise<Configuration>; atMs: number } | null = null;
  const ask = async (): Promise<Configuration> => {
    try {
      return await discovery(new URL(issuer), clientId, undefined, authentication(clientSecret.reveal()), {
        timeout: timeoutMs / 1000,
        // oxlint-disable-next-line typescript/no-deprecated -- marked so to be noticed; for loopback alone
        execute: [enableNonRepudiationChecks, ...(isLoopback(issuer) ? [allowInsecureRequests] : [])],
      });
    } catch (cause) {
      asked = null;
      log.warn(
        { issuer, err: messageOf(cause) },
        'the identity provider’s discovery document cannot be read',
      );
      throw discoveryFailureOf(cause);
    }
  };
  return () => {
    const nowMs = clock.now().getTime();
    if (!asked || nowMs - asked.atMs >= discoveryLastsMs) asked = { answer: ask(), atMs: nowMs };
    return asked.answer;
  };
}

/** In the header unless the provider says that it takes the body: the header is what one takes that says nothing. */
function authentication(secret: string): ClientAuth {
  const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}

async function addressOf(
  configuration: Configuration,
  redirectUri: string,
  { state, nonce, codeVerifier }: SignInChecks,
): Promise<string> {
  const challenge = await calculatePKCECodeChallenge(codeVerifier);
  return buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid email',
    state,
    nonce,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    prompt: 'login',
    max_age: String(maxAgeSeconds),
  }).href;
}

async function identityAt(
  configuration: Configuration,
  currentUrl: URL,
  { state, nonce, codeVerifier }: SignInChecks,
  log: Log,
): Promise<Identity> {
  try {
    const tokens = await authorizationCodeGrant(configuration, currentUrl, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      maxAge: maxAgeSeconds,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims) throw new OpsError('internal', 'A sign-in without an ID token was accepted.');
    return identityOf(claims, await addressClaims(configuration, tokens.access_token, claims));
  } catch (cause) {
    log.warn({ err: messageOf(cause) }, 'a sign-in failed');
    throw signInFailureOf(cause);
  }
}

type AddressClaims = Readonly<Record<'email' | 'email_verified', unknown>>;

/** Some providers put the address into the ID token, others tell it only when asked. */
async function addressClaims(
  configuration: Configuration,
  accessToken: string,
  claims: IDToken,
): Promise<AddressClaims> {
  if (claims.email !== undefined || configuration.serverMetadata().userinfo_endpoint === undefined)
    return { email: claims.email, email_verified: claims.email_verified };
  const { email, email_verified } = await fetchUserInfo(configuration, accessToken, claims.sub);
  return { email, email_verified };
}

function identityOf(
  { sub, auth_time: authTime }: IDToken,
  { email, email_verified }: AddressClaims,
): Identity {
  return {
    subject: sub,
    email: typeof email === 'string' && email !== '' ? email : null,
    emailVerified: email_verified === true,
    authenticatedAt: new Date(Number(authTime) * 1000),
  };
}
