/**
 * Seeded lives of an outbox: messages, rewritten cards, threads, faults of Slack, broken connections, deleted cards and
 * dying senders, mixed. At the end nothing is lost, nothing is doubled, order is kept, and every card shows its last state.
 * A failing life prints its seed; `SIMULATION_SEED=<seed>` runs that one alone.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OutboxSender } from '../../src/adapters/slack/outbox-sender.js';
import type { OutgoingMessage } from '../../src/ports/outbox.js';
import type { Message } from '../../sandbox/slack/wire.js';
import { hash } from '../../sandbox/world/random.js';
import { card, createWire, startOutboxBench, type Mishap, type OutboxBench, type Wire } from './support.js';

const given = process.env.SIMULATION_SEED;
const seeds = given === undefined ? Array.from({ length: 20 }, (_, seed) => seed) : [Number(given)];
const names = ['payments-ops', 'incidents', 'general'];
const steps = 14;

let bench: OutboxBench;
beforeAll(async () => {
  bench = await startOutboxBench();
});
afterAll(() => bench.close());

interface Life {
  seed: number;
  /** A whole number below `limit`. */
  below(limit: number): number;
  /** What must stand in each channel, in order, apart from live cards. */
  plain: Record<string, string[]>;
  /** The last state of each live card, and its channel. */
  cards: Map<string, { name: string; text: string }>;
  wires: Wire[];
  senders: OutboxSender[];
}

function startLife(seed: number): Life {
  let draws = 0;
  const below = (limit: number): number => hash(seed, draws++) % limit;
  const plain = Object.fromEntries(names.map((name) => [name, [] as string[]]));
  return { seed, below, plain, cards: new Map(), wires: [], senders: [] };
}

const pick = <Item>(life: Life, items: readonly Item[]): Item => items[life.below(items.length)]!;

function addSender(life: Life): void {
  const wire = createWire();
  life.wires.push(wire);
  life.senders.push(bench.startSender({ wire }));
}

/** One transaction of the desk: a few messages that are told together. */
async function tell(life: Life, step: number): Promise<void> {
  const messages = Array.from({ length: 1 + life.below(3) }, (_, at) => newMessage(life, `${step}.${at}`));
  await bench.enqueue(...messages.flat());
}

function newMessage(life: Life, label: string): OutgoingMessage[] {
  const text = `${life.seed}/${label}`;
  const name = pick(life, names);
  const channel = bench.channels[name]!;
  const known = [...life.cards];
  switch (life.below(4)) {
    case 0:
      life.plain[name]!.push(text);
      return [{ channel, card: card(text) }];
    case 1: {
      life.plain[name]!.push(text);
      const message = { channel, card: card(text), once: text };
      return [message, message];
    }
    case 2: {
      const [key, at] =
        known.length > 2 ? pick(life, known) : [`${life.seed}/card ${known.length}`, { name }];
      life.cards.set(key, { name: at.name, text });
      return [{ channel: bench.channels[at.name]!, card: card(text), liveCard: key }];
    }
    default: {
      if (known.length === 0) return [];
      const [key, at] = pick(life, known);
      life.plain[at.name]!.push(text);
      return [{ channel: bench.channels[at.name]!, card: card(text), threadOf: key }];
    }
  }
}

const mishaps: Mishap[] = ['refused', 'lost_before', 'lost_after', 'garbled', 'dies_before', 'dies_after'];
const methods = ['chat.postMessage', 'chat.update', 'conversations.history', 'written down'];

async function disturb(life: Life): Promise<void> {
  const method = pick(life, methods);
  switch (life.below(5)) {
    case 0:
      await bench.slack.control.post('faults', { kind: 'rate_limit', method, amount: 1 + life.below(5) });
      return;
    case 1:
      await bench.slack.control.post('faults', { kind: 'server_error', method, count: 1 + life.below(2) });
      return;
    case 2:
      addSender(life);
      return;
    case 3:
      return deleteACard(life);
    default:
      pick(life, life.wires).plan(method, pick(life, mishaps));
  }
}

/** People delete cards; the next state of such a card is posted anew. */
async function deleteACard(life: Life): Promise<void> {
  const placed = await bench.db.query<{ live_card: string; channel: string; ts: string }>(
    `select l.live_card, l.channel, l.ts from paydesk.live_cards l where l.live_card like $1
     and not exists (select 1 from paydesk.outbox o where o.live_card = l.live_card and o.state in ('waiting', 'sending'))
     order by 1`,
    [`${life.seed}/%`],
  );
  if (placed.length === 0) return;
  const { live_card, channel, ts } = pick(life, placed);
  await bench.slack.client.chat.delete({ channel, ts }).catch(() => undefined);
  const text = `${life.seed}/after deletion ${life.below(1_000_000)}`;
  life.cards.set(live_card, { ...life.cards.get(live_card)!, text });
  await bench.enqueue({ channel, card: card(text), liveCard: live_card });
}

async function live(life: Life): Promise<void> {
  addSender(life);
  for (let step = 0; step < steps; step++) {
    await tell(life, step);
    if (life.below(2) === 0) await disturb(life);
    bench.clock.advance(life.below(3000));
  }
  // Whoever died is replaced, and what it held comes free in time.
  addSender(life);
  try {
    await bench.untilSent(10_000);
  } finally {
    // A life that fails must not go on in the next one.
    for (const sender of life.senders) void sender.stop();
    await bench.slack.control.post('faults', { kind: 'reset' });
  }
}

async function check(life: Life): Promise<void> {
  const mine = ({ text }: Message): boolean => text.startsWith(`${life.seed}/`);
  for (const name of names) {
    const said = (await bench.said(name)).filter(mine);
    const states = [...life.cards.values()].filter((each) => each.name === name).map(({ text }) => text);
    const others = said.map(({ text }) => text).filter((text) => !states.includes(text));
    expect(others, `the messages of #${name}, in order, once`).toEqual(life.plain[name]);
    const shown = said.map(({ text }) => text).filter((text) => states.includes(text));
    expect(shown.toSorted(), `the cards of #${name}, once, in their last state`).toEqual(states.toSorted());
  }
}

it.each(seeds)('life %i', async (seed) => {
  const life = startLife(seed);
  await live(life);
  await check(life);
});
