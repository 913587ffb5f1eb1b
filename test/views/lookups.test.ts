/**
 * The scorecard, the answers of queries and the state of the day on Home, in each of their states.
 */
import { describe, expect, it } from 'vitest';
import { validateBlocks } from '../../sandbox/slack/block-kit/validate.js';
import { monthsUpTo, parseMonth } from '../../src/kernel/month.js';
import { healthOf } from '../../src/partners/health.js';
import { publishedTrouble, type Availability } from '../../src/partners/scorecard.js';
import { readQuery, type Query } from '../../src/queries/definition.js';
import { readValues } from '../../src/queries/request.js';
import { readTable } from '../../src/queries/table.js';
import { homeBlocks } from '../../src/views/desk/home.js';
import type { HomeDay } from '../../src/views/desk/home-day.js';
import { scorecardCard, scorecardFile, type ScorecardFacts } from '../../src/views/partners/scorecard.js';
import { answerCard, fitsMessage, queriesCard } from '../../src/views/queries/query.js';
import { faultsOf, linesOf } from '../support/cards.js';
import { aKnownDispute, at, now } from '../support/payment-objects.js';
import { asRead, read } from './reading.js';

const october = parseMonth('2026-10', 'Europe/Amsterdam')!;

describe('months', () => {
  it.each(['2026-13', '2026-00', '2026-1', '26-10', 'october', '2026-10-01', '0000-10'])(
    '%s is none',
    (text) => {
      expect(parseMonth(text, 'UTC')).toBeNull();
    },
  );

  it('begin by the partner’s clock, also where it changes in between', () => {
    expect([october.from.toISOString(), october.to.toISOString()]).toEqual([
      '2026-09-30T22:00:00.000Z',
      '2026-10-31T23:00:00.000Z',
    ]);
    expect(monthsUpTo(october, 13, 'UTC').map(({ text }) => text)).toEqual([
      '2025-10',
      '2025-11',
      '2025-12',
      '2026-01',
      '2026-02',
      '2026-03',
      '2026-04',
      '2026-05',
      '2026-06',
      '2026-07',
      '2026-08',
      '2026-09',
      '2026-10',
    ]);
  });
});

it.each([
  [
    [
      ['partner.degraded', '10-05T10:00'],
      ['partner.recovered', '10-05T12:00'],
    ],
    1,
    2,
    'within the month',
  ],
  [
    [
      ['partner.degraded', '09-29T22:00'],
      ['partner.recovered', '10-01T00:00'],
    ],
    0,
    2,
    'begun before it',
  ],
  [[['partner.degraded', '10-31T21:00']], 1, 2, 'not over at its end'],
  [[['partner.recovered', '10-05T12:00']], 0, 0, 'an end without a beginning'],
  [[], 0, 0, 'nothing'],
] as const)('trouble on the status page: %j is %i begun, %i h: %s', (entries, begun, hours, _reason) => {
  const told = entries.map(([kind, when]) => ({ kind, at: at(when) }));
  expect(publishedTrouble(told, october, now)).toEqual({ begun, lastedMs: hours * 3_600_000 });
});

describe('the scorecard', () => {
  const counted: Availability = {
    succeeded: 45_825,
    failedByPartner: 86,
    leftOut: 2686,
    underWay: 12,
    latencyP50Ms: 623,
    latencyP95Ms: 1372,
  };
  const few: Availability = { ...counted, succeeded: 3, failedByPartner: 1, leftOut: 0, underWay: 0 };
  const [before, month] = monthsUpTo(october, 2, 'Europe/Amsterdam');
  const facts: ScorecardFacts = {
    partner: { id: 'northpay', name: 'Northpay', timeZone: 'Europe/Amsterdam' },
    months: [
      { month: before!, counted: { ...counted, failedByPartner: 40 } },
      { month: month!, counted },
    ],
    statements: {
      value: {
        due: 22,
        inTime: 21,
        late: 1,
        missing: 0,
        missingSince: null,
        measure: { kind: 'usual', time: '07:10', timeZone: 'Europe/Amsterdam', arrivals: 30 },
      },
    },
    breaks: {
      value: {
        opened: 3,
        openedMinor: [{ currency: 'EUR', absoluteMinor: 15_120n }],
        closed: 2,
        medianDaysToClose: 1.25,
      },
    },
    incidents: {
      value: { alerts: 2, resolved: 2, medianDays: 0.1, published: { begun: 1, lastedMs: 7_200_000 } },
    },
    now,
  };
  const card = (changed: Partial<ScorecardFacts>) => {
    const drawn = scorecardCard({ ...facts, ...changed });
    expect(faultsOf(drawn)).toEqual([]);
    return drawn;
  };

  it('a month, with what was left out', () => {
    expect(read(card({}))).toMatchInlineSnapshot(`
      "Northpay Oct 2026: availability 99.81 % (n = 45,911)
      :clipboard: *Northpay Oct 2026: availability 99.81 % (n = 45,911)*
      *Attempts* 45,825 succeeded, 86 failed by the partner
      left out: 2,686 other failures, 12 in progress
      *Latency* p50 623 ms, p95 1,372 ms
      *Statements* 21 of 22 in time · 1 late · usually by 07:10 (Europe/Amsterdam, learned from 30)
      *Breaks* 3 found, 151.20 EUR
      2 closed, median 1.3 d to resolve
      *Incidents* 2 Paydesk alerts; 2 closed, median 0.1 d to resolve
      1 on their status page, 2 h in all
      Availability: succeeded ÷ (succeeded + failed by the partner). Failures caused by customers, institutions or our own systems are left out.
      Months in the partner’s time zone (Europe/Amsterdam) · as of 2026-11-20 12:00 UTC
      [Send me the CSV → northpay 2026-10]"
    `);
    expect(scorecardFile(facts).text).toMatchInlineSnapshot(`
      "partner,month,availability_percent,succeeded,failed_by_partner,left_out,in_progress,latency_p50_ms,latency_p95_ms,remark
      northpay,2026-09,99.9128,45825,40,2686,12,623,1372,
      northpay,2026-10,99.8127,45825,86,2686,12,623,1372,
      "
    `);
  });

  it('too few attempts, no statements, and parts that cannot be read', () => {
    const months = [{ month: month!, counted: few }];
    expect(
      read(
        card({
          months,
          statements: null,
          breaks: null,
          incidents: { unknown: 'The database cannot be reached.' },
        }),
      ),
    ).toMatchInlineSnapshot(`
      "Northpay Oct 2026: too few attempts to measure availability (n = 4)
      :clipboard: *Northpay Oct 2026: too few attempts to measure availability (n = 4)*
      *Attempts* 3 succeeded, 1 failed by the partner
      left out: 0 other failures, 0 in progress
      *Latency* p50 623 ms, p95 1,372 ms
      *Statements* not reconciled
      *Breaks* not reconciled
      *Incidents* :grey_question: unknown: The database cannot be reached.
      Availability: succeeded ÷ (succeeded + failed by the partner). Failures caused by customers, institutions or our own systems are left out.
      Months in the partner’s time zone (Europe/Amsterdam) · as of 2026-11-20 12:00 UTC
      [Send me the CSV → northpay 2026-10]"
    `);
    const unknown = [{ month: month!, counted: { unknown: 'The database took too long to answer.' } }];
    expect(linesOf(card({ months: unknown }))[0]).toMatchInlineSnapshot(
      `"Northpay Oct 2026: availability unknown, The database took too long to answer."`,
    );
    expect(scorecardFile({ ...facts, months: unknown }).text.split('\r\n')[1]).toBe(
      'northpay,2026-10,,,,,,,,The database took too long to answer.',
    );
  });

  it('a month that is not over says so', () => {
    const [running] = monthsUpTo(parseMonth('2026-11', 'UTC')!, 1, 'UTC');
    expect(linesOf(card({ months: [{ month: running!, counted }] }))[0]).toMatch(
      /^Northpay Nov 2026 so far: /,
    );
  });
});

describe('queries', () => {
  const text =
    '-- title: Failed payments\n-- about: Newest first\n-- who: leads\n-- $1 limit integer = 2: at most so many\nselect * from payment_attempts limit $1';
  const query = readQuery({ name: 'failed', text, why: null }, ['leads']) as Query;
  const call = readValues(query, []);
  const answer = (rows: (string | number)[][], changed: object = {}) => {
    const table = readTable({ columns: ['customer', 'amount'], rows, isCut: false, ...changed }, [], false);
    const drawn = answerCard({ call, table, limit: 10_000, tookMs: 120, now, revealable: true });
    expect(faultsOf(drawn)).toEqual([]);
    return { read: read(drawn), table };
  };

  it('the list: who may run it, and what is wrong', () => {
    const bad = { name: 'broken', faults: ['It has no title: begin it with `-- title: …`.'] };
    const drawn = queriesCard([
      { query, runnable: false },
      { query: bad, runnable: false },
    ]);
    expect(faultsOf(drawn)).toEqual([]);
    expect(read(drawn)).toMatchInlineSnapshot(`
      "1 query; 1 with a fault
      *1 query; 1 with a fault*
      *Failed payments* :lock: for leads
      \`/query failed [limit]\` · Newest first
          \`limit\` integer: at most so many (default: 2)
      *Cannot be run*
      :warning: \`broken.sql\`: It has no title: begin it with \`-- title: …\`.
      Files are read again each time · docs/queries.md explains how to write one"
    `);
    expect(linesOf(queriesCard([]))[0]).toBe('There are no queries yet');
  });

  it('a table with masked values, no rows, and one that is too large', () => {
    expect(answer([['jo@example.com', 1999]]).read).toMatchInlineSnapshot(`
      "Failed payments: 1 row
      *Failed payments: 1 row*
      limit \`2\`
      \`failed\` · 0.1 s · 1 personal values masked · as of 2026-11-20 12:00 UTC
      [Reveal… → ["failed","2"]]"
    `);
    expect(answer([]).read).toMatchInlineSnapshot(`
      "Failed payments: no rows
      *Failed payments: no rows*
      limit \`2\`
      \`failed\` · 0.1 s · as of 2026-11-20 12:00 UTC"
    `);
    const many = answer(
      Array.from({ length: 101 }, (_, n) => ['x', n]),
      { isCut: true },
    );
    expect(many.read).toMatchInlineSnapshot(`
      "Failed payments: the first 101 rows
      *Failed payments: the first 101 rows*
      limit \`2\`
      :page_facing_up: Too large for a message: Paydesk sends you a CSV file in a direct message.
      :scissors: There are more rows: a query returns at most 10,000 rows.
      \`failed\` · 0.1 s · as of 2026-11-20 12:00 UTC"
    `);
    const rows = (count: number, words: string) =>
      readTable(
        { columns: ['a', 'b'], rows: Array.from({ length: count }, () => [words, 1]), isCut: false },
        [],
        false,
      );
    expect([rows(100, 'x'), rows(101, 'x'), rows(50, 'y'.repeat(200))].map(fitsMessage)).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('Home', () => {
  const dispute = aKnownDispute({ respondBy: at('11-20T20:00') });
  const calm: HomeDay = {
    userId: 'U1ANA',
    breaks: null,
    alerts: null,
    metrics: [],
    watches: null,
    due: null,
    partners: null,
    lastRun: null,
    now,
  };
  const shown = (day: HomeDay) => {
    const blocks = homeBlocks({ waiting: { value: { toDecide: [], own: [] } }, day, help: [], freeze: null });
    expect(validateBlocks(JSON.parse(JSON.stringify(blocks)), 'home')).toEqual([]);
    return linesOf({ text: '', blocks }).map(asRead).join('\n');
  };

  it('what is in my hands, due and in trouble', () => {
    const alert = {
      id: 'ALR-7',
      version: 1,
      metric: 'success',
      kind: 'rate' as const,
      slice: { partner: 'northpay' },
      facts: { attempts: 57, failures: 41, expected: 3, shareExplained: 0.94, reason: '' },
      onsetAt: now,
      openedAt: now,
      state: 'acknowledged' as const,
      ruling: '',
      ownerId: 'U1ANA',
      escalations: 0,
      dismissedBy: null,
      incident: null,
      joined: null,
      reopenedAt: null,
      resolvedAt: null,
      dueAt: null,
    };
    const found = {
      id: 'BRK-12',
      identity: 'x',
      partner: 'northpay',
      businessDay: 20_776,
      kind: 'missing_at_partner' as const,
      currency: 'EUR',
      differenceMinor: -12_340n,
      state: 'owned' as const,
      ownerId: 'U1ANA',
      material: true,
      openedAt: now,
      changedAt: now,
      resolution: null,
      remediationId: null,
      hasCard: true,
      version: 2,
    };
    const measured = { unknown: 'books not connected' };
    const partner = (word: 'outage' | 'operational') => ({
      id: 'northpay',
      name: 'Northpay',
      status: null,
      hasPage: false,
      measured,
      health: { ...healthOf(null, measured, now), word },
    });
    expect(
      shown({
        ...calm,
        breaks: { value: { breaks: [found], total: 7 } },
        alerts: { value: [alert] },
        metrics: [{ id: 'success', name: 'Success rate', kind: 'rate' }],
        due: { value: [dispute] },
        partners: { value: [partner('operational'), partner('outage')] },
        lastRun: { value: { partner: 'northpay', businessDay: 20_776, ranAt: at('11-20T08:12') } },
      }),
    ).toMatchInlineSnapshot(`
      "
      Needs my decision
      Nothing needs your decision.
      Assigned to me
      *BRK-12* 123.40 EUR missing at partner · northpay · Thu 19 Nov
      [Break → BRK-12]
      6 more: \`/recon breaks mine\`
      :red_circle: Success rate −67 pts (28 %, n = 57): partner = northpay explains 94 %
      [ALR-7 → ALR-7]
      Due soon
      :red_circle: Response due by 2026-11-20 20:00 UTC, 8 h left · 20.00 EUR
      [Dispute → du_1]
      Open alerts
      :red_circle: Success rate −67 pts (28 %, n = 57): partner = northpay explains 94 %
      [ALR-7 → ALR-7]
      Partners
      :red_circle: *Northpay*: outage · our traffic unknown: books not connected · no status page
      [Partner → northpay]
      Reconciliation
      Last run 2026-11-20 08:12 UTC: northpay, business day Thu 19 Nov
      Look things up"
    `);
  });

  it('nothing to do, and sources that do not answer', () => {
    const none = { value: [] };
    expect(
      shown({
        ...calm,
        breaks: { value: { breaks: [], total: 0 } },
        alerts: none,
        due: none,
        partners: none,
      }),
    ).toMatchInlineSnapshot(`
      "
      Needs my decision
      Nothing needs your decision.
      Due soon
      No dispute is due within 72 hours.
      Open alerts
      No open alerts.
      Partners
      No partner is degraded or in outage.
      Look things up"
    `);
    const late = { unknown: 'did not answer in time' };
    expect(shown({ ...calm, breaks: late, alerts: late, due: late, partners: late, lastRun: late }))
      .toMatchInlineSnapshot(`
      "
      Needs my decision
      Nothing needs your decision.
      Assigned to me
      :grey_question: Unknown: did not answer in time
      Due soon
      :grey_question: Unknown: did not answer in time
      Open alerts
      :grey_question: Unknown: did not answer in time
      Partners
      :grey_question: Unknown: did not answer in time
      Reconciliation
      :grey_question: Unknown: did not answer in time
      Look things up"
    `);
  });
});
