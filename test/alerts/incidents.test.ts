/**
 * Incident channels in the stand-in for Slack: made, filled, closed, archived, whatever is lost on the way.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minuteMs } from '../../src/kernel/clock.js';
import { createWire } from '../outbox/support.js';
import { startIncidentBench, type IncidentBench } from './incident-bench.js';
import { change, replica } from './support.js';

let bench: IncidentBench;
beforeEach(async () => {
  bench = await startIncidentBench();
});
afterEach(() => bench.close());

describe('an incident', () => {
  it('has a channel with the people on call, a topic, and its cards pinned', async () => {
    const { usergroups = [] } = await bench.slack.client.usergroups.list({ include_users: true });
    const onCall = usergroups.find(({ users = [] }) => users.length > 1);
    const desk = await bench.opened({ onCall: [onCall?.id ?? ''] });
    await bench.untilState(desk, 'INC-1', 'open');
    const [room] = await bench.rooms();
    expect(room).toMatchObject({ name: 'inc-1-northpay', topic: 'INC-1: ALR-1 is bad' });
    expect(room?.members).toEqual(expect.arrayContaining([bench.ana, ...(onCall?.users ?? [])]));
    const pinned = room?.messages.filter((message) => message.pinned_info).map(({ text }) => text);
    expect(pinned).toEqual(expect.arrayContaining(['INC-1: ALR-1 is bad', 'ALR-1 is bad']));
    expect((await desk.read('ALR-1')).incident).toMatchObject({ id: 'INC-1', channel: room?.id, open: true });
  });

  it('two clicks and two alerts of one cause share it; another cause has its own', async () => {
    const desk = await bench.opened();
    await desk.takeToIncident('ALR-1', bench.ana);
    await bench.untilState(desk, 'INC-1', 'open');
    bench.stage.seen = [
      ...bench.stage.seen,
      change(bench.stage, { kind: 'volume' }),
      change(bench.stage, { slice: { partner: 'meridian' } }),
    ];
    await desk.tick();
    await desk.takeToIncident('ALR-2', bench.ana);
    await desk.takeToIncident('ALR-3', bench.ana);
    expect((await desk.read('ALR-2')).incident?.id).toBe('INC-1');
    expect((await desk.read('ALR-3')).incident?.id).toBe('INC-2');
  });

  it('opens by itself for so many failures, and an alert of the same cause joins without a click', async () => {
    const desk = replica(bench.stage, { incidentFailures: 50 });
    const facts = { ...change(bench.stage).facts, failures: 59 };
    bench.stage.seen = [change(bench.stage, { facts })];
    await desk.tick();
    expect((await desk.read('ALR-1')).incident).toBeNull();
    bench.stage.seen = [change(bench.stage, { facts: { ...facts, attempts: 120, failures: 60 } })];
    await desk.tick();
    expect((await desk.read('ALR-1')).incident).toMatchObject({ id: 'INC-1', open: true });
  });

  it('closes with a summary of what happened and what people marked, and is archived', async () => {
    const desk = await bench.opened();
    await bench.untilState(desk, 'INC-1', 'open');
    const [room] = await bench.rooms();
    const channel = room?.id ?? '';
    const { control } = bench.slack;
    const { messages } = await control.post('message', {
      user: 'ana',
      channel,
      text: 'Northpay confirms # an outage, see 4242 4242 4242 4242',
    });
    await control.post('reaction', { user: 'ana', channel, ts: messages[0]?.ts ?? '', name: 'pushpin' });
    await control.post('message', { user: 'ana', channel, text: 'lunch?' });
    await desk.closeIncident('INC-1', { by: bench.ana, cause: 'A broken deploy', impact: '30 payments' });
    await bench.untilState(desk, 'INC-1', 'closed');
    const [closed] = await bench.rooms();
    expect(closed?.is_archived).toBe(true);
    const [file] = closed?.messages.flatMap(({ files = [] }) => files) ?? [];
    expect(file).toMatchObject({ name: 'inc-1.md' });
    const text = await (
      await fetch(file?.url_private ?? '', {
        headers: { authorization: `Bearer ${bench.slack.slack.credentials.botToken}` },
      })
    ).text();
    expect(text).toContain('## Cause\n\nA broken deploy');
    expect(text).toContain('Northpay confirms \\# an outage, see \\[card number ending 4242\\]');
    const noted = await bench.db.query<{ text: string }>('select text from paydesk.incident_entries');
    expect(noted.map((entry) => entry.text)).toContain(
      'Northpay confirms # an outage, see [card number ending 4242]',
    );
    expect(text).not.toContain('lunch');
    expect((await desk.read('ALR-1')).incident?.open).toBe(false);
    await expect(
      desk.closeIncident('INC-1', { by: bench.ana, cause: 'x', impact: 'y' }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  it('closes with what was marked in threads, of which Slack lets nobody read so many in a minute', async () => {
    await bench.close();
    bench = await startIncidentBench({ rateLimits: true });
    const desk = await bench.opened();
    await bench.untilState(desk, 'INC-1', 'open');
    const [room] = await bench.rooms();
    const channel = room?.id ?? '';
    const say = async (text: string, more: object = {}): Promise<string> => {
      const said = await bench.slack.control.post('message', { user: 'ana', channel, text, ...more });
      return said.messages.find((message) => message.text === text)?.ts ?? '';
    };
    for (let thread = 0; thread < 120; thread++) {
      const thread_ts = await say(`thread ${thread}`);
      const ts = await say(`reply ${thread}`, { thread_ts });
      if (thread % 40 === 0)
        await bench.slack.control.post('reaction', { user: 'ana', channel, ts, name: 'pushpin' });
    }
    await desk.closeIncident('INC-1', { by: bench.ana, cause: 'A broken deploy', impact: '30 payments' });
    await bench.untilState(desk, 'INC-1', 'closed');
    const noted = await bench.db.query<{ text: string }>(
      "select text from paydesk.incident_entries where text like 'reply%' order by at, source",
    );
    expect(noted.map(({ text }) => text)).toEqual(['reply 0', 'reply 40', 'reply 80']);
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
    const desk = await bench.opened({}, wire);
    await bench.untilState(desk, 'INC-1', 'open');
    const made = await bench.rooms();
    expect(made).toHaveLength(1);
    expect(made[0]?.messages.filter((message) => message.pinned_info)).toHaveLength(2);
  });

  it.each([
    ['files.completeUploadExternal', 'lost_after'],
    ['conversations.archive', 'lost_after'],
  ] as const)('is closed once when the answer to %s is %s', async (method, mishap) => {
    const wire = createWire();
    const desk = await bench.opened({}, wire);
    await bench.untilState(desk, 'INC-1', 'open');
    wire.plan(method, mishap);
    await desk.closeIncident('INC-1', { by: bench.ana, cause: 'A deploy', impact: 'None' });
    await bench.untilState(desk, 'INC-1', 'closed');
    const [room] = await bench.rooms();
    expect(room?.is_archived).toBe(true);
    expect(room?.messages.flatMap(({ files = [] }) => files)).toHaveLength(1);
  });

  it('a replica that dies after a call leaves the step to another one', async () => {
    const wire = createWire();
    wire.plan('conversations.create', 'dies_after');
    const first = await bench.opened({}, wire);
    void first.advanceIncident('INC-1', { lasts: () => true });
    await bench.until(() => wire.isDead());
    const second = replica(bench.stage);
    await bench.untilState(second, 'INC-1', 'open');
    expect(await bench.rooms()).toHaveLength(1);
  });

  it('takes another name where somebody has that one', async () => {
    await bench.slack.client.conversations.create({ name: 'inc-1-northpay' });
    bench.clock.advance(20 * minuteMs);
    const desk = await bench.opened();
    await bench.untilState(desk, 'INC-1', 'open');
    expect((await bench.rooms()).map(({ name }) => name)).toEqual(['inc-1-northpay', 'inc-1-northpay-2']);
  });
});
