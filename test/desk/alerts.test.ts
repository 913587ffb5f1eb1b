/**
 * An outage from the first failed payment to the summary of its incident, and a delay that is no outage, as people meet
 * them: in simulated time, over both transports.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Channel, Message } from '../../sandbox/slack/wire.js';
import { hourMs, minuteMs } from '../../src/kernel/clock.js';
import { startDesk, textOf, until, type TestDesk, type Transport } from '../support/desk.js';

/** The feed of eight weeks into the detectors. */
const feedMs = 120_000;

describe.each<Transport>(['socket', 'http'])('over %s', (transport) => {
  let desk: TestDesk;

  beforeAll(async () => {
    desk = await startDesk(transport, { watch: true });
    await until(
      'the watch has seen the history',
      async () => textOf(await desk.command('/alerts why authorisation-success')).includes('Last hour'),
      feedMs,
    );
  }, feedMs + 60_000);
  afterAll(() => desk.close());

  const channelNamed = async (name: string | RegExp): Promise<Channel | undefined> =>
    (await desk.state()).channels.find((channel) =>
      typeof name === 'string' ? channel.name === name : name.test(channel.name),
    );
  const cards = async (channel: string | RegExp): Promise<Message[]> =>
    ((await channelNamed(channel))?.messages ?? []).filter(({ ts, thread_ts = ts }) => thread_ts === ts);
  const alertCard = async (wanted: RegExp): Promise<Message | undefined> =>
    (await cards('partner-alerts')).find(({ text }) => wanted.test(text));
  const click = async (channel: string, message: Message, actionId: string) =>
    desk.action({ user: 'ana', channel, ts: message.ts, action_id: actionId });
  /** Lets time pass a minute at a time until it holds. */
  const pass = async <Value>(what: string, mostMinutes: number, look: () => Promise<Value | undefined>) => {
    for (let minute = 0; minute < mostMinutes; minute++) {
      const found = await look();
      if (found !== undefined) return found;
      desk.skip(minuteMs);
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
    throw new Error(`waited in vain: ${what}`);
  };

  it('webhooks that are late raise no alert about an outage', async () => {
    await desk.scenario('webhook-delay', { partner: 'northpay' });
    for (let quarter = 0; quarter < 8; quarter++) {
      desk.skip(15 * minuteMs);
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
    await desk.scenario('webhook-delay', { action: 'stop' });
    expect(await alertCard(/pts \(/)).toBeUndefined();
  });

  it('an outage: card, acknowledgement, incident, recovery, summary', async () => {
    await desk.scenario('partner-outage', { partner: 'northpay' });
    const card = await pass('the card of the outage', 120, () => alertCard(/^Success rate −\d+ pts/));
    expect(card.text).toContain('partner = northpay');
    expect(JSON.stringify(card.blocks)).toContain('Northpay reports');
    await click('partner-alerts', card, 'alert_acknowledge');
    await click('partner-alerts', card, 'incident_open');
    const room = await until('the incident channel is set up', async () => {
      const found = await channelNamed(/^inc-1-northpay/);
      return found?.messages.some(({ text, pinned_info }) => /^INC-1: /.test(text) && pinned_info) && found;
    });
    expect(room.topic).toMatch(/^INC-1: Success rate/);
    await desk.scenario('partner-outage', { action: 'stop' });
    desk.skip(hourMs);
    await pass('the recovery', 240, () => alertCard(/^Recovered: Success rate/));
    const incident = await until('the incident card has its button', async () =>
      (await cards(room.name)).find(
        ({ text, blocks }) => /^INC-1/.test(text) && JSON.stringify(blocks).includes('incident_close'),
      ),
    );
    const { view } = await click(room.name, incident, 'incident_close');
    const closed = await desk.control('submit', {
      user: 'ana',
      view_id: view?.id ?? '',
      values: {
        cause: { value: { value: 'Northpay was down' } },
        impact: { value: { value: 'A few payments' } },
      },
    });
    expect(closed).toMatchObject({ ok: true });
    await until('the channel is archived', async () => (await channelNamed(room.name))?.is_archived);
    const files = (await cards(room.name)).flatMap(({ files: own = [] }) => own);
    expect(files.map(({ name }) => name)).toEqual(['inc-1.md']);
  });
});
