/** A partner's status page over real HTTP: what it publishes, and what happens when it is no status page at all. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStatuspage } from '../../src/adapters/statuspage/statuspage.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog, type Log } from '../../src/kernel/log.js';

const incident = {
  id: 'p31zjtct2jer',
  name: 'Delayed payouts',
  status: 'identified',
  impact: 'major',
  shortlink: 'https://stspg.io/p31zjtct2jer',
  created_at: '2026-11-20T08:00:00.000Z',
  started_at: '2026-11-20T07:30:00.000Z',
  updated_at: '2026-11-20T08:40:00.000Z',
  monitoring_at: null,
  resolved_at: null,
  incident_updates: [
    { id: 'u1', status: 'investigating', body: 'We are looking.', created_at: '2026-11-20T08:00:00.000Z' },
    { id: 'u2', status: 'identified', body: 'The cause is known.', created_at: '2026-11-20T08:40:00.000Z' },
  ],
};

const summary = {
  page: {
    id: 'y2j98763l56x',
    name: 'Acquirer',
    time_zone: 'Etc/UTC',
    updated_at: '2026-11-20T09:00:00.000+01:00',
  },
  components: [
    { id: 'c1', name: 'Europe', status: 'partial_outage', group: true, components: ['c2'] },
    { id: 'c2', name: 'Payouts', status: 'partial_outage', group: false, group_id: 'c1' },
    { id: 'c3', name: 'Cards', status: 'operational' },
  ],
  incidents: [incident],
  scheduled_maintenances: [],
  status: { indicator: 'major', description: 'Partial System Outage' },
};

let server: Server;
let pageUrl: string;
let answer: RequestListener;
let paths: (string | undefined)[];
beforeEach(async () => {
  paths = [];
  answer = sending(summary);
  server = createServer((request, response) => {
    paths.push(request.url);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  pageUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const text =
  (status: number, body: string): RequestListener =>
  (_request, response) =>
    void response.writeHead(status).end(body);
const sending = (body: unknown): RequestListener => text(200, JSON.stringify(body));
/** Writes for as long as anybody listens. */
const endless: RequestListener = (_request, response) => {
  const megabyte = Buffer.alloc(1024 * 1024, ' ');
  const write = (error?: Error | null): void => {
    if (!error && !response.destroyed) response.write(megabyte, write);
  };
  response.writeHead(200);
  write();
};
const read = (timeoutMs = 2000, log = silentLog) => createStatuspage({ log, timeoutMs }).fetch(pageUrl);

async function faultOf(call: Promise<unknown>): Promise<OpsError> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof OpsError) return thrown;
  throw new Error('expected an OpsError', { cause: thrown });
}

it('a full page', async () => {
  expect(await read()).toEqual({
    indicator: 'major',
    description: 'Partial System Outage',
    components: [
      { name: 'Payouts', status: 'partial_outage' },
      { name: 'Cards', status: 'operational' },
    ],
    incidents: [
      {
        id: 'p31zjtct2jer',
        name: 'Delayed payouts',
        status: 'identified',
        impact: 'major',
        url: 'https://stspg.io/p31zjtct2jer',
        startedAt: new Date('2026-11-20T07:30:00Z'),
        updatedAt: new Date('2026-11-20T08:40:00Z'),
        latestUpdate: 'The cause is known.',
      },
    ],
    maintenances: [],
    planned: [],
    problems: [],
    publishedAt: new Date('2026-11-20T08:00:00Z'),
  });
});

describe('the address', () => {
  it.each([
    ['', '/api/v2/summary.json'],
    ['/', '/api/v2/summary.json'],
    ['/partners/acquirer', '/partners/acquirer/api/v2/summary.json'],
    ['/partners/acquirer/', '/partners/acquirer/api/v2/summary.json'],
  ])('“%s” below the host leads to %s', async (suffix, path) => {
    await createStatuspage({ log: silentLog }).fetch(pageUrl + suffix);
    expect(paths).toEqual([path]);
  });
});

describe('the indicator', () => {
  it.each([
    ['none', 'none', 0],
    ['minor', 'minor', 0],
    ['major', 'major', 0],
    ['critical', 'critical', 0],
    ['maintenance', 'maintenance', 0],
    // One of its components has a partial outage.
    ['purple', 'major', 1],
    ['', 'major', 1],
  ])('“%s” is read as %s, with %i warnings', async (word, indicator, warnings) => {
    answer = sending({ ...summary, status: { indicator: word, description: 'as it says' } });
    const warned: object[] = [];
    const log: Log = { ...silentLog, warn: (fields) => void warned.push(fields) };
    expect(await read(2000, log)).toMatchObject({ indicator, description: 'as it says' });
    expect(warned).toHaveLength(warnings);
  });
});

describe('what a page may leave out', () => {
  const { page, status } = summary;
  it.each<[string, unknown, object]>([
    ['components and incidents', { page, status }, { components: [], incidents: [] }],
    ['them as null', { page, status, components: null, incidents: null }, { components: [], incidents: [] }],
    [
      'the start, the link, the impact and the updates of an incident',
      {
        page,
        status,
        incidents: [{ id: 'i', name: 'n', status: 'brand_new', created_at: '2026-11-20T08:00:00Z' }],
      },
      {
        incidents: [
          {
            status: 'brand_new',
            impact: null,
            url: null,
            latestUpdate: null,
            startedAt: new Date('2026-11-20T08:00:00Z'),
            updatedAt: new Date('2026-11-20T08:00:00Z'),
          },
        ],
      },
    ],
    [
      'the words of its newest update',
      {
        page,
        status,
        incidents: [{ ...incident, incident_updates: [{ created_at: '2026-11-20T08:00:00Z' }] }],
      },
      { incidents: [{ latestUpdate: null }] },
    ],
  ])('%s', async (_what, body, expected) => {
    answer = sending(body);
    expect(await read()).toMatchObject(expected);
  });
});

describe('what cannot be read hides nothing else', () => {
  const major = { indicator: 'major', description: 'Partial System Outage' };
  it.each<[string, object, object, string[]]>([
    ['a time of the page that is null', { page: { updated_at: null } }, { publishedAt: null }, []],
    ['a time of the page that is none', { page: { updated_at: 'yesterday' } }, { publishedAt: null }, []],
    ['no page at all', { page: undefined }, { publishedAt: null }, []],
    [
      'times of an incident',
      { incidents: [{ ...incident, created_at: null, started_at: '', updated_at: 5 }] },
      { incidents: [{ name: 'Delayed payouts', startedAt: null, updatedAt: null }] },
      [],
    ],
    [
      'the updates of an incident',
      { incidents: [{ ...incident, incident_updates: 'none' }] },
      { incidents: [{ latestUpdate: null }] },
      [],
    ],
    [
      'components that are not a list',
      { components: 'all fine' },
      { components: [], incidents: [{ name: 'Delayed payouts' }] },
      ['the components are not a list'],
    ],
    [
      'one component',
      {
        components: [
          { name: 'Cards', status: null },
          { name: 'Payouts', status: 'a_word_to_come' },
        ],
      },
      { components: [{ name: 'Payouts', status: 'a_word_to_come' }] },
      ['component 1 cannot be read: status'],
    ],
    [
      'an incident without a name',
      { incidents: [{ ...incident, name: 5 }, incident] },
      { incidents: [{ name: 'Delayed payouts' }] },
      ['incident 1 cannot be read: name'],
    ],
    [
      'an incident that is not an object',
      { incidents: [null, incident] },
      { incidents: [{ name: 'Delayed payouts' }] },
      ['incident 1 cannot be read: it is not an object'],
    ],
    [
      'a maintenance',
      { scheduled_maintenances: [{ name: 'Upgrade' }] },
      { maintenances: [] },
      ['maintenance 1 cannot be read: status'],
    ],
    ['no description', { status: { indicator: 'major' } }, { description: 'major' }, []],
  ])('%s', async (_what, changed, expected, problems) => {
    answer = sending({ ...summary, ...changed });
    const warned: object[] = [];
    const found = await read(2000, { ...silentLog, warn: (fields) => void warned.push(fields) });
    expect(found).toMatchObject({ ...major, ...expected, problems });
    expect(warned).toEqual(problems.length > 0 ? [{ pageUrl, problems }] : []);
  });
});

it('a card number in a partner’s words stays outside', async () => {
  const number = '4242 4242 4242 4242';
  answer = sending({
    ...summary,
    status: { indicator: 'major', description: `Payments such as ${number} fail` },
    incidents: [{ ...incident, name: number, incident_updates: [{ body: number }] }],
  });
  expect(JSON.stringify(await read())).not.toContain(number);
});

describe('the status as a whole cannot be read: its parts speak', () => {
  const outage = { components: [{ name: 'Cards', status: 'major_outage' }], incidents: [] };
  const calm = { components: [{ name: 'Cards', status: 'operational' }], incidents: [] };
  const reported = { components: [], incidents: [{ ...incident, impact: 'critical' }] };
  const gap = 'the status as a whole cannot be read';
  it.each<[string, object, string, string[]]>([
    ['null, beside a published outage', { ...outage, status: null }, 'critical', [gap]],
    [
      'no indicator, beside a published outage',
      { ...outage, status: { indicator: null } },
      'critical',
      [gap],
    ],
    ['missing, beside an incident', { ...reported, status: undefined }, 'critical', [gap]],
    ['null, and nothing is wrong', { ...calm, status: null }, 'none', [gap]],
    [
      'a word to come, beside a critical incident',
      { ...reported, status: { indicator: 'dire' } },
      'critical',
      [],
    ],
    [
      'missing, beside an incident whose impact is null',
      { ...reported, incidents: [{ ...incident, impact: null }], status: undefined },
      'minor',
      [gap],
    ],
    [
      'missing, beside an incident that is over',
      { ...calm, incidents: [{ ...incident, impact: 'critical', status: 'resolved' }], status: undefined },
      'none',
      [gap],
    ],
    [
      'missing, beside an outage and a part that cannot be read',
      { components: [{ name: 5, status: 'operational' }, ...outage.components], status: undefined },
      'critical',
      [gap, 'component 1 cannot be read: name'],
    ],
    ['a word to come, and nothing is wrong', { ...calm, status: { indicator: 'dire' } }, 'minor', []],
  ])('%s', async (_what, changed, indicator, problems) => {
    answer = sending({ ...summary, scheduled_maintenances: [], ...changed });
    expect(await read()).toMatchObject({ indicator, problems });
  });
});

describe('maintenance', () => {
  const work = {
    name: 'Database upgrade',
    status: 'in_progress',
    scheduled_for: '2026-11-20T08:00:00Z',
    scheduled_until: '2026-11-20T12:00:00Z',
    shortlink: null,
    incident_updates: [],
  };
  const fine = { indicator: 'none', description: 'All Systems Operational' };
  const shown = {
    name: 'Database upgrade',
    until: new Date('2026-11-20T12:00:00Z'),
    url: null,
    latestUpdate: null,
  };
  it.each<[string, object, object, object]>([
    [
      'in progress is the state where the page itself says none',
      work,
      fine,
      {
        indicator: 'maintenance',
        description: 'Maintenance in progress: Database upgrade',
        maintenances: [shown],
      },
    ],
    [
      'being verified is not over',
      { ...work, status: 'verifying' },
      fine,
      { indicator: 'maintenance', maintenances: [shown] },
    ],
    ['in progress hides no trouble', work, summary.status, { indicator: 'major', maintenances: [shown] }],
    ['to come is none yet', { ...work, status: 'scheduled' }, fine, { indicator: 'none', maintenances: [] }],
    [
      'that is completed is none any more',
      { ...work, status: 'completed' },
      fine,
      { indicator: 'none', maintenances: [] },
    ],
    [
      'without an end',
      { ...work, scheduled_until: null },
      fine,
      { indicator: 'maintenance', maintenances: [{ ...shown, until: null }] },
    ],
  ])('%s', async (_what, scheduled, status, expected) => {
    answer = sending({ ...summary, status, scheduled_maintenances: [scheduled] });
    expect(await read()).toMatchObject(expected);
  });
});

describe('unavailable', () => {
  const rows: [reason: string, answer: RequestListener][] = [
    ['an error', text(500, 'oops')],
    ['nothing there', text(404, '<html></html>')],
    ['HTML instead', text(200, '<!doctype html><title>Acquirer</title>')],
    ['half a JSON', text(200, '{"page":')],
    ['an empty body', text(200, '')],
    ['null', sending(null)],
    ['a list', sending([summary])],
    ['another page’s JSON', sending({ page: { name: 'Acquirer', status: 'UP' } })],
    ['no status and no parts', sending({ page: summary.page })],
    ['a state that is none, and no parts', sending({ status: { indicator: null, description: 'fine' } })],
    [
      'no status, and a part that cannot be read beside one that is well',
      sending({
        components: [
          { name: 'Cards', status: 'operational' },
          { name: null, status: 'major_outage' },
        ],
      }),
    ],
    ['a body without an end', endless],
    ['a dropped connection', (request) => void request.socket.destroy()],
    [
      'a body cut off',
      (request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"page":', () => request.socket.destroy());
      },
    ],
  ];
  it.each(rows)('%s', async (_reason, listener) => {
    answer = listener;
    const fault = await faultOf(read());
    expect(fault).toMatchObject({ code: 'unavailable', details: { pageUrl } });
    expect(fault.cause).toBeInstanceOf(Error);
    expect(paths).toHaveLength(1);
  });

  it.each<[string, RequestListener]>([
    ['silent', () => undefined],
    ['stalled in the body', (_request, response) => void response.writeHead(200).write('{')],
  ])('%s for too long', async (_reason, listener) => {
    answer = listener;
    expect((await faultOf(read(40))).publicMessage).toBe('The partner’s status page did not answer in time.');
  });

  it('not an address', async () => {
    expect((await faultOf(createStatuspage({ log: silentLog }).fetch('status page'))).code).toBe(
      'unavailable',
    );
  });

  it('whatever JSON it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        answer = sending(value);
        expect((await faultOf(read())).code).toBe('unavailable');
      }),
      { seed: 7, numRuns: 50 },
    );
  });
});
