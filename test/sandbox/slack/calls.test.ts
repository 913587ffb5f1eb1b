/**
 * The inspector's list of calls, and what is kept of everything in a sandbox that runs for weeks.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiCall, SandboxEvent } from '../../../sandbox/slack/wire.js';
import { short, startBench } from './support.js';
import type { Bench } from './support.js';

let bench: Bench;
beforeEach(async () => {
  bench = await startBench({ rateLimits: false, limits: { ...short, messagesKept: 3, fileBytesKept: 10 } });
});
afterEach(() => bench.close());

const calls = async () =>
  ((await (await fetch(`${bench.slack.url}/_sandbox/calls`)).json()) as { calls: ApiCall[] }).calls;

describe('GET calls', () => {
  it('lists method, arguments, answer and time', async () => {
    await bench.client.chat.postMessage({ channel: '#general', text: 'hello' });
    const [call] = await calls();
    expect(call).toMatchObject({
      id: 1,
      method: 'chat.postMessage',
      status: 200,
      ok: true,
      arguments: { channel: '#general', text: 'hello' },
      answer: { ok: true, message: { text: 'hello' } },
      findings: [],
    });
    expect(call!.ms).toBeGreaterThanOrEqual(0);
    expect(Date.parse(call!.at)).not.toBeNaN();
  });

  it('reports what the validator found, in messages, in views and in blocks.validate', async () => {
    const bad = [{ type: 'section' }] as never;
    const user_id = (await bench.control.state()).users[0]!.id;
    const { client } = bench;
    const attempts = [
      () => client.chat.postMessage({ channel: '#general', text: 'x', blocks: bad }),
      () => client.blocks.validate({ blocks: bad }),
      () => client.views.publish({ user_id, view: { type: 'home', blocks: bad } }),
      () => client.apiCall('users.info', {}),
    ];
    for (const attempt of attempts) await attempt().catch(() => undefined);
    const says = 'must define either `text` or `fields`';
    expect((await calls()).map(({ method, error, findings }) => [method, error, findings])).toEqual([
      ['chat.postMessage', 'invalid_blocks', [`${says} [json-pointer:/blocks/0]`]],
      ['blocks.validate', 'invalid_blocks', [`${says} [json-pointer:/0]`]],
      ['views.publish', 'invalid_arguments', [`${says} [json-pointer:/view/blocks/0]`]],
      ['users.info', 'invalid_arguments', ['[ERROR] missing required field: user']],
    ]);
  });

  it('never shows a token, a secret or a ticket in any place', async () => {
    const { botToken, appToken, signingSecret } = bench.slack.credentials;
    const body = new URLSearchParams({ token: botToken });
    await fetch(`${bench.slack.apiUrl}auth.test?token=${botToken}`, { method: 'POST', body });
    await fetch(`${bench.slack.apiUrl}apps.connections.open`, {
      method: 'POST',
      headers: { authorization: `Bearer ${appToken}` },
    });
    await bench.client.chat.postMessage({ channel: '#general', text: `${botToken} ${signingSecret}` });
    const text = JSON.stringify(await calls());
    for (const secret of [botToken, appToken, signingSecret]) expect(text).not.toContain(secret);
    expect(text).toContain('ticket=[redacted]');
    expect((await calls())[2]!.arguments).toMatchObject({ text: '[redacted] [redacted]' });
  });

  it('refuses before any method: faults, unknown methods, malformed bodies', async () => {
    const post = (method: string, init: RequestInit = {}) =>
      fetch(bench.slack.apiUrl + method, { method: 'POST', ...init });
    await bench.control.post('faults', { kind: 'rate_limit', count: 1 });
    await post('auth.test');
    await post('chat.explode');
    await post('auth.test', { body: '{', headers: { 'content-type': 'application/json' } });
    await post('auth.test', { body: 'x'.repeat(4_000_001) });
    await fetch(`${bench.slack.url}/response/none`, { method: 'POST', body: '{"text":"x"}' });
    expect((await calls()).map(({ method, status, error }) => [method, status, error])).toEqual([
      ['auth.test', 429, 'ratelimited'],
      ['chat.explode', 200, 'unknown_method'],
      ['auth.test', 200, 'invalid_json'],
      ['auth.test', 413, 'request_too_large'],
      ['response_url', 404, 'expired_url'],
    ]);
  });

  it('keeps the newest 500, and of a very long one only its length', async () => {
    await bench.client.chat.postMessage({ channel: '#general', text: 'x'.repeat(39_000) });
    await bench.client.apiCall('api.test', { long: 'x'.repeat(60_000) });
    expect((await calls())[1]!.arguments).toEqual({ omitted_characters: 60_011 });
    for (let count = 0; count < 500; count += 1) await bench.client.api.test();
    const kept = await calls();
    expect([kept.length, kept[0]!.id, kept.at(-1)!.id]).toEqual([500, 3, 502]);
  });

  it('reports each call on the stream of events', async () => {
    const response = await fetch(`${bench.slack.url}/_sandbox/events`);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    await bench.client.auth.test();
    let text = '';
    while (!text.includes('"type":"call"')) text += (await reader.read()).value ?? '';
    await reader.cancel();
    const line = text.split('\n').find((each) => each.includes('"type":"call"'))!;
    expect(JSON.parse(line.slice(6)) as SandboxEvent).toMatchObject({
      call: { method: 'auth.test', ok: true },
    });
  });
});

describe('what is kept', () => {
  it('is the newest messages of each channel', async () => {
    for (const text of ['1', '2', '3', '4', '5'])
      await bench.client.chat.postMessage({ channel: '#general', text });
    await bench.client.chat.postMessage({ channel: '#incidents', text: 'a' });
    const texts = async (name: string) =>
      (await bench.control.channel(name)).messages.map((message) => message.text);
    expect([await texts('general'), await texts('incidents')]).toEqual([['3', '4', '5'], ['a']]);
  });

  it('is the newest files; a message still names one that is gone', async () => {
    const channel = (await bench.control.channel('general')).id;
    const write = (content: string) =>
      bench.control.post('message', {
        user: 'ana',
        channel: 'general',
        text: '',
        files: [{ name: `${content}.txt`, content_base64: Buffer.from(content).toString('base64') }],
      });
    const [first] = (await write('seven-7')).messages;
    const old = first!.files![0]!;
    await write('eight-88');
    const headers = { authorization: `Bearer ${bench.slack.credentials.botToken}` };
    expect((await fetch(old.url_private, { headers })).status).toBe(404);
    const { messages } = await bench.client.conversations.history({ channel });
    expect(messages!.map(({ files }) => [files![0]!.name, files![0]!.file_access])).toEqual([
      ['eight-88.txt', 'visible'],
      ['seven-7.txt', 'file_not_found'],
    ]);
  });
});
