/**
 * Who may call the Web API, how often, and what a body must be: tokens, scopes, rate tiers and limits of size.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paydeskManifest, refusal, startBench } from './support.js';
import type { Bench } from './support.js';

describe('who may call', () => {
  let bench: Bench;
  beforeAll(async () => {
    const bot = paydeskManifest.oauth_config.scopes.bot.filter((scope) => scope !== 'users:read.email');
    bench = await startBench({
      manifest: {
        ...paydeskManifest,
        oauth_config: { scopes: { bot } },
        features: { ...paydeskManifest.features, app_home: {} },
      },
    });
  });
  afterAll(() => bench.close());

  const call = async (method: string, init: RequestInit = {}) => {
    const response = await fetch(`${bench.slack.apiUrl}${method}`, { method: 'POST', ...init });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  it.each<[string, string, () => RequestInit, object]>([
    ['no token', 'auth.test', () => ({}), { error: 'not_authed' }],
    ['a token in the address', 'auth.test?token=xoxb-1', () => ({}), { error: 'not_authed' }],
    ['a wrong token', 'auth.test', () => bearer('xoxb-no'), { error: 'invalid_auth' }],
    [
      'a token in the form',
      'auth.test',
      () => ({ body: new URLSearchParams({ token: bench.slack.credentials.botToken }) }),
      { ok: true },
    ],
    [
      'an unknown method is HTTP 200',
      'chat.explode',
      () => bearer('x'),
      { ok: false, error: 'unknown_method' },
    ],
    [
      'JSON that is none',
      'auth.test',
      () => ({ body: '{', headers: { 'content-type': 'application/json' } }),
      { error: 'invalid_json' },
    ],
    [
      'a form that is none',
      'auth.test',
      () => ({ body: '--x', headers: { 'content-type': 'multipart/form-data; boundary=y' } }),
      { error: 'invalid_json' },
    ],
    [
      'a scope that was not granted',
      'users.lookupByEmail',
      () => bearer(bench.slack.credentials.botToken),
      { error: 'missing_scope', needed: 'users:read.email' },
    ],
    [
      'a Home tab that is not enabled',
      'views.publish',
      () => bearer(bench.slack.credentials.botToken),
      { error: 'not_enabled' },
    ],
  ])('%s', async (_reason, method, init, expected) => {
    const { status, body } = await call(method, init());
    expect(status).toBe(200);
    expect(body).toMatchObject(expected);
  });

  it('turns a body of more than 4 MB away', async () => {
    const { status } = await call('auth.test', {
      ...bearer(bench.slack.credentials.botToken),
      body: 'x'.repeat(4_000_001),
    });
    expect(status).toBe(413);
  });

  it('keeps e-mail addresses without their scope, and messages out of channels it is not in', async () => {
    const { users, channels } = await bench.control.state();
    const { user } = await bench.client.users.info({ user: users[0]!.id });
    expect(user!.profile!.email).toBeUndefined();
    const random = channels.find((channel) => channel.name === 'random')!.id;
    for (const attempt of [
      bench.client.chat.postMessage({ channel: random, text: 'x' }),
      bench.client.conversations.history({ channel: random }),
    ]) {
      expect(await refusal(attempt)).toMatchObject({ error: 'not_in_channel' });
    }
  });
});

describe('rate limits', () => {
  let nowMs = Date.parse('2026-11-20T09:00:00Z');
  let bench: Bench;
  beforeEach(async () => {
    bench = await startBench({ clock: { now: () => new Date(nowMs) } });
    return () => bench.close();
  });

  it('lets a burst into one channel pass, then one message a second, and says how long to wait', async () => {
    const { channels } = await bench.control.state();
    const [general, other] = ['general', 'incidents'].map(
      (name) => channels.find((each) => each.name === name)!.id,
    );
    const post = (channel: string) =>
      bench.client.chat.postMessage({ channel, text: 'x' }).then(
        () => 0,
        (error: unknown) => (error as { retryAfter?: number }).retryAfter,
      );
    const waits: (number | undefined)[] = [];
    for (let at = 0; at < 11; at += 1) waits.push(await post(general!));
    expect(waits).toEqual([...Array<number>(10).fill(0), 1]);
    expect(await post(other!)).toBe(0);
    nowMs += 1_000;
    expect([await post(general!), await post(general!)]).toEqual([0, 1]);
  });
});
