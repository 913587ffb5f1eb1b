/**
 * Incident channels in the stand-in for Slack: made, filled, closed, archived, whatever is lost or refused on the way.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '../../sandbox/slack/wire.js';
import type { AlertService } from '../../src/alerts/alerts.js';
import type { AlertDeps } from '../../src/alerts/deps.js';
import { minuteMs } from '../../src/kernel/clock.js';
import type { Incident } from '../../src/ports/incidents.js';
import { livingIncidents } from '../../src/wiring/alerts.js';
import { moveOn } from '../engine/move-on.js';
import { createWire, startOutboxBench, type OutboxBench, type Wire } from '../outbox/support.js';
import { paydeskManifest } from '../sandbox/slack/support.js';
import { change, replica, stageOn, type Stage } from './support.js';

let bench: OutboxBench;
let stage: Stage;
let ana: string;

const start = async (options: object = {}): Promise<void> => {
  bench = await startOutboxBench({ rateLimits: false, ...options });
  stage = stageOn(bench);
  bench.startSender({ paceMs: 0 });
  const { users } = await bench.slack.control.state();
  ana = users.find(({ name }) => name === 'ana')?.id ?? '';
};
beforeEach(() => start());
afterEach(() => bench.close());

/** Moves the incident on until it is where it should be. */
const untilState = (desk: AlertService, id: string, state: Incident['state']): Promise<void> =>
  bench.until(async () => {
    await moveOn(bench.db, bench.clock, livingIncidents(desk));
    return (await desk.incident(id)).state === state;
  }, 1000);

async function opened(over: Partial<AlertDeps> = {}, wire?: Wire): Promise<AlertService> {
  const desk = replica(stage, over, wire);
  stage.seen = [change(stage)];
  await desk.tick();
  await desk.takeToIncident('ALR-1', ana);
  return desk;
}

const rooms = async (): Promise<Channel[]> =>
  (await bench.slack.control.state()).channels.filter(({ name }) => name.startsWith('inc-'));

describe('an incident', () => {
  it('has a channel with the people on call, a topic, and its cards pinned', async () => {
    const { usergroups = [] } = await bench.slack.client.usergroups.list({ include_users: true });
    const onCall = usergroups.find(({ users = [] }) => users.length > 1);
    const desk = await opened({ onCall: [onCall?.id ?? ''] });
    await untilState(desk, 'INC-1', 'open');
    const [room] = await rooms();
    expect(room).toMatchObject({ name: 'inc-1-northpay', topic: 'INC-1: ALR-1 is bad' });
    expect(room?.members).toEqual(expect.arrayContaining([ana, ...(onCall?.users ?? [])]));
    const pinned = room?.messages.filter((message) => message.pinned_info).map(({ text }) => text);
    expect(pinned).toEqual(expect.arrayContaining(['INC-1: ALR-1 is bad', 'ALR-1 is bad']));
    expect((await desk.read('ALR-1')).incident).toMatchObject({ id: 'INC-1', channel: room?.id, open: true });
  });

  it('two clicks and two alerts of one cause share it; another cause has its own', async () => {
    const desk = await opened();
    await desk.takeToIncident('ALR-1', ana);
    await untilState(desk, 'INC-1', 'open');
    stage.seen = [
      ...stage.seen,
      change(stage, { kind: 'volume' }),
      change(stage, { slice: { partner: 'meridian' } }),
    ];
    await desk.tick();
    await desk.takeToIncident('ALR-2', ana);
    await desk.takeToIncident('ALR-3', ana);
    expect((await desk.read('ALR-2')).incident?.id).toBe('INC-1');
    expect((await desk.read('ALR-3')).incident?.id).toBe('INC-2');
  });

  it('opens by itself for so many failures, and an alert of the same cause joins without a click', async () => {
    const desk = replica(stage, { incidentFailures: 50 });
    const facts = { ...change(stage).facts, failures: 59 };
    stage.seen = [change(stage, { facts })];
    await desk.tick();
    expect((await desk.read('ALR-1')).incident).toBeNull();
    stage.seen = [change(stage, { facts: { ...facts, attempts: 120, failures: 60 } })];
    await desk.tick();
    expect((await desk.read('ALR-1')).incident).toMatchObject({ id: 'INC-1', open: true });
  });

  it('closes with a summary of what happened and what people marked, and is archived', async () => {
    const desk = await opened();
    await untilState(desk, 'INC-1', 'open');
    const [room] = await rooms();
    const channel = room?.id ?? '';
    const { control } = bench.slack;
    const { messages } = await control.post('message', {
      user: 'ana',
      channel,
      text: 'Northpay confirms # an outage',
    });
    await control.post('reaction', { user: 'ana', channel, ts: messages[0]?.ts ?? '', name: 'pushpin' });
    await control.post('message', { user: 'ana', channel, text: 'lunch?' });
    await desk.closeIncident('INC-1', { by: ana, cause: 'A broken deploy', impact: '30 payments' });
    await untilState(desk, 'INC-1', 'closed');
    const [closed] = await rooms();
    expect(closed?.is_archived).toBe(true);
    const [file] = closed?.messages.flatMap(({ files = [] }) => files) ?? [];
    expect(file).toMatchObject({ name: 'inc-1.md' });
    const text = await (
      await fetch(file?.url_private ?? '', {
        headers: { authorization: `Bearer ${bench.slack.slack.credentials.botToken}` },
      })
    ).text();
    expect(text).toContain('## Cause\n\nA broken deploy');
    expect(text).toContain('Northpay confirms \\# an outage');
    expect(text).not.toContain('lunch');
    expect((await desk.read('ALR-1')).incident?.open).toBe(false);
    await expect(desk.closeIncident('INC-1', { by: ana, cause: 'x', impact: 'y' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it.each([
    ['conversations.create', 'lost_after'],
    ['conversations.invite', 'lost_after'],
    ['conversations.setTopic', 'lost_before'],
    ['pins.add', 'lost_after'],
    ['conversations.create', 'refused'],
  ] as const)('is made once when the answer to %s is %s', async (method, mishap) => {
    const wire = createWire();
    wire.plan(method, mishap);
    const desk = await opened({}, wire);
    await untilState(desk, 'INC-1', 'open');
    const made = await rooms();
    expect(made).toHaveLength(1);
    expect(made[0]?.messages.filter((message) => message.pinned_info)).toHaveLength(2);
  });

  it.each([
    ['files.completeUploadExternal', 'lost_after'],
    ['conversations.archive', 'lost_after'],
  ] as const)('is closed once when the answer to %s is %s', async (method, mishap) => {
    const wire = createWire();
    const desk = await opened({}, wire);
    await untilState(desk, 'INC-1', 'open');
    wire.plan(method, mishap);
    await desk.closeIncident('INC-1', { by: ana, cause: 'A deploy', impact: 'None' });
    await untilState(desk, 'INC-1', 'closed');
    const [room] = await rooms();
    expect(room?.is_archived).toBe(true);
    expect(room?.messages.flatMap(({ files = [] }) => files)).toHaveLength(1);
  });

  it('a replica that dies after a call leaves the step to another one', async () => {
    const wire = createWire();
    wire.plan('conversations.create', 'dies_after');
    const first = await opened({}, wire);
    void first.advanceIncident('INC-1', { lasts: () => true });
    await bench.until(() => wire.isDead());
    const second = replica(stage);
    await untilState(second, 'INC-1', 'open');
    expect(await rooms()).toHaveLength(1);
  });

  it('takes another name where somebody has that one', async () => {
    await bench.slack.client.conversations.create({ name: 'inc-1-northpay' });
    bench.clock.advance(20 * minuteMs);
    const desk = await opened();
    await untilState(desk, 'INC-1', 'open');
    expect((await rooms()).map(({ name }) => name)).toEqual(['inc-1-northpay', 'inc-1-northpay-2']);
  });
});

describe('what Slack refuses', () => {
  const without = (scope: string): object => {
    const { bot } = paydeskManifest.oauth_config.scopes;
    const scopes = { bot: bot.filter((each) => each !== scope) };
    return { manifest: { ...paydeskManifest, oauth_config: { scopes } } };
  };

  it('is said in words on the alert when there can be no channel, and a click tries again', async () => {
    await bench.close();
    await start(without('channels:manage'));
    const desk = await opened();
    await untilState(desk, 'INC-1', 'failed');
    expect((await desk.read('ALR-1')).incident).toMatchObject({
      open: false,
      channel: null,
      problem:
        'The incident channel can’t be created: the app lacks a permission; install it again from manifest.yml.',
    });
    await desk.takeToIncident('ALR-1', ana);
    expect((await desk.read('ALR-1')).incident?.id).toBe('INC-2');
  });

  it('is on the card where the channel can do without', async () => {
    await bench.close();
    await start(without('pins:write'));
    const desk = await opened();
    await untilState(desk, 'INC-1', 'open');
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
    const desk = await opened();
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
    await untilState(desk, 'INC-1', 'open');
    expect(await problems()).toEqual([]);
    expect((await desk.read('ALR-1')).incident).toMatchObject({ open: true, problem: null });
  });
});
