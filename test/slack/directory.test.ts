/** Who people are and which groups they are in, as Slack says it, with one call for all groups. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { slackClient } from '../../src/adapters/slack/client.js';
import { createDirectory } from '../../src/adapters/slack/directory.js';
import { createSharedAnswers } from '../../src/adapters/postgres/shared-answers.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { systemClock } from '../../src/kernel/clock.js';
import type { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import { paydeskManifest, startBench, type Bench } from '../sandbox/slack/support.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startFakeSlack, type FakeSlack } from './fake-slack.js';

const anew = { maxAgeMs: 0, atWorstMs: 0, patienceMs: 5000 };
const lately = { maxAgeMs: 60_000, atWorstMs: 60_000, patienceMs: 5000 };

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createDatabase();
  db = openDatabase({ url: database.url, clock: systemClock, log: silentLog });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});
// Each test is a workspace of its own.
afterEach(async () => {
  await db.query('delete from paydesk.shared_answers');
  await db.query('delete from paydesk.call_paces');
});

const directoryOf = (apiUrl: string, token = 'xoxb-test', groups: string[] = []) =>
  createDirectory({
    client: slackClient(new Secret(token), apiUrl, silentLog),
    answers: createSharedAnswers(db, silentLog),
    groups,
  });

describe('of the workspace', () => {
  let slack: Bench;
  beforeEach(async () => {
    slack = await startBench({ rateLimits: false });
  });
  afterEach(() => slack.close());

  const directory = ({ slack: { apiUrl, credentials } } = slack, groups: string[] = []) =>
    directoryOf(apiUrl, credentials.botToken, groups);
  const groupCalls = async () =>
    (
      (await (await fetch(`${slack.slack.url}/_sandbox/calls`)).json()) as { calls: { method: string }[] }
    ).calls.filter(({ method }) => method.startsWith('usergroups.')).length;
  const idOf = async (name: string) =>
    (await slack.control.state()).users.find((user) => user.name === name)!.id;
  const groupOf = async (handle: string, changes: { users?: string[]; disabled?: boolean } = {}) =>
    (
      (await slack.control.post('group', { group: handle, ...changes })) as unknown as {
        group: { id: string };
      }
    ).group.id;

  it.each([
    ['ana', 'member', 'Ana Ribeiro', 'ana@larkspur-pay.example', 'Europe/Lisbon'],
    ['priya', 'guest', 'Priya Shah', 'priya@larkspur-pay.example', 'Europe/London'],
    // Slack says little of people who left.
    ['ruben', 'deactivated', 'Ruben Maas', 'ruben@larkspur-pay.example', undefined],
    ['paydesk', 'bot', 'Paydesk', null, 'UTC'],
  ])('%s is a %s', async (user, kind, name, email, timeZone) => {
    const userId = await idOf(user);
    expect(await directory().person(userId, anew)).toEqual({ userId, name, email, kind, timeZone });
  });

  it.each([
    ['users.info', 'user_not_found', 'not_found', 'This person is not in this workspace.'],
    ['users.info', 'user_not_visible', 'not_found', 'This person is not in this workspace.'],
    ['users.info', 'missing_scope', 'misconfigured', 'Install the app again from manifest.yml'],
    ['users.info', 'a_refusal_of_tomorrow', 'internal', 'Slack says a_refusal_of_tomorrow.'],
    ['usergroups.list', 'missing_scope', 'misconfigured', 'Install the app again from manifest.yml'],
    ['usergroups.list', 'plan_upgrade_required', 'internal', 'Slack says plan_upgrade_required.'],
    ['usergroups.list', 'a_refusal_of_tomorrow', 'internal', 'Slack says a_refusal_of_tomorrow.'],
    ['auth.test', 'a_refusal_of_tomorrow', 'internal', 'Slack says a_refusal_of_tomorrow.'],
  ])(
    '%s that is refused with %s is an error (%s), and no empty answer: %s',
    async (method, error, code, says) => {
      const [ana, leads] = [await idOf('ana'), await groupOf('payments-leads')];
      await slack.control.post('faults', { kind: 'refuse', method, error, count: 10 });
      const asked = directory(slack, [leads]);
      const thrown: unknown = await (
        method === 'usergroups.list' ? asked.membership(anew) : asked.person(ana, anew)
      ).catch((one: unknown) => one);
      expect(thrown).toMatchObject({ code });
      const { publicMessage, hint } = thrown as OpsError;
      expect(`${publicMessage} ${hint ?? ''}`).toContain(says);
      await slack.control.post('faults', { kind: 'reset' });
      expect(await asked.person(ana, anew), 'a failure is not kept').toMatchObject({ kind: 'member' });
    },
  );

  it('without the scope for them there are no e-mails', async () => {
    const bot = paydeskManifest.oauth_config.scopes.bot.filter((scope) => scope !== 'users:read.email');
    const poor = await startBench({ manifest: { ...paydeskManifest, oauth_config: { scopes: { bot } } } });
    const { users } = await poor.control.state();
    const person = await directory(poor).person(users[0]!.id, anew);
    await poor.close();
    expect(person).toMatchObject({ name: 'Ana Ribeiro', email: null });
  });

  it('all groups of the policy in one call: one that was disabled is empty, one that never was is missing', async () => {
    const [ana, lars] = [await idOf('ana'), await idOf('lars')];
    const [leads, approvers] = [await groupOf('payments-leads'), await groupOf('payments-approvers')];
    const asked = directory(slack, [leads, approvers, 'S0NOTHING']);
    const { groups } = await asked.membership(anew);
    expect(groups.get(leads)).toEqual(new Set([ana, lars]));
    expect([...groups.keys()].sort()).toEqual([leads, approvers].sort());
    expect(await groupCalls()).toBe(1);
    await groupOf('payments-leads', { users: ['lars'] });
    expect((await asked.membership(lately)).groups.get(leads), 'still fresh enough').toEqual(
      new Set([ana, lars]),
    );
    expect((await asked.membership(anew)).groups.get(leads)).toEqual(new Set([lars]));
    await groupOf('payments-leads', { disabled: true });
    expect((await asked.membership(anew)).groups.get(leads)).toEqual(new Set());
    expect(await groupCalls()).toBe(3);
  });

  it('reads a group again that changed, and no other', async () => {
    const [leads, onCall] = [await groupOf('payments-leads'), await groupOf('on-call')];
    const asked = directory(slack, [leads]);
    await asked.membership(lately);
    await groupOf('payments-leads', { users: ['mei'] });
    await asked.groupChanged(onCall);
    expect(await groupCalls()).toBe(1);
    await asked.groupChanged(leads);
    expect(await groupCalls()).toBe(2);
    expect((await asked.membership(lately)).groups.get(leads)).toEqual(new Set([await idOf('mei')]));
    expect(await groupCalls()).toBe(2);
  });

  it('asks again about a person who changed', async () => {
    const mei = await idOf('mei');
    const asked = directory();
    expect(await asked.person(mei, lately)).toMatchObject({ kind: 'member' });
    await slack.control.post('person', { user: 'mei', is_restricted: true });
    expect(await asked.person(mei, lately)).toMatchObject({ kind: 'member' });
    await asked.personChanged(mei);
    expect(await asked.person(mei, lately)).toMatchObject({ kind: 'guest' });
  });

  it('a person who does not exist is not found', async () => {
    await expect(directory().person('U0NOBODY', anew)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('a missing scope says what to do', async () => {
    const poor = await startBench({
      manifest: { ...paydeskManifest, oauth_config: { scopes: { bot: [] } } },
    });
    const asked = await Promise.allSettled([
      directory(poor).membership(anew),
      directory(poor).person('U1', anew),
    ]);
    await poor.close();
    const misconfigured = { code: 'misconfigured', hint: expect.stringContaining('missing_scope') as string };
    expect(asked).toMatchObject([{ reason: misconfigured }, { reason: misconfigured }]);
  });

  it('a wait that Slack asks for is kept by all, and says how long it is', async () => {
    await slack.control.post('faults', { kind: 'rate_limit', method: 'usergroups.list', amount: 30 });
    for (let replica = 1; replica <= 3; replica++) {
      const refused: unknown = await directory()
        .membership(anew)
        .catch((error: unknown) => error);
      expect(refused).toMatchObject({
        code: 'rate_limited',
        hint: expect.stringMatching(/(29|30) s/) as string,
      });
    }
    expect(await groupCalls()).toBe(1);
  });

  it('a Slack that is down is unavailable', async () => {
    await slack.control.post('faults', { kind: 'server_error', method: 'users.info' });
    const ana = await idOf('ana');
    await expect(directory().person(ana, anew)).rejects.toMatchObject({ code: 'unavailable' });
    // The outage holds the pace up for two seconds.
    await expect(directory().person(ana, anew)).resolves.toMatchObject({ kind: 'member' });
  });
});

describe('kinds of people that the sandbox has not got', () => {
  let slack: FakeSlack;
  afterEach(() => slack.close());

  it.each([
    ['of another workspace', { team_id: 'T2' }, null, 'external'],
    ['without a workspace', {}, null, 'external'],
    ['shared with us, a stranger', { team_id: 'T1', is_stranger: true }, null, 'external'],
    [
      'of another workspace of our enterprise',
      { team_id: 'T2', enterprise_user: { enterprise_id: 'E1' } },
      'E1',
      'member',
    ],
    ['of another enterprise', { team_id: 'T2', enterprise_user: { enterprise_id: 'E2' } }, 'E1', 'external'],
    ['a guest of one channel', { team_id: 'T1', is_ultra_restricted: true }, null, 'guest'],
    ['a guest from outside', { team_id: 'T2', is_restricted: true }, null, 'external'],
    ['a workflow', { team_id: 'T1', is_workflow_bot: true }, null, 'bot'],
    ['a bot that was removed', { team_id: 'T1', is_bot: true, deleted: true }, null, 'deactivated'],
    ['Slackbot', { team_id: 'T1', id: 'USLACKBOT', is_bot: false }, null, 'bot'],
  ])('%s', async (_who, user, enterprise, kind) => {
    slack = await startFakeSlack({
      'auth.test': () => ({ team_id: 'T1', enterprise_id: enterprise }),
      'users.info': () => ({ user: { id: 'U1', name: 'somebody', ...user } }),
    });
    expect(await directoryOf(slack.apiUrl).person('U1', anew)).toEqual({
      userId: 'U1',
      name: 'somebody',
      email: null,
      kind,
    });
  });
});

describe('answers of Slack that leave something out', () => {
  let slack: FakeSlack;
  afterEach(() => slack.close());

  it.each<[string, object, string[] | 'unavailable']>([
    ['the people of a group that has some', { user_count: 2 }, 'unavailable'],
    ['the people of an empty group', { user_count: 0 }, []],
    ['the people of a disabled group', { user_count: 2, date_delete: 1_700_000_000 }, []],
    ['nothing', { user_count: 2, users: ['U1', 'U2'] }, ['U1', 'U2']],
    ['the count', { users: ['U1'] }, ['U1']],
    ['the people and their count', {}, 'unavailable'],
    ['the people of an empty group, whose count is text', { user_count: '0' }, []],
    ['the people, as null', { users: null, user_count: 2 }, 'unavailable'],
  ])('%s', async (_what, group, expected) => {
    slack = await startFakeSlack({
      'usergroups.list': () => ({ usergroups: [{ id: 'S1', ...group }, { id: 'S2' }] }),
    });
    const asked = directoryOf(slack.apiUrl, 'xoxb-test', ['S1']).membership(anew);
    if (expected === 'unavailable') return expect(asked).rejects.toMatchObject({ code: 'unavailable' });
    return expect((await asked).groups).toEqual(new Map([['S1', new Set(expected)]]));
  });

  it.each([[{}], [{ usergroups: null }]])('every group: %j', async (answer) => {
    slack = await startFakeSlack({ 'usergroups.list': () => answer });
    const asked = directoryOf(slack.apiUrl, 'xoxb-test', ['S1']).membership(anew);
    await expect(asked).rejects.toMatchObject({ code: 'unavailable' });
  });
});
