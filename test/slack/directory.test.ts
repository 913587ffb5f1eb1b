/** Who people are and which groups they are in: as Slack says it, as fresh as was asked for, and not asked too often. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { slackClient } from '../../src/adapters/slack/client.js';
import { createDirectory } from '../../src/adapters/slack/directory.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import { MANIFEST, startBench, type Bench } from '../sandbox/slack/support.js';
import { startFakeSlack, type FakeSlack } from './fake-slack.js';

const clock = fixedClock('2026-11-20T12:00:00Z');
const anew = { maxAgeMs: 0 };
const lately = { maxAgeMs: 60_000 };

const directoryOf = (apiUrl: string, token = 'xoxb-test') =>
  createDirectory({ client: slackClient(new Secret(token), apiUrl, silentLog), clock, log: silentLog });

describe('of the workspace', () => {
  let slack: Bench;
  beforeEach(async () => {
    slack = await startBench({ rateLimits: false });
  });
  afterEach(() => slack.close());

  const directory = ({ slack: { apiUrl, credentials } } = slack) => directoryOf(apiUrl, credentials.botToken);
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
    ['ruben', 'deactivated', 'Ruben Maas', 'ruben@larkspur-pay.example', 'Europe/Amsterdam'],
    ['paydesk', 'bot', 'Paydesk', null, 'UTC'],
  ])('%s is a %s', async (user, kind, name, email, timeZone) => {
    const userId = await idOf(user);
    expect(await directory().person(userId, anew)).toEqual({ userId, name, email, kind, timeZone });
  }); // prettier-ignore

  it('without the scope for them there are no e-mails', async () => {
    const bot = MANIFEST.oauth_config.scopes.bot.filter((scope) => scope !== 'users:read.email');
    const poor = await startBench({ manifest: { ...MANIFEST, oauth_config: { scopes: { bot } } } });
    const { users } = await poor.control.state();
    const person = await directory(poor).person(users[0]!.id, anew);
    await poor.close();
    expect(person).toMatchObject({ name: 'Ana Ribeiro', email: null });
  });

  it('members of a group, of one that was disabled, and after somebody was taken out', async () => {
    const [ana, lars] = [await idOf('ana'), await idOf('lars')];
    const leads = await groupOf('payments-leads');
    const asked = directory();
    expect(await asked.membersOf(leads, anew)).toEqual(new Set([ana, lars]));
    await groupOf('payments-leads', { users: ['lars'] });
    expect(await asked.membersOf(leads, lately), 'still fresh enough').toEqual(new Set([ana, lars]));
    expect(await asked.membersOf(leads, anew)).toEqual(new Set([lars]));
    await groupOf('payments-leads', { disabled: true });
    expect(await asked.membersOf(leads, anew)).toEqual(new Set());
  });

  it('nobody and nothing are not found', async () => {
    await expect(directory().person('U0NOBODY', anew)).rejects.toMatchObject({ code: 'not_found' });
    await expect(directory().membersOf('S0NOTHING', anew)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('a missing scope says what to do', async () => {
    const poor = await startBench({ manifest: { ...MANIFEST, oauth_config: { scopes: { bot: [] } } } });
    const asked = await Promise.allSettled([
      directory(poor).membersOf('S1', anew),
      directory(poor).person('U1', anew),
    ]);
    await poor.close();
    const misconfigured = { code: 'misconfigured', hint: expect.stringContaining('missing_scope') as string };
    expect(asked).toMatchObject([{ reason: misconfigured }, { reason: misconfigured }]);
  });

  it('a short wait that Slack asks for is waited once, a long one is told', async () => {
    const leads = await groupOf('payments-leads');
    const fault = { kind: 'rate_limit', method: 'usergroups.users.list' };
    await slack.control.post('faults', { ...fault, amount: 1 });
    expect((await directory().membersOf(leads, anew)).size).toBe(2);
    await slack.control.post('faults', { ...fault, amount: 1, count: 2 });
    await expect(directory().membersOf(leads, anew)).rejects.toMatchObject({ code: 'rate_limited' });
    await slack.control.post('faults', { ...fault, amount: 30 });
    await expect(directory().membersOf(leads, anew)).rejects.toMatchObject({
      code: 'rate_limited',
      hint: expect.stringContaining('30 s') as string,
    });
  });

  it('a Slack that is down is unavailable', async () => {
    await slack.control.post('faults', { kind: 'server_error', method: 'users.info' });
    const ana = await idOf('ana');
    await expect(directory().person(ana, anew)).rejects.toMatchObject({ code: 'unavailable' });
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
    ['of another workspace of our enterprise', { team_id: 'T2', enterprise_user: { enterprise_id: 'E1' } }, 'E1', 'member'],
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
    expect(await directoryOf(slack.apiUrl).person('U1', anew)).toEqual({ userId: 'U1', name: 'somebody', email: null, kind });
  }); // prettier-ignore
});

describe('how often Slack is asked', () => {
  let slack: FakeSlack;
  let waiting: (() => void)[] = [];
  let asked = 0;
  beforeEach(async () => {
    [waiting, asked] = [[], 0];
    slack = await startFakeSlack({
      'usergroups.users.list': async () => {
        const users = [`U${++asked}`];
        await new Promise<void>((resolve) => waiting.push(resolve));
        return { users };
      },
    });
  });
  afterEach(() => slack.close());
  const release = async () => {
    await expect.poll(() => waiting.length).toBeGreaterThan(0);
    waiting.shift()?.();
  };

  it('a hundred at once ask once, and those who need it anew share one more', async () => {
    const directory = directoryOf(slack.apiUrl);
    const first = Array.from({ length: 50 }, () => directory.membersOf('S1', lately));
    const second = Array.from({ length: 50 }, () => directory.membersOf('S1', anew));
    await release();
    expect(await Promise.all(first)).toEqual(first.map(() => new Set(['U1'])));
    await release();
    expect(await Promise.all(second)).toEqual(second.map(() => new Set(['U2'])));
    expect(asked).toBe(2);
  });

  it('an answer grows old', async () => {
    const directory = directoryOf(slack.apiUrl);
    const ask = async (maxAgeMs: number): Promise<string[]> => [...(await directory.membersOf('S1', { maxAgeMs }))];
    const first = ask(1000);
    await release();
    expect(await first).toEqual(['U1']);
    clock.advance(999);
    expect(await ask(1000)).toEqual(['U1']);
    clock.advance(1);
    const later = ask(1000);
    await release();
    expect(await later).toEqual(['U2']);
  }); // prettier-ignore
});
