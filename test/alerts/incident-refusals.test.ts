/**
 * What becomes of an incident whose channel Slack refuses to make, fill, read or archive, method by method: what its cards
 * say, what is done all the same, and what is tried again.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AlertService } from '../../src/alerts/alerts.js';
import type { AlertDeps } from '../../src/alerts/deps.js';
import { livingIncidents } from '../../src/wiring/alerts.js';
import { moveOn } from '../engine/move-on.js';
import { paydeskManifest } from '../sandbox/slack/support.js';
import { startIncidentBench, type IncidentBench } from './incident-bench.js';
import { depsOn } from './support.js';

let bench: IncidentBench;
beforeEach(async () => {
  bench = await startIncidentBench();
});
afterEach(() => bench.close());

/** Channels as they are, and a group with these people whatever the workspace says. */
const ofPeople = (people: string[]): AlertDeps['rooms'] => ({
  ...depsOn(bench.stage).rooms,
  peopleOf: () => Promise.resolve(people),
});

describe('what Slack refuses', () => {
  const without = (scope: string): object => {
    const { bot } = paydeskManifest.oauth_config.scopes;
    const scopes = { bot: bot.filter((each) => each !== scope) };
    return { manifest: { ...paydeskManifest, oauth_config: { scopes } } };
  };

  it('is said in words on the alert when there can be no channel, and a click tries again', async () => {
    await bench.close();
    bench = await startIncidentBench(without('channels:manage'));
    const desk = await bench.opened();
    await bench.untilState(desk, 'INC-1', 'failed');
    expect((await desk.read('ALR-1')).incident).toMatchObject({
      open: false,
      channel: null,
      problem:
        'The incident channel can’t be created: the app lacks a permission; install it again from manifest.yml.',
    });
    await desk.takeToIncident('ALR-1', bench.ana);
    expect((await desk.read('ALR-1')).incident?.id).toBe('INC-2');
  });

  it('is on the card where the channel can do without', async () => {
    await bench.close();
    bench = await startIncidentBench(without('pins:write'));
    const desk = await bench.opened();
    await bench.untilState(desk, 'INC-1', 'open');
    expect((await desk.incident('INC-1')).problems).toEqual([
      'The card can’t be pinned: the app lacks a permission; install it again from manifest.yml.',
    ]);
  });

  it.each([
    ['conversations.create', 'The incident channel can’t be created'],
    ['conversations.invite', 'People can’t be invited'],
    ['conversations.setTopic', 'The topic can’t be set'],
  ])('%s that fails for longer is on its card until it works: %s', async (method, words) => {
    const failing = 'Slack can’t be reached. Paydesk keeps trying.';
    await bench.slack.control.post('faults', { kind: 'server_error', method, count: 1000 });
    const desk = await bench.opened();
    const problems = async (): Promise<readonly string[]> => (await desk.incident('INC-1')).problems;
    const lives = livingIncidents(desk);
    await moveOn(bench.db, bench.clock, lives);
    expect(await problems(), 'a moment is no news').toEqual([]);
    await bench.until(async () => {
      await moveOn(bench.db, bench.clock, lives);
      return (await problems()).length > 0;
    }, 1000);
    expect(await problems()).toEqual([`${words}: ${failing}`]);
    const { incident } = await desk.read('ALR-1');
    expect(incident?.problem ?? null).toBe(method === 'conversations.create' ? `${words}: ${failing}` : null);
    await bench.slack.control.post('faults', { kind: 'reset' });
    await bench.untilState(desk, 'INC-1', 'open');
    expect(await problems()).toEqual([]);
    expect((await desk.read('ALR-1')).incident).toMatchObject({ open: true, problem: null });
  });

  const tomorrow = 'a_refusal_of_tomorrow';
  const refuse = (method: string, error: string, count = 1): Promise<unknown> =>
    bench.slack.control.post('faults', { kind: 'refuse', method, error, count });
  const problems = async (desk: AlertService): Promise<readonly string[]> =>
    (await desk.incident('INC-1')).problems;
  const close = (desk: AlertService): Promise<unknown> =>
    desk.closeIncident('INC-1', { by: bench.ana, cause: 'A deploy', impact: 'None' });

  it.each([
    [
      'conversations.create',
      'restricted_action',
      'The incident channel can’t be created: the settings of the workspace don’t let apps do this.',
    ],
    [
      'conversations.create',
      'too_many_convos_for_team',
      'The incident channel can’t be created: the workspace has reached its limit of channels.',
    ],
    ['conversations.create', tomorrow, `The incident channel can’t be created: Slack says ${tomorrow}.`],
    [
      'conversations.create',
      'token_revoked',
      'The incident channel can’t be created: Slack says token_revoked.',
    ],
  ])('%s for good with %s: the alert says why, and a click tries again', async (method, error, problem) => {
    await refuse(method, error, 1000);
    const desk = await bench.opened();
    await bench.untilState(desk, 'INC-1', 'failed');
    const { incident } = await desk.read('ALR-1');
    expect(incident).toMatchObject({ open: false, channel: null, problem });
    await bench.slack.control.post('faults', { kind: 'reset' });
    await desk.takeToIncident('ALR-1', bench.ana);
    await bench.untilState(desk, 'INC-2', 'open');
  });

  it.each([
    ['conversations.invite', 'cant_invite', 'People can’t be invited: one of these people can’t be invited.'],
    [
      'conversations.invite',
      'user_is_restricted',
      'People can’t be invited: the settings of the workspace don’t let apps do this.',
    ],
    ['conversations.invite', tomorrow, `People can’t be invited: Slack says ${tomorrow}.`],
    [
      'conversations.setTopic',
      'restricted_action',
      'The topic can’t be set: the settings of the workspace don’t let apps do this.',
    ],
    ['conversations.setTopic', tomorrow, `The topic can’t be set: Slack says ${tomorrow}.`],
    ['pins.add', 'too_many_pins', 'The card can’t be pinned: the channel has reached its limit of pins.'],
    ['pins.add', 'not_pinnable', 'The card can’t be pinned: Slack says not_pinnable.'],
    ['pins.add', tomorrow, `The card can’t be pinned: Slack says ${tomorrow}.`],
  ])(
    '%s for good with %s is on its card, and the incident opens without it',
    async (method, error, problem) => {
      await refuse(method, error, 1000);
      const desk = await bench.opened();
      await bench.untilState(desk, 'INC-1', 'open');
      expect(await problems(desk)).toEqual([problem]);
      const [room] = await bench.rooms();
      await bench.untilSent();
      expect(JSON.stringify(room && (await bench.rooms())[0])).toContain(problem);
    },
  );

  it.each([
    ['conversations.create', tomorrow],
    ['conversations.invite', 'token_expired'],
    ['conversations.setTopic', tomorrow],
    ['pins.add', 'not_pinnable'],
  ])(
    '%s that is refused with %s for a moment is tried again, and nothing is said of it',
    async (method, error) => {
      await refuse(method, error, 2);
      const desk = await bench.opened();
      await bench.untilState(desk, 'INC-1', 'open');
      expect(await problems(desk)).toEqual([]);
      const [room] = await bench.rooms();
      expect(room?.members).toContain(bench.ana);
      expect(room?.topic).toBe('INC-1: ALR-1 is bad');
      expect(room?.messages.filter((message) => message.pinned_info)).toHaveLength(2);
    },
  );

  it('a card that can’t be pinned keeps no other from it', async () => {
    await refuse('pins.add', 'too_many_pins');
    const desk = await bench.opened();
    await bench.untilState(desk, 'INC-1', 'open');
    const [room] = await bench.rooms();
    expect(room?.messages.filter((message) => message.pinned_info)).toHaveLength(1);
  });

  it('whoever opened it is invited also when nobody can tell who is on call', async () => {
    await refuse('usergroups.list', 'missing_scope', 1000);
    const desk = await bench.opened({ onCall: ['S0ONCALL'] });
    await bench.untilState(desk, 'INC-1', 'open');
    expect((await bench.rooms())[0]?.members).toContain(bench.ana);
    expect(await problems(desk)).toEqual([
      'The on-call groups can’t be read: the app lacks a permission; install it again from manifest.yml.',
    ]);
  });

  it('one whom Slack does not invite is named as a problem, and the others are there', async () => {
    const { usergroups = [] } = await bench.slack.client.usergroups.list({ include_users: true });
    const onCall = usergroups.find(({ users = [] }) => users.length > 1);
    const [left, ...others] = onCall?.users ?? [];
    await bench.slack.control.post('person', { user: left ?? '', deleted: true });
    const desk = await bench.opened({ onCall: [onCall?.id ?? ''], rooms: ofPeople(onCall?.users ?? []) });
    await bench.untilState(desk, 'INC-1', 'open');
    expect((await bench.rooms())[0]?.members).toEqual(expect.arrayContaining(others));
    expect(await problems(desk)).toEqual([expect.stringContaining('People can’t be invited:')]);
  });

  it.each([
    ['files.getUploadURLExternal', 'storage_limit_reached', 'the workspace has no room for files'],
    [
      'files.getUploadURLExternal',
      'file_uploads_disabled',
      'the settings of the workspace don’t let apps do this',
    ],
    [
      'files.completeUploadExternal',
      'restricted_action',
      'the settings of the workspace don’t let apps do this',
    ],
    ['files.completeUploadExternal', tomorrow, `Slack says ${tomorrow}`],
  ])(
    'a summary whose %s is refused with %s is a message, before the channel is archived',
    async (method, error, why) => {
      const desk = await bench.opened();
      await bench.untilState(desk, 'INC-1', 'open');
      await refuse(method, error, 1000);
      await close(desk);
      await bench.untilState(desk, 'INC-1', 'closed');
      const [room] = await bench.rooms();
      expect(room?.is_archived).toBe(true);
      const said = room?.messages.find(({ text }) => text === 'Summary of INC-1');
      expect(JSON.stringify(said?.blocks)).toContain('A deploy');
      expect(await problems(desk)).toEqual([`The summary can’t be uploaded: ${why}.`]);
    },
  );

  it.each([
    [
      'conversations.history',
      'missing_scope',
      'The channel can’t be read: the app lacks a permission; install it again from manifest.yml.',
    ],
    ['conversations.history', tomorrow, `The channel can’t be read: Slack says ${tomorrow}.`],
  ])(
    'a summary without what people marked, because %s is refused with %s, says so',
    async (method, error, problem) => {
      const desk = await bench.opened();
      await bench.untilState(desk, 'INC-1', 'open');
      await refuse(method, error, 1000);
      await close(desk);
      await bench.untilState(desk, 'INC-1', 'closed');
      const [room] = await bench.rooms();
      expect(room?.messages.flatMap(({ files = [] }) => files)).toHaveLength(1);
      expect(await problems(desk)).toEqual([problem]);
      expect(room?.is_archived).toBe(true);
    },
  );

  it.each([
    ['restricted_action', 'the settings of the workspace don’t let apps do this'],
    ['not_in_channel', 'the app was removed from the channel'],
    [tomorrow, `Slack says ${tomorrow}`],
  ])('a channel that can’t be archived (%s) says so on its card, and what to do', async (error, why) => {
    const desk = await bench.opened();
    await bench.untilState(desk, 'INC-1', 'open');
    await refuse('conversations.archive', error, 1000);
    await close(desk);
    await bench.untilState(desk, 'INC-1', 'closed');
    await bench.untilSent();
    const [room] = await bench.rooms();
    const shown = JSON.stringify(room?.messages.find(({ text }) => text.startsWith('INC-1 closed')));
    expect(shown).toContain(`The channel can’t be archived: ${why}.`);
    expect(shown).toContain('closed; archive this channel by hand');
    expect((await desk.read('ALR-1')).incident?.open).toBe(false);
  });

  it.each(['already_archived', 'is_archived', 'channel_not_found'])(
    'a channel that is gone already (%s) is closed without a word',
    async (error) => {
      const desk = await bench.opened();
      await bench.untilState(desk, 'INC-1', 'open');
      await refuse('conversations.archive', error, 1000);
      await close(desk);
      await bench.untilState(desk, 'INC-1', 'closed');
      expect(await problems(desk)).toEqual([]);
    },
  );
});
