/** Signing in: with the sandbox's provider, and with one that lies. */
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startIdentity } from '../../sandbox/identity/provider.js';
import { systemClock } from '../../sandbox/world/clock.js';
import { createIdentityProvider } from '../../src/adapters/oidc/identity-provider.js';
import { fixedClock, hourMs, type FixedClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { isLoopback, isPrivatePath } from '../../src/kernel/loopback.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Identity, IdentityProvider } from '../../src/ports/identity.js';
import {
  clientId,
  clientSecret,
  startHostileProvider,
  type HostileProvider,
  type Lies,
} from './hostile-provider.js';

const callback = 'http://localhost:4898/confirm/callback';

let clock: FixedClock;
let hostile: HostileProvider;
let provider: IdentityProvider;

const providerOf = (issuer: string, secret = clientSecret, timeoutMs = 5000): IdentityProvider =>
  createIdentityProvider({
    issuer,
    clientId,
    clientSecret: new Secret(secret),
    clock,
    log: silentLog,
    timeoutMs,
  });

beforeAll(async () => {
  hostile = await startHostileProvider();
});
afterAll(() => hostile.close());
beforeEach(() => {
  clock = fixedClock(systemClock.now());
  Object.assign(hostile, { lies: {}, discoveries: 0, lastAuthentication: null });
  provider = providerOf(hostile.issuer);
});

/** As if the browser came back with this query beside the right state. */
async function finishWith(query: Record<string, string> = {}, lies: Lies = {}): Promise<Identity> {
  const { checks } = await provider.begin(callback);
  hostile.nonce = checks.nonce;
  hostile.lies = lies;
  const params = new URLSearchParams({ code: 'c1', state: checks.state, ...query });
  return provider.finish(`${callback}?${params.toString()}`, checks);
}

describe('with the sandbox’s provider', () => {
  it('reports who signed in just now; a code works once', async () => {
    const email = 'Ana@Larkspur-Pay.example';
    const sandbox = await startIdentity({
      port: 0,
      host: '127.0.0.1',
      company: 'L',
      people: [{ name: 'Ana', email }],
      redirectUris: ['http://localhost/confirm/callback'],
      clock: systemClock,
      seed: 's',
    });
    provider = providerOf(sandbox.issuer, sandbox.clientSecret);
    const { address, checks } = await provider.begin(callback);
    const response = await fetch(`${address}&choose=${encodeURIComponent(email)}`, { redirect: 'manual' });
    const back = response.headers.get('location') ?? '';
    const identity = await provider.finish(back, checks);
    expect(identity).toEqual({
      subject: expect.stringMatching(/./),
      email,
      emailVerified: true,
      authenticatedAt: expect.any(Date),
    });
    expect(Math.abs(identity.authenticatedAt.getTime() - systemClock.now().getTime())).toBeLessThan(10_000);
    await expect(provider.finish(back, checks)).rejects.toMatchObject({ code: 'invalid' });
    await expect(providerOf(sandbox.issuer, 'wrong').finish(back, checks)).rejects.toMatchObject({
      code: 'misconfigured',
    });
    await sandbox.close();
  });
});

it('asks for a new sign-in, with everything that binds the answer to it', async () => {
  const [first, second] = [await provider.begin(callback), await provider.begin(callback)];
  const params = Object.fromEntries(new URL(first.address).searchParams);
  expect(params).toEqual({
    client_id: clientId,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid email',
    prompt: 'login',
    max_age: '60',
    state: first.checks.state,
    nonce: first.checks.nonce,
    code_challenge_method: 'S256',
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
  });
  expect(first.address).not.toContain(first.checks.codeVerifier);
  const values = [...Object.values(first.checks), ...Object.values(second.checks)];
  expect(new Set(values).size).toBe(6);
});

describe('an answer that must not be believed', () => {
  const longAgo = Math.floor(Date.now() / 1000) - 3600;
  it.each<[string, Lies]>([
    ['another nonce', { claims: { nonce: 'other' } }],
    ['no nonce', { claims: { nonce: undefined } }],
    ['another issuer', { claims: { iss: 'https://evil.example' } }],
    ['another audience', { claims: { aud: 'somebody' } }],
    ['several audiences and no word for whom', { claims: { aud: ['paydesk', 'somebody'] } }],
    ['an expired ID token', { claims: { iat: longAgo, exp: longAgo + 300 } }],
    ['a sign-in of an hour ago', { claims: { auth_time: longAgo } }],
    ['no time of the sign-in', { claims: { auth_time: undefined } }],
    ['no signature', { signature: 'none' }],
    [
      'no signature, announced',
      { signature: 'none', discovery: { id_token_signing_alg_values_supported: ['none'] } },
    ],
    ['another key', { signature: 'stranger' }],
    ['a signature by the shared secret', { signature: 'HS256' }],
    ['no ID token', { token: { status: 200, body: '{"access_token":"at","token_type":"Bearer"}' } }],
    [
      'a token that is none',
      { token: { status: 200, body: '{"access_token":"at","token_type":"Bearer","id_token":"x.y.z"}' } },
    ],
    ['a code used before', { token: { status: 400, body: '{"error":"invalid_grant"}' } }],
    [
      'another person’s userinfo',
      { claims: { email: undefined }, userinfo: { sub: 'u2', email: 'x@y.example' } },
    ],
  ])('%s', async (_what, lies) => {
    // What is announced is read before anything is begun.
    hostile.lies = lies;
    await expect(finishWith({}, lies)).rejects.toMatchObject({ code: 'invalid' });
  });

  it.each([
    ['another state', { state: 'other' }],
    ['another issuer in the address', { iss: 'https://evil.example' }],
    ['no code', { code: '' }],
  ])('%s', async (_what, query) => {
    await expect(finishWith(query)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('in words of its own shows none of them', async () => {
    const query = { error: 'access_denied', error_description: 'Call 555-0100 to unlock' };
    const failure = await finishWith(query).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'forbidden' });
    expect(JSON.stringify(failure)).not.toContain('555-0100');
  });
});

describe('an address', () => {
  it.each<[string, Lies, Partial<Identity>]>([
    ['that is verified', {}, { email: 'ana@larkspur-pay.example', emailVerified: true }],
    ['that is not', { claims: { email_verified: false } }, { emailVerified: false }],
    ['of which nothing is said', { claims: { email_verified: undefined } }, { emailVerified: false }],
    ['that is “verified” in words', { claims: { email_verified: 'true' } }, { emailVerified: false }],
    ['that is no text', { claims: { email: ['a@b.example'] } }, { email: null }],
    [
      'that userinfo alone tells',
      {
        claims: { email: undefined, email_verified: undefined },
        userinfo: { sub: 'u1', email: 'b@c.example', email_verified: true },
      },
      { email: 'b@c.example', emailVerified: true },
    ],
    [
      'that nobody vouches for, though userinfo does for another',
      {
        claims: { email_verified: undefined },
        userinfo: { sub: 'u1', email: 'b@c.example', email_verified: true },
      },
      { email: 'ana@larkspur-pay.example', emailVerified: false },
    ],
  ])('%s', async (_what, lies, expected) => {
    expect(await finishWith({}, lies)).toMatchObject(expected);
  });
});

describe('trouble', () => {
  it.each<[string, Lies, string]>([
    ['refuses the client', { token: { status: 401, body: '{"error":"invalid_client"}' } }, 'misconfigured'],
    [
      'challenges the client',
      { token: { status: 401, body: '{}', headers: { 'www-authenticate': 'Basic realm="t"' } } },
      'misconfigured',
    ],
    ['is broken', { token: { status: 500, body: 'oops' } }, 'unavailable'],
    ['is busy', { token: { status: 503, body: '{"error":"temporarily_unavailable"}' } }, 'unavailable'],
  ])('a provider that %s', async (_what, lies, code) => {
    await expect(finishWith({}, lies)).rejects.toMatchObject({ code });
  });

  it.each<[string, Lies, string]>([
    ['another issuer', { discovery: { issuer: 'https://evil.example' } }, 'misconfigured'],
    ['an error', { discoveryAnswer: { status: 500, body: '{}' } }, 'unavailable'],
    ['garbage', { discoveryAnswer: { status: 200, body: '<html>' } }, 'unavailable'],
    ['nothing', { discoveryAnswer: { status: 200, body: '' } }, 'unavailable'],
  ])('one that tells %s about itself is not used, and asked again next time', async (_what, lies, code) => {
    hostile.lies = lies;
    await expect(provider.check()).rejects.toMatchObject({ code });
    await expect(provider.begin(callback)).rejects.toMatchObject({ code });
    hostile.lies = {};
    await expect(provider.begin(callback)).resolves.toMatchObject({
      address: expect.stringContaining('/authorize?'),
    });
  });

  it('one that is down when we start is used once it is up', async () => {
    const down = await startHostileProvider();
    await down.close();
    const waiting = providerOf(down.issuer);
    await expect(waiting.begin(callback)).rejects.toMatchObject({ code: 'unavailable' });
    const up = await startHostileProvider(Number(new URL(down.issuer).port));
    await expect(waiting.check()).resolves.toBeUndefined();
    await up.close();
  });

  it('one that never answers is late', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as AddressInfo;
    const late = providerOf(`http://127.0.0.1:${port}`, clientSecret, 100);
    await expect(late.begin(callback)).rejects.toMatchObject({ code: 'unavailable' });
    silent.close();
  });

  it('plain http to another machine is never spoken', async () => {
    await expect(providerOf('http://login.example.invalid').begin(callback)).rejects.toMatchObject({
      code: 'misconfigured',
    });
  });
});

it('asks a provider about itself once for many sign-ins, and again after an hour', async () => {
  await Promise.all([1, 2, 3].map(() => provider.begin(callback)));
  expect(hostile.discoveries).toBe(1);
  clock.advance(hourMs);
  await provider.begin(callback);
  expect(hostile.discoveries).toBe(2);
});

it.each([
  [undefined, 'header'],
  [['client_secret_post'], 'form'],
  [['client_secret_post', 'client_secret_basic'], 'header'],
])('proves itself as the provider takes it: %j', async (methods, expected) => {
  hostile.lies = { discovery: { token_endpoint_auth_methods_supported: methods } };
  await provider.begin(callback);
  await finishWith();
  expect(hostile.lastAuthentication).toBe(expected);
});

it.each([
  ['http://localhost:4400', true, true],
  ['http://127.9.9.9/x', true, true],
  ['http://[::1]:1', true, true],
  ['https://login.example.com', false, true],
  ['http://login.example.com', false, false],
  ['http://localhost.example.com', false, false],
  ['http://127.0.0.1.example.com', false, false],
  ['ftp://localhost', false, false],
  ['localhost', false, false],
])('%s: on this machine %s, read by nobody on the way %s', (address, loopback, isPrivate) => {
  expect([isLoopback(address), isPrivatePath(address)]).toEqual([loopback, isPrivate]);
});
