/**
 * A storm of alerts into one channel while Slack refuses calls: every alert has its card in its newest state, what waits is
 * merged, and people are not held up. `npm run bench:alert-storm` has two hundred of them in real time.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { secondMs } from '../../src/kernel/clock.js';
import { createWire, startOutboxBench, type OutboxBench } from '../outbox/support.js';
import { cardsInto, failing } from './storm.js';
import { replica, stageOn } from './support.js';

let bench: OutboxBench;
beforeEach(async () => void (bench = await startOutboxBench()));
afterEach(() => bench.close());

it('loses no card, merges what waits, and acknowledges within a second', async () => {
  const stage = stageOn(bench);
  const desk = replica(stage, cardsInto(bench.outbox, bench.channels['payments-ops']!));
  await desk.tick();
  const wire = createWire();
  const [rounds, perRound] = [4, 5];
  for (let round = 1; round <= rounds; round++) {
    stage.seen = failing(perRound * round, 100 * round, bench.clock);
    await bench.slack.control.post('faults', { kind: 'rate_limit', amount: 2, count: 2 });
    await desk.tick();
    if (round === 1) bench.startSender({ wire });
    await bench.until(async () => (await bench.texts('payments-ops')).length >= round, secondMs);
  }
  const startedAt = performance.now();
  await desk.acknowledge('ALR-3', 'U1ANA');
  expect(performance.now() - startedAt).toBeLessThan(secondMs);
  await bench.untilSent();

  const said = await bench.said('payments-ops');
  const cards = said.filter(({ ts, thread_ts: thread = ts }) => thread === ts);
  const newest = Array.from({ length: perRound * rounds }, (_, at) => `partner = partner-${at} explains`);
  expect(cards.map(({ text }) => newest.find((words) => text.includes(`${words} `)))).toEqual(newest);
  expect(cards.filter(({ text }) => !text.includes(`n = ${100 * rounds}`))).toEqual([]);
  expect(JSON.stringify(cards[2])).toContain('acknowledged');
  expect(said.map(({ text }) => text).filter((text) => text.includes('acknowledged it'))).toHaveLength(1);
  const changes = perRound * ((rounds * (rounds + 1)) / 2) + 1;
  expect(wire.calls.filter((method) => method === 'chat.update').length).toBeLessThan(changes - cards.length);
});
