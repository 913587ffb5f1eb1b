/** Liveness, readiness and metrics over real HTTP. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { operationsMounts } from '../../src/adapters/http/operations.js';
import { startHttpServer, type HttpServer, type Readiness } from '../../src/adapters/http/server.js';
import { createMetrics, type Metrics } from '../../src/adapters/metrics/metrics.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import type { OutboxBacklog } from '../../src/ports/outbox.js';

const host = '127.0.0.1';
const clock = fixedClock('2026-11-20T09:00:00Z');
let parts: Readiness | Error;
let remarks: Record<string, string>;
let backlog: OutboxBacklog | null;
let metrics: Metrics;
let server: HttpServer;
let open: (requestMs?: number) => Promise<HttpServer>;

beforeEach(async () => {
  parts = { database: null, slack: null };
  remarks = {};
  backlog = {
    waiting: 5,
    held: 3,
    refused: 1,
    oldestWaitingAt: new Date('2026-11-20T08:59:00Z'),
    oldestHeld: null,
  };
  metrics = createMetrics({
    clock,
    backlog: () => Promise.resolve(backlog),
    clockAheadMs: () => 1500,
    parts: () => Promise.resolve({ database: true, slack: false }),
  });
  const mounts = [
    ...operationsMounts({
      readiness: () => (parts instanceof Error ? Promise.reject(parts) : Promise.resolve(parts)),
      remarks: () => Promise.resolve(remarks),
      metrics: () => metrics.render(),
    }),
    { path: '/slack/events', handler: () => null },
  ];
  open = (requestMs) =>
    startHttpServer(host, 0, mounts, silentLog, requestMs === undefined ? {} : { requestMs });
  server = await open();
});
afterEach(() => server.close());

const get = (path: string, init: RequestInit = {}) => fetch(`http://${host}:${server.port}${path}`, init);

describe('the HTTP server', () => {
  it('is alive, also when other parts are not', async () => {
    parts = new Error('nothing works');
    const response = await get('/healthz');
    expect([response.status, await response.text()]).toEqual([200, 'alive\n']);
    expect((await get('/readyz')).status).toBe(500);
    expect((await get('/healthz')).status).toBe(200);
  });

  it('is ready when every part is, and says which is not and why', async () => {
    const ready = await get('/readyz');
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { ready: true, parts: { database: 'ready', slack: 'ready' } },
    ]);
    parts = { database: 'The database cannot be reached.', slack: null };
    const waiting = await get('/readyz');
    expect([waiting.status, await waiting.json()]).toEqual([
      503,
      { ready: false, parts: { database: 'The database cannot be reached.', slack: 'ready' } },
    ]);
  });

  it('is ready with something to remark, and says it', async () => {
    remarks = { outbox: '2 messages are held' };
    const ready = await get('/readyz');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ ready: true, remarks });
  });

  it.each(['/healthz', '/readyz', '/metrics'])('answers %s only where it was given', async (path) => {
    const other = await startHttpServer(host, 0, [], silentLog);
    onTestFinished(() => other.close());
    expect((await fetch(`http://${host}:${other.port}${path}`)).status).toBe(404);
    expect((await get(path)).status).toBe(200);
  });

  it.each([
    ['nothing at all', ''],
    ['half a request line', 'GET /heal'],
    ['half its headers', 'GET /healthz HTTP/1.1\r\nHost: x\r\n'],
    ['half a body', 'POST /confirm/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf'],
  ])('closes a connection that sends %s and no more', async (_what, sent) => {
    const hasty = await open(100);
    const socket = connect(hasty.port, host);
    if (sent !== '') socket.write(sent);
    socket.on('error', () => undefined).resume();
    await once(socket, 'close');
    await hasty.close();
  });

  it('a mount with a slash at its end takes every path below it, and no other', async () => {
    const seen: (string | undefined)[] = [];
    const mount = {
      path: '/hooks/',
      handler: () => (request: IncomingMessage, response: ServerResponse) => {
        seen.push(request.url);
        response.end();
      },
    };
    const other = await startHttpServer(host, 0, [mount], silentLog);
    onTestFinished(() => other.close());
    const statusOf = async (path: string) => (await fetch(`http://${host}:${other.port}${path}`)).status;
    expect(await Promise.all(['/hooks/a/b?c=d', '/hooks', '/hook/s'].map(statusOf))).toEqual([200, 404, 404]);
    expect(seen).toEqual(['/hooks/a/b?c=d']);
  });

  it.each([
    ['an unknown path', 'GET', '/nothing'],
    ['Slack’s path over Socket Mode', 'POST', '/slack/events'],
    ['a change of what can only be read', 'POST', '/healthz'],
  ])('answers %s with 404', async (_what, method, path) => {
    expect((await get(path, { method })).status).toBe(404);
  });

  it.each(['//', 'http://[', '/\\..', '*'])('answers the target %s', async (target) => {
    const socket = connect(server.port, host);
    const answer = new Promise<string>((resolve, reject) => {
      socket.once('data', (data: Buffer) => resolve(data.toString())).once('error', reject);
    });
    socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(await answer).toMatch(/^HTTP\/1\.1 40[04]/);
    socket.destroy();
  });

  it('says what to do when its port is taken, or cannot be had', async () => {
    await expect(startHttpServer(host, server.port, [], silentLog)).rejects.toMatchObject({
      code: 'misconfigured',
      publicMessage: `Port ${server.port} on ${host} is in use by another process.`,
      hint: expect.stringContaining('PORT') as string,
    });
    await expect(startHttpServer('192.0.2.1', 0, [], silentLog)).rejects.toMatchObject({
      code: 'misconfigured',
      publicMessage: 'This machine has no address 192.0.2.1.',
    });
  });
});

/** Prometheus' text format: comments, or a name with labels and a number. */
const line =
  /^(# (HELP|TYPE) \S+ .+|[a-z_0-9]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (-?[0-9.e+-]+|NaN|[+-]Inf))$/i;

describe('metrics', () => {
  it('are Prometheus’ text, with what is counted', async () => {
    metrics.observeCommand('/payment', 'ok', 120);
    metrics.observeCommand('/payment', 'error', 20);
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain');
    const lines = (await response.text())
      .trimEnd()
      .split('\n')
      .filter((text) => text !== '');
    expect(lines.filter((text) => !line.test(text))).toEqual([]);
    for (const expected of [
      'paydesk_commands_total{command="/payment",outcome="ok"} 1',
      'paydesk_commands_total{command="/payment",outcome="error"} 1',
      'paydesk_command_duration_seconds_bucket{le="0.025",command="/payment"} 1',
      'paydesk_command_duration_seconds_bucket{le="0.25",command="/payment"} 2',
      'paydesk_outbox_messages{state="waiting"} 2',
      'paydesk_outbox_messages{state="held"} 3',
      'paydesk_outbox_messages{state="refused"} 1',
      'paydesk_outbox_oldest_seconds 60',
      'paydesk_clock_ahead_seconds 1.5',
      'paydesk_ready{part="database"} 1',
      'paydesk_ready{part="slack"} 0',
    ]) {
      expect(lines).toContain(expected);
    }
  });

  it('still come while the database is away', async () => {
    backlog = null;
    expect((await get('/metrics')).status).toBe(200);
  });
});
