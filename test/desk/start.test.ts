/**
 * The start of the desk against a Slack that is slow to take it, a policy that cannot work, and a stop that comes early.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { companyPolicy, userGroups } from '../../sandbox/company-policy.js';
import { startSlack, type SlackServer } from '../../sandbox/slack/server.js';
import type { FaultRequest, State } from '../../sandbox/slack/wire.js';
import { openDatabase } from '../../src/adapters/postgres/database.js';
import { slackClient } from '../../src/adapters/slack/client.js';
import { createDirectory } from '../../src/adapters/slack/directory.js';
import { createRunAnswers } from '../../src/adapters/slack/run-answers.js';
import { startPaydesk, type Paydesk } from '../../src/wiring/app.js';
import { botEnvironmentSchema, parseEnvironment } from '../../src/config/environment.js';
import { parseConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/schema.js';
import { dayMs, systemClock } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import type { Directory } from '../../src/ports/directory.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import { requireNoLockOut } from '../../src/wiring/remediation.js';
import { recordingLog, type Line } from '../engine/recording-log.js';
import { root } from '../house/source-tree.js';
import { startFakeSlack } from '../slack/fake-slack.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

let slack: SlackServer;
let database: TestDatabase;
let lines: Line[] = [];
let paydesk: Paydesk | null = null;

beforeAll(async () => {
  const manifest: unknown = parse(readFileSync(join(root, 'manifest.yml'), 'utf8'));
  slack = await startSlack({ port: 0, seed: 'start', rateLimits: false, manifest });
  database = await createDatabase();
});

afterEach(async () => {
  await paydesk?.stop();
  paydesk = null;
  lines = [];
  await fault({ kind: 'reset' });
  const db = openDatabase({ url: database.url, clock: systemClock, log: silentLog });
  await db.query('delete from paydesk.shared_answers');
  await db.query('delete from paydesk.call_paces');
  await db.close();
});

afterAll(async () => {
  await slack.close();
  await database.drop();
});

const fault = async (request: FaultRequest): Promise<void> => {
  const body = JSON.stringify(request);
  const answer = await fetch(`${slack.url}/_sandbox/faults`, { method: 'POST', body });
  expect(answer.status).toBe(200);
};

/** With the company's policy, in which some groups have other ids. */
async function configOf(otherGroups: Record<string, string> = {}, now = systemClock.now()): Promise<Config> {
  const state = (await (await fetch(`${slack.url}/_sandbox/state`)).json()) as State;
  const known = await userGroups(slack.apiUrl, slack.credentials.botToken);
  const groups = new Map([...known, ...Object.entries(otherGroups)]);
  const remediation = companyPolicy({ state, groups, now });
  const partners = [{ id: 'northpay', name: 'Northpay', kind: 'psp' }];
  return parseConfig(JSON.stringify({ company: 'Test', partners, remediation }), 'test');
}

async function start(config: Config, signal?: AbortSignal): Promise<Paydesk> {
  const { apiUrl, credentials } = slack;
  const environment = {
    SLACK_BOT_TOKEN: credentials.botToken,
    SLACK_APP_TOKEN: credentials.appToken,
    SLACK_API_URL: apiUrl,
    DATABASE_URL: database.url.reveal(),
    OIDC_ISSUER: 'http://127.0.0.1:9',
    OIDC_CLIENT_ID: 'paydesk',
    OIDC_CLIENT_SECRET: 'not-a-secret-at-all',
    PORT: '0',
  };
  return startPaydesk({
    environment: parseEnvironment(environment, botEnvironmentSchema),
    config,
    clock: systemClock,
    log: recordingLog(lines),
    paceMs: 0,
    ...(signal && { signal }),
  });
}

const isSaid = (what: string) => (): boolean => lines.some(({ message }) => message.includes(what));

it('waits as long as Slack asks it to before it has the groups', async () => {
  const config = await configOf();
  // Longer than the directory itself waits.
  await fault({ kind: 'rate_limit', method: 'usergroups.list', amount: 8, count: 1 });
  paydesk = await start(config);
  const waited = lines.find(({ message }) => message.includes('rate limited'));
  expect(Number(waited?.fields.waitMs)).toBe(8000);
  expect((await paydesk.readiness()).slack).toBeNull();
});

it('asks about the people of a large group a few at a time', async () => {
  const policy = (await configOf()).remediation!;
  const users = Array.from({ length: 12 }, (_, index) => `U${index}`);
  const waiting: (() => void)[] = [];
  const many = await startFakeSlack({
    'auth.test': () => ({ team_id: 'T1' }),
    'usergroups.list': () => ({ usergroups: Object.values(policy.groups).map((id) => ({ id, users })) }),
    'users.info': async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { user: { id: 'U1', name: 'somebody', team_id: 'T1' } };
    },
  });
  const client = slackClient(new Secret('xoxb-test'), many.apiUrl, silentLog);
  const directory = createDirectory({
    client,
    answers: createRunAnswers(),
    groups: Object.values(policy.groups),
  });
  const checked = requireNoLockOut(policy, directory);
  for (const asked of [5, 5, 2]) {
    await expect.poll(() => waiting.length).toBeGreaterThanOrEqual(asked);
    expect(waiting.length).toBe(asked);
    waiting.splice(0).forEach((answer) => answer());
  }
  await checked;
  await many.close();
});

it('warns of every rate of the policy that no longer counts', async () => {
  paydesk = await start(await configOf({}, new Date(systemClock.now().getTime() - 40 * dayMs)));
  const problems = lines.flatMap(({ message, fields }) =>
    message === 'an exchange rate of the policy is stale' ? [(fields as { problem: string }).problem] : [],
  );
  expect(
    problems.map((problem) => /^The exchange rate from (\w+) to EUR is stale: dated /.exec(problem)?.[1]),
  ).toEqual(['USD', 'GBP', 'JPY', 'KWD']);
});

it('takes a group that lists somebody whom the directory does not show, and counts the others', async () => {
  const policy = (await configOf()).remediation!;
  const directory = (shown: readonly string[]): Directory => ({
    membership: () =>
      Promise.resolve({
        groups: new Map(
          Object.values(policy.groups).map((id) => [id, new Set(['U0GONE', 'U1', 'U2', 'U3', 'U4'])]),
        ),
        ageMs: 0,
      }),
    groupChanged: () => Promise.resolve(),
    personChanged: () => Promise.resolve(),
    person: (userId) =>
      shown.includes(userId)
        ? Promise.resolve({ userId, name: userId, email: null, kind: 'member' })
        : Promise.reject(new OpsError('not_found', 'There is no such person in this workspace.')),
  });
  await requireNoLockOut(policy, directory(['U1', 'U2', 'U3', 'U4']));
  await expect(requireNoLockOut(policy, directory([]))).rejects.toMatchObject({ code: 'misconfigured' });
});

it('names every group that Slack does not know', async () => {
  const starting = start(
    await configOf({ 'payments-leads': 'S0NOSUCH1', 'payments-approvers': 'S0NOSUCH2' }),
  );
  await expect(starting).rejects.toMatchObject({
    code: 'misconfigured',
    publicMessage: expect.stringMatching(
      /“approvers” \(S0NOSUCH2\): This user group is not in the workspace[^]*“leads” \(S0NOSUCH1\): This user group is not in the workspace/,
    ) as string,
    hint: expect.stringContaining('user groups') as string,
  });
});

it.each([
  ['the groups', 'usergroups.list', 'the user groups: unreachable'],
  ['a connection', 'apps.connections.open', 'no connection to Slack'],
])('stops while it waits for %s, and leaves nothing behind', async (_what, method, said) => {
  const config = await configOf();
  await fault({ kind: 'server_error', method, count: 1000 });
  const stopping = new AbortController();
  const starting = start(config, stopping.signal);
  starting.catch(() => undefined);
  await expect.poll(isSaid(said), { timeout: 15_000 }).toBe(true);
  stopping.abort();
  await expect(starting).rejects.toBe(stopping.signal.reason);
  expect(isSaid('did not stop well')()).toBe(false);
  const db = openDatabase({ url: database.url, clock: systemClock, log: silentLog });
  const others =
    'select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
  await expect.poll(() => db.query(others)).toEqual([]);
  await db.close();
});
