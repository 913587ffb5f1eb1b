/**
 * What goes wrong between Slack and the app: late and lost acknowledgements, one envelope twice, the order of two turned
 * round, connections that must be renewed; over either transport where it makes sense.
 */
import type { App } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import { startApp, startBench } from './support.js';
import type { Bench, Transport } from './support.js';

let bench: Bench;
let stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  stops = [];
  bench = await startBench({ rateLimits: false });
});
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  await bench.close();
});

const command = (text = '/payment pi_1', user = 'ana') =>
  bench.control.post('command', { user, channel: 'payments-ops', text });
const fault = (kind: string, more: Record<string, string | number> = {}) =>
  bench.control.post('faults', { kind, ...more });

/** Faults that nothing has met yet. */
const toCome = async () =>
  ((await (await fetch(`${bench.slack.url}/_sandbox/faults`)).json()) as { faults: object[] }).faults;

describe.each<[Transport, number]>([
  ['socket', 0],
  ['http', 21_051],
])('over %s', (transport, port) => {
  const withApp = async (listen: (app: App) => void) => {
    const app = await startApp(bench, transport, port, (bolt) => {
      bolt.error(() => Promise.resolve());
      listen(bolt);
    });
    stops.push(() => app.stop());
  };

  it('an acknowledgement that is lost is an operation_timeout, once', async () => {
    await withApp((app) => app.command('/payment', ({ ack }) => ack('here')));
    await fault('drop_ack');
    expect(await command()).toMatchObject({ ok: false, error: 'operation_timeout' });
    expect(await command()).toMatchObject({ ok: true, messages: [{ text: 'here' }] });
  });

  it('an acknowledgement that comes too late is an operation_timeout, and its text is not shown', async () => {
    let go: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      go = resolve;
    });
    await withApp((app) =>
      app.command('/payment', async ({ ack }) => {
        await late;
        await ack('too late').catch(() => undefined);
      }),
    );
    const outcome = await command();
    expect(outcome).toMatchObject({ ok: false, error: 'operation_timeout', messages: [] });
    go();
    const [delivery] = await bench.control.deliveries();
    expect(delivery).toMatchObject({ ack_ms: null, error: 'operation_timeout' });
    expect((await bench.control.channel('payments-ops')).messages).toEqual([]);
  });

  it('an ephemeral answer is seen by one person only', async () => {
    await withApp((app) => app.command('/payment', ({ ack }) => ack('for you')));
    const [anas] = (await command('/payment', 'ana')).messages;
    const kofis = (await command('/payment', 'kofi')).messages;
    expect(kofis.map(({ ephemeral_to }) => ephemeral_to)).not.toContain(anas!.ephemeral_to);
    const channel = anas!.channel;
    const history = await bench.client.conversations.history({ channel });
    expect(history.messages).toEqual([]);
  });

  it('one envelope may come twice', async () => {
    const triggers: string[] = [];
    await withApp((app) =>
      app.command('/payment', async ({ ack, respond, command: { trigger_id } }) => {
        triggers.push(trigger_id);
        await ack();
        await respond('here');
      }),
    );
    await fault('duplicate');
    await command();
    const answers = async () =>
      (await bench.control.channel('payments-ops')).messages.map(({ text }) => text);
    await expect.poll(answers).toEqual(['here', 'here']);
    expect(triggers).toEqual([triggers[0], triggers[0]]);
    expect(await bench.control.deliveries()).toHaveLength(1);
  });

  it('two may come the other way round', async () => {
    const heard: string[] = [];
    await withApp((app) =>
      app.command('/payment', ({ ack, command: { text } }) => {
        heard.push(text);
        return ack(text);
      }),
    );
    await fault('reorder', { amount: 5_000 });
    const first = command('/payment first');
    await expect.poll(toCome).toEqual([]);
    const second = command('/payment second');
    expect((await Promise.all([first, second])).map(({ ok }) => ok)).toEqual([true, true]);
    expect(heard).toEqual(['second', 'first']);
  });

  it('a delivery that is not overtaken comes after the longest wait', async () => {
    await withApp((app) => app.command('/payment', ({ ack }) => ack('here')));
    await fault('reorder', { amount: 60 });
    const startMs = performance.now();
    expect(await command()).toMatchObject({ ok: true, messages: [{ text: 'here' }] });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(59);
  });

  it('an unacknowledged event comes again, with the same event_id', async () => {
    const ids: string[] = [];
    await withApp((app) =>
      app.event('message', ({ body }) => {
        ids.push(body.event_id);
        return Promise.resolve();
      }),
    );
    await fault('drop_ack');
    await bench.control.post('message', { user: 'ana', channel: 'general', text: 'hello' });
    const attempts = async () =>
      (await bench.control.deliveries()).map((each) => [each.retry_attempt, each.error]);
    await expect.poll(attempts).toEqual([
      [0, 'operation_timeout'],
      [1, undefined],
    ]);
    await expect.poll(() => ids).toHaveLength(2);
    expect(ids[1]).toBe(ids[0]);
  });

  it('a response_url of a command neither replaces nor deletes, one of a click does both', async () => {
    await withApp((app) => {
      app.command('/payment', async ({ ack, respond }) => {
        await ack();
        await respond('first');
        await respond({ text: 'second', replace_original: true });
        await respond({ delete_original: true });
      });
      app.command('/form', ({ ack }) => ack({ response_type: 'in_channel', blocks: [cardBlocks] }));
      app.action('swap', async ({ ack, respond }) => {
        await ack();
        await respond({ text: 'swapped', replace_original: true });
        await respond({ delete_original: true });
      });
    });
    await command();
    const texts = async () => (await bench.control.channel('payments-ops')).messages.map(({ text }) => text);
    const calls = async () =>
      ((await (await fetch(`${bench.slack.url}/_sandbox/calls`)).json()) as { calls: { method: string }[] })
        .calls;
    const uses = async () => (await calls()).filter(({ method }) => method === 'response_url').length;
    await expect.poll(uses).toBe(3);
    expect(await texts()).toEqual(['first', 'second']);
    const [card] = (await command('/form')).messages;
    const at = { channel: card!.channel, ts: card!.ts };
    await bench.control.post('action', { user: 'kofi', ...at, action_id: 'swap' });
    await expect.poll(uses).toBe(5);
    expect(await texts()).toEqual(['first', 'second']);
  });
});

const cardBlocks = {
  type: 'actions' as const,
  elements: [
    { type: 'button' as const, action_id: 'swap', text: { type: 'plain_text' as const, text: 'Swap' } },
  ],
};

/** A connection of our own, that keeps every frame and acknowledges nothing. */
async function connect(): Promise<{ socket: WebSocket; frames: Record<string, unknown>[] }> {
  const response = await fetch(`${bench.slack.apiUrl}apps.connections.open`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bench.slack.credentials.appToken}` },
  });
  const { url } = (await response.json()) as { url: string };
  const socket = new WebSocket(url);
  const frames: Record<string, unknown>[] = [];
  socket.on('message', (data: RawData) => {
    frames.push(JSON.parse((data as Buffer).toString()) as Record<string, unknown>);
  });
  stops.push(() => {
    socket.terminate();
    return Promise.resolve();
  });
  await expect.poll(() => frames[0]).toMatchObject({ type: 'hello' });
  return { socket, frames };
}

describe('Socket Mode', () => {
  it('sends the same envelope_id twice, as no retry', async () => {
    const { frames } = await connect();
    await fault('duplicate');
    expect(await command()).toMatchObject({ error: 'operation_timeout' });
    const [first, second] = frames.slice(1);
    expect(first).toMatchObject({ type: 'slash_commands', accepts_response_payload: true });
    expect(second).toEqual(first);
  });

  it.each(['refresh_requested', 'warning'])(
    'asks a connection to come back (%s) and sends it nothing more, but takes what it still acknowledges',
    async (reason) => {
      const { socket, frames } = await connect();
      const answer = command();
      await expect.poll(() => frames[1]).toMatchObject({ type: 'slash_commands' });
      await fault('disconnect', { reason });
      await expect.poll(() => frames[2]).toMatchObject({ type: 'disconnect', reason });
      socket.send(JSON.stringify({ envelope_id: frames[1]!.envelope_id, payload: { text: 'still here' } }));
      expect(await answer).toMatchObject({ ok: true, messages: [{ text: 'still here' }] });
      expect((await command()).error).toContain('no app is connected');
    },
  );

  it('brings a Bolt app back by itself', { timeout: 20_000 }, async () => {
    const app = await startApp(bench, 'socket', 0, (bolt) =>
      bolt.command('/payment', ({ ack }) => ack('here')),
    );
    stops.push(() => app.stop());
    await fault('disconnect');
    expect((await command()).error).toContain('no app is connected');
    const connection = async () => (await bench.control.state()).bot.connection;
    await expect.poll(connection, { timeout: 15_000 }).toBe('socket');
    expect(await command()).toMatchObject({ ok: true, messages: [{ text: 'here' }] });
  });

  it('gives an envelope to one of several connections, in turn', async () => {
    const [one, two] = [await connect(), await connect()];
    await Promise.all([command(), command()]);
    expect([one.frames.length, two.frames.length]).toEqual([2, 2]);
  });

  it('closes a connection whose frame is larger than any acknowledgement', async () => {
    const { socket } = await connect();
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    socket.send('x'.repeat(1_000_001));
    expect(await closed).toBe(1009);
    await expect.poll(async () => (await bench.control.state()).bot.connection).toBe('none');
  });

  it('refuses an eleventh connection', async () => {
    for (let count = 0; count < 10; count += 1) await connect();
    const response = await fetch(`${bench.slack.apiUrl}apps.connections.open`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bench.slack.credentials.appToken}` },
    });
    const { url } = (await response.json()) as { url: string };
    const socket = new WebSocket(url);
    const frame = await new Promise<string>((resolve) =>
      socket.once('message', (data: RawData) => resolve((data as Buffer).toString())),
    );
    expect(JSON.parse(frame)).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' });
    socket.terminate();
  });
});
