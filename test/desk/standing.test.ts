/**
 * A standing approval as people live through it: armed by two, and a partner's outage moves traffic at night while nobody
 * looks, says so, and returns it: the real desk, over both transports.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../sandbox/slack/wire.js';
import { startDesk, textOf, until, type TestDesk, type Transport } from '../support/desk.js';
import { buttonsOf, guardedOf, type Guarded } from '../support/guarded.js';
import { pausableRoute, routeNow, type Route } from '../support/platform-routes.js';

const minuteMs = 60_000;

describe.each<Transport>(['socket', 'http'])('over %s', (transport) => {
  let desk: TestDesk;
  let guarded: Guarded;
  let route: Route;
  let armed: string;

  beforeAll(async () => {
    desk = await startDesk(transport, { watch: true });
    guarded = await guardedOf(desk);
    route = await pausableRoute(desk, 'northpay');
  }, 120_000);

  afterAll(async () => {
    await guarded.close();
    await desk.close();
  });

  const now = async (): Promise<number> =>
    (await guarded.rows<{ at: Date }>('select now() as at'))[0]!.at.getTime();
  const messagesIn = async (channel: string): Promise<Message[]> =>
    (await desk.state()).channels.find(({ name }) => name === channel)?.messages ?? [];
  const use = async (): Promise<string | undefined> =>
    (
      await guarded.rows<{ id: string }>(
        `select 'REM-' || number as id from paydesk.remediations where standing is not null order by number desc limit 1`,
      )
    )[0]?.id;

  it('is armed by two people, and listed', async () => {
    armed = await guarded.ask('ana', '/remediate arm-route', {
      route: route.id,
      metric: 'authorisation-success',
      drop: '20',
      attempts: '8',
      minutes: '120',
      probe: '20',
      most: '5000',
      uses: '2',
      until: Math.round((await now()) / 1000) + 3 * 24 * 3600,
      reason: 'Declines rise',
      why: 'Nights are thin',
    });
    expect((await guarded.card(armed)).text).toMatch(/Arm: pause route .* needs 1 more approval/);
    await guarded.answered('another person must decide', () => guarded.click('ana', armed, 'approve'));
    await guarded.click('tomas', armed, 'approve');
    await until('it is done', async () => (await guarded.stored(armed)).state === 'done');
    desk.skip(4000);
    await guarded.reaches(armed, 'done', /armed until/);
    expect(textOf(await desk.command('/remediate standing'))).toMatch(
      /One standing approval is armed.*used 0 of 2/,
    );
  }, 60_000);

  it('an outage opens an alert, the traffic is moved and it is told', async () => {
    const counted = `select count(*)::int as n from paydesk.metric_buckets where metric = 'authorisation-success'`;
    await until(
      'the history is counted',
      async () => ((await guarded.rows<{ n: number }>(counted))[0]?.n ?? 0) > 10_000,
      90_000,
    );
    await desk.scenario('partner-outage', { partner: 'northpay' });
    const id = await until(
      'it acts',
      async () => {
        const begun = await use();
        if (begun === undefined) desk.skip(5 * minuteMs);
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        return begun;
      },
      150_000,
    );
    await until('the route is paused', async () => (await routeNow(desk, route.id)).state === 'paused');
    desk.skip(4000);
    await guarded.reaches(id, 'done', /done and verified/);
    const { idempotency_key, review } = await guarded.stored(id);
    expect(await routeNow(desk, route.id)).toMatchObject({ pausedBy: idempotency_key, probePercent: 20 });
    expect(review).toBe('open');
    await guarded.told(
      id,
      new RegExp(`Standing approval ${armed} acts on ALR-\\d+: Pause route ${route.id}`),
    );
    await guarded.heard('break-glass', `Standing approval ${armed} acts on`);
    expect(buttonsOf(await guarded.card(id))).toEqual(
      expect.arrayContaining(['remediation_undo', 'remediation_close_review']),
    );
    const below = await until('it is told in the thread of the alert', async () =>
      (await messagesIn('partner-alerts')).find(({ text }) =>
        text.includes(`Standing approval ${armed} acts on`),
      ),
    );
    const alert = (await messagesIn('partner-alerts')).find(({ ts }) => ts === below.thread_ts);
    expect(alert?.text).toMatch(/Success rate −\d+ pts .*partner = northpay/);
    expect(buttonsOf(below)).toEqual(['remediation_undo']);
    expect(textOf(await desk.command(`/audit ${id}`))).toContain('under the standing approval');
  }, 240_000);

  it('returns by itself when the outage is over, and its review is closed by a person', async () => {
    const id = (await use()) ?? '';
    await desk.scenario('partner-outage', { action: 'stop' });
    await until(
      'the route is active again',
      async () => {
        const { state } = await routeNow(desk, route.id);
        if (state === 'paused') desk.skip(10 * minuteMs);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        return state === 'active';
      },
      120_000,
    );
    await guarded.reaches(id, 'closed', /over/);
    expect((await guarded.stored(id)).state_why).toMatch(/is active/);
    const form = await guarded.opens('tomas', id, 'close_review');
    guarded.say('tomas', form, 'It was right');
    await until('the review is closed', async () => (await guarded.stored(id)).review === 'closed');
  }, 180_000);

  it('is revoked by one person, who neither asked nor approved', async () => {
    await guarded.answered('is revoked: it never acts again', () =>
      desk.command(`/remediate standing revoke ${armed}`, { user: 'kofi' }),
    );
    await until('it is closed', async () => (await guarded.stored(armed)).state === 'closed');
    expect(textOf(await desk.command('/remediate standing'))).toContain('No standing approval is armed');
  }, 60_000);
});
