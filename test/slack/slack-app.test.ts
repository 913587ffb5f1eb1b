/** What happens to a command between Slack and the desk: acknowledged first, run once, always answered. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OpsError } from '../../src/kernel/errors.js';
import type { Deliveries } from '../../src/ports/deliveries.js';
import { startDesk, until, type SlackDesk, type Transport } from './desk.js';

let desk: SlackDesk;
beforeEach(async () => {
  desk = await startDesk();
});
afterEach(() => desk.close());

const fault = (body: Record<string, string | number>) => desk.slack.control.post('faults', body);
const away: Deliveries = {
  first: () => Promise.reject(new OpsError('unavailable', 'The database is away.')),
};
const hanging: Deliveries = { first: () => new Promise(() => undefined) };

describe.each<Transport>(['socket', 'http'])('over %s', (transport) => {
  it('a command is acknowledged, run, answered and counted', async () => {
    await desk.startReplica(transport);
    expect(await desk.type('pi_1')).toMatchObject({ ok: true, texts: ['ran pi_1'] });
    await until(() => desk.observed.length === 1);
    expect(desk.observed).toEqual(['/payment ok']);
  });

  it('hears which groups and people changed', async () => {
    await desk.startReplica(transport);
    const { control } = desk.slack;
    const { group } = (await control.post('group', {
      group: 'payments-leads',
      users: ['mei'],
    })) as unknown as { group: { id: string } };
    await expect.poll(() => desk.changed).toEqual([group.id, group.id]);
    const { user } = (await control.post('person', { user: 'mei', deleted: true })) as unknown as {
      user: { id: string };
    };
    await expect.poll(() => desk.changed.slice(2)).toEqual([user.id]);
  });

  it('the acknowledgement does not wait for a slow command', async () => {
    await desk.startReplica(transport);
    let finish: () => void = () => undefined;
    desk.run = () => new Promise((resolve) => (finish = resolve));
    expect(await desk.type('slow')).toMatchObject({ ok: true, ackMs: expect.any(Number) as number });
    expect(desk.observed).toEqual([]);
    finish();
    await until(() => desk.observed.length === 1);
  });

  it.each([
    ['away', away],
    ['hanging', hanging],
  ])(
    'a database that is %s keeps nobody from a lookup, and doubles are still told apart',
    async (_how, deliveries) => {
      await desk.startReplica(transport, deliveries);
      await fault({ kind: 'duplicate' });
      expect(await desk.type('pi_1')).toMatchObject({ ok: true });
      await until(() => desk.observed.length === 1);
      await until(() => desk.lines.some(({ message }) => message === 'delivered twice, run once'));
      expect(desk.ran).toEqual(['pi_1']);
    },
  );

  it('a doubled delivery runs once', async () => {
    await desk.startReplica(transport);
    await fault({ kind: 'duplicate' });
    await desk.type('pi_1');
    await until(() => desk.lines.some(({ message }) => message === 'delivered twice, run once'));
    expect(desk.ran).toEqual(['pi_1']);
  });
});

it('a delivery that is doubled over two replicas runs once', async () => {
  await desk.startReplica('socket');
  await desk.startReplica('socket');
  for (let at = 0; at < 5; at++) {
    await fault({ kind: 'duplicate' });
    await desk.type(`pi_${at}`);
  }
  const doubles = () => desk.lines.filter(({ message }) => message === 'delivered twice, run once').length;
  await until(() => doubles() === 5);
  expect(desk.ran).toEqual(['pi_0', 'pi_1', 'pi_2', 'pi_3', 'pi_4']);
});

describe('while nobody knows yet whether a delivery is a double', () => {
  const asking = () => {
    let say: (isFirst: boolean) => void = () => undefined;
    const deliveries: Deliveries = { first: () => new Promise((resolve) => (say = resolve)) };
    return { deliveries, say: (isFirst: boolean) => say(isFirst) };
  };

  it.each([
    ['a command that only reads has started', { reads: () => true as const }, ['pi_1']],
    ['any other has not', {}, []],
  ] as const)('%s, and nothing is said', async (_what, kind, ran) => {
    const { deliveries, say } = asking();
    await desk.startReplica('socket', deliveries, kind);
    expect(await desk.type('pi_1')).toMatchObject({ ok: true, texts: [] });
    expect(desk.ran).toEqual(ran);
    say(true);
    await until(() => desk.observed.length === 1);
    expect(desk.ran).toEqual(['pi_1']);
    const said = await desk.slack.control.message('payments-ops', ({ text }) => text === 'ran pi_1');
    expect(said).toBeDefined();
  });

  it.each([
    ['what it would say', () => Promise.resolve()],
    ['its failure', () => Promise.reject(new OpsError('invalid', 'This is no payment.'))],
  ])('a double that only reads keeps %s to itself', async (_what, end) => {
    const { deliveries, say } = asking();
    await desk.startReplica('socket', deliveries, { reads: () => true as const });
    const answer = desk.run;
    desk.run = async (request) => {
      await end();
      await answer(request);
    };
    await desk.type('pi_1');
    say(false);
    await until(() => desk.lines.some(({ message }) => message === 'delivered twice, run once'));
    desk.run = answer;
    const next = desk.type('pi_2');
    await until(() => desk.ran.includes('pi_2'));
    say(true);
    expect(await next).toMatchObject({ ok: true });
    await until(() => desk.observed.length === 1);
    expect(desk.observed).toEqual(['/payment ok']);
    const { channels } = await desk.slack.control.state();
    expect(JSON.stringify(channels)).not.toMatch(/ran pi_1|no payment/);
  });
});

describe('what a command throws', () => {
  it.each([
    [
      'an OpsError is shown with its hint',
      new OpsError('invalid', 'This is no payment.', {
        hint: 'Try another id.',
        details: { errorId: 'theirs' },
      }),
      'invalid',
      'This is no payment.',
      'Try another id.',
    ],
    [
      'anything else is shown as a fault of ours, without its text',
      new TypeError('secret stack'),
      'internal',
      'Something went wrong on our side.',
      'Try again. If it keeps failing, give the reference to your Paydesk admin.',
    ],
  ])('%s, and with the reference of the log line', async (_why, thrown, code, text, hint) => {
    await desk.startReplica('socket');
    desk.run = () => Promise.reject(thrown);
    const command = { user: 'ana', channel: 'payments-ops', text: '/payment x' };
    await desk.slack.control.post('command', command);
    const told = async () =>
      (await desk.slack.control.state()).channels
        .flatMap(({ messages }) => messages)
        .filter(({ ephemeral_to: only }) => only !== undefined);
    await until(async () => (await told()).length > 0);
    const [shown, ...others] = await told();
    expect(others).toEqual([]);
    expect(shown!.text).toContain(text);
    const words = JSON.stringify(shown);
    expect(words).toContain(hint);
    expect(words).not.toContain('secret');
    const failed = desk.lines.find(({ message }) => message === 'a command failed')!;
    expect(failed.fields).toMatchObject({ code, command: '/payment' });
    expect(words).toContain(failed.fields.errorId);
    expect(desk.observed).toEqual(['/payment error']);
  });

  it('an answer that Slack takes nowhere is logged, and ends nothing', async () => {
    await desk.startReplica('socket');
    await fault({ kind: 'refuse', method: 'chat.postMessage', error: 'messages_tab_disabled', count: 2 });
    desk.run = async ({ answer }) => {
      for (let uses = 0; uses < 6; uses++) await answer.privately({ text: `answer ${uses}`, blocks: [] });
    };
    await desk.type('x');
    await until(() => desk.lines.some(({ message }) => message === 'the person could not be told'));
    desk.run = ({ answer }) => answer.privately({ text: 'still here', blocks: [] });
    expect(await desk.type('y')).toMatchObject({ texts: ['still here'] });
  });
});

describe('stopping', () => {
  it.each<Transport>(['socket', 'http'])('waits for what runs, over %s', async (transport) => {
    const { inFlight, connection } = await desk.startReplica(transport);
    let finish: () => void = () => undefined;
    desk.run = async ({ answer }) => {
      await new Promise<void>((resolve) => (finish = resolve));
      await answer.privately({ text: 'in time', blocks: [] });
    };
    await desk.type('x');
    expect(inFlight.count()).toBe(1);
    expect(await inFlight.drain(20), 'a bound is a bound').toBe(false);
    await connection.close();
    const drained = inFlight.drain(10_000);
    finish();
    expect(await drained).toBe(true);
    const answer = await desk.slack.control.message('payments-ops', ({ text }) => text === 'in time');
    expect(answer).toBeDefined();
    expect(await desk.type('y'), 'nothing new is taken').toMatchObject({ ok: false });
    expect(desk.ran).toEqual(['x']);
  });

  it('has nothing to wait for when nothing runs', async () => {
    const { inFlight } = await desk.startReplica('socket');
    expect(await inFlight.drain(0)).toBe(true);
  });
});

it('Slack’s libraries write to our log and never to the console', async () => {
  const streams = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  const consoles = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) =>
    vi.spyOn(console, level),
  );
  const { connection } = await desk.startReplica('socket');
  await desk.startReplica('http');
  await desk.type('x');
  await desk.slack.control.post('request_url', { url: null });
  await fault({ kind: 'server_error', method: 'apps.connections.open' });
  await fault({ kind: 'disconnect' });
  await until(() => desk.lines.some(({ message }) => message.startsWith('no connection to Slack')));
  await until(() => connection.connected());
  const written = streams.flatMap((stream) => stream.mock.calls.map(([text]) => String(text)));
  expect(consoles.flatMap((spy) => spy.mock.calls)).toEqual([]);
  expect(written.filter((text) => /slack|bolt|socket/i.test(text))).toEqual([]);
  vi.restoreAllMocks();
});
