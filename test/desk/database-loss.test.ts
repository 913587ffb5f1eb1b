/**
 * The start of the desk while its database dies at any moment of it, and comes back on the same address.
 * `LOSS_STEP=1` lets it die at every single message of the start.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startSlack, type SlackServer } from '../../sandbox/slack/server.js';
import { startPaydesk, type Paydesk } from '../../src/wiring/app.js';
import { botEnvironmentSchema, parseEnvironment } from '../../src/config/environment.js';
import { parseConfig } from '../../src/config/load.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { root } from '../house/source-tree.js';
import { startCutProxy, type CutProxy } from '../support/cut-proxy.js';
import { createDatabase, createEmptyDatabase, type TestDatabase } from '../support/postgres.js';

let slack: SlackServer;
beforeAll(async () => {
  const manifest: unknown = parse(readFileSync(join(root, 'manifest.yml'), 'utf8'));
  slack = await startSlack({ port: 0, seed: 'loss', rateLimits: false, manifest });
});
afterAll(() => slack.close());

const partners = [{ id: 'northpay', name: 'Northpay', kind: 'psp' }];
const config = parseConfig(JSON.stringify({ company: 'Test', partners }), 'test');

/** Starts behind a connection that can be cut, at this piece or by `work`, and stops. */
async function startedBehind(
  database: TestDatabase,
  work: (paydesk: Paydesk, proxy: CutProxy) => Promise<void>,
  lossAt = Infinity,
): Promise<void> {
  const url = new URL(database.url.reveal());
  const proxy = await startCutProxy(new URL(url));
  proxy.cutAt(lossAt);
  url.port = String(proxy.port);
  const environment = {
    SLACK_BOT_TOKEN: slack.credentials.botToken,
    SLACK_APP_TOKEN: slack.credentials.appToken,
    SLACK_API_URL: slack.apiUrl,
    DATABASE_URL: url.href,
    PORT: '0',
  };
  let paydesk: Paydesk | null = null;
  try {
    paydesk = await startPaydesk({
      environment: parseEnvironment(environment, botEnvironmentSchema),
      config,
      clock: systemClock,
      log: silentLog,
      paceMs: 0,
    });
    await work(paydesk, proxy);
  } finally {
    await paydesk?.stop();
    await proxy.close();
  }
}

/** How many pieces went to the database by the end of a start that lost it at one of them. */
async function startWithLossAt(piece: number, database: TestDatabase): Promise<number> {
  let pieces = 0;
  const count = async (paydesk: Paydesk, proxy: CutProxy): Promise<void> => {
    pieces = proxy.pieces();
    const databaseFault = async () => (await paydesk.readiness()).database;
    await expect.poll(databaseFault, { timeout: 15_000 }).toBeNull();
  };
  await startedBehind(database, count, piece);
  return pieces;
}

it('is whole again after the server died under it and came back on the same address', async () => {
  const database = await createDatabase();
  await startedBehind(database, async (paydesk, proxy) => {
    proxy.cut();
    await expect.poll(async () => (await paydesk.readiness()).engine, { timeout: 15_000 }).not.toBeNull();
    expect((await paydesk.readiness()).database).not.toBeNull();
    proxy.mend();
    const faults = async (): Promise<string[]> =>
      Object.values(await paydesk.readiness()).filter((fault) => fault !== null);
    await expect.poll(faults, { timeout: 30_000 }).toEqual([]);
  });
  await database.drop();
}, 60_000);

/** As when the address leads to the old primary, which only reads by then, until it leads to the new one. */
it('goes on after a failover, whose old primary kept its connections and only lets them read', async () => {
  const database = await createDatabase();
  const name = new URL(database.url.reveal()).pathname.slice(1);
  const owner = new pg.Client({ connectionString: database.url.reveal() });
  await owner.connect();
  await startedBehind(database, async (paydesk, proxy) => {
    await owner.query(`alter database ${name} set default_transaction_read_only = on`);
    proxy.cut();
    proxy.mend();
    const fault = async (): Promise<string> => JSON.stringify(await paydesk.readiness());
    await expect.poll(fault, { timeout: 15_000 }).toMatch(/only allows reading/);
    await owner.query(`alter database ${name} reset default_transaction_read_only`);
    const faults = async (): Promise<string[]> =>
      Object.values(await paydesk.readiness()).filter((fault) => fault !== null);
    await expect.poll(faults, { timeout: 30_000 }).toEqual([]);
  });
  await owner.end();
  await database.drop();
}, 60_000);

it.each([
  ['a migrated database', createDatabase],
  ['an empty database', createEmptyDatabase],
])(
  'comes up with %s, whenever it dies',
  async (_which, create) => {
    const first = await create();
    const all = await startWithLossAt(Infinity, first);
    await first.drop();
    const step = Math.ceil(all / 6);
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
  120_000,
);
