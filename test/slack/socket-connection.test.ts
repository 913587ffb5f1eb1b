/** One socket, however Slack behaves; waits that grow; a stop that ends everything. */
import { WebAPIRateLimitedError } from '@slack/web-api';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createReconnectWaits,
  defaultPatience,
  socketConnection,
  type Patience,
} from '../../src/adapters/slack/socket-connection.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Connection } from '../../src/adapters/slack/receivers.js';
import { recordingLog, type Line } from '../engine/recording-log.js';
import { until } from './desk.js';
import { startScriptedSlack, type ScriptedSlack, type Step } from './scripted-slack.js';
import { script } from '../support/built.js';

describe('the wait before the next attempt', () => {
  const noJitter = () => 1;
  const lasted = defaultPatience.lastingMs;

  it('grows with every failure, up to its limit', () => {
    const waits = createReconnectWaits(defaultPatience, noJitter);
    const waited = Array.from({ length: 9 }, () => waits.afterFailure(new Error('away')));
    expect(waited).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  it('grows with every connection that did not last, because a hello alone is no success', () => {
    const waits = createReconnectWaits(defaultPatience, noJitter);
    expect([0, 250, lasted - 1].map((ms) => waits.afterConnection(ms))).toEqual([250, 500, 1000]);
  });

  it('is zero after a connection that lasted, and starts again after it', () => {
    const waits = createReconnectWaits(defaultPatience, noJitter);
    waits.afterFailure(new Error('away'));
    waits.afterConnection(10);
    expect([waits.afterConnection(lasted), waits.afterConnection(10)]).toEqual([0, 250]);
  });

  it('is Slack’s Retry-After where there is one, which is no reason to grow', () => {
    const waits = createReconnectWaits(defaultPatience, noJitter);
    const waited = [60, 0, 100].map((sec) => waits.afterFailure(new WebAPIRateLimitedError(sec)));
    expect(waited).toEqual([60_000, 250, 100_000]);
    expect(waits.afterConnection(10)).toBe(250);
  });

  it('takes a Retry-After of months for a day: a longer timer would fire at once', () => {
    const waits = createReconnectWaits(defaultPatience, noJitter);
    expect(waits.afterFailure(new WebAPIRateLimitedError(10_000_000))).toBe(86_400_000);
  });

  it('is spread by at most a quarter, so that it still grows', () => {
    const waits = createReconnectWaits(defaultPatience, () => 0);
    const waited = Array.from({ length: 3 }, () => waits.afterFailure(new Error('away')));
    expect(waited).toEqual([188, 375, 750]);
  });
});

describe('a connection', () => {
  let slack: ScriptedSlack;
  let connection: Connection;
  let lines: Line[] = [];
  afterEach(async () => {
    lines = [];
    await connection.close();
    try {
      await until(() => slack.sockets() + slack.pending() === 0);
    } finally {
      await slack.close();
    }
  });

  const start = async (steps: Step[], patience: Partial<Patience> = {}): Promise<void> => {
    slack = await startScriptedSlack(...steps);
    const quick = { ...defaultPatience, firstWaitMs: 2, longestWaitMs: 10, ...patience };
    connection = socketConnection(new Secret('xapp-test'), slack.apiUrl, recordingLog(lines), quick);
    await connection.open();
  };
  const said = (message: string) => lines.filter((line) => line.message.includes(message));
  const stands = async (opens: number): Promise<void> => {
    await until(() => slack.opens() === opens && connection.connected() && slack.sockets() === 1);
  };

  it('is one socket after ten reconnects of which each is limited first', async () => {
    await start(Array.from({ length: 21 }, (_, at) => (at % 2 === 0 ? 'welcome' : { retryAfterSec: 0 })));
    for (let times = 1; times <= 10; times++) {
      slack.disconnect();
      await stands(1 + 2 * times);
    }
    expect(slack.opens()).toBe(21);
  });

  it('waits out a Retry-After that is longer than it waits for a hello, with no other attempt', async () => {
    const startedAt = performance.now();
    await start([{ retryAfterSec: 1 }, 'welcome'], { helloMs: 500 });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1000);
    await stands(2);
  });

  it('is opened after growing waits when Slack ends every one at once', async () => {
    await start([...Array.from({ length: 5 }, () => 'leave at once' as const), 'welcome'], {
      longestWaitMs: 1000,
    });
    await stands(6);
    const waited = said('the connection to Slack ended').map(({ fields }) => Number(fields.waitMs));
    expect(waited).toHaveLength(5);
    expect(waited).toEqual(waited.toSorted((one, other) => one - other));
    expect(waited.at(-1)).toBeGreaterThan(8 * waited[0]!);
  });

  it.each<[string, Step]>([
    ['no JSON', { body: '<html>Bad gateway</html>' }],
    ['nothing', { body: '' }],
    ['no address', { body: '{"ok":true}' }],
    ['an address that is none', { body: '{"ok":true,"url":"not an address"}' }],
    ['an address of another kind', { body: '{"ok":true,"url":"http://127.0.0.1:9/"}' }],
    ['an address where nobody listens', { body: '{"ok":true,"url":"ws://127.0.0.1:9/"}' }],
    ['a refusal that may pass', { body: '{"ok":false,"error":"too_many_websockets"}' }],
    ['a farewell in place of a hello', { frames: ['{"type":"disconnect","reason":"link_disabled"}'] }],
    ['no JSON after the hello', { frames: ['{"type":"hello"}', 'no JSON', '[]'] }],
    [
      'an event without its payload after the hello',
      { frames: ['{"type":"hello"}', '{"type":"slash_commands"}'] },
    ],
  ])('stands at the next attempt when Slack sends %s', async (_what, step) => {
    await start([step, 'welcome']);
    await stands(2);
  });

  it.each<[Step, string]>([
    ['no answer', 'the request for an address'],
    ['no upgrade', 'the socket on its way'],
    ['no hello', 'the silent socket'],
  ])('cancels what it gives up after “%s”: %s', async (step) => {
    // As long as a busy machine may take to say hello.
    await start([step, step, 'welcome'], { helloMs: 500 });
    await stands(3);
    expect(said('no connection to Slack').map(({ fields }) => fields.err)).toEqual([
      'Slack did not say hello',
      'Slack did not say hello',
    ]);
  });
});

describe('a stopped process ends by itself', () => {
  let slack: ScriptedSlack;
  afterEach(() => slack.close());

  const isUnderWay: [Step, string, (slack: ScriptedSlack) => boolean][] = [
    ['no answer', 'while an address is asked for', (from) => from.pending() === 1],
    [{ retryAfterSec: 3600 }, 'while it waits as long as Slack said', (from) => from.opens() === 1],
    ['no upgrade', 'while the socket opens', (from) => from.sockets() === 1],
    ['no hello', 'while it waits for the hello', (from) => from.sockets() === 1],
    ['welcome', 'with a connection that stands', (from) => from.sockets() === 1],
    ['deaf', 'with a connection that never answers the closing', (from) => from.sockets() === 1],
    ['leave at once', 'while it comes and goes', (from) => from.opens() >= 3],
  ];
  it.each(isUnderWay)('after “%s”: %s', async (step, _when, condition) => {
    slack = await startScriptedSlack(step);
    const child = spawn(process.execPath, [script('test/slack/socket-process.ts'), slack.apiUrl], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exited = once(child, 'exit');
    try {
      await until(() => condition(slack));
      child.kill('SIGTERM');
      const inTime = await Promise.race([exited, once(AbortSignal.timeout(8000), 'abort')]);
      expect(inTime).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
