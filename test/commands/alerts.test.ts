/**
 * `/alerts` as a person meets it: titles, states and buttons of every kind of alert, and what bad input gets.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { alertsCommand, type AlertsDeps } from '../../commands/alerts/index.js';
import { watchMetricsJob } from '../../jobs/watch-metrics.js';
import type { AlertService } from '../../src/alerts/alerts.js';
import { shippedMetrics } from '../../src/alerts/shipped-metrics.js';
import { fixedClock, hourMs } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import type { Alert } from '../../src/ports/alerts.js';
import { alertCard, alertIds, leadingFirst, plainAlertTitle } from '../../src/views/alerts/alert.js';
import { incidentIds } from '../../src/views/alerts/incident.js';
import { buttonsOn, faultsOf, linesOf } from '../support/cards.js';
import { now } from '../support/payment-objects.js';
import { requestOf } from '../support/requests.js';

const clock = fixedClock(now);
const metric = shippedMetrics[0]!;
let calls: unknown[][];
let active: Alert[];

const anAlert = (changed: Partial<Alert> = {}): Alert => ({
  id: 'ALR-7',
  version: 1,
  metric: metric.id,
  kind: 'rate',
  state: 'open',
  slice: { method: 'pix', country: 'BR' },
  facts: { attempts: 4210, failures: 1221, expected: 716, shareExplained: 0.94, reason: 'the evidence' },
  ruling: 'notified: no quiet time',
  onsetAt: new Date(now.getTime() - hourMs),
  openedAt: now,
  ownerId: null,
  escalations: 0,
  dismissedBy: null,
  incident: null,
  joined: null,
  reopenedAt: null,
  resolvedAt: null,
  dueAt: new Date(now.getTime() + hourMs),
  ...changed,
});

beforeEach(() => {
  calls = [];
  active = [anAlert()];
});

const alertDesk = (): AlertService => {
  const noted =
    <Answer>(name: string, answer: Answer) =>
    (...given: unknown[]): Promise<Answer> => {
      calls.push([name, ...given]);
      return Promise.resolve(answer);
    };
  return {
    metrics: shippedMetrics,
    invariants: [],
    tick: noted('tick', undefined),
    checkInvariants: noted('checkInvariants', undefined),
    active: () => Promise.resolve(active),
    recent: () => Promise.resolve([]),
    read: (id) => {
      const found = active.find((alert) => alert.id === id);
      return found
        ? Promise.resolve(found)
        : Promise.reject(new OpsError('not_found', `There is no alert ${id}.`));
    },
    sight: noted('sight', { slice: {}, lines: ['Last hour: 71 % (n = 421)'] }),
    openedOf: () => Promise.resolve([]),
    precision: () => Promise.resolve([{ metric: metric.id, alerts: 10, dismissed: 1 }]),
    acknowledge: noted('acknowledge', anAlert()),
    snooze: noted('snooze', anAlert()),
    dismiss: noted('dismiss', anAlert()),
    quiet: noted('quiet', undefined),
    takeToIncident: noted('takeToIncident', anAlert()),
    incident: () => Promise.reject(new OpsError('not_found', 'There is no incident.')),
    closeIncident: noted('closeIncident', undefined),
    advance: noted('advance', undefined),
    advanceIncident: noted('advanceIncident', undefined),
    repairCards: noted('repairCards', 0),
  };
};

const deps = (): AlertsDeps => ({
  alerts: alertDesk(),
  surroundingsOf: () => Promise.resolve({ partner: null, changes: [], runbook: null, handledIn: null }),
  clock,
  remediation: null,
  guestGroups: [],
  directory: {
    person: (userId) =>
      Promise.resolve({ userId, name: userId, email: null, kind: 'member', timeZone: 'UTC' }),
    membership: () => Promise.resolve({ groups: new Map(), ageMs: 0 }),
    groupChanged: () => Promise.resolve(),
    personChanged: () => Promise.resolve(),
  },
});

async function given(text: string, action?: string, desk = deps()): Promise<string[]> {
  const request = requestOf('U1ANA', text);
  if (action === undefined) await alertsCommand.run(request, desk);
  else await alertsCommand.actions[action]?.(request, desk);
  return request.answer.given.flatMap(({ card }) => {
    expect(faultsOf(card)).toEqual([]);
    return linesOf(card);
  });
}

describe('the card', () => {
  it.each<[string, Partial<Alert>, string]>([
    ['a rate', {}, 'Success rate −12 pts (71 %, n = 4,210): method = pix, country = BR explains 94 %'],
    [
      'no single slice',
      { slice: {}, facts: { ...anAlert().facts, shareExplained: null } },
      'Success rate −12 pts (71 %, n = 4,210): no single slice explains this',
    ],
    [
      'a volume',
      { kind: 'volume', facts: { ...anAlert().facts, attempts: 40, expected: 100 } },
      'Success rate −60 % (40 instead of 100): method = pix, country = BR explains 94 %',
    ],
    [
      'a level',
      {
        kind: 'level',
        slice: {},
        facts: {
          ...anAlert().facts,
          value: { farthest: 1412.4, low: 12, high: 85, series: 1, unit: 'payments' },
        },
      },
      'Success rate 1,412 payments (usually 12 to 85 payments)',
    ],
    [
      'an amount, in two slices of a partner',
      {
        kind: 'level',
        slice: { partner: 'northpay' },
        facts: {
          ...anAlert().facts,
          value: { farthest: 1_250_000, low: 0, high: 90_000, series: 2, currency: 'EUR' },
        },
      },
      'Success rate 12,500.00 EUR (usually 0.00 EUR to 900.00 EUR): partner = northpay, 2 slices',
    ],
    [
      'an amount in a currency that is none',
      {
        kind: 'level',
        facts: {
          ...anAlert().facts,
          value: { farthest: -0.5, low: 3, high: 3, series: 1, currency: 'none' },
        },
      },
      'Success rate −0.5 minor units of none (usually 3 minor units of none): method = pix, country = BR',
    ],
    [
      'arrivals',
      { kind: 'overdue', slice: { partner: 'northpay' }, facts: { ...anAlert().facts, expected: 1 } },
      'Success rate late, usually at',
    ],
    ['late data', { kind: 'late', slice: {} }, 'Success rate: no data since'],
    ['a metric that cannot be read', { kind: 'unreadable', slice: {} }, 'Success rate: not evaluated since'],
    ['resolved', { state: 'resolved', resolvedAt: now }, 'Recovered: Success rate −12 pts'],
    [
      'hostile values',
      { slice: { method: '"><script>*_~`<!channel>' } },
      'Success rate −12 pts (71 %, n = 4,210): method = ',
    ],
  ])('%s', (_reason, changed, title) => {
    const card = alertCard({ alert: anAlert(changed), metric, startable: [], surroundings: null });
    expect(faultsOf(card)).toEqual([]);
    expect(card.text).toContain(title);
    expect(card.text).not.toContain('<!channel>');
  });

  it('its title without markup is text as it was meant', () => {
    const late = anAlert({ kind: 'late', slice: {} });
    expect(plainAlertTitle(late, metric)).toMatch(
      /^Success rate: no data since \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
    );
    expect(plainAlertTitle(anAlert({ slice: { method: 'a<b & c' } }), metric)).toContain('method = a<b & c');
  });

  it('draws the day with what is usual, within what Slack takes, and says the money at risk', () => {
    const day = Array.from({ length: 12 }, (_, at) => ({
      at: new Date(now.getTime() + at * 2 * hourMs).toISOString(),
      success: 0.9,
      low: 0.85,
      high: 0.95,
    }));
    const facts = { ...anAlert().facts, day, atRisk: [{ currency: 'EUR', minor: '123456' }] };
    const card = alertCard({ alert: anAlert({ facts }), metric, startable: [], surroundings: null });
    expect(faultsOf(card)).toEqual([]);
    expect(card.blocks.map(({ type }) => type)).toContain('data_visualization');
    expect(linesOf(card).join('\n')).toContain('*Money at risk:* about 1,234.56 EUR');
  });

  it('says the money at risk as the books have it where its currency is no money, or missing', () => {
    const atRisk = [
      { currency: 'EUR', minor: '123456' },
      { currency: 'USDC', minor: '5000' },
      { currency: 'none', minor: '7' },
    ];
    const alert = anAlert({ facts: { ...anAlert().facts, atRisk } });
    const card = alertCard({ alert, metric, startable: [], surroundings: null });
    expect(linesOf(card).join('\n')).toContain('*Money at risk:* about 1,234.56 EUR, 5000 USDC, 7 none');
  });

  it('says what the partner reports, what changed, where its incident is, and offers the runbook', () => {
    const surroundings = {
      partner: null,
      changes: [
        { kind: 'deploy', title: 'a <b>', by: 'ci', partner: null, url: 'https://ci.example.com/1', at: now },
      ],
      runbook: { title: 'What to do', text: '# What to do' },
      handledIn: 'C0RECON',
    };
    const incident = { id: 'INC-1', channel: 'C0ROOM', open: true, problem: null };
    const card = alertCard({ alert: anAlert({ incident }), metric, startable: [], surroundings });
    expect(faultsOf(card)).toEqual([]);
    const text = linesOf(card).join('\n');
    expect(text).toContain('deploy: <https://ci.example.com/1|a &lt;b&gt;>, by ci');
    expect(text).toContain('*Incident:* INC-1 in <#C0ROOM>');
    expect(text).toContain('*Handled in:* <#C0RECON>');
    expect(JSON.stringify(card.blocks)).toContain(alertIds.runbook);
  });

  it('shows alerts of one cause together: the first metric that goes on gives the title', () => {
    const slow = shippedMetrics.find(({ id }) => id === 'latency')!;
    const shown = (success: Partial<Alert>) =>
      leadingFirst(
        [
          { alert: anAlert({ id: 'ALR-6', metric: slow.id }), metric: slow },
          { alert: anAlert({ joined: 'ALR-6', ...success }), metric },
        ],
        shippedMetrics,
      );
    const linesFor = (success: Partial<Alert>): string => {
      const [first, ...others] = shown(success);
      const card = alertCard({ ...first!, others, startable: [], surroundings: null });
      expect(faultsOf(card)).toEqual([]);
      return linesOf(card).join('\n');
    };
    expect(linesFor({})).toMatch(
      /:red_circle: \*Success rate.*\n[^]*\*Same cause:\* Answers in usual time .*\(ALR-6\)/,
    );
    expect(linesFor({ state: 'resolved', resolvedAt: now })).toMatch(
      /:red_circle: \*Answers in usual time.*\n[^]*\*Same cause:\* Recovered: Success rate .*\(ALR-7\)/,
    );
  });

  it('has buttons until it is resolved', () => {
    const buttons = (changed: Partial<Alert>): number =>
      buttonsOn(alertCard({ alert: anAlert(changed), metric, startable: [], surroundings: null })).length;
    expect(buttons({})).toBe(4);
    expect(buttons({ state: 'acknowledged', ownerId: 'U1ANA' })).toBe(3);
    expect(buttons({ state: 'resolved', resolvedAt: now })).toBe(0);
  });
});

describe('/alerts', () => {
  it.each([
    ['', '1 open alert'],
    ['ALR-7', 'Success rate −12 pts'],
    ['show alr-7', 'Success rate −12 pts'],
    ['7', 'Success rate −12 pts'],
    ['list', '1 open alert'],
    ['why authorisation-success partner=northpay', 'Last hour: 71 % (n = 421)'],
    ['precision', '9 of 10 alerts were right'],
    ['quiet authorisation-success 2h', 'is quiet until'],
    ['quiet authorisation-success for 2 hours', 'is quiet until'],
    ['quiet authorisation-success 1 week', 'is quiet until'],
    ['quiet authorisation-success 1h 30m', 'is quiet until'],
  ])('%j → %s', async (text, expected) => {
    expect((await given(text)).join('\n')).toContain(expected);
  });

  it.each([
    ['why', 'Which metric?'],
    ['why nonsense', 'Unknown metric.'],
    ['why authorisation-success northpay', 'Write a slice as dimension=value.'],
    ['why authorisation-success colour=red', 'Write a slice as dimension=value.'],
    ['quiet authorisation-success', 'Say for how long: up to 7 d.'],
    ['quiet authorisation-success 30d', 'Say for how long: up to 7 d.'],
    ['quiet authorisation-success 2 h please', 'Say for how long: up to 7 d.'],
    ['quiet authorisation-success forever', 'Say for how long: up to 7 d.'],
    ['ALR-99', 'There is no alert ALR-99.'],
  ])('%j is refused: %s', async (text, publicMessage) => {
    await expect(given(text)).rejects.toMatchObject({ publicMessage });
  });

  it.each([
    ['quite', '`/alerts quiet`'],
    ['wyh authorisation-success', '`/alerts why`'],
    ['why authorization-succes', 'authorisation-success'],
  ])('%j is refused with what was meant: %s', async (text, meant) => {
    await expect(given(text)).rejects.toMatchObject({ hint: `Did you mean ${meant}?` });
  });

  it.each([' ', '\u200b', '\u2800\u3164'])(
    'an incident is not closed for %j, which shows nothing',
    async (cause) => {
      const close = alertsCommand.submissions?.[incidentIds.close];
      const request = {
        memo: 'INC-1',
        values: { cause, impact: cause },
        person: { userId: 'U1ANA', teamId: 'T1' },
      };
      const answer = await close?.(request as never, deps());
      expect(answer).toMatchObject({
        kind: 'errors',
        errors: { cause: 'Say what caused it, or that it is unknown.' },
      });
    },
  );

  it('the buttons decide for the person who clicked', async () => {
    await given('ALR-7', alertIds.acknowledge);
    await given('ALR-7', alertIds.snooze);
    await given('ALR-7', alertIds.dismiss);
    expect(calls).toEqual([
      ['acknowledge', 'ALR-7', 'U1ANA'],
      ['snooze', 'ALR-7', 'U1ANA', new Date(now.getTime() + hourMs)],
      ['dismiss', 'ALR-7', 'U1ANA'],
    ]);
  });

  it('says that no books are connected', async () => {
    await expect(given('', undefined, { ...deps(), alerts: null })).rejects.toMatchObject({
      code: 'misconfigured',
    });
  });
});

describe('the job', () => {
  it('evaluates all metrics, and nothing without books', async () => {
    const seen: unknown[] = [];
    const remediation = { followAlerts: (alerts: unknown) => Promise.resolve(void seen.push(alerts)) };
    await watchMetricsJob.run(now, { alerts: alertDesk(), remediation }, silentLog);
    await watchMetricsJob.run(now, { alerts: alertDesk(), remediation: null }, silentLog);
    await watchMetricsJob.run(now, { alerts: null, remediation }, silentLog);
    expect(calls).toEqual([['tick'], ['tick']]);
    expect(seen).toEqual([await alertDesk().active()]);
  });
});
