/**
 * An identity provider that says whatever a test wants: good answers unless told otherwise. It has no login page; a
 * test makes up the address at which the browser comes back.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';

export interface Lies {
  /** Instead of, or beside, the good claims; undefined takes one away. */
  claims?: Record<string, unknown>;
  /** `none`: not signed. `stranger`: signed by a key that is not published. `HS256`: by the client's secret. */
  signature?: 'none' | 'stranger' | 'HS256';
  discovery?: Record<string, unknown>;
  userinfo?: Record<string, unknown>;
  /** Instead of the token endpoint's answer. */
  token?: { status: number; body: string; headers?: Record<string, string> };
  /** What discovery answers instead. */
  discoveryAnswer?: { status: number; body: string };
}

export interface HostileProvider {
  issuer: string;
  lies: Lies;
  /** What the good ID token holds as nonce. */
  nonce: string;
  discoveries: number;
  /** How the client proved itself at the token endpoint. */
  lastAuthentication: 'header' | 'form' | null;
  close(): Promise<void>;
}

export const clientId = 'paydesk';
export const clientSecret = 'a-secret-of-the-client';

export async function startHostileProvider(port = 0): Promise<HostileProvider> {
  const [own, stranger] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const keys = { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] };
  const say = (response: ServerResponse, status: number, body: string, headers = {}): void =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

  const claims = (): JWTPayload => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    return JSON.parse(
      JSON.stringify({
        iss: provider.issuer,
        aud: clientId,
        sub: 'u1',
        iat: nowSeconds,
        exp: nowSeconds + 300,
        auth_time: nowSeconds,
        nonce: provider.nonce,
        email: 'ana@larkspur-pay.example',
        email_verified: true,
        ...provider.lies.claims,
      }),
    ) as JWTPayload;
  };
  const idToken = async (): Promise<string> => {
    const { signature } = provider.lies;
    if (signature === 'none') return new UnsecuredJWT(claims()).encode();
    const alg = signature === 'HS256' ? 'HS256' : 'RS256';
    const key = signature === 'HS256' ? new TextEncoder().encode(clientSecret.padEnd(32)) : own.privateKey;
    return new SignJWT(claims())
      .setProtectedHeader({ alg, kid: 'k1' })
      .sign(signature === 'stranger' ? stranger.privateKey : key);
  };
  const discovery = (): string => {
    const { issuer, lies } = provider;
    provider.discoveries++;
    return JSON.stringify({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      userinfo_endpoint: `${issuer}/userinfo`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      ...lies.discovery,
    });
  };
  const token = async (): Promise<string> =>
    JSON.stringify({ access_token: 'at', token_type: 'Bearer', id_token: await idToken() });
  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    const { lies } = provider;
    if (path === '/jwks') say(response, 200, JSON.stringify(keys));
    else if (path === '/userinfo') say(response, 200, JSON.stringify(lies.userinfo ?? { sub: 'u1' }));
    else if (path === '/token')
      say(response, lies.token?.status ?? 200, lies.token?.body ?? (await token()), lies.token?.headers);
    else say(response, lies.discoveryAnswer?.status ?? 200, lies.discoveryAnswer?.body ?? discovery());
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (path === '/token')
      provider.lastAuthentication = request.headers.authorization === undefined ? 'form' : 'header';
    void answer(path, response);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const provider: HostileProvider = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lies: {},
    nonce: '',
    discoveries: 0,
    lastAuthentication: null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return provider;
}
