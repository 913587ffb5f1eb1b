/**
 * Reads what a client asks of a sign-in.
 *
 * Invariant: a client or an address that is not registered is shown to the person and never redirected to; every other
 * fault goes back to the client.
 * Source: RFC 6749, 4.1.2.1; RFC 8252, 7.3; OpenID Connect Core 1.0, 3.1.2.
 */

interface Registration {
  clientId: string;
  redirectUris: readonly string[];
}

/** What a code is made for. */
export interface AuthorizationRequest {
  redirectUri: string;
  codeChallenge: string;
  nonce: string | null;
  scopes: readonly string[];
}

export type Authorization =
  | { kind: 'refused'; why: string }
  | { kind: 'fault'; error: string; redirectUri: string; state: string | null }
  | { kind: 'asked'; request: AuthorizationRequest; redirectUri: string; state: string | null };

export function readAuthorization(registration: Registration, params: URLSearchParams): Authorization {
  const repeated = [...new Set(params.keys())].find((name) => params.getAll(name).length > 1);
  if (repeated !== undefined) return { kind: 'refused', why: `${repeated} is given more than once` };
  if (params.get('client_id') !== registration.clientId)
    return { kind: 'refused', why: 'this client is not registered' };
  const redirectUri = params.get('redirect_uri') ?? '';
  if (!isRegistered(registration.redirectUris, redirectUri))
    return { kind: 'refused', why: 'this address is not registered for the client' };
  const state = params.get('state');
  const error = faultOf(params);
  if (error !== null) return { kind: 'fault', error, redirectUri, state };
  const request = {
    redirectUri,
    codeChallenge: params.get('code_challenge') ?? '',
    nonce: params.get('nonce'),
    scopes: scopesOf(params),
  };
  return { kind: 'asked', request, redirectUri, state };
}

const scopesOf = (params: URLSearchParams): string[] => (params.get('scope') ?? '').split(' ');

function faultOf(params: URLSearchParams): string | null {
  if (params.get('response_type') !== 'code') return 'unsupported_response_type';
  if (!scopesOf(params).includes('openid')) return 'invalid_scope';
  if (params.get('code_challenge_method') !== 'S256') return 'invalid_request';
  if (!/^[\w-]{43}$/.test(params.get('code_challenge') ?? '')) return 'invalid_request';
  // A person is never signed in already.
  return params.get('prompt') === 'none' ? 'login_required' : null;
}

function isRegistered(registered: readonly string[], address: string): boolean {
  if (registered.includes(address)) return true;
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.protocol !== 'http:' || !['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) return false;
  // As it is written, not as it is read: user names, fragments and dots in the path do not slip through.
  const written = address.replace(`:${url.port}`, '');
  return registered.includes(written);
}
