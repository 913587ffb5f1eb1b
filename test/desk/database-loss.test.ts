/** The start of the desk while its database dies at any moment of it, and comes back on the same address. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startSlack, type SlackServer } from '../../sandbox/slack/server.js';
import { startPaydesk, type Paydesk } from '../../src/app.js';
import { botEnvironmentSchema, parseEnvironment } from '../../src/config/environment.js';
import { parseConfig } from '../../src/config/load.js';
import { systemClock } from '../../src/kernel/clock.js';
import { recordingLog, type Line } from '../engine/recording-log.js';
import { root } from '../house/source-tree.js';
import { startCutProxy } from '../support/cut-proxy.js';
import { createDatabase, createEmptyDatabase, type TestDatabase } from '../support/postgres.js';

let slack: SlackServer;
beforeAll(async () => {
  const manifest: unknown = parse(readFileSync(join(root, 'manifest.yml'), 'utf8'));
  slack = await startSlack({ port: 0, seed: 'loss', rateLimits: false, manifest });
});
afterAll(() => slack.close());

const partners = [{ id: 'northpay', name: 'Northpay', kind: 'psp' }];
const config = parseConfig(JSON.stringify({ company: 'Test', partners }), 'test');

/** Starts, stops, and says how many pieces went to the database by the end of the start. */
async function startWithLossAt(piece: number, database: TestDatabase): Promise<number> {
  const proxy = await startCutProxy(new URL(database.url.reveal()));
  proxy.cutAt(piece);
  const url = new URL(database.url.reveal());
  url.port = String(proxy.port);
  const environment = {
    SLACK_BOT_TOKEN: slack.credentials.botToken,
    SLACK_APP_TOKEN: slack.credentials.appToken,
    SLACK_API_URL: slack.apiUrl,
    DATABASE_URL: url.href,
    PORT: '0',
  };
  const lines: Line[] = [];
  let paydesk: Paydesk | null = null;
  try {
    paydesk = await startPaydesk({
      environment: parseEnvironment(environment, botEnvironmentSchema),
      config,
      clock: systemClock,
      log: recordingLog(lines),
      paceMs: 0,
    });
    const pieces = proxy.pieces();
    await expect.poll(async () => (await paydesk!.readiness()).database, { timeout: 15_000 }).toBeNull();
    return pieces;
  } finally {
    await paydesk?.stop();
    await proxy.close();
  }
}

it.each([
  ['a migrated database', createDatabase],
  ['an empty database', createEmptyDatabase],
])(
  'comes up with %s, whenever it dies',
  async (_which, create) => {
    const first = await create();
    const all = await startWithLossAt(Infinity, first);
    await first.drop();
    const step = Number(process.env.LOSS_STEP ?? Math.ceil(all / 6));
    const failures: string[] = [];
    for (let piece = 1; piece <= all; piece += step) {
      const database = await create();
      await startWithLossAt(piece, database).catch((error: unknown) =>
        failures.push(`piece ${piece}: ${String(error)}`),
      );
      await database.drop();
    }
    expect(failures).toEqual([]);
  },
  600_000,
);
