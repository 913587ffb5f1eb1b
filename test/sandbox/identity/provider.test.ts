/** The sandbox's identity provider, asked as a client asks it, and as one that tries to cheat. */
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startIdentity,
  type IdentityOptions,
  type IdentityServer,
} from '../../../sandbox/identity/provider.js';
import { createManualClock } from '../../../sandbox/world/clock.js';
import { createVisitor, type Visit } from '../../support/visitor.js';

const redirectUri = 'http://localhost:4899/confirm/callback';
const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');
const ana = 'ana@larkspur-pay.example';

let clock: ReturnType<typeof createManualClock>;
let server: IdentityServer;
const options = (): IdentityOptions => ({
  port: 0,
  host: '127.0.0.1',
  company: 'Larkspur <Pay>',
  people: [{ name: 'Ana "<b>" Ribeiro', email: ana }],
  redirectUris: ['http://localhost/confirm/callback'],
  clock,
  seed: 'larkspur',
});

beforeAll(async () => {
  clock = createManualClock(new Date('2026-11-20T09:00:00Z'));
  server = await startIdentity(options());
});
afterAll(() => server.close());

const asking = (change: Record<string, string> = {}): string => {
  const params = {
    client_id: server.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid email',
    state: 's1',
    nonce: 'n1',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...change,
  };
  return `${server.issuer}/authorize?${new URLSearchParams(params).toString()}`;
};

/** Where the browser is sent after the click; nobody listens there. */
async function choose(email: string, change: Record<string, string> = {}): Promise<URL> {
  const address = new URL(asking(change));
  address.searchParams.set('choose', email);
  const response = await fetch(address, { redirect: 'manual' });
  return new URL(response.headers.get('location') ?? 'none:');
}

const basic = (id: string, secret: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

async function redeem(
  code: string,
  change: Record<string, string> = {},
  headers: Record<string, string> = basic(server.clientId, server.clientSecret),
): Promise<{ status: number; body: Record<string, string> }> {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...change,
  };
  const init = { method: 'POST', headers, body: new URLSearchParams(form) };
  const response = await fetch(`${server.issuer}/token`, init);
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

const codeOf = async (change = {}): Promise<string> =>
  (await choose(ana, change)).searchParams.get('code') ?? '';

describe('a sign-in', () => {
  it('lists the people, escaped, and one click goes back with code, state and issuer', async () => {
    const page: Visit = await createVisitor().get(asking());
    expect(page.text).toContain('Sign in to Larkspur &lt;Pay&gt;');
    expect(page.text).toContain('Ana &quot;&lt;b&gt;&quot; Ribeiro');
    expect(page.text).not.toMatch(/<script|<b>/);
    const { origin, pathname, searchParams } = await choose(ana);
    expect(`${origin}${pathname}`).toBe(redirectUri);
    expect(Object.fromEntries(searchParams)).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      state: 's1',
      iss: server.issuer,
    });
  });

  it('gives a signed ID token that says who, when and for whom, and the same by userinfo', async () => {
    const { status, body } = await redeem(await codeOf());
    expect(status).toBe(200);
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
    const { issuer, clientId: audience } = server;
    const { payload, protectedHeader } = await jwtVerify(body.id_token ?? '', keys, {
      issuer,
      audience,
      currentDate: clock.now(),
    });
    expect(protectedHeader.alg).toBe('RS256');
    const nowSeconds = clock.now().getTime() / 1000;
    expect(payload).toMatchObject({ email: ana, email_verified: true, nonce: 'n1', auth_time: nowSeconds });
    const authorization = `Bearer ${body.access_token ?? ''}`;
    const told = (await (
      await fetch(`${server.issuer}/userinfo`, { headers: { authorization } })
    ).json()) as object;
    expect(told).toEqual({ sub: payload.sub, email: ana, email_verified: true });
  });

  it('of the same person under the same seed is the same subject, secret and code', async () => {
    const mine = server;
    const [first, second] = await Promise.all([startIdentity(options()), startIdentity(options())]);
    const seen = [];
    for (server of [first, second]) {
      const code = await codeOf();
      const { body } = await redeem(code);
      seen.push([server.clientSecret, code, decodeJwt(body.id_token ?? '').sub]);
      await server.close();
    }
    server = mine;
    expect(seen[0]).toEqual(seen[1]);
  });
});

describe('a browser is sent to registered addresses only', () => {
  it.each([
    ['https://evil.example/confirm/callback', 'another host'],
    ['http://localhost.evil.example/confirm/callback', 'a host that begins alike'],
    ['http://localhost:4899/confirm/callback/', 'another path'],
    ['http://localhost:4899/confirm/../confirm/callback', 'dots'],
    ['http://localhost:4899@evil.example/confirm/callback', 'a name that looks like the host'],
    ['http://localhost:4899/confirm/callback?x=1', 'a query'],
    ['https://localhost/confirm/callback', 'another scheme'],
    ['http://127.0.0.1:4899/confirm/callback', 'loopback by another name'],
    ['', 'none at all'],
  ])('not to %s: %s', async (address) => {
    const response = await fetch(asking({ redirect_uri: address, choose: ana }), { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  });

  it.each<[Record<string, string>, string]>([
    [{ client_id: 'somebody' }, 'another client'],
    [{ choose: ana, x: '1' }, 'a repeated parameter'],
  ])('and not for %j: %s', async (change: Record<string, string>) => {
    const repeated = 'x' in change ? '&state=other' : '';
    const response = await fetch(`${asking(change)}${repeated}`, { redirect: 'manual' });
    expect(response.status).toBe(400);
  });

  it('to any port of this machine', async () => {
    const other = 'http://localhost:51234/confirm/callback';
    expect((await choose(ana, { redirect_uri: other })).origin).toBe('http://localhost:51234');
  });
});

it.each([
  [{ response_type: 'token' }, 'unsupported_response_type'],
  [{ scope: 'email' }, 'invalid_scope'],
  [{ code_challenge: '' }, 'invalid_request'],
  [{ code_challenge_method: 'plain' }, 'invalid_request'],
  [{ prompt: 'none' }, 'login_required'],
  [{ choose: '' }, 'access_denied'],
  [{ choose: 'nobody@larkspur-pay.example' }, 'access_denied'],
])('asked for %j, it tells the client %s', async (change: Record<string, string>, error) => {
  const back = await choose(change.choose ?? ana, change);
  expect([back.searchParams.get('error'), back.searchParams.get('state')]).toEqual([error, 's1']);
  expect(back.searchParams.has('code')).toBe(false);
});

describe('a code', () => {
  it('works once; trying it again takes back what it gave', async () => {
    const code = await codeOf();
    const { body } = await redeem(code);
    expect(await redeem(code)).toEqual({ status: 400, body: { error: 'invalid_grant' } });
    const authorization = `Bearer ${body.access_token ?? ''}`;
    expect((await fetch(`${server.issuer}/userinfo`, { headers: { authorization } })).status).toBe(401);
  });

  it('lives a minute', async () => {
    const code = await codeOf();
    clock.advance(60_000);
    expect((await redeem(code)).body.error).toBe('invalid_grant');
  });

  it.each<[Record<string, string>, string]>([
    [{ code_verifier: 'w'.repeat(43) }, 'another verifier'],
    [{ code_verifier: '' }, 'no verifier'],
    [{ redirect_uri: 'http://localhost/confirm/callback' }, 'another address'],
  ])('is spent by a try with %j: %s', async (change) => {
    const code = await codeOf();
    expect((await redeem(code, change)).body.error).toBe('invalid_grant');
    expect((await redeem(code)).body.error).toBe('invalid_grant');
  });

  it.each<[Record<string, string>, Record<string, string>, string]>([
    [{}, basic('paydesk', 'wrong'), 'a wrong secret'],
    [{}, {}, 'no secret'],
    [{ client_id: 'paydesk', client_secret: 'wrong' }, {}, 'a wrong secret in the form'],
  ])('is not touched without the client’s secret: %j %j, %s', async (change, headers) => {
    const code = await codeOf();
    expect(await redeem(code, change, headers)).toEqual({ status: 401, body: { error: 'invalid_client' } });
    const form = { client_id: server.clientId, client_secret: server.clientSecret };
    expect((await redeem(code, form, {})).status).toBe(200);
  });

  it('is given for a code grant alone', async () => {
    expect((await redeem(await codeOf(), { grant_type: 'password' })).body.error).toBe(
      'unsupported_grant_type',
    );
  });
});
