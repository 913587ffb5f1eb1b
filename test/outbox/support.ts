/**
 * An outbox in a real database, senders on it, and the stand-in for Slack behind a wire that can break.
 *
 * Invariants: everything shares one clock, which only the test moves; whatever was started here is stopped by `close`,
 * senders that died included.
 */
import { expect } from 'vitest';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { createOutbox, createOutboxQueue } from '../../src/adapters/postgres/outbox.js';
import { slackClient } from '../../src/adapters/slack/client.js';
import { startOutboxSender, type OutboxSender } from '../../src/adapters/slack/outbox-sender.js';
import { fixedClock, type FixedClock } from '../../src/kernel/clock.js';
import { Secret } from '../../src/kernel/secret.js';
import { movedCard, outboxNoticeCard } from '../../src/views/desk/outbox-notices.js';
import type { Card, CardBlock } from '../../src/ports/card.js';
import type { Outbox, OutboxQueue, OutgoingMessage } from '../../src/ports/outbox.js';
import type { SlackOptions } from '../../sandbox/slack/server.js';
import type { Message } from '../../sandbox/slack/wire.js';
import { recordingLog, type Line } from '../engine/recording-log.js';
import { startBench, type Bench } from '../sandbox/slack/support.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

/** What may happen to a call: lost on the way there or back, its answer cut short, or its caller dies at that moment. */
export type Mishap = 'refused' | 'lost_before' | 'lost_after' | 'garbled' | 'dies_before' | 'dies_after';

interface WrittenMessage {
  channel: string;
  text: string;
  /** Null outside of threads. */
  thread: string | null;
}

export interface Wire {
  fetch: typeof fetch;
  /** The next call of this method meets the mishap; `written down` is the writing down that it was sent. */
  plan(method: string, mishap: Mishap): void;
  /** Methods that were called, in order. */
  calls: string[];
  /** Slack's refusal of a post, a rewriting or a file (which has no text), or null; a test replaces it. */
  refusal: (call: WrittenMessage) => string | null;
  /** Its caller died: it waits for an answer that never comes. */
  isDead(): boolean;
  /** What happens to this step, if anything was planned. */
  meet(step: string): Mishap | undefined;
  die(): Promise<never>;
}

const never = new Promise<never>(() => undefined);

const broken = (code: string): TypeError => new TypeError('fetch failed', { cause: { code } });

export function createWire(): Wire {
  const plans: { method: string; mishap: Mishap }[] = [];
  const calls: string[] = [];
  let dead = false;
  const die = (): Promise<never> => {
    dead = true;
    return never;
  };
  const meet = (method: string): Mishap | undefined => {
    const at = plans.findIndex((plan) => plan.method === method);
    return at < 0 ? undefined : plans.splice(at, 1)[0]?.mishap;
  };
  const wire: Wire = {
    calls,
    refusal: () => null,
    plan: (method, mishap) => void plans.push({ method, mishap }),
    isDead: () => dead,
    meet,
    die,
    fetch: async (input, init) => {
      const method = new URL(input instanceof Request ? input.url : input).pathname.replace('/api/', '');
      calls.push(method);
      const mishap = meet(method);
      if (mishap === 'refused') throw broken('ECONNREFUSED');
      if (mishap === 'lost_before') throw broken('ECONNRESET');
      if (mishap === 'dies_before') return die();
      const refused = /^(?:chat|files\.complete)/.test(method) ? wire.refusal(writtenIn(init)) : null;
      if (refused !== null) return Response.json({ ok: false, error: refused });
      const response = await fetch(input, init);
      if (mishap === 'lost_after') throw broken('ECONNRESET');
      if (mishap === 'garbled') return new Response('{"ok":true,"ts":"17');
      if (mishap === 'dies_after') return die();
      return response;
    },
  };
  return wire;
}

function writtenIn(init: RequestInit | undefined): WrittenMessage {
  const body = new URLSearchParams(init?.body as string);
  return {
    channel: body.get('channel') ?? body.get('channel_id') ?? '',
    text: body.get('text') ?? '',
    thread: body.get('thread_ts'),
  };
}

/** A queue that knows whether somebody has, or is just taking, a message in hand. */
function watched(queue: OutboxQueue, wire: Wire): { queue: OutboxQueue; holds: () => boolean } {
  let holds = false;
  const settled = async (work: Promise<void>): Promise<void> => {
    await work;
    holds = false;
  };
  return {
    holds: () => holds,
    queue: {
      ...queue,
      claim: async (now, leaseUntil) => {
        holds = true;
        const message = queue.claim(now, leaseUntil);
        holds = await message.then(
          (claimed) => claimed !== null,
          () => false,
        );
        return message;
      },
      sent: async (...args) => {
        if (wire.meet('written down') !== undefined) await wire.die();
        await settled(queue.sent(...args));
      },
      postpone: (...args) => settled(queue.postpone(...args)),
      hold: (...args) => settled(queue.hold(...args)),
      refuse: (...args) => settled(queue.refuse(...args)),
    },
  };
}

export interface OutboxBench {
  slack: Bench;
  db: Database;
  database: TestDatabase;
  clock: FixedClock;
  queue: OutboxQueue;
  outbox: Outbox;
  /** What the senders logged. */
  lines: Line[];
  /** Where operators learn of refused messages: ids that a test puts here. */
  noticeChannels: string[];
  /** Channel ids by name. */
  channels: Record<string, string>;
  enqueue(...messages: OutgoingMessage[]): Promise<void>;
  startSender(facts?: SenderFacts): OutboxSender;
  /** What the bot said in a channel, threads included, in order. */
  said(channel: string): Promise<Message[]>;
  texts(channel: string): Promise<string[]>;
  /**
   * Waits until it holds, while `stepMs` of the clock's time pass every few milliseconds; they do not pass while a
   * living sender has a message in hand, whose call takes real time and would seem to take minutes.
   */
  until(condition: () => boolean | Promise<boolean>, stepMs?: number): Promise<void>;
  /** Waits until nothing waits any more. */
  untilSent(stepMs?: number): Promise<void>;
  close(): Promise<void>;
}

interface SenderFacts {
  wire?: Wire;
  timeoutMs?: number;
  paceMs?: number;
}

export const card = (text: string, ...blocks: CardBlock[]): Card => ({ text, blocks });

export async function startOutboxBench(options: Partial<SlackOptions> = {}): Promise<OutboxBench> {
  const clock = fixedClock('2026-11-20T09:00:00Z');
  const slack = await startBench({ clock, ...options });
  const database = await createDatabase();
  const lines: Line[] = [];
  const log = recordingLog(lines);
  const db = openDatabase({ url: database.url, clock, log });
  const noticeChannels: string[] = [];
  const queue = createOutboxQueue(db, { channels: noticeChannels, card: outboxNoticeCard });
  const outbox = createOutbox(() => undefined);
  const senders: (OutboxSender & { isBusy: () => boolean })[] = [];
  const { channels } = await slack.control.state();
  const { apiUrl, botToken } = slack.slack.credentials;
  const said = async (name: string): Promise<Message[]> =>
    (await slack.control.channel(name)).messages.filter((message) => message.bot_id !== undefined);
  const until: OutboxBench['until'] = (condition, stepMs = 0) =>
    expect
      .poll(
        async () => {
          const holds = await condition();
          if (!holds && !senders.some(({ isBusy }) => isBusy())) clock.advance(stepMs);
          return holds;
        },
        { interval: 5, timeout: 10_000 },
      )
      .toBe(true);
  return {
    slack,
    db,
    database,
    clock,
    queue,
    outbox,
    lines,
    said,
    until,
    noticeChannels,
    channels: Object.fromEntries(channels.map(({ name, id }) => [name, id])),
    enqueue: (...messages) =>
      db.run(async (tx) => {
        for (const message of messages) await outbox.enqueue(tx, message);
      }),
    startSender: ({ wire = createWire(), timeoutMs = 5000, ...facts } = {}) => {
      const client = slackClient(new Secret(botToken), apiUrl, log, { fetch: wire.fetch, timeoutMs });
      const { queue: seen, holds } = watched(queue, wire);
      const sender = startOutboxSender({
        queue: seen,
        client,
        clock,
        log,
        moved: movedCard,
        pollMs: 3,
        ...facts,
      });
      senders.push({ ...sender, isBusy: () => holds() && !wire.isDead() });
      return sender;
    },
    texts: async (name) => (await said(name)).map(({ text }) => text),
    untilSent: (stepMs = 1000) => until(async () => (await queue.backlog()).waiting === 0, stepMs),
    close: async () => {
      // One that died never ends; it hangs in a call that nobody answers.
      await Promise.race([Promise.all(senders.map((sender) => sender.stop())), slack.slack.close()]);
      await slack.slack.close();
      await db.close();
      await database.drop();
    },
  };
}
