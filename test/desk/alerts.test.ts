/**
 * Alerts as people live through them: a scenario begins, time passes by the clock that the desk and the stand-ins share, and
 * what stands in Slack, on the platform and in the books is what people read.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Channel, Message } from '../../sandbox/slack/wire.js';
import { hourMs, minuteMs, secondMs } from '../../src/kernel/clock.js';
import { startDesk, until, type TestDesk, type Transport } from '../support/desk.js';
import { guardedOf, requestedIn, type Guarded } from '../support/guarded.js';

/** Night in Europe, evening in America: fewer payments than at most other hours. */
const quietHour = 4;

const aheadMs = (): number => {
  const sinceMidnight = Date.now() % (24 * hourMs);
  return (quietHour * hourMs - sinceMidnight + 24 * hourMs) % (24 * hourMs);
};

const config = {
  schedules: { partnerStatus: '* * * * * *', watchMetrics: '* * * * * *' },
  metrics: {
    own: [
      {
        id: 'broken',
        name: 'Chargeback ratio',
        kind: 'rate',
        sql: 'select at as bucket, attempts, failures from no_such_view where at >= $1 and at < $2',
      },
    ],
  },
};

describe.each<Transport>(['socket', 'http'])('over %s', (transport) => {
  let desk: TestDesk;
  let guarded: Guarded;

  beforeAll(async () => {
    const t0 = performance.now();
    desk = await startDesk(transport, { config, checksPerMinute: 25, aheadMs: aheadMs() });
    guarded = await guardedOf(desk);
    console.log('desk', performance.now() - t0);
    await pass(secondMs, 60_000);
    console.log('first', performance.now() - t0);
  }, 60_000);
  afterAll(async () => {
    await guarded.close();
    await desk.close();
  });

  /** Time passes, the company books what happened, and the watch has looked since. */
  const pass = async (durationMs: number, timeoutMs = 15_000): Promise<void> => {
    desk.skip(durationMs);
    const now = desk.clock.now();
    await desk.books.advance(now.getTime());
    await until(
      'a look at the metrics',
      async () => {
        const [cursor] = await guarded.rows<{ slot: Date }>(
          `select slot from paydesk.job_cursors where job = 'watch-metrics'`,
        );
        return cursor && cursor.slot.getTime() > now.getTime() - secondMs;
      },
      timeoutMs,
    );
  };
  const channels = async (): Promise<Channel[]> => (await desk.state()).channels;
  const messagesIn = async (name: RegExp): Promise<Message[]> =>
    (await channels()).filter((channel) => name.test(channel.name)).flatMap(({ messages }) => messages);
  const cards = async (): Promise<Message[]> =>
    (await messagesIn(/^partner-alerts$/)).filter(({ thread_ts: thread }) => thread === undefined);

  it('shows an outage within two minutes', async () => {
    await desk.scenario('partner-outage');
    const began = desk.clock.now().getTime();
    for (let round = 0; round < 20; round++) {
      const t = performance.now();
      await pass(10 * secondMs);
      console.log(((desk.clock.now().getTime() - began) / 1000).toFixed(), (performance.now() - t).toFixed(), (await cards()).map(({ text }) => text));
    }
  }, 60_000);
});
