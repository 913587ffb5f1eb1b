/**
 * The pages on which a vote is confirmed, over real HTTP, with the sandbox's identity provider and votes in memory.
 */
import { request, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { startIdentity, type IdentityServer } from '../../sandbox/identity/provider.js';
import { systemClock } from '../../sandbox/world/clock.js';
import {
  confirmationAddress,
  confirmationsMount,
  createConfirmationPages,
} from '../../src/adapters/http/confirmations.js';
import { escapeHtml } from '../../src/adapters/http/html.js';
import { operationsMounts } from '../../src/adapters/http/operations.js';
import { startHttpServer, type HttpServer } from '../../src/adapters/http/server.js';
import { createIdentityProvider } from '../../src/adapters/oidc/identity-provider.js';
import { fixedClock, minuteMs, type FixedClock } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { Secret } from '../../src/kernel/secret.js';
import { createLog } from '../../src/wiring/logging.js';
import type { ConfirmationRefusal } from '../../src/ports/vote-confirmations.js';
import { fakeConfirmations, type FakeConfirmations } from '../support/confirmations.js';
import { createVisitor, type Visit, type Visitor } from '../support/visitor.js';

const host = '127.0.0.1';
const ana = 'ana@larkspur-pay.example';
const tomas = 'tomas@larkspur-pay.example';
const token = 'tok_4Zk1rJ8mQv2YxW6nB3cD';
/** What only the person who voted may read. */
const secrets = ['Refund', 'ending 4242', 'Ana Ribeiro', 'req_01', '9f2c1e'];

let identity: IdentityServer;
let votes: FakeConfirmations;
let clock: FixedClock;
let server: HttpServer;
let link: string;
let log: string[];
let visitor: Visitor;

beforeAll(async () => {
  identity = await startIdentity({
    port: 0,
    host,
    company: 'Larkspur Pay',
    people: [
      { name: 'Ana Ribeiro', email: 'Ana@Larkspur-Pay.example' },
      { name: 'Tomáš Novák', email: tomas },
      { name: 'Mei Tanaka', email: 'mei@larkspur-pay.example', emailVerified: false },
    ],
    redirectUris: ['http://localhost/confirm/callback'],
    clock: systemClock,
    seed: 'confirm',
  });
});
afterAll(() => identity.close());

/** Two replicas that share nothing but their secret, behind one address. */
beforeEach(async () => {
  votes = fakeConfirmations();
  votes.add(token, {});
  clock = fixedClock(systemClock.now());
  visitor = createVisitor();
  log = [];
  await serve();
});
afterEach(() => server.close());

async function serve(issuer = identity.issuer, address?: string): Promise<void> {
  const houseLog = createLog('debug', (line) => void log.push(line));
  let replicas: ReturnType<typeof createConfirmationPages>[] = [];
  const mount = confirmationsMount(() => {
    replicas = [...replicas.slice(1), ...replicas.slice(0, 1)];
    return replicas[0] ?? null;
  });
  const operations = operationsMounts({
    readiness: () => Promise.resolve({}),
    remarks: () => Promise.resolve({}),
    metrics: () => Promise.resolve({ contentType: 'text/plain', body: '' }),
  });
  server = await startHttpServer(host, 0, [...operations, mount], houseLog);
  const publicUrl = address ?? `http://localhost:${server.port}`;
  const { clientId } = identity;
  const clientSecret = new Secret(identity.clientSecret);
  replicas = [1, 2].map(() =>
    createConfirmationPages({
      provider: createIdentityProvider({ issuer, clientId, clientSecret, clock, log: houseLog }),
      votes,
      publicUrl,
      secret: clientSecret,
      company: 'Larkspur Pay',
      clock,
      log: houseLog,
    }),
  );
  link = confirmationAddress(publicUrl, token);
}

const headlineOf = ({ text }: Visit): string => /<h1>([^<]*)/.exec(text)?.[1] ?? '';
const seen = (page: Visit): [number, string] => [page.status, headlineOf(page)];
const review = (): Promise<Visit> => visitor.signIn(link, 'Ana@Larkspur-Pay.example');
const confirm = (page: Visit, fields = {}, headers = {}): Promise<Visit> =>
  visitor.submit(page, { decision: 'confirm', ...fields }, headers);

describe('the person who voted', () => {
  it('signs in, reads the plan as it is, and confirms', async () => {
    const page = await review();
    expect(page.url.href).toBe(link);
    for (const words of ['Refund €1,200.00 of €1,200.00', 'It cannot be undone', 'Ana Ribeiro', 'req_01'])
      expect(page.text).toContain(words);
    expect(seen(await confirm(page))).toEqual([200, 'Your vote is confirmed']);
    expect(votes.decisions).toEqual([
      {
        token,
        decision: 'confirmed',
        by: { subject: expect.any(String), email: 'Ana@Larkspur-Pay.example' },
      },
    ]);
  });

  it('withdraws', async () => {
    const page = await visitor.submit(await review(), { decision: 'withdraw' });
    expect(seen(page)).toEqual([200, 'Your vote is withdrawn']);
    expect(votes.decisions).toMatchObject([{ decision: 'withdrawn' }]);
  });

  it('may load the plan again, and have two links open at once', async () => {
    const other = 'tok_another_0123456789';
    votes.add(other, { title: 'Pause a route' });
    const first = await visitor.get(link);
    const second = await visitor.get(link.replace(token, other));
    expect(headlineOf(await visitor.submit(second, { choose: 'Ana@Larkspur-Pay.example' }))).toBe(
      'Pause a route',
    );
    expect(headlineOf(await visitor.submit(first, { choose: 'Ana@Larkspur-Pay.example' }))).toContain(
      'Refund',
    );
    expect(headlineOf(await visitor.get(link))).toContain('Refund');
  });

  it('signs in again when that was long ago, and nothing was changed', async () => {
    const page = await review();
    clock.advance(10 * minuteMs);
    expect(seen(await confirm(page))).toEqual([401, 'Your sign-in has ended']);
    expect((await visitor.get(link)).url.origin).toBe(identity.issuer);
    expect(votes.decisions).toEqual([]);
  });

  it('confirms no plan but the one that was shown', async () => {
    const page = await review();
    votes.change(token, { planHash: 'another' });
    expect(seen(await confirm(page))).toEqual([409, 'The plan has changed']);
    expect(votes.decisions).toEqual([]);
  });
});

describe('everybody else', () => {
  it('sees nothing of the plan before signing in', async () => {
    const answer = await fetch(link, { redirect: 'manual' });
    expect(answer.headers.get('location')).toContain(identity.issuer);
    const told = `${[...answer.headers].join('\n')}\n${await answer.text()}`;
    expect([...secrets, 'larkspur-pay'].filter((words) => told.includes(words))).toEqual([]);
  });

  it.each([
    [tomas, 'This vote belongs to another person', 'another person'],
    ['mei@larkspur-pay.example', 'Your e-mail address is not verified', 'an address that nobody vouches for'],
    ['', 'You are not signed in', 'the sign-in was cancelled'],
  ])('signed in as “%s” sees “%s”: %s', async (email, headline) => {
    votes.change(token, { voterEmail: email === '' || email === tomas ? ana : email });
    const page = await visitor.signIn(link, email);
    expect(seen(page)).toEqual([403, headline]);
    expect(secrets.filter((words) => page.text.includes(words))).toEqual([]);
    expect((await visitor.get(link)).url.origin).toBe(identity.issuer);
  });

  it('whose address only looks the same is somebody else', async () => {
    votes.change(token, { voterEmail: tomas.replace('s@', 'ſ@') });
    expect(seen(await visitor.signIn(link, tomas))).toEqual([403, 'This vote belongs to another person']);
  });

  it('loses the vote when the Slack address changed after the sign-in', async () => {
    const page = await review();
    votes.change(token, { voterEmail: tomas });
    expect(seen(await confirm(page))).toEqual([403, 'This vote belongs to another person']);
    expect(votes.decisions).toEqual([]);
  });
});

describe('a link that cannot be used', () => {
  it.each<[ConfirmationRefusal, number, string]>([
    ['unknown', 404, 'Unknown link'],
    ['used', 410, 'This link has already been used'],
    ['expired', 410, 'This link has expired'],
    ['decided', 409, 'This request is already decided'],
  ])('because it is %s says so before, between and after', async (why, status, headline) => {
    const waiting = await visitor.get(link);
    const page = await review();
    votes.refuse(token, why);
    const choice = { choose: 'Ana@Larkspur-Pay.example' };
    for (const visit of [
      () => createVisitor().get(link),
      () => visitor.submit(waiting, choice),
      () => confirm(page),
    ])
      expect(seen(await visit())).toEqual([status, headline]);
    expect(votes.decisions).toEqual([]);
  });

  it('was used a moment ago in another tab', async () => {
    const page = await review();
    const both = await Promise.all([confirm(page), confirm(page)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410]);
    expect(votes.decisions).toHaveLength(1);
    expect((await visitor.get(link)).status).toBe(410);
    expect((await confirm(page)).status).toBe(410);
  });

  it.each(['short', 'x'.repeat(129), '..%2f..%2fhealthz', 'tok_unknown_0123456789', `${token}/x`])(
    'or was never one: %s',
    async (text) => {
      const page = await visitor.get(`${new URL(link).origin}/confirm/${text}`);
      expect(seen(page)).toEqual([404, 'Unknown link']);
    },
  );
});

it('bots that fetch the link, as often as they like, use nothing up', async () => {
  for (const headers of [{ 'user-agent': 'Slackbot-LinkExpanding 1.0' }, { 'sec-purpose': 'prefetch' }, {}]) {
    await createVisitor().get(link, headers);
    await fetch(link, { method: 'HEAD', redirect: 'manual' });
  }
  expect(votes.looks()).toBe(6);
  expect(votes.decisions).toEqual([]);
  expect(seen(await confirm(await review()))).toEqual([200, 'Your vote is confirmed']);
});

describe('a forged POST', () => {
  it.each<[string, Record<string, string>, Record<string, string>, number]>([
    ['without the form’s key', { key: '' }, {}, 403],
    ['with another key', { key: 'A'.repeat(43) }, {}, 403],
    ['from another site', {}, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
    ['from a page without an origin', {}, { origin: 'null', 'sec-fetch-site': 'cross-site' }, 403],
    ['from another port of this machine', {}, { 'sec-fetch-site': 'same-site' }, 403],
    ['without the cookie', {}, { cookie: '' }, 401],
    ['that decides something else', { decision: 'approve-all' }, {}, 403],
    ['with a body that does not end', { filler: 'x'.repeat(100_000) }, {}, 413],
  ])('%s is refused', async (_what, fields, headers, status) => {
    const page = await confirm(await review(), fields, headers);
    expect(page.status).toBe(status);
    expect(votes.decisions).toEqual([]);
  });

  it('with the cookie of another link is refused', async () => {
    const other = 'tok_another_0123456789';
    votes.add(other, {});
    const page = await review();
    const jar = visitor.cookies.get('localhost');
    const stranger = createVisitor();
    await stranger.signIn(link.replace(token, other), 'Ana@Larkspur-Pay.example');
    const [sealed] = [...(stranger.cookies.get('localhost')?.values() ?? [])];
    const [name] = [...(jar?.keys() ?? [])];
    jar?.set(name ?? '', sealed ?? '');
    expect((await confirm(page)).status).toBe(401);
    jar?.set(name ?? '', 'AAAA');
    expect((await confirm(page)).status).toBe(401);
    expect(votes.decisions).toEqual([]);
  });

  it('may come from a browser that sends the origin', async () => {
    const page = await confirm(
      await review(),
      {},
      { origin: new URL(link).origin, 'sec-fetch-site': 'none' },
    );
    expect(page.status).toBe(200);
  });
});

describe('the way back from the provider', () => {
  it('leads nowhere in a browser that did not begin it', async () => {
    const login = await visitor.get(link);
    const page = await visitor.submit(login, { choose: 'Ana@Larkspur-Pay.example' });
    const callback = page.path.find((address) => address.includes('/confirm/callback')) ?? '';
    expect(callback).toContain('code=');
    expect(seen(await createVisitor().get(callback))).toEqual([400, 'This sign-in can’t be completed']);
    expect(seen(await visitor.get(callback))).toEqual([400, 'This sign-in can’t be completed']);
  });

  it('with a code of somebody else’s sign-in is not accepted', async () => {
    const stolen = createVisitor();
    const theirs = await stolen.get(link);
    const mine = await visitor.get(link);
    const state = new URL(mine.path.at(-1) ?? '').searchParams.get('state') ?? '';
    const back = await stolen.submit(theirs, { choose: 'Ana@Larkspur-Pay.example' });
    const callback = new URL(back.path.find((address) => address.includes('/confirm/callback')) ?? '');
    callback.searchParams.set('state', state);
    expect(seen(await visitor.get(callback.href))).toEqual([400, 'You are not signed in']);
  });
});

describe('trouble', () => {
  it('with the provider shows on the page, and not on others', async () => {
    await server.close();
    await serve('http://127.0.0.1:1');
    const page = await visitor.get(link);
    expect(seen(page)).toEqual([503, 'Something went wrong']);
    expect(page.text).toContain('The identity provider does not answer.');
    expect((await fetch(`http://${host}:${server.port}/healthz`)).status).toBe(200);
  });

  it('with the votes says that the link shows more, and keeps it usable', async () => {
    const page = await review();
    votes.failWith(new OpsError('unavailable', 'The database cannot be reached.'));
    const failed = await confirm(page);
    expect([failed.status, failed.text]).toEqual([
      503,
      expect.stringContaining('The database cannot be reached.'),
    ]);
    votes.failWith(new Error('password=hunter2'));
    const broken = await confirm(page);
    expect([broken.status, broken.text.includes('hunter2')]).toEqual([500, false]);
    expect(log.join()).toContain(/R-[0-9A-Z]{8}/.exec(broken.text)?.[0]);
    votes.failWith(null);
    expect((await confirm(page)).status).toBe(200);
  });

  it.each([
    ['another address', 'GET', { host: 'evil.example' }, 421],
    ['another method', 'DELETE', {}, 405],
  ])('%s is refused', async (_what, method, headers, status) => {
    expect((await ask(method, headers)).statusCode).toBe(status);
  });

  it('while nothing is to be confirmed there is no page', async () => {
    const bare = await startHttpServer(host, 0, [confirmationsMount(() => null)], createLog('silent'));
    expect((await fetch(`http://${host}:${bare.port}/confirm/${token}`)).status).toBe(404);
    await bare.close();
  });
});

/** `fetch` does not let one choose the Host header. */
function ask(method: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const own = { host: `localhost:${server.port}`, ...headers };
    const asked = request({ host, port: server.port, path: `/confirm/${token}`, method, headers: own });
    asked.on('response', (response) => resolve(response.resume())).on('error', reject);
    asked.end();
  });
}

describe('every answer', () => {
  it('may not be cached, framed, scripted, or named in a referrer', async () => {
    const page = await review();
    const redirected = await fetch(link, { redirect: 'manual' });
    const unknown = await fetch(link.replace(token, 'tok_unknown_0123456789'));
    for (const { headers } of [page, redirected, unknown, await confirm(page)]) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    }
    expect(page.text).not.toMatch(/<script|javascript:|https?:\/\//);
  });

  it('sets cookies that no script and no other site can use', async () => {
    const [cookie = ''] = (await fetch(link, { redirect: 'manual' })).headers.getSetCookie();
    expect(cookie).toMatch(
      /^paydesk-sign-in-[0-9a-f]{16}=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });

  it('binds cookies to the host wherever there is https', async () => {
    await server.close();
    await serve(identity.issuer, 'https://paydesk.example.com');
    const asked = await ask('GET', { host: 'paydesk.example.com' });
    expect(asked.headers['set-cookie']?.[0]).toMatch(
      /^__Host-paydesk-sign-in-[0-9a-f]{16}=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  it('leaves tokens, codes and addresses out of the log', async () => {
    const page = await review();
    await confirm(page);
    await visitor.signIn(link, tomas);
    votes.failWith(new Error('broken'));
    await visitor.get(link);
    const code = /code=([^&]+)/.exec(page.path.join())?.[1] ?? 'no code';
    expect(log.length).toBeGreaterThan(1);
    for (const words of [token, code, ana, tomas]) expect(log.join('\n')).not.toContain(words);
  });
});

describe('hostile text', () => {
  const evil = `"><script>alert(1)</script>'&\u202Egnp.exe\u200B`;

  it('is shown as what it is', async () => {
    votes.change(token, {
      title: evil,
      voterName: evil,
      lines: [evil, '\n<b>'],
      requestId: evil,
      planHash: evil,
    });
    const page = await review();
    expect(page.text).not.toMatch(/<script|<b>|\u202E|\u200B/);
    expect(page.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;[U+202E]gnp.exe[U+200B]');
  });

  it('never opens a tag or leaves an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"'\p{Cc}\p{Cf}]|&(?!(?:amp|lt|gt|quot|#39);)/u);
      }),
    );
  });
});
