/**
 * Senders that die at a named point, two senders on one database, and a database that goes away: every message is there
 * once, and every card shows its last state.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { leaseMs } from '../../src/adapters/slack/outbox-sender.js';
import { packageRoot } from '../../src/kernel/package-root.js';
import type { OutgoingMessage } from '../../src/ports/outbox.js';
import { paydeskManifest } from '../sandbox/slack/support.js';
import { card, createWire, startOutboxBench, type OutboxBench, type Wire } from './support.js';
import { script } from '../support/built.js';

let bench: OutboxBench;
let ops: string;

beforeEach(async () => {
  bench = await startOutboxBench();
  ops = bench.channels['payments-ops']!;
});
afterEach(() => bench.close());

/** Where a sender may die while it has a message in hand. */
type CrashPoint = 'before Slack hears of it' | 'after Slack took it' | 'before it is written down';

/** Starts a sender that dies there; resolves when it is dead. */
async function dieAt(point: CrashPoint, method: string): Promise<void> {
  const wire = createWire();
  if (point === 'before Slack hears of it') wire.plan(method, 'dies_before');
  else if (point === 'after Slack took it') wire.plan(method, 'dies_after');
  else wire.plan('written down', 'dies_before');
  bench.startSender({ wire });
  await bench.until(() => wire.isDead());
}

const takeOver = async (): Promise<Wire> => {
  const wire = createWire();
  bench.clock.advance(leaseMs);
  bench.startSender({ wire });
  await bench.untilSent();
  return wire;
};

const points: CrashPoint[] = ['before Slack hears of it', 'after Slack took it', 'before it is written down'];

describe.each(points)('a sender that dies %s', (point) => {
  it('leaves a message that is there once', async () => {
    await bench.enqueue({ channel: ops, card: card('one') }, { channel: ops, card: card('two') });
    await dieAt(point, 'chat.postMessage');
    await takeOver();
    expect(await bench.texts('payments-ops')).toEqual(['one', 'two']);
  });

  it('leaves a first card that is there once, with the state that came meanwhile', async () => {
    await bench.enqueue({ channel: ops, card: card('old'), liveCard: 'alert' });
    await dieAt(point, 'chat.postMessage');
    await bench.enqueue(
      { channel: ops, card: card('new'), liveCard: 'alert' },
      { channel: ops, card: card('reply'), threadOf: 'alert' },
    );
    await takeOver();
    const [live, reply, ...others] = await bench.said('payments-ops');
    expect([live!.text, reply!.text, reply!.thread_ts, others]).toEqual(['new', 'reply', live!.ts, []]);
  });

  it('leaves a card once that was deleted and posted again', async () => {
    const sender = bench.startSender();
    await bench.enqueue({ channel: ops, card: card('old'), liveCard: 'alert' });
    await bench.untilSent();
    await sender.stop();
    const [gone] = await bench.said('payments-ops');
    await bench.slack.client.chat.delete({ channel: ops, ts: gone!.ts });
    await bench.enqueue({ channel: ops, card: card('again'), liveCard: 'alert' });
    bench.clock.advance(1000);
    await dieAt(point, 'chat.postMessage');
    await takeOver();
    expect(await bench.texts('payments-ops')).toEqual(['again']);
  });

  it('leaves a reply that is in its thread once', async () => {
    const sender = bench.startSender();
    await bench.enqueue({ channel: ops, card: card('parent'), liveCard: 'alert' });
    await bench.untilSent();
    await sender.stop();
    await bench.enqueue({ channel: ops, card: card('reply'), threadOf: 'alert' });
    bench.clock.advance(1000);
    await dieAt(point, 'chat.postMessage');
    await takeOver();
    const [parent, ...replies] = await bench.said('payments-ops');
    expect(replies.map(({ text, thread_ts }) => [text, thread_ts])).toEqual([['reply', parent!.ts]]);
  });

  it('leaves a reply once whose card somebody deletes meanwhile', async () => {
    const sender = bench.startSender();
    await bench.enqueue({ channel: ops, card: card('parent'), liveCard: 'alert' });
    await bench.untilSent();
    await sender.stop();
    const [parent] = await bench.said('payments-ops');
    await bench.enqueue({ channel: ops, card: card('reply'), threadOf: 'alert' });
    bench.clock.advance(1000);
    await dieAt(point, 'chat.postMessage');
    await bench.slack.client.chat.delete({ channel: ops, ts: parent!.ts });
    await takeOver();
    expect(await bench.texts('payments-ops')).toEqual(['reply']);
  });
});

describe('reading back', () => {
  it('takes nobody else’s message for ours: ids begin at 1 in every database', async () => {
    const { channel, metadata } = {
      channel: ops,
      metadata: { event_type: 'paydesk_outbox', event_payload: { key: '1@2026-11-20T08:59:59.999Z' } },
    };
    await bench.slack.client.chat.postMessage({ channel, text: 'of another desk', metadata });
    await bench.enqueue({ channel: ops, card: card('ours') });
    await dieAt('before Slack hears of it', 'chat.postMessage');
    await takeOver();
    expect(await bench.texts('payments-ops')).toEqual(['of another desk', 'ours']);
  });

  it('that is not permitted sends again: twice is better than never', async () => {
    await bench.close();
    const scopes = { bot: ['chat:write', 'channels:read'] };
    bench = await startOutboxBench({ manifest: { ...paydeskManifest, oauth_config: { scopes } } });
    await bench.enqueue({ channel: ops, card: card('doubled') });
    await dieAt('after Slack took it', 'chat.postMessage');
    await takeOver();
    expect(await bench.texts('payments-ops')).toEqual(['doubled', 'doubled']);
    expect(bench.lines.map(({ fields }) => fields.refusal)).toContain('missing_scope');
  });
});

describe('two senders on one database', () => {
  it('send every message once, each channel in its order', async () => {
    await bench.close();
    bench = await startOutboxBench({ rateLimits: false });
    const names = ['payments-ops', 'incidents', 'general'];
    const texts = Array.from({ length: 25 }, (_, at) => `message ${at}`);
    const messages = texts.flatMap((text) =>
      names.map((name): OutgoingMessage => ({ channel: bench.channels[name]!, card: card(text) })),
    );
    await bench.enqueue(...messages);
    const wires = [createWire(), createWire()];
    wires.forEach((wire) => bench.startSender({ wire, paceMs: 0 }));
    await bench.untilSent(0);
    for (const name of names) expect(await bench.texts(name)).toEqual(texts);
    expect(
      wires.every(({ calls }) => calls.length > 0),
      'both took part',
    ).toBe(true);
  });

  it('never get the same message, nor two of one channel, however they meet', async () => {
    const now = bench.clock.now();
    const leaseUntil = new Date(now.getTime() + leaseMs);
    for (let round = 0; round < 60; round++) {
      await bench.enqueue({ channel: ops, card: card('one') }, { channel: ops, card: card('two') });
      const claims = await Promise.all(Array.from({ length: 8 }, () => bench.queue.claim(now, leaseUntil)));
      const taken = claims.filter((claim) => claim !== null);
      expect(taken.map(({ card: { text } }) => text)).toHaveLength(1);
      await bench.queue.refuse(taken[0]!, 'so that the next round begins at once', now);
    }
  });

  it('are not held up by a transaction that rewrites a waiting card', async () => {
    await bench.enqueue({ channel: ops, card: card('one'), liveCard: 'alert' });
    await bench.enqueue({ channel: bench.channels.incidents!, card: card('elsewhere') });
    await bench.db.run(async (tx) => {
      await bench.outbox.enqueue(tx, { channel: ops, card: card('two'), liveCard: 'alert' });
      bench.startSender();
      await bench.until(async () => (await bench.texts('incidents')).length === 1);
      expect(await bench.texts('payments-ops')).toEqual([]);
    });
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['two']);
  });

  it('do not undo each other: one that comes back from the dead changes nothing', async () => {
    await bench.enqueue({ channel: ops, card: card('one'), liveCard: 'alert' });
    const { clock, queue } = bench;
    const claim = () => queue.claim(clock.now(), new Date(clock.now().getTime() + leaseMs));
    const zombie = (await claim())!;
    expect(await claim(), 'the lease holds').toBeNull();
    clock.advance(leaseMs);
    const owner = (await claim())!;
    expect(owner).toMatchObject({ id: zombie.id, outcomeUnknown: true });
    await queue.sent(zombie, '1.000001', clock.now(), clock.now());
    await queue.postpone(zombie, clock.now(), 'late');
    await queue.refuse(zombie, 'late', clock.now());
    expect(await claim(), 'the channel is still the owner’s').toBeNull();
    expect(await bench.db.query('select state from paydesk.outbox')).toEqual([{ state: 'sending' }]);
    expect(await bench.db.query('select 1 from paydesk.live_cards')).toEqual([]);
  });
});

describe('the world around it', () => {
  it('may lose the database for a while', async () => {
    const { pathname } = new URL(bench.database.url.reveal());
    const name = pathname.slice(1);
    const admin = new pg.Client({ connectionString: inject('postgresUrl') });
    await admin.connect();
    try {
      await bench.enqueue({ channel: ops, card: card('one') }, { channel: ops, card: card('two') });
      bench.startSender();
      await bench.until(async () => (await bench.texts('payments-ops')).length === 1);
      await admin.query(`alter database ${name} with allow_connections false`);
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
      await bench.until(() => bench.lines.some(({ message }) => message.startsWith('the outbox cannot be')));
      await admin.query(`alter database ${name} with allow_connections true`);
      await bench.untilSent();
      expect(await bench.texts('payments-ops')).toEqual(['one', 'two']);
    } finally {
      await admin.end();
    }
  });

  it('may stop the sender: what waits is sent after the restart', async () => {
    await bench.enqueue({ channel: ops, card: card('one') }, { channel: ops, card: card('two') });
    const first = bench.startSender();
    await bench.until(async () => (await bench.texts('payments-ops')).length === 1);
    await first.stop();
    expect(await bench.texts('payments-ops')).toEqual(['one']);
    bench.startSender();
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['one', 'two']);
  });

  it('may kill the whole process while Slack takes the message', async () => {
    await bench.slack.control.post('faults', { kind: 'slow', method: 'chat.postMessage', amount: 300 });
    await bench.enqueue({ channel: ops, card: card('once') });
    const { apiUrl, botToken } = bench.slack.slack.credentials;
    const args = [script('test/outbox/sender-process.ts'), bench.database.url.reveal(), apiUrl, botToken];
    const child = spawn(process.execPath, args, { cwd: packageRoot, stdio: 'ignore' });
    const exited = once(child, 'exit');
    const isInHand = async () =>
      (await bench.db.query(`select 1 from paydesk.outbox where state = 'sending'`)).length === 1;
    await bench.until(isInHand);
    await bench.until(async () => (await bench.texts('payments-ops')).length === 1);
    child.kill('SIGKILL');
    await exited;
    bench.clock.set(new Date(Date.now() + leaseMs));
    bench.startSender();
    await bench.untilSent();
    expect(await bench.texts('payments-ops')).toEqual(['once']);
  });
});
