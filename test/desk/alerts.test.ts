/**
 * Alerts as people live through them: a scenario begins, time passes by the clock that the desk and the stand-ins share, and
 * what stands in Slack and on the platform is what people read. Each scenario runs over both transports; a metric that fails
 * and an undo over one, because they are the same behind either.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Channel, Message } from '../../sandbox/slack/wire.js';
import { hourMs, minuteMs, secondMs } from '../../src/kernel/clock.js';
import { never, startDesk, until, type TestDesk, type Transport } from '../support/desk.js';
import { buttonsOf, guardedOf, requestedIn, type Guarded } from '../support/guarded.js';
import { pausableRoute, pausedRoutes, routeNow, type Route } from '../support/platform-routes.js';

/** Night in Europe and early morning in Asia: fewer payments than at most other hours. A fixed day has the same in every run. */
const quietHour = new Date('2040-01-11T04:00:00Z');

/** Between two looks at the metrics. */
const lookMs = 10 * secondMs;

/** Jobs that no scenario here is about. Hours pass in seconds, so they would run all the time. */
const unwatched = [
  'disputeDigest',
  'disputeProgrammes',
  'disputeRegister',
  'disputeReminders',
  'partnerStatus',
  'providerEvents',
  'reconRollUp',
  'reconcile',
];

const config = {
  metrics: {
    own: [
      {
        id: 'chargebacks',
        name: 'Chargeback ratio',
        kind: 'rate',
        sql: 'select at as bucket, attempts, failures from no_such_view where at >= $1 and at < $2',
      },
    ],
  },
};

describe.each<Transport>(['socket', 'http'])('over %s', { timeout: 60_000 }, (transport) => {
  const itOnce = it.runIf(transport === 'socket');
  let desk: TestDesk;
  let guarded: Guarded;

  beforeAll(async () => {
    desk = await startDesk(transport, {
      config,
      schedules: {
        ...Object.fromEntries(unwatched.map((job) => [job, never])),
        watchMetrics: '*/10 * * * * *',
      },
      isWatched: true,
      startsAt: quietHour,
    });
    guarded = await guardedOf(desk);
    await pass(lookMs, 60_000);
  }, 60_000);
  afterAll(async () => {
    await guarded.close();
    await desk.close();
  });

  afterEach(async () => {
    for (const { name, running } of (await desk.state()).scenarios) if (running) await stop(name);
  });

  /** The company books what will have happened, time passes, and the watch has looked since. Takes at least `lookMs`. */
  const pass = async (durationMs: number, timeoutMs = 15_000): Promise<void> => {
    await desk.books.advance(desk.clock.now().getTime() + durationMs);
    const before = desk.clock.now();
    desk.skip(durationMs);
    await guarded.rows(`select pg_notify('paydesk_due', '')`);
    const look = `select from paydesk.job_cursors where job = 'watch-metrics' and slot > $1`;
    await until(
      'a look at the metrics',
      async () => (await guarded.rows(look, [before])).length > 0,
      timeoutMs,
    );
  };
  /** Steps of time until something holds; fails when so much time has passed. */
  const passUntil = async <Value>(
    what: string,
    [stepMs, mostMs]: [number, number],
    look: () => Promise<Value | undefined>,
  ): Promise<Value> => {
    for (let passedMs = 0; passedMs < mostMs; passedMs += stepMs) {
      await pass(stepMs);
      const found = await look();
      if (found !== undefined) return found;
    }
    throw new Error(
      `not within ${mostMs / secondMs} s: ${what}; ${(await cards()).map(({ text }) => text).join(' | ')}`,
    );
  };
  const channels = async (): Promise<Channel[]> => (await desk.state()).channels;
  const messagesIn = async (name: string): Promise<Message[]> =>
    (await channels()).find((channel) => channel.name.startsWith(name))?.messages ?? [];
  const cards = async (): Promise<Message[]> =>
    (await messagesIn('partner-alerts')).filter(({ ts, thread_ts: thread = ts }) => thread === ts);
  const cardLike = async (title: RegExp): Promise<Message | undefined> =>
    (await cards()).findLast(({ text }) => title.test(text));
  const threadOf = async (card: Message): Promise<string> =>
    (await messagesIn('partner-alerts'))
      .filter(({ ts, thread_ts: thread }) => thread === card.ts && ts !== card.ts)
      .map(({ text }) => text)
      .join('\n');
  const click = (card: Message, action: string, user = 'ana', channel = 'partner-alerts') =>
    desk.action({ user, channel, ts: card.ts, action_id: action });
  const stop = (name: string) => desk.control('scenario', { name, action: 'stop' });

  const outage = /^Success rate −\d+ pts \(\d+ %, n = [\d,]+\): partner = northpay explains \d+ %/;
  const seeOutage = () => passUntil('the card of the outage', [lookMs, 2 * minuteMs], () => cardLike(outage));

  itOnce('a metric whose SQL fails has a card of its own, and the others go on', async () => {
    const card = await until('its card', () => cardLike(/^Chargeback ratio: not evaluated since/));
    expect(JSON.stringify(card)).toContain('A table, view, column or function is missing');
    expect(JSON.stringify((await desk.command('/alerts why authorisation-success')).messages)).toMatch(
      /Last hour: 9\d/,
    );
  });

  it('partner outage: acknowledged, paused and closed from its card', async () => {
    await desk.scenario('partner-outage');
    const card = await seeOutage();
    await click(card, 'alert_acknowledge');
    await until('the acknowledgement', async () => (await threadOf(card)).includes('acknowledged it'));
    await click(card, 'incident_open');
    const room = await passUntil('a ready channel with both cards pinned', [lookMs, 2 * minuteMs], async () =>
      (await channels()).find(
        ({ name, messages }) =>
          name.startsWith('inc-1-northpay') && messages.filter(({ pinned_info }) => pinned_info).length >= 2,
      ),
    );

    const route = await pausableRoute(desk, 'northpay');
    const { view } = await click(card, 'remediation_start_pause-route', 'ines');
    const endsAt = Math.ceil(desk.clock.now().getTime() / 1000) + 45 * 60;
    const typed = {
      route: route.id,
      until: endsAt,
      reason: 'Northpay declines',
      why: 'Customers cannot pay',
    };
    const id = requestedIn(await guarded.submit('ines', view!, typed)) ?? '';
    await guarded.click('lars', id, 'approve');
    await guarded.reaches(id, 'done', /done/);
    expect(await routeNow(desk, route.id)).toMatchObject({ state: 'paused' });

    await stop('partner-outage');
    // Traffic moved within a minute, so little was lost, and little tells a recovery from a smaller fault that goes on.
    await passUntil('the recovery', [5 * minuteMs, 6 * hourMs], async () =>
      (await cardLike(/^Recovered: Success rate/))?.ts === card.ts ? true : undefined,
    );
    const over = (await cardLike(/^Recovered: Success rate/))!;
    expect(buttonsOf(over)).toEqual([]);
    // Its answers were slow as well: one cause, one card.
    expect(JSON.stringify(over)).toMatch(/Same cause:\* Recovered: Answers in usual time/);
    expect((await cards()).filter(({ text }) => text.includes('Answers in usual time'))).toEqual([]);
    const pinned = (await messagesIn(room.name)).find((message) =>
      buttonsOf(message).includes('incident_close'),
    );
    const { view: form } = await click(pinned!, 'incident_close', 'ana', room.id);
    await guarded.submit('ana', form!, { cause: 'Northpay deployed a bad build', impact: '40 customers' });
    const closed = await until('the archive', async () =>
      (await channels()).find(({ id: channel, is_archived }) => channel === room.id && is_archived),
    );
    const [file] = closed.messages.flatMap(({ files = [] }) => files);
    const headers = { authorization: `Bearer ${desk.slack.credentials.botToken}` };
    const summary = await (await fetch(file?.url_private ?? '', { headers })).text();
    for (const part of [
      'Northpay deployed a bad build',
      '40 customers',
      /ALR-\d+ was acknowledged/,
      /resolved/,
    ])
      expect(summary).toMatch(part);
  });

  it('webhook delay: data is late, and no outage', async () => {
    const before = await cards();
    await desk.scenario('webhook-delay');
    await passUntil('the card of the late data', [5 * minuteMs, 45 * minuteMs], () =>
      cardLike(/^Data on time −\d+ pts .*: partner = northpay/),
    );
    await stop('webhook-delay');
    await passUntil('the recovery', [10 * minuteMs, 2 * hourMs], () => cardLike(/^Recovered: Data on time/));
    const raised = (await cards()).slice(before.length).map(({ text }) => text);
    expect(raised.filter((text) => text.includes('Success rate'))).toEqual([]);
  });

  /** An alert that is still open would take the next outage as its own, and a route that is still paused cannot be paused. */
  const atRest = async (): Promise<void> => {
    const isAtRest = async (): Promise<true | undefined> => {
      const isOpen = (await cards()).some(({ text }) => /^(?:Success rate|Answers in usual time)/.test(text));
      return isOpen || (await pausedRoutes(desk)).length > 0 ? undefined : true;
    };
    if (!(await isAtRest()))
      await passUntil('the end of what is open', [30 * minuteMs, 6 * hourMs], isAtRest);
  };

  /** Arms a standing approval on a route of Northpay as two people, and waits until an outage makes it move the traffic. */
  const movedByApproval = async (): Promise<{ route: Route; card: Message }> => {
    await atRest();
    const route = await pausableRoute(desk, 'northpay');
    const armedUntil = Math.ceil((desk.clock.now().getTime() + 12 * hourMs) / 1000);
    const id = await guarded.ask('ines', `/remediate arm-route ${route.id}`, {
      metric: 'authorisation-success',
      drop: '20',
      attempts: '10',
      minutes: '120',
      probe: '10',
      most: '5000',
      uses: '1',
      until: armedUntil,
      reason: 'Declines rise',
      why: 'Nights are thin',
    });
    await guarded.click('lars', id, 'approve');
    await guarded.reaches(id, 'done', /armed until/);
    await desk.scenario('partner-outage');
    const card = await seeOutage();
    await passUntil('the traffic to move', [lookMs, 5 * minuteMs], async () =>
      (await routeNow(desk, route.id)).state === 'paused' ? true : undefined,
    );
    await until('it is said in the thread', async () =>
      /Standing approval REM-\d+/.test(await threadOf(card)),
    );
    return { route, card };
  };

  it('a standing approval moves the traffic, says so, and returns it by itself', async () => {
    const { route } = await movedByApproval();
    await guarded.heard('approvals', 'Undo now');
    await stop('partner-outage');
    // When the probe has recovered, at the latest when its two hours are up.
    await passUntil('the return', [10 * minuteMs, 130 * minuteMs], async () =>
      (await routeNow(desk, route.id)).state === 'active' ? true : undefined,
    );
    const uses = await guarded.rows<{ number: string; review: string }>(
      'select number, review from paydesk.remediations where standing is not null',
    );
    expect(uses).toEqual([{ number: expect.anything(), review: 'open' }]);
    const use = `REM-${uses[0]?.number}`;
    guarded.say('lars', await guarded.opens('lars', use, 'close_review'), 'It was right');
    await until('the closed review', async () => (await guarded.stored(use)).review === 'closed');
  });

  itOnce(
    'Undo now, clicked by one person, returns the traffic at once while the alert goes on',
    { timeout: 120_000 },
    async () => {
      const { route, card } = await movedByApproval();
      const news = (await messagesIn('partner-alerts')).findLast(
        (message) => message.thread_ts === card.ts && buttonsOf(message).includes('remediation_undo'),
      );
      await click(news!, 'remediation_undo', 'lars');
      await until('the return', async () => (await routeNow(desk, route.id)).state === 'active');
      await pass(10 * minuteMs);
      expect((await routeNow(desk, route.id)).state).toBe('active');
      expect((await cards()).find(({ ts }) => ts === card.ts)?.text).toMatch(
        /^(?:Success rate|Answers in usual time) −/,
      );
    },
  );

  it.each<[string, RegExp]>([
    ['country-degrading', /^Success rate −\d+ pts .*country = \w\w/],
    ['slow-drift', /^Success rate −\d+ pts [^:]*: partner = northpay explains/],
  ])('%s is seen within two hours, with its slice', async (name, title) => {
    await atRest();
    await desk.scenario(name);
    await passUntil(name, [5 * minuteMs, 2 * hourMs], () => cardLike(title));
  });
});
