/**
 * The control interface: its refusals, its faults, its stream of events, and the limits of triggers and response_urls.
 */
import { createHmac } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import type { App } from '@slack/bolt';
import type { View } from '@slack/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startSlack } from '../../../sandbox/slack/server.js';
import type { SandboxEvent, ScenarioInfo } from '../../../sandbox/slack/wire.js';
import { paydeskManifest, refusal, short, startApp, startBench } from './support.js';
import type { Bench } from './support.js';

const modal: View = {
  type: 'modal',
  title: { type: 'plain_text', text: 'A form' },
  blocks: [{ type: 'divider' }],
};
import type { Json } from '../../../sandbox/slack/wire.js';

let nowMs = Date.parse('2026-11-20T09:00:00Z');
let bench: Bench;
let stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  stops = [];
  bench = await startBench({ clock: { now: () => new Date(nowMs) } });
});
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  await bench.close();
});

const withApp = async (listen: (app: App) => void) => {
  const app = await startApp(bench, 'socket', 0, listen);
  stops.push(() => app.stop());
};
const command = (text = '/payment pi_1') =>
  bench.control.post('command', { user: 'ana', channel: 'payments-ops', text });

/** One GET with headers of our choosing; fetch would not let us name the host. */
const getWith = (headers: Record<string, string>) =>
  new Promise<number>((resolve, reject) => {
    httpRequest(`${bench.slack.url}/_sandbox/state`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

describe('who may ask', () => {
  it.each<[string, Record<string, string>, number]>([
    ['a plain client', {}, 200],
    ['localhost', { host: 'localhost:21000' }, 200],
    ['another host name that points here', { host: 'evil.example' }, 403],
    ['a script of another site', { origin: 'https://evil.example' }, 403],
    ['a page on another port', { origin: 'http://127.0.0.1:1' }, 403],
  ])('%s', async (_reason, headers, status) => {
    expect(await getWith(headers)).toBe(status);
  });

  it('takes the page itself', async () => {
    expect(await getWith({ origin: bench.slack.url, host: new URL(bench.slack.url).host })).toBe(200);
  });
});

describe('what is refused, and how it reads', () => {
  it.each<[string, object, RegExp]>([
    ['command', { channel: 'general', text: '/payment' }, /user is missing/],
    ['command', { user: 'zoe', channel: 'general', text: '/payment' }, /no user "zoe"/],
    ['command', { user: 'paydesk', channel: 'general', text: '/payment' }, /is the app itself/],
    ['command', { user: 'ana', channel: 'nowhere', text: '/payment' }, /no channel "nowhere"/],
    ['command', { user: 'kofi', channel: 'disputes', text: '/payment' }, /not a member/],
    ['command', { user: 'ana', channel: 'general', text: '/payment' }, /no app is connected/],
    ['message', { user: 'priya', channel: 'general', text: 'hi' }, /priya is not in general/],
    ['message', { user: 'ana', channel: 'general', text: 'hi', thread_ts: '1.0' }, /no thread/],
    ['submit', { user: 'ana', view_id: 'V0', values: {} }, /no open view/],
    ['faults', { kind: 'earthquake' }, /kind must be one of/],
    ['faults', { kind: 'slow', count: 0 }, /count must be/],
    ['scenario', { name: 'flood' }, /no scenario "flood"/],
    ['request_url', { url: 'ftp://example.com' }, /http or https/],
    ['teapot', {}, /there is no POST teapot/],
  ])('%s %j', async (path, body, error) => {
    const answer = await bench.control.post(path, body as never);
    expect(answer.ok).toBe(false);
    expect(answer.error).toMatch(error);
    expect(answer.messages).toEqual([]);
  });

  it('survives malformed bodies and frames', async () => {
    const response = await fetch(`${bench.slack.url}/_sandbox/command`, { method: 'POST', body: 'null' });
    expect(response.status).toBe(400);
    const ticket = await fetch(`${bench.slack.apiUrl}apps.connections.open`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bench.slack.credentials.appToken}` },
    });
    const { url } = (await ticket.json()) as { url: string };
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.once('message', resolve));
    for (const frame of ['{', 'null', '[]', '{"envelope_id":7}', '{"envelope_id":"unknown"}'])
      socket.send(frame);
    expect((await bench.control.state()).bot.connection).toBe('socket');
    const again = new WebSocket(url);
    await expect(new Promise((_, reject) => again.once('error', reject))).rejects.toThrow('401');
    socket.close();
    await expect.poll(async () => (await bench.control.state()).bot.connection).toBe('none');
  });

  it('serves the page from its folder and from nowhere else', async () => {
    const slack = await startSlack({ port: 0, manifest: paydeskManifest, pageDir: import.meta.dirname });
    const path = async (suffix: string) =>
      new Promise<[number, string]>((resolve) => {
        httpRequest(slack.url + suffix, { path: suffix }, (response) => {
          response.resume();
          resolve([response.statusCode ?? 0, response.headers['content-type'] ?? '']);
        }).end();
      });
    expect(await path('/support.ts')).toEqual([200, 'application/octet-stream']);
    for (const outside of [
      '/../../../package.json',
      '/%2e%2e/%2e%2e/%2e%2e/package.json',
      '/..%2f..%2f..%2fpackage.json',
      '/%00',
      '/%',
    ]) {
      expect((await path(outside))[0], outside).toBe(404);
    }
    expect(await (await fetch(slack.url)).text()).toContain('not built yet');
    await slack.close();
  });
});

describe('the same seed', () => {
  it('gives the same workspace and credentials; another seed gives others', async () => {
    const again = await startBench({ seed: 7 });
    const other = await startBench({ seed: 8 });
    const users = async (each: Bench) => (await each.control.state()).users.map((user) => user.id);
    expect(await users(again)).toEqual(await users(bench));
    expect(again.slack.credentials.botToken).toBe(bench.slack.credentials.botToken);
    expect(other.slack.credentials.botToken).not.toBe(bench.slack.credentials.botToken);
    await Promise.all([again.close(), other.close()]);
  });
});

describe('faults', () => {
  const post = async (method = 'chat.postMessage') => {
    const response = await fetch(`${bench.slack.apiUrl}${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bench.slack.credentials.botToken}` },
      body: new URLSearchParams({ channel: '#general', text: 'x' }),
    });
    return { status: response.status, retryAfter: response.headers.get('retry-after') };
  };

  it('limits the rate of one method for so many calls', async () => {
    await bench.control.post('faults', {
      kind: 'rate_limit',
      count: 1,
      method: 'chat.postMessage',
      amount: 7,
    });
    expect(await post('auth.test')).toMatchObject({ status: 200 });
    expect(await post()).toEqual({ status: 429, retryAfter: '7' });
    expect(await post()).toMatchObject({ status: 200 });
  });

  it.each([
    ['a documented name', 'is_archived'],
    ['one of tomorrow', 'refusal_of_tomorrow'],
  ])('refuses one method with %s, without an effect', async (_why, error) => {
    await bench.control.post('faults', { kind: 'refuse', method: 'chat.postMessage', error });
    await bench.client.auth.test();
    const posted = () => bench.client.chat.postMessage({ channel: '#general', text: error });
    expect((await refusal(posted())).error).toBe(error);
    expect((await bench.control.channel('general')).messages.map(({ text }) => text)).not.toContain(error);
    expect(await posted()).toMatchObject({ ok: true });
  });

  it.each([
    ['refuse', { error: 'expired_url' }, 400, null],
    ['rate_limit', { amount: 3 }, 429, '3'],
    ['server_error', {}, 500, null],
  ])('%s meets an answer through a response_url', async (kind, more, status, wait) => {
    await bench.control.post('faults', { kind, method: 'response_url', ...more });
    const post = () => fetch(`${bench.slack.url}/response/R1/x`, { method: 'POST', body: '{"text":"x"}' });
    const met = await post();
    expect([met.status, met.headers.get('retry-after')]).toEqual([status, wait]);
    expect((await post()).status).toBe(404);
  });

  it.each([
    ['without a name', { kind: 'refuse' }, 'refuse needs an error'],
    ['with a sentence', { kind: 'refuse', error: 'No way!' }, 'error must be a name as Slack writes them'],
    ['with a number', { kind: 'refuse', error: 7 }, 'error must be a name as Slack writes them'],
  ])('takes no refusal %s', async (_why, body, error) => {
    expect(await bench.control.post('faults', body)).toMatchObject({ ok: false, error });
  });

  it('fails, slows, and is reset', async () => {
    await bench.control.post('faults', { kind: 'server_error', count: 1 });
    expect(await post()).toMatchObject({ status: 500 });
    await bench.control.post('faults', { kind: 'slow', count: 1, amount: 80 });
    const startMs = performance.now();
    await post();
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(79);
    await bench.control.post('faults', { kind: 'server_error', count: 9 });
    expect(await bench.control.post('faults', { kind: 'reset' })).toMatchObject({ ok: true, faults: [] });
    expect(await post()).toMatchObject({ status: 200 });
  });
});

describe('events', () => {
  it('do not tell of channels that the app is not in', async () => {
    await withApp((app) => app.event('message', () => Promise.resolve()));
    await bench.control.post('message', { user: 'ana', channel: 'random', text: 'hello' });
    expect(await bench.control.deliveries()).toEqual([]);
  });

  it('reach the page as server-sent events', async () => {
    const response = await fetch(`${bench.slack.url}/_sandbox/events`);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    await bench.control.post('message', { user: 'ana', channel: 'random', text: 'a <b> & c' });
    let text = '';
    while (!text.includes('"type":"message"')) text += (await reader.read()).value ?? '';
    await reader.cancel();
    const line = text.split('\n').find((each) => each.startsWith('data: '))!;
    const event = JSON.parse(line.slice(6)) as SandboxEvent;
    expect(event).toMatchObject({ type: 'message', message: { text: 'a &lt;b&gt; &amp; c' } });
  });
});

describe('triggers and response_urls', () => {
  interface Handed {
    trigger: string;
    responseUrl: string;
  }
  const handedOver = async (): Promise<Handed> => {
    const handed: Handed[] = [];
    await withApp((app) =>
      app.command('/payment', async ({ ack, command: { trigger_id, response_url } }) => {
        handed.push({ trigger: trigger_id, responseUrl: response_url });
        await ack('here');
      }),
    );
    await command();
    return handed[0]!;
  };
  const respond = async (url: string, body: object = { text: 'x' }) => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, error: ((await response.json()) as { error?: string }).error };
  };
  const open = (trigger_id: string) =>
    bench.client.views.open({ trigger_id, view: modal }).then(
      () => 'opened',
      (error: unknown) => (error as { data: { error: string } }).data.error,
    );

  it('a trigger serves once', async () => {
    const { trigger } = await handedOver();
    expect([await open(trigger), await open(trigger)]).toEqual(['opened', 'exchanged_trigger_id']);
  });

  it('a trigger lives three seconds', async () => {
    const { trigger } = await handedOver();
    nowMs += 3_001;
    expect(await open(trigger)).toBe('expired_trigger_id');
  });

  it('a response_url serves five times', async () => {
    const { responseUrl } = await handedOver();
    const statuses: number[] = [];
    for (let at = 0; at < 5; at += 1) statuses.push((await respond(responseUrl)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    expect(await respond(responseUrl)).toEqual({ status: 404, error: 'used_url' });
  });

  it('a response_url lives thirty minutes', async () => {
    const { responseUrl } = await handedOver();
    nowMs += 30 * 60_000 + 1;
    expect(await respond(responseUrl)).toEqual({ status: 404, error: 'expired_url' });
  });

  it('a response is validated, and may be public or in a thread', async () => {
    const { responseUrl } = await handedOver();
    expect(await respond(responseUrl, { blocks: [{ type: 'section' }] })).toEqual({
      status: 400,
      error: 'invalid_blocks',
    });
    await respond(responseUrl, { text: 'for all', response_type: 'in_channel' });
    const root = await bench.control.message('payments-ops', (message) => message.text === 'for all');
    expect(root!.ephemeral_to).toBeUndefined();
    await respond(responseUrl, { text: 'below', response_type: 'in_channel', thread_ts: root!.ts });
    const reply = await bench.control.message('payments-ops', (message) => message.text === 'below');
    expect(reply!.thread_ts).toBe(root!.ts);
  });
});

describe('signed HTTP', () => {
  it('signs the raw body, and switches only when the challenge is answered', async () => {
    const seen: { valid: boolean }[] = [];
    let answers = false;
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const stamp = String(request.headers['x-slack-request-timestamp']);
        const hmac = createHmac('sha256', bench.slack.credentials.signingSecret).update(
          `v0:${stamp}:${body}`,
        );
        seen.push({ valid: request.headers['x-slack-signature'] === `v0=${hmac.digest('hex')}` });
        const { challenge } = JSON.parse(body) as { challenge: string };
        response.end(answers ? challenge : 'no');
      });
    });
    await new Promise<void>((resolve) => receiver.listen(21_021, '127.0.0.1', resolve));
    const set = () => bench.control.post('request_url', { url: 'http://127.0.0.1:21021/' });
    expect((await set()).error).toContain("didn't respond with the value of the challenge");
    answers = true;
    expect(await set()).toMatchObject({ ok: true, connection: 'http' });
    expect(seen).toEqual([{ valid: true }, { valid: true }]);
    expect(await bench.control.post('request_url', { url: null })).toMatchObject({ connection: 'none' });
    await new Promise((resolve) => receiver.close(resolve));
  });

  it.each<[number, string]>([
    [404, 'http_client_error'],
    [503, 'http_service_error'],
  ])('an app that answers %i fails the command with %s', async (status, error) => {
    const receiver = createServer((request, response) => {
      request.resume();
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => receiver.listen(21_022, '127.0.0.1', resolve));
    const slack = await startSlack({
      port: 0,
      manifest: paydeskManifest,
      limits: short,
      requestUrl: 'http://127.0.0.1:21022/',
    });
    const response = await fetch(`${slack.url}/_sandbox/command`, {
      method: 'POST',
      body: JSON.stringify({ user: 'ana', channel: 'general', text: '/payment' }),
    });
    expect(await response.json()).toMatchObject({ ok: false, error });
    await slack.close();
    await new Promise((resolve) => receiver.close(resolve));
  });
});

describe('what the starter adds', () => {
  it('posts a welcome, fills in services, and plays scenarios', async () => {
    const scenario: ScenarioInfo = {
      name: 'outage',
      title: 'Outage',
      expect: '#partner-alerts',
      running: false,
      stoppable: true,
      note: null,
      takes: null,
    };
    const played: unknown[] = [];
    let told: () => void = () => undefined;
    const slack = await startSlack({
      port: 0,
      manifest: paydeskManifest,
      scenarios: {
        list: () => [scenario],
        start: (name, parameters) => {
          played.push([name, parameters]);
          scenario.running = true;
          told();
          return Promise.resolve({ partner: 'adyen' });
        },
        stop: (name) => Promise.resolve(played.push(['stop', name])),
        onChange: (listener) => void (told = listener),
      },
    });
    slack.setServices({ booksUrl: 'postgres://books' });
    slack.postAs('payments-ops', 'Welcome', [
      { type: 'header', text: { type: 'plain_text', text: 'Welcome' } },
    ]);
    expect(() => slack.postAs('payments-ops', 'x', [{ type: 'alert' }])).toThrow('invalid_blocks');
    const post = async (body: object) =>
      (await fetch(`${slack.url}/_sandbox/scenario`, { method: 'POST', body: JSON.stringify(body) })).json();
    expect(await post({ name: 'outage', partner: 'adyen' })).toMatchObject({
      ok: true,
      result: { partner: 'adyen' },
      scenarios: [{ running: true }],
    });
    expect(await post({ name: 'outage', action: 'stop' })).toMatchObject({ ok: true });
    expect(played).toEqual([
      ['outage', { partner: 'adyen' }],
      ['stop', 'outage'],
    ]);
    const state = (await (await fetch(`${slack.url}/_sandbox/state`)).json()) as Awaited<
      ReturnType<Bench['control']['state']>
    >;
    expect(state.services).toMatchObject({ booksUrl: 'postgres://books', slack: slack.credentials });
    expect(state.channels.find((channel) => channel.name === 'payments-ops')!.messages[0]!.text).toBe(
      'Welcome',
    );
    await slack.close();
  });
});

describe('changes of the app’s own messages', () => {
  it('become events: posts, edits and deletions, but no reply count', async () => {
    await withApp((app) => app.event('message', () => Promise.resolve()));
    const channel = (await bench.control.channel('general')).id;
    const { ts } = await bench.client.chat.postMessage({ channel, text: 'one' });
    await bench.client.chat.update({ channel, ts: ts!, text: 'two' });
    const reply = await bench.client.chat.postMessage({ channel, text: 'reply', thread_ts: ts! });
    await bench.client.chat.delete({ channel, ts: ts! });
    await bench.client.chat.delete({ channel, ts: reply.ts! });
    const subtypes = async () =>
      (await bench.control.deliveries()).map(
        (delivery) => (delivery.payload as { event: { subtype?: string } }).event.subtype,
      );
    // What has a reply becomes a tombstone, and goes with its last one.
    const deletions = ['message_changed', 'message_deleted', 'message_deleted'];
    await expect.poll(subtypes).toEqual([undefined, 'message_changed', undefined, ...deletions]);
  });

  it('say what the message was before, and nothing of what one person alone saw', async () => {
    await withApp((app) => {
      app.event('message', () => Promise.resolve());
      app.command('/payment', ({ ack }) => ack('only you'));
      app.action('gone', async ({ ack, respond }) => {
        await ack();
        await respond({ delete_original: true });
      });
    });
    const channel = (await bench.control.channel('general')).id;
    const { ts } = await bench.client.chat.postMessage({ channel, text: 'one' });
    const button = { type: 'button', action_id: 'gone', text: { type: 'plain_text', text: 'Gone' } };
    const blocks = [{ type: 'actions', elements: [button] }] as never;
    const ana = (await bench.control.state()).users.find(({ name }) => name === 'ana')!.id;
    const hidden = await bench.client.chat.postEphemeral({ channel, user: ana, text: 'psst', blocks });
    await bench.control.post('action', { user: 'ana', channel, ts: hidden.message_ts!, action_id: 'gone' });
    await bench.client.chat.update({ channel, ts: ts!, text: 'two' });
    await bench.client.chat.delete({ channel, ts: ts! });
    const told = async () =>
      (await bench.control.deliveries())
        .map(({ payload }) => (payload as { event?: Record<string, { text: string }> }).event)
        .flatMap((event) => (event?.previous_message ? [event] : []))
        .map((event) => [event.previous_message!.text, event.message?.text]);
    await expect.poll(told).toEqual([
      ['one', 'two'],
      ['two', undefined],
    ]);
  });
});

describe('a reaction of a person', () => {
  const react = (user: string, ts: string, name = 'eyes') =>
    bench.control.post('reaction', { user, channel: 'payments-ops', ts, name });

  it('comes, is counted with others, and goes when it is pressed again', async () => {
    const { ts } = bench.slack.postAs('payments-ops', 'A payout is late');
    await react('ana', ts);
    const both = await react('mei', ts, ':eyes:');
    expect(both.messages[0]?.reactions).toMatchObject([{ name: 'eyes', users: { length: 2 } }]);
    await react('ana', ts);
    const none = await react('mei', ts);
    expect(none.messages[0]?.reactions).toBeUndefined();
  });

  it.each([
    ['a name that no emoji has', 'ana', 'no such', 'no such is not the name of an emoji'],
    ['somebody unknown', 'nobody', 'eyes', 'there is no user "nobody"'],
  ])('is refused for %s', async (_reason, user, name, error) => {
    const { ts } = bench.slack.postAs('payments-ops', 'A payout is late');
    expect(await react(user, ts, name)).toMatchObject({ ok: false, error });
  });

  it('is refused for an ephemeral message', async () => {
    await withApp((app) => app.command('/payment', ({ ack }) => ack('Only you see this')));
    const { messages } = await command();
    expect(await react('ana', messages[0]!.ts)).toMatchObject({ ok: false });
    expect(await react('mei', messages[0]!.ts)).toMatchObject({ ok: false });
  });
});

describe('what an administrator changes', () => {
  const change = (path: string, body: Json) => bench.control.post(path, body);
  const idOf = async (name: string) =>
    (await bench.control.state()).users.find((user) => user.name === name)!.id;

  it('a group is what it was made, and hides when it is disabled', async () => {
    const { group } = (await change('group', { group: '@payments-leads' })) as unknown as {
      group: { id: string; users: string[] };
    };
    expect(group.users).toEqual([await idOf('ana'), await idOf('lars')]);
    await change('group', { group: group.id, users: ['mei'] });
    const members = (more = {}) =>
      bench.client.usergroups.users.list({ usergroup: group.id, ...more }).then(({ users }) => users);
    const listed = async (more = {}) =>
      (await bench.client.usergroups.list(more)).usergroups!.some(({ id }) => id === group.id);
    expect(await members()).toEqual([await idOf('mei')]);
    expect(await listed()).toBe(true);
    await change('group', { group: group.id, disabled: true });
    await expect(members()).rejects.toMatchObject({ data: { error: 'no_such_subteam' } });
    expect(await members({ include_disabled: true })).toEqual([await idOf('mei')]);
    expect([await listed(), await listed({ include_disabled: true })]).toEqual([false, true]);
  });

  it('a deactivated person cannot act, and can after coming back', async () => {
    await withApp((app) => app.command('/payment', ({ ack }) => ack('here')));
    expect(await change('person', { user: 'ana', deleted: true })).toMatchObject({ ok: true });
    expect(await command()).toMatchObject({ ok: false, error: 'ana is deactivated and cannot act' });
    expect((await bench.client.users.info({ user: await idOf('ana') })).user).toMatchObject({
      deleted: true,
    });
    await change('person', { user: 'ana', deleted: false });
    expect(await command()).toMatchObject({ ok: true });
  });

  it.each<[string, Json, RegExp]>([
    ['group', { group: 'nobodies' }, /no group "nobodies"/],
    ['group', { group: 'on-call', users: ['zoe'] }, /no user "zoe"/],
    ['person', { user: 'zoe', deleted: true }, /no user "zoe"/],
    ['person', { user: 'paydesk', deleted: true }, /is the app itself/],
    ['person', { user: 'ana' }, /deleted, is_restricted or is_stranger must be true or false/],
  ])('%s refuses %j', async (path, body, error) => {
    expect(await change(path, body)).toMatchObject({
      ok: false,
      error: expect.stringMatching(error) as string,
    });
  });
});
