/**
 * A small OpenID Connect provider for the company of the sandbox: discovery, keys, sign-in, token, userinfo.
 *
 * Invariants: a code works once, for the client, address and PKCE challenge that it was made for; a browser is sent to
 * registered addresses only, where loopback may have any port (RFC 8252, 7.3). The signing key is made at the start
 * and named by its own thumbprint; everything else comes from the seed.
 * Deliberately absent: passwords (one click signs in), sessions (each sign-in is a new one), refresh tokens, consent.
 * Source: OpenID Connect Core 1.0, OpenID Connect Discovery 1.0, RFC 7636, RFC 9207.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { closeServer, listen } from '../listening.js';
import type { Clock } from '../world/clock.js';
import { readAuthorization } from './authorization.js';
import { createGrants, type Person } from './grants.js';
import { json, readForm, send, type Answer } from './http.js';
import { errorPage, loginPage } from './login-page.js';
import { answerToken, answerUserinfo, type TokenIssuer } from './tokens.js';

export interface IdentityOptions {
  port: number;
  host: string;
  /** Whose people these are; stands on the login page. */
  company: string;
  people: readonly Person[];
  /** Where browsers may be sent back to. For a loopback address the port is left out and any will do. */
  redirectUris: readonly string[];
  clock: Clock;
  seed: string;
}

export interface IdentityServer {
  issuer: string;
  clientId: string;
  clientSecret: string;
  close(): Promise<void>;
}

/** What every endpoint works with. */
interface Provider extends TokenIssuer {
  company: string;
  people: readonly Person[];
  redirectUris: readonly string[];
  publicKey: JWK;
}

/** Starts to listen; rejects when the port is taken. */
export async function startIdentity(options: IdentityOptions): Promise<IdentityServer> {
  const { host, port, seed, clock, company, people, redirectUris } = options;
  const { privateKey, publicKey: key } = await generateKeyPair('RS256');
  const jwk = await exportJWK(key);
  const kid = await calculateJwkThumbprint(jwk);
  const grants = createGrants(seed, clock);
  const client = { clientId: 'paydesk', clientSecret: grants.secret('client') };
  const server = createServer();
  const issuer = `http://${host}:${await listen(server, port, host)}`;
  const provider: Provider = {
    ...client,
    issuer,
    company,
    people,
    redirectUris,
    clock,
    grants,
    signing: { privateKey, kid },
    publicKey: { ...jwk, kid, alg: 'RS256', use: 'sig' },
  };
  server.on('request', (request, response) => {
    const fault = (error: unknown): Answer =>
      json(500, { error: 'server_error', error_description: String(error) });
    void answerTo(provider, request)
      .catch(fault)
      .then((answer) => send(response, answer));
  });
  return { ...client, issuer, close: () => closeServer(server) };
}

async function answerTo(provider: Provider, request: IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '/', provider.issuer);
  switch (`${request.method ?? ''} ${pathname}`) {
    case 'GET /.well-known/openid-configuration':
      return json(200, discoveryOf(provider.issuer));
    case 'GET /jwks':
      return json(200, { keys: [provider.publicKey] });
    case 'GET /authorize':
      return authorize(provider, searchParams);
    case 'POST /authorize':
      return authorize(provider, await readForm(request));
    case 'POST /token':
      return answerToken(provider, request.headers.authorization, await readForm(request));
    case 'GET /userinfo':
      return answerUserinfo(provider, request.headers.authorization);
    default:
      return json(404, { error: 'not_found' });
  }
}

const discoveryOf = (issuer: string): object => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/userinfo`,
  jwks_uri: `${issuer}/jwks`,
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: ['authorization_code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  code_challenge_methods_supported: ['S256'],
  scopes_supported: ['openid', 'email', 'profile'],
  claims_supported: ['sub', 'name', 'email', 'email_verified', 'auth_time'],
  prompt_values_supported: ['login', 'none'],
  authorization_response_iss_parameter_supported: true,
});

/** The page, then the click on it: the same parameters, and who was clicked. */
function authorize(provider: Provider, params: URLSearchParams): Answer {
  const asked = readAuthorization(provider, params);
  if (asked.kind === 'refused') return errorPage(asked.why);
  if (asked.kind === 'fault') return sendBack(provider, asked, { error: asked.error });
  const chosen = params.get('choose');
  if (chosen === null) return loginPage(provider, params);
  const person = provider.people.find(({ email }) => email === chosen);
  if (!person) return sendBack(provider, asked, { error: 'access_denied' });
  return sendBack(provider, asked, { code: provider.grants.issue(asked.request, person) });
}

function sendBack(
  { issuer }: Provider,
  { redirectUri, state }: { redirectUri: string; state: string | null },
  answer: Record<string, string>,
): Answer {
  const address = new URL(redirectUri);
  const params = { ...answer, ...(state !== null && { state }), iss: issuer };
  Object.entries(params).forEach(([name, value]) => address.searchParams.set(name, value));
  return { status: 303, headers: { location: address.href }, body: '' };
}
