/**
 * A process of its own that sends what waits, for a test that kills it. Arguments: connection address, Slack's API, token.
 * It never writes down that a message was sent, so it is always killed at that point.
 */
import { openDatabase } from '../../src/adapters/postgres/database.js';
import { createOutboxQueue } from '../../src/adapters/postgres/outbox.js';
import { slackClient } from '../../src/adapters/slack/client.js';
import { startOutboxSender } from '../../src/adapters/slack/outbox-sender.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { movedCard } from '../../src/views/desk/outbox-notices.js';
import { Secret } from '../../src/kernel/secret.js';

const [address = '', apiUrl = '', token = ''] = process.argv.slice(2);
const db = openDatabase({ url: new Secret(address), clock: systemClock, log: silentLog });
const queue = { ...createOutboxQueue(db), sent: () => new Promise<never>(() => undefined) };
startOutboxSender({
  queue,
  client: slackClient(new Secret(token), apiUrl, silentLog),
  clock: systemClock,
  log: silentLog,
  moved: movedCard,
});
