/**
 * Two hundred alerts in a minute into one channel, beside a Slack that keeps its limits and refuses more: how long a click on
 * Acknowledge takes, when its card shows it, how much is merged, and whether anything is lost.
 *
 * Run: `npm run bench:alert-storm`; about five minutes, because Slack takes a message a second and channel. The real alerts,
 * outbox and database. Leaves nothing behind.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createAlerts } from '../src/adapters/postgres/alerts.js';
import { openDatabase } from '../src/adapters/postgres/database.js';
import { startEmbeddedPostgres } from '../src/adapters/postgres/embedded/supervisor.js';
import { createOutbox, createOutboxQueue } from '../src/adapters/postgres/outbox.js';
import { slackClient } from '../src/adapters/slack/client.js';
import { startOutboxSender } from '../src/adapters/slack/outbox-sender.js';
import { systemClock } from '../src/kernel/clock.js';
import { silentLog as log } from '../src/kernel/log.js';
import { Secret } from '../src/kernel/secret.js';
import { movedCard, outboxNoticeCard } from '../src/views/desk/outbox-notices.js';
import { embeddedAddresses, migrateDatabase } from '../src/wiring/database.js';
import { startBench } from '../test/sandbox/slack/support.js';
import { cardsInto, failing } from '../test/alerts/storm.js';
import { replica, stageOn } from '../test/alerts/support.js';
import { ms, percentile } from './harness.js';

const alerts = 200;
const withinMs = 60_000;
const tickMs = 5000;
const refusals = { kind: 'rate_limit', amount: 3, count: 3 } as const;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const home = await mkdtemp(join(tmpdir(), 'paydesk-bench-'));
const server = await startEmbeddedPostgres({ home, log });
const slack = await startBench({ rateLimits: true });
try {
  await migrateDatabase(await embeddedAddresses(server), log);
  await storm();
} finally {
  await slack.close();
  await server.stop();
  await rm(home, { recursive: true, force: true });
}

async function storm(): Promise<void> {
  const db = openDatabase({ url: server.urlOf('paydesk'), clock: systemClock, log });
  const { channels } = await slack.control.state();
  const channel = channels.find(({ name }) => name === 'payments-ops')?.id ?? '';
  const queue = createOutboxQueue(db, { channels: [], card: outboxNoticeCard });
  const { apiUrl, botToken } = slack.slack.credentials;
  const called = new Map<string, number>();
  const counted: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const method = new URL(input instanceof Request ? input.url : input).pathname.replace('/api/', '');
    const key = response.status === 429 ? `${method} refused` : method;
    called.set(key, (called.get(key) ?? 0) + 1);
    return response;
  };
  const client = slackClient(new Secret(botToken), apiUrl, log, { fetch: counted });
  const sender = startOutboxSender({ queue, client, clock: systemClock, log, moved: movedCard });
  const outbox = createOutbox(() => sender.wake());
  const stage = stageOn({ db, clock: systemClock, outbox, slack });
  const desk = replica(stage, cardsInto(outbox, channel));
  await desk.tick();

  const clicks: { id: string; tookMs: number; at: number }[] = [];
  const acknowledge = async (id: string): Promise<void> => {
    const before = Date.now();
    await desk.acknowledge(id, 'U1ANA');
    clicks.push({ id, tookMs: Date.now() - before, at: before });
  };
  const startedAt = Date.now();
  let changes = 0;
  for (let round = 1; round <= withinMs / tickMs; round++) {
    const open = Math.round((alerts * round * tickMs) / withinMs);
    stage.seen = failing(open, 100 * round, systemClock);
    changes += open;
    await slack.control.post('faults', refusals);
    // People click while the watch writes.
    const clicked = Array.from({ length: 3 }, async (_, at) => {
      await pause(300 * at);
      const [alert] = (await createAlerts(db).active(null))
        .filter(({ state }) => state === 'open')
        .slice(2 * round);
      if (alert) await acknowledge(alert.id);
    });
    await Promise.all([desk.tick(), ...clicked]);
    await pause(Math.max(0, startedAt + round * tickMs - Date.now()));
  }
  const waiting = (await queue.backlog()).waiting;
  while ((await queue.backlog()).waiting > 0) await pause(250);
  const drainedMs = Date.now() - startedAt;

  const messages = (await slack.control.channel('payments-ops')).messages.filter(
    ({ bot_id: bot }) => bot !== undefined,
  );
  const cards = messages.filter(({ ts, thread_ts: thread = ts }) => thread === ts);
  const isNewest = (at: number): boolean =>
    cards.filter(({ text }) => text.includes(`partner = partner-${at} explains`)).length === 1;
  const missing = Array.from({ length: alerts }, (_, at) => at).filter((at) => !isNewest(at));
  const stale = cards.filter(
    ({ text }) => !text.includes(`n = ${((100 * withinMs) / tickMs).toLocaleString('en-GB')}`),
  );
  const shown = await db.query<{ live_card: string; updated_at: Date }>(
    'select live_card, updated_at from paydesk.live_cards',
  );
  const shownAt = new Map(shown.map((row) => [row.live_card, row.updated_at.getTime()]));
  const took = clicks.map(({ tookMs }) => tookMs);
  const until = clicks.map(({ id, at }) => (shownAt.get(`alert:${id}`) ?? Infinity) - at);
  say(
    `${alerts} alerts in ${withinMs / 1000} s into one channel, ${changes + clicks.length} changes of cards:`,
  );
  say(`  cards missing or twice: ${missing.length}, cards that are not of the newest state: ${stale.length}`);
  say(`  waiting at the end of the minute: ${waiting}; all sent after ${(drainedMs / 1000).toFixed(0)} s`);
  say(
    `  calls: ${[...called]
      .sort()
      .map(([method, count]) => `${method} ${count}`)
      .join(', ')}`,
  );
  say(
    `  Acknowledge (n = ${took.length}): decided after p50 ${ms(percentile(took, 0.5))}, slowest ${ms(Math.max(...took))};` +
      ` on the card after p50 ${ms(percentile(until, 0.5))}, slowest ${ms(Math.max(...until))}`,
  );
  await sender.stop();
  await db.close();
}
