/**
 * The cards of partners, line by line, in each state that a partner can be in.
 */
import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../src/kernel/clock.js';
import { healthOf, noTraffic, type Measured, type Unmeasured } from '../../src/partners/health.js';
import type { PartnerTraffic } from '../../src/ports/books.js';
import type { RememberedStatus } from '../../src/ports/partner-statuses.js';
import type { PartnerHealth } from '../../src/views/partners/health.js';
import { partnerCard, partnersCard, type PartnerCardFacts } from '../../src/views/partners/partner.js';
import { partnerStatusCard } from '../../src/views/partners/published.js';
import { faultsOf, linesOf } from '../support/cards.js';
import { at, now } from '../support/payment-objects.js';
import { read } from './reading.js';

const status = (indicator: RememberedStatus['published']['indicator']): RememberedStatus => ({
  partner: 'northpay',
  published: {
    indicator,
    description: indicator === 'none' ? 'All Systems Operational' : 'Partial outage',
    components: [{ name: 'API', status: indicator === 'none' ? 'operational' : 'partial_outage' }],
    incidents:
      indicator === 'none'
        ? []
        : [
            {
              id: 'i1',
              name: 'Slow captures',
              status: 'investigating',
              impact: 'major',
              url: 'https://status.example/i1',
              startedAt: now,
              updatedAt: now,
              latestUpdate: 'We look into it.',
            },
          ],
    maintenances: [],
    planned: [],
    problems: [],
    publishedAt: now,
  },
  changedAt: at('11-20T11:00'),
  troubleAt: null,
  checkedAt: at('11-20T11:59'),
  staleToldAt: null,
});

const traffic = (
  succeeded: number,
  failed: number,
  changed: Partial<PartnerTraffic> = {},
): PartnerTraffic => ({
  attempts: succeeded + failed,
  succeeded,
  failedBy: { customer: Math.ceil(failed / 2), partner: Math.floor(failed / 2) },
  latencyP50Ms: 600,
  latencyP95Ms: 1400,
  lastAttemptAt: at('11-20T11:59'),
  ...changed,
});
const usual = traffic(952, 48);
const measured = (changed: Partial<Measured>): Measured => ({
  recentMs: 5 * minuteMs,
  recent: traffic(60, 3, { attempts: 65 }),
  usual,
  expectedAttempts: 62.5,
  ...changed,
});
const partner = (
  name: string,
  page: RememberedStatus | null,
  own: Measured | Unmeasured = measured({}),
): PartnerHealth => ({
  id: name.toLowerCase(),
  name,
  status: page,
  hasPage: true,
  measured: own,
  health: healthOf(page, own, now),
});
const card = (health: PartnerHealth, changed: Partial<PartnerCardFacts> = {}) => {
  const drawn = partnerCard({
    ...health,
    signals: [],
    statements: null,
    breaks: null,
    alerts: null,
    products: null,
    metrics: [],
    help: { contact: null, escalation: [], runbooks: [] },
    now,
    startable: [],
    ...changed,
  });
  expect(faultsOf(drawn)).toEqual([]);
  return read(drawn);
};

describe('/partner', () => {
  const outage = measured({ recent: traffic(1, 8) });
  const stale = { ...status('none'), checkedAt: at('11-20T09:00') };

  it('an aggregator shows each product with its n, and how far behind its answers are', () => {
    const product = {
      method: 'open_banking',
      succeeded: 190,
      failed: 10,
      failedByPartner: 4,
      failedByInstitution: 6,
      late: 3,
      lateSince: at('11-20T11:26'),
      lastAnswerAt: at('11-20T11:30'),
    };
    const few = { ...product, method: 'direct_debit', succeeded: 7, failed: 0, late: 0, lateSince: null };
    const lines = card(partner('Aggregator', status('none')), { products: { value: [product, few] } });
    expect(lines).toContain(
      'open_banking: success 95.0 % (n = 200), partner errors 2.0 %, institution errors 3.0 % · refresh delayed: 3 without an answer, the oldest for 34 min · last answer 2026-11-20 11:30 UTC',
    );
    expect(lines).toContain('direct_debit: too few answers for a rate (n = 7) · no answers outstanding');
    expect(card(partner('Psp', status('none')))).not.toContain('By product');
  });

  it('the overview: the worst first, one word each, and why', () => {
    const few = measured({
      recentMs: 60 * minuteMs,
      recent: traffic(2, 0),
      usual: traffic(5, 0),
      expectedAttempts: 1.25,
    });
    const drawn = partnersCard(
      [
        partner('Calm', status('none')),
        partner('Silent', null, { unknown: 'books not connected' }),
        partner('Quiet', status('none'), few),
        partner('Falling', status('none'), outage),
        partner('Theirs', status('major')),
        partner('Hidden', stale),
      ],
      now,
    );
    expect(faultsOf(drawn)).toEqual([]);
    expect(read(drawn)).toMatchInlineSnapshot(`
      "3 of 6 partners operational; 1 in outage, 1 degraded, 1 unknown
      *3 of 6 partners operational; 1 in outage, 1 degraded, 1 unknown*
      :red_circle: *Falling* (falling): *outage* · 1 of 9 succeeded (last 5 min), usually 95.2 % (n = 1,000) · reports normal service
      [Partner → falling]
      :large_yellow_circle: *Theirs* (theirs): *degraded* · success 95.2 % (n = 63, last 5 min), usually 95.2 % (n = 1,000) · has reported a major outage (Partial outage) for 1 h
      [Partner → theirs]
      :large_green_circle: *Calm* (calm): *operational* · success 95.2 % (n = 63, last 5 min), usually 95.2 % (n = 1,000) · reports normal service
      :large_green_circle: *Quiet* (quiet): *operational* · too few attempts for a rate (n = 2, last 1 h), no usual rate for this hour (n = 5) · reports normal service
      :large_green_circle: *Hidden* (hidden): *operational* · success 95.2 % (n = 63, last 5 min), usually 95.2 % (n = 1,000) · status page unreadable since 2026-11-20 09:00 UTC
      :grey_question: *Silent* (silent): *unknown* · our traffic unknown: books not connected · status page not read yet
      “usually”: the same hour of the last 4 weeks · as of 2026-11-20 12:00 UTC"
    `);
    expect(linesOf(partnersCard([partner('Calm', status('none'))], now))[0]).toBe(
      'The partner is operational',
    );
    expect(
      linesOf(
        partnersCard(
          Array.from({ length: 50 }, () => partner('Calm', status('none'))),
          now,
        ),
      ).at(-1),
    ).toMatch(/^20 more · /);
  });

  it('one that fails while its page says that all is well', () => {
    expect(card(partner('Northpay', status('none'), outage))).toMatchInlineSnapshot(`
      "Northpay: outage · 1 of 9 succeeded (last 5 min), usually 95.2 % (n = 1,000) · reports normal service
      :red_circle: *Northpay: outage*
      1 of 9 succeeded (last 5 min), usually 95.2 % (n = 1,000) · reports normal service
      *Volume, last 5 min* 9 attempts
      usually 63
      *Latency, last 5 min* p50 600 ms, p95 1,400 ms
      usually p50 600 ms, p95 1,400 ms
      *Failures, last 5 min* customers 4 (50 %), the partner 4 (50 %)
      *Failures usually* customers 24 (50 %), the partner 24 (50 %); success 95.2 %
      *Last attempt* 2026-11-20 11:59 UTC
      *Statements, last 30 days* not reconciled
      *Open breaks* not reconciled
      “usually”: the same hour of the last 4 weeks · status page read 2026-11-20 11:59 UTC · as of 2026-11-20 12:00 UTC
      [Scorecard → northpay]"
    `);
  });

  it('one that reports an outage, with everything that is known of it', () => {
    const slice = { partner: 'northpay' };
    const facts = {
      attempts: 57,
      failures: 41,
      expected: 3,
      shareExplained: 0.94,
      reason: 'the evidence is clear',
    };
    const alert = {
      id: 'ALR-7',
      version: 1,
      metric: 'authorisation-success',
      kind: 'rate' as const,
      slice,
      facts,
      onsetAt: at('11-20T11:40'),
      openedAt: at('11-20T11:45'),
      state: 'open' as const,
      ruling: 'notified',
      ownerId: null,
      escalations: 0,
      dismissedBy: null,
      incident: null,
      joined: null,
      reopenedAt: null,
      resolvedAt: null,
      dueAt: null,
    };
    const open = { businessDay: 20_400, kind: 'amount' as const, count: 3, material: 1 };
    const drawn = card(partner('Northpay', status('major'), measured({ recent: traffic(20, 43) })), {
      statements: {
        value: {
          due: 21,
          inTime: 19,
          late: 1,
          missing: 1,
          missingSince: 20_410,
          measure: { kind: 'cut_off', time: '08:00', timeZone: 'Europe/Amsterdam', arrivals: 0 },
        },
      },
      breaks: {
        value: [
          { ...open, currency: 'EUR', absoluteMinor: 15_120n },
          { ...open, currency: 'JPY', absoluteMinor: 9_800n },
        ],
      },
      alerts: { value: [alert] },
      metrics: [{ id: 'authorisation-success', name: 'Success rate', kind: 'rate' }],
      help: {
        contact: 'support@northpay.example',
        escalation: [{ who: 'Account manager', reach: '+31 20 000 00 00' }],
        runbooks: [{ title: 'Northpay is down', url: 'https://wiki.example/northpay' }],
      },
    });
    expect(drawn).toMatchInlineSnapshot(`
      "Northpay: outage · success 31.7 % (n = 63, last 5 min), usually 95.2 % (n = 1,000) · has reported a major outage (Partial outage) for 1 h
      :red_circle: *Northpay: outage*
      success 31.7 % (n = 63, last 5 min), usually 95.2 % (n = 1,000) · has reported a major outage (Partial outage) for 1 h
      *<https://status.example/i1|Slow captures>* (investigating): We look into it.
      • API: partial outage
      *Volume, last 5 min* 63 attempts
      usually 63
      *Latency, last 5 min* p50 600 ms, p95 1,400 ms
      usually p50 600 ms, p95 1,400 ms
      *Failures, last 5 min* customers 22 (51 %), the partner 21 (49 %)
      *Failures usually* customers 24 (50 %), the partner 24 (50 %); success 95.2 %
      *Last attempt* 2026-11-20 11:59 UTC
      *Statements, last 30 days* 19 of 21 in time · 1 late · 1 missing, latest 18 Nov 2025 · due by 08:00 (Europe/Amsterdam)
      *Open breaks* 6 open (2 material) · 151.20 EUR + 9,800 JPY · oldest 8 Nov 2025
      *1 open alert*
      • ALR-7: Success rate −67 pts (28 %, n = 57): partner = northpay explains 94 %
      *Contacts:* support support@northpay.example → Account manager +31 20 000 00 00
      *Runbooks:* <https://wiki.example/northpay|Northpay is down>
      “usually”: the same hour of the last 4 weeks · status page read 2026-11-20 11:59 UTC · as of 2026-11-20 12:00 UTC
      [Scorecard → northpay]"
    `);
  });

  it('one whose parts cannot be read says so of each', () => {
    const unknown = { unknown: 'The database cannot be reached.' };
    expect(
      card(partner('Northpay', stale, unknown), { statements: unknown, breaks: unknown, alerts: unknown }),
    ).toMatchInlineSnapshot(`
      "Northpay: unknown · our traffic unknown: The database cannot be reached. · status page unreadable since 2026-11-20 09:00 UTC
      :grey_question: *Northpay: unknown*
      our traffic unknown: The database cannot be reached. · status page unreadable since 2026-11-20 09:00 UTC
      Last reported: normal service, All Systems Operational
      *Statements, last 30 days* :grey_question: unknown: The database cannot be reached.
      *Open breaks* :grey_question: unknown: The database cannot be reached.
      :grey_question: *Alerts* unknown: The database cannot be reached.
      “usually”: the same hour of the last 4 weeks · status page read 2026-11-20 09:00 UTC · as of 2026-11-20 12:00 UTC
      [Scorecard → northpay]"
    `);
  });

  it('maintenance in progress, one that is planned, and a part of the page that cannot be read', () => {
    const { published } = status('none');
    const maintained: RememberedStatus = {
      ...status('none'),
      published: {
        ...published,
        indicator: 'maintenance',
        description: 'Maintenance in progress: Database upgrade',
        maintenances: [
          {
            name: 'Database upgrade',
            until: at('11-20T14:00'),
            url: null,
            latestUpdate: 'It goes as planned.',
          },
        ],
        planned: [
          {
            name: 'New data centre',
            from: at('11-22T02:00'),
            until: at('11-22T04:00'),
            url: 'https://status.example/m2',
          },
        ],
        problems: ['incident 2 cannot be read: name'],
      },
    };
    expect(card(partner('Northpay', maintained))).toMatchInlineSnapshot(`
      "Northpay: degraded · success 95.2 % (n = 63, last 5 min), usually 95.2 % (n = 1,000) · has reported maintenance in progress (Maintenance in progress: Database upgrade) for 1 h
      :large_yellow_circle: *Northpay: degraded*
      success 95.2 % (n = 63, last 5 min), usually 95.2 % (n = 1,000) · has reported maintenance in progress (Maintenance in progress: Database upgrade) for 1 h
      :wrench: *Database upgrade* (maintenance in progress until 2026-11-20 14:00 UTC): It goes as planned.
      :calendar: *<https://status.example/m2|New data centre>* (planned maintenance): 2026-11-22 02:00 UTC to 2026-11-22 04:00 UTC
      :grey_question: Status page: incident 2 cannot be read: name
      *Volume, last 5 min* 65 attempts · 2 in progress
      usually 63
      *Latency, last 5 min* p50 600 ms, p95 1,400 ms
      usually p50 600 ms, p95 1,400 ms
      *Failures, last 5 min* customers 2 (67 %), the partner 1 (33 %)
      *Failures usually* customers 24 (50 %), the partner 24 (50 %); success 95.2 %
      *Last attempt* 2026-11-20 11:59 UTC
      *Statements, last 30 days* not reconciled
      *Open breaks* not reconciled
      “usually”: the same hour of the last 4 weeks · status page read 2026-11-20 11:59 UTC · as of 2026-11-20 12:00 UTC
      [Scorecard → northpay]"
    `);
  });

  it('slow answers and missing traffic are said beside a rate that is fine', () => {
    const slow = traffic(60, 3, { latencyP50Ms: 2100, latencyP95Ms: 9000 });
    expect(card(partner('Northpay', null, measured({ recent: slow }))).split('\n')[0]).toMatchInlineSnapshot(
      `"Northpay: degraded · success 95.2 % (n = 63, last 5 min), usually 95.2 % (n = 1,000) · slow: p50 2,100 ms, usually 600 ms · status page not read yet"`,
    );
    const gone = measured({
      recentMs: 60 * minuteMs,
      recent: { ...noTraffic, lastAttemptAt: at('11-20T10:40') },
      expectedAttempts: 250,
    });
    expect(card(partner('Northpay', status('none'), gone)).split('\n')[0]).toMatchInlineSnapshot(
      `"Northpay: degraded · too few attempts for a rate (n = 0, last 1 h), usually 95.2 % (n = 1,000) · traffic missing: 0 attempts in 1 h, usually 250 · reports normal service"`,
    );
  });

  it('the live card of a trouble that can no longer be confirmed', () => {
    expect(read(partnerStatusCard('Northpay', { ...status('major'), staleToldAt: now })))
      .toMatchInlineSnapshot(`
        "Northpay: status unknown since 2026-11-20 11:59 UTC, its status page can’t be read
        :grey_question: *Northpay: status unknown since 2026-11-20 11:59 UTC, its status page can’t be read*
        Last reported: a major outage, Partial outage
        *<https://status.example/i1|Slow captures>* (investigating): We look into it.
        • API: partial outage
        Last known trouble since 2026-11-20 11:00 UTC"
      `);
  });

  it('the live card', () => {
    expect(read(partnerStatusCard('Northpay', status('major')))).toMatchInlineSnapshot(`
      "Northpay reports a major outage: Partial outage
      :large_orange_circle: *Northpay reports a major outage*: Partial outage
      *<https://status.example/i1|Slow captures>* (investigating): We look into it.
      • API: partial outage
      Since 2026-11-20 11:00 UTC · as reported on the partner’s status page"
    `);
    expect(linesOf(partnerStatusCard('Northpay', status('none')))[0]).toBe(
      'Northpay has recovered: All Systems Operational',
    );
  });
});
