/** The job against the status pages of the sandbox, the real database and the stand-in for Slack. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { partnerStatusJob } from '../../jobs/partner-status.js';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { createPartnerStatuses } from '../../src/adapters/postgres/partner-statuses.js';
import { createStatuspage } from '../../src/adapters/statuspage/statuspage.js';
import { minuteMs } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { decide, remember, type StatusDecision } from '../../src/partners/status.js';
import type { PublishedStatus, StatusIndicator, StatusSource } from '../../src/ports/partner-status.js';
import type { Outbox } from '../../src/ports/outbox.js';
import type { PartnerStatuses } from '../../src/ports/partner-statuses.js';
import { createAuditTrail } from '../../src/audit/trail.js';
import { livingPartners, partnerWatchFrom, type PartnerWatchFacts } from '../../src/wiring/partners.js';
import { moveOn } from '../engine/move-on.js';
import { startStatusPages, type StatusPages } from '../../sandbox/status-page/status-page.js';
import { createWorld, type World } from '../../sandbox/world/world.js';
import { recordingLog, type Line } from '../engine/recording-log.js';
import { startOutboxBench, type OutboxBench } from '../outbox/support.js';

let world: World;
let bench: OutboxBench;
let pages: StatusPages;
let statuses: PartnerStatuses;
let lines: Line[] = [];

beforeEach(async () => {
  lines = [];
  world = createWorld({ seed: 'status', attemptsPerHour: 10 });
  bench = await startOutboxBench({ rateLimits: false });
  pages = await startStatusPages({ port: 0, host: '127.0.0.1', world, clock: bench.clock });
  statuses = createPartnerStatuses(bench.db);
  bench.startSender();
});
afterEach(async () => {
  await pages.close();
  await bench.close();
});

type Watched = PartnerWatchFacts['watched'][number];

const watched = (id: string, statusPage = pages.urls[id]!): Watched => ({
  id,
  name: id.toUpperCase(),
  statusPage,
  alertsChannel: bench.channels.incidents!,
});

interface Look {
  watchedPartners: readonly Watched[];
  statusSource: StatusSource;
  outbox: Outbox;
}

const watchOver = ({ watchedPartners = [watched('adria'), watched('northpay')], outbox }: Partial<Look>) =>
  partnerWatchFrom({
    watched: watchedPartners,
    database: bench.db,
    audit: createAuditTrail(createAuditStore(bench.db)),
    outbox: outbox ?? bench.outbox,
    clock: bench.clock,
    log: silentLog,
  });

/** The job of this minute, and whatever is due then. */
async function look(over: Partial<Look> = {}): Promise<void> {
  const partnerWatch = watchOver(over);
  const desk = {
    watchedPartners: over.watchedPartners ?? [watched('adria'), watched('northpay')],
    statusSource: over.statusSource ?? createStatuspage({ log: silentLog }),
    partnerWatch,
  };
  await partnerStatusJob.run(bench.clock.now(), desk, recordingLog(lines));
  await moveOn(bench.db, bench.clock, livingPartners(partnerWatch));
  await bench.untilSent();
  bench.clock.advance(minuteMs);
}

/** Begins an outage; resolves with how to end it. */
async function startOutage(partnerId: string): Promise<() => Promise<void>> {
  const fromMs = bench.clock.now().getTime();
  const outage = {
    name: 'partner-outage',
    partnerId,
    country: null,
    reason: null,
    fromMs,
    toMs: null,
  } as const;
  await world.disturb(outage);
  return () => world.disturb({ ...outage, toMs: bench.clock.now().getTime() });
}

/** A partner whose page says what the test wants. */
const saying = (indicator: StatusIndicator, description: string = indicator): StatusSource => ({
  fetch: () => Promise.resolve(published(indicator, description)),
});

const published = (indicator: StatusIndicator, description: string = indicator): PublishedStatus => ({
  indicator,
  description,
  components: [],
  incidents: [],
  maintenances: [],
  planned: [],
  problems: [],
  publishedAt: new Date('2026-11-20T09:00:00Z'),
});

describe('the job', () => {
  it('is silent while all is fine', async () => {
    await look();
    await look();
    expect(await bench.said('incidents')).toEqual([]);
    expect((await statuses.all()).map(({ partner }) => partner)).toEqual(['adria', 'northpay']);
  });

  it('reports a trouble with one card, follows its wording there, and ends it in its thread', async () => {
    await look();
    const end = await startOutage('adria');
    await look();
    const [first, ...none] = await bench.said('incidents');
    expect([first!.text, none]).toEqual([expect.stringContaining('ADRIA reports a major outage'), []]);
    bench.clock.advance(15 * minuteMs);
    await look();
    const [second, ...still] = await bench.said('incidents');
    expect(second!.ts).toBe(first!.ts);
    expect(JSON.stringify(second!.blocks)).toContain('identified');
    expect(still, 'another wording is no news').toEqual([]);
    await end();
    await look();
    await look();
    const [last, line, ...more] = await bench.said('incidents');
    expect([last!.ts, last!.text]).toEqual([first!.ts, expect.stringContaining('has recovered')]);
    expect([line!.thread_ts, line!.text]).toEqual([first!.ts, expect.stringContaining('has recovered')]);
    expect(more).toEqual([]);
  });

  it.each([
    ['a zero byte', 'Cards \0 are down'],
    ['half a surrogate pair', 'Cards \ud83d are down'],
  ])('reports a trouble whose words have %s, which no database keeps', async (_what, words) => {
    const watchedPartners = [watched('adria')];
    await look({ watchedPartners, statusSource: saying('none') });
    await look({ watchedPartners, statusSource: saying('major', words) });
    expect((await bench.said('incidents')).map(({ text }) => text)).toEqual([
      'ADRIA reports a major outage: Cards \ufffd are down',
    ]);
  });

  it('rewrites the card for worse and better, with a line in its thread for each', async () => {
    const watchedPartners = [watched('adria')];
    for (const indicator of ['minor', 'critical', 'critical', 'minor', 'none'] as const)
      await look({ watchedPartners, statusSource: saying(indicator) });
    const [live, ...thread] = await bench.said('incidents');
    expect(live!.text).toContain('has recovered');
    expect(thread.map(({ text, thread_ts }) => [text.split(':')[0], thread_ts])).toEqual([
      ['ADRIA reports a critical outage', live!.ts],
      ['ADRIA reports a minor incident', live!.ts],
      ['ADRIA has recovered', live!.ts],
    ]);
  });

  it('opens a new card for the next trouble', async () => {
    const watchedPartners = [watched('adria')];
    for (const indicator of ['major', 'none', 'major'] as const)
      await look({ watchedPartners, statusSource: saying(indicator) });
    const cards = (await bench.said('incidents')).filter(
      ({ thread_ts, ts }) => thread_ts === undefined || thread_ts === ts,
    );
    expect(cards).toHaveLength(2);
  });

  it('reads the others when one page is down', async () => {
    await startOutage('northpay');
    await look({ watchedPartners: [watched('adria', 'http://127.0.0.1:1'), watched('northpay')] });
    expect(await bench.texts('incidents')).toEqual([
      expect.stringContaining('NORTHPAY reports a major outage'),
    ]);
    expect(lines).toMatchObject([
      {
        message: 'a status page was not read',
        fields: { partner: 'adria', reference: expect.any(String) as string },
      },
      { message: 'a partner’s published status changed', fields: { partner: 'northpay' } },
    ]);
  });

  it('forgets a change that it could not report, and reports it at the next look', async () => {
    await look();
    await startOutage('adria');
    await look({ outbox: { enqueue: () => Promise.reject(new Error('no room')) } });
    expect(await bench.said('incidents')).toEqual([]);
    const remembered = (await statuses.all()).find(({ partner }) => partner === 'adria');
    expect(remembered?.published.indicator).toBe('none');
    expect(lines.map(({ message }) => message)).toContain('a status was not stored');
    await look();
    expect(await bench.texts('incidents')).toHaveLength(1);
  });

  it('is silent about a partner without a channel', async () => {
    const watchedPartners = [{ ...watched('adria'), alertsChannel: null }];
    await look({ watchedPartners, statusSource: saying('major') });
    expect(await bench.said('incidents')).toEqual([]);
    expect((await statuses.all())[0]?.published.indicator).toBe('major');
  });

  const unreadable: StatusSource = { fetch: () => Promise.reject(new Error('down')) };

  it('marks the live card once its page has not been readable for ten minutes, and takes the mark off', async () => {
    const watchedPartners = [watched('adria')];
    await look({ watchedPartners, statusSource: saying('major') });
    const [first] = await bench.said('incidents');
    for (let minute = 1; minute <= 9; minute++) await look({ watchedPartners, statusSource: unreadable });
    expect(await bench.texts('incidents')).toEqual([expect.stringContaining('ADRIA reports a major outage')]);
    for (let minute = 10; minute <= 20; minute++) await look({ watchedPartners, statusSource: unreadable });
    const [marked, ...none] = await bench.said('incidents');
    expect([marked!.ts, none]).toEqual([first!.ts, []]);
    expect(marked!.text).toMatch(
      /^ADRIA: status unknown since .*2\d{3}-.* UTC.*, its status page can’t be read/,
    );
    await look({ watchedPartners, statusSource: saying('major') });
    expect(await bench.texts('incidents')).toEqual([expect.stringContaining('ADRIA reports a major outage')]);
    expect(lines.at(-1)).toMatchObject({ fields: { reason: 'readable_again' } });
  });

  it('marks it without a look too, and makes up for a failed mark at the next start', async () => {
    const over = { watchedPartners: [watched('adria')], statusSource: saying('major') };
    await look(over);
    bench.clock.advance(20 * minuteMs);
    const lossy = { ...over, outbox: { enqueue: () => Promise.resolve() } };
    await moveOn(bench.db, bench.clock, livingPartners(watchOver(lossy)));
    expect(await bench.said('incidents'), 'the message was lost').toHaveLength(1);
    expect(await watchOver(over).repairCards()).toBe(1);
    await bench.untilSent();
    expect(await bench.texts('incidents')).toEqual([expect.stringContaining('ADRIA: status unknown since')]);
    expect(await watchOver(over).repairCards(), 'nothing is behind any more').toBe(0);
  });

  it('writes every step into the audit log, and no change of wording', async () => {
    const watchedPartners = [watched('adria')];
    for (const [indicator, words] of [
      ['minor', 'slow'],
      ['minor', 'slower'],
      ['major', 'down'],
      ['minor', 'slow'],
      ['none', 'fine'],
    ] as const)
      await look({ watchedPartners, statusSource: saying(indicator, words) });
    const entries = await createAuditStore(bench.db).find({ subject: 'adria' }, 10);
    expect(entries.map(({ kind }) => kind).reverse()).toEqual([
      'partner.degraded',
      'partner.worse',
      'partner.better',
      'partner.recovered',
    ]);
  });

  it('is silent about a page that was fine before it could not be read', async () => {
    const watchedPartners = [watched('adria')];
    await look({ watchedPartners, statusSource: saying('none') });
    for (let minute = 1; minute <= 20; minute++) await look({ watchedPartners, statusSource: unreadable });
    expect(await bench.said('incidents')).toEqual([]);
  });

  it('keeps what a page says of maintenance, and of parts that cannot be read', async () => {
    const until = new Date('2026-11-20T12:00:00Z');
    const work = { name: 'Database upgrade', until, url: null, latestUpdate: null };
    const status = {
      ...published('maintenance'),
      maintenances: [work],
      problems: ['incident 1 cannot be read: name'],
      publishedAt: null,
    };
    await look({
      watchedPartners: [watched('adria')],
      statusSource: { fetch: () => Promise.resolve(status) },
    });
    expect((await statuses.all())[0]?.published).toEqual(status);
    expect(JSON.stringify((await bench.said('incidents'))[0]!.blocks)).toContain('Database upgrade');
  });

  it('reads what was kept before maintenance was', async () => {
    await look({ watchedPartners: [watched('adria')], statusSource: saying('minor') });
    await bench.db.query("update paydesk.partner_statuses set status = status - 'maintenances' - 'problems'");
    expect((await statuses.all())[0]?.published).toMatchObject({ maintenances: [], problems: [] });
  });

  it('reports a first trouble once, also when two look at the same moment', async () => {
    const over = { watchedPartners: [watched('adria')], statusSource: saying('major') };
    await Promise.all([look(over), look(over), look(over), look(over)]);
    expect(await bench.said('incidents')).toHaveLength(1);
  });
});

describe('a decision', () => {
  const at = new Date('2026-11-20T09:00:00Z');
  const after = (indicator: StatusIndicator, description?: string) =>
    remember(null, 'adria', published(indicator, description), at);
  const before = {
    first: null,
    fine: after('none'),
    minor: after('minor'),
    major: after('major'),
    works: after('maintenance'),
  };

  it.each<[keyof typeof before, PublishedStatus, StatusDecision]>([
    ['first', published('none'), { notify: false, reason: 'first_look_and_fine' }],
    ['first', published('minor'), { notify: true, step: false, reason: 'degraded' }],
    ['fine', published('none'), { notify: false, reason: 'unchanged' }],
    ['fine', published('none', 'All fine'), { notify: false, reason: 'unchanged' }],
    ['fine', published('maintenance'), { notify: true, step: false, reason: 'degraded' }],
    ['fine', published('critical'), { notify: true, step: false, reason: 'degraded' }],
    ['works', published('minor'), { notify: true, step: true, reason: 'worse' }],
    ['minor', published('major'), { notify: true, step: true, reason: 'worse' }],
    ['minor', published('minor'), { notify: false, reason: 'unchanged' }],
    ['minor', published('minor', 'other words'), { notify: true, step: false, reason: 'details_changed' }],
    ['major', published('minor'), { notify: true, step: true, reason: 'better' }],
    ['major', published('none'), { notify: true, step: true, reason: 'recovered' }],
  ])('after %s', (name, now, decision) => {
    expect(decide(before[name], now)).toEqual(decision);
  });

  it('counts as a change of wording what the card shows, and nothing else', () => {
    const component = { name: 'API', status: 'operational' };
    const incident = {
      id: 'i1',
      name: 'Trouble',
      status: 'investigating',
      impact: 'minor',
      url: null,
      startedAt: at,
      updatedAt: at,
      latestUpdate: 'We look.',
    };
    const base = { ...published('minor'), components: [component], incidents: [incident] };
    const remembered = remember(null, 'adria', base, at);
    const reasonOf = (change: Partial<PublishedStatus>) => decide(remembered, { ...base, ...change }).reason;
    const later = new Date('2026-11-20T10:00:00Z');
    expect(reasonOf({ publishedAt: later })).toBe('unchanged');
    expect(reasonOf({ components: [component, { ...component, name: 'Web' }] })).toBe('unchanged');
    expect(reasonOf({ incidents: [{ ...incident, updatedAt: later }] })).toBe('unchanged');
    expect(reasonOf({ components: [{ ...component, status: 'major_outage' }] })).toBe('details_changed');
    expect(reasonOf({ incidents: [{ ...incident, status: 'monitoring' }] })).toBe('details_changed');
    expect(reasonOf({ incidents: [{ ...incident, latestUpdate: 'We found it.' }] })).toBe('details_changed');
    expect(reasonOf({ incidents: [] })).toBe('details_changed');
    const work = { name: 'Upgrade', until: null, url: null, latestUpdate: null };
    expect(reasonOf({ maintenances: [work] })).toBe('details_changed');
    expect(decide({ ...remembered, staleToldAt: at }, base).reason).toBe('readable_again');
  });

  it('remembers since when, and when the trouble began', () => {
    const later = new Date('2026-11-20T10:00:00Z');
    const trouble = remember(before.fine, 'adria', published('major'), later);
    expect(trouble).toMatchObject({ changedAt: later, troubleAt: later, checkedAt: later });
    const end = new Date('2026-11-20T11:00:00Z');
    expect(remember(trouble, 'adria', published('major'), end)).toMatchObject({
      changedAt: later,
      troubleAt: later,
    });
    expect(remember(trouble, 'adria', published('none'), end)).toMatchObject({
      changedAt: end,
      troubleAt: later,
    });
  });
});
