/** The folder inbox on a real file system and a real database: whole files once, attacks never. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { createStatementArrivals } from '../../src/adapters/postgres/statement-arrivals.js';
import { createPlaceFaults } from '../../src/adapters/postgres/statement-place-faults.js';
import { createStatementFiles } from '../../src/adapters/postgres/statement-files.js';
import { folderPlace } from '../../src/adapters/statements/folder.js';
import { unpack } from '../../src/adapters/statements/unpack.js';
import { parseDay } from '../../src/kernel/calendar-day.js';
import { minuteMs } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import type { Quarantined, StatementPlace } from '../../src/ports/statement-inbox.js';
import { formats, profiles } from '../../src/reconciliation/formats/index.js';
import { documentsOf } from '../../src/reconciliation/intake/documents.js';
import { takeIn } from '../../src/reconciliation/intake/intake.js';
import { createPaces, type PlaceNews } from '../../src/reconciliation/intake/places.js';
import type { StatementSender } from '../../src/reconciliation/intake/senders.js';
import { placeCard } from '../../src/views/reconciliation/files.js';
import { faultsOf } from '../support/cards.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { zipOf } from './zip.js';

const restMs = 10_000;
let now = new Date('2026-11-29T09:00:00Z');
let test: TestDatabase;
let database: Database;
let inbox: string;
let told: Quarantined[] = [];
let placeNews: PlaceNews[] = [];

beforeAll(async () => {
  test = await createDatabase();
  database = openDatabase({ url: test.url, clock: { now: () => now }, log: silentLog });
});
afterAll(async () => {
  await database.close();
  await test.drop();
});
beforeEach(async () => {
  inbox = await mkdtemp(join(tmpdir(), 'inbox-'));
  told = [];
  placeNews = [];
  await database.query(
    'truncate paydesk.statement_place_faults, paydesk.statement_sightings, paydesk.statement_contents, paydesk.statement_quarantine, paydesk.statement_files cascade',
  );
});
afterEach(() => rm(inbox, { recursive: true, force: true }));

const sender = (partner: string, over: Partial<StatementSender> = {}): StatementSender => ({
  partner,
  name: partner,
  timeZone: 'UTC',
  files: [],
  accounts: [],
  format: null,
  ...over,
});

const arrivals = () => createStatementArrivals(database);

const look = async (
  senders = [sender('northpay'), sender('harbour', { accounts: ['DE89 3704 0044'] })],
  places: readonly StatementPlace[] = [folderPlace(inbox)],
): Promise<number> =>
  (
    await takeIn({
      paces: createPaces(places, { now: () => now }, restMs),
      faults: createPlaceFaults(database),
      tellPlace: (_tx, news) => Promise.resolve(void placeNews.push(news)),
      documentsOf: (_placeId, file) =>
        documentsOf(folderPlace(inbox), file, {
          unpack,
          arrivals: arrivals(),
          transactions: database,
          senders,
          formats: [...formats, ...profiles],
          today: () => parseDay('2026-11-29') ?? 0,
        }),
      arrivals: arrivals(),
      files: createStatementFiles(database),
      transactions: database,
      restMs,
      tell: (_tx, file) => Promise.resolve(void told.push(file)),
      log: silentLog,
    })
  ).taken;

/** Two looks with the time between them in which a whole file does not change. */
async function settle(senders?: StatementSender[]): Promise<number> {
  const first = await look(senders);
  now = new Date(now.getTime() + restMs);
  return first + (await look(senders));
}

const mt940 = (account = 'NL91ABNA0417164300', amount = '12,34'): string =>
  [
    ':20:STMT',
    `:25:${account}`,
    ':28C:1/1',
    ':60F:C261126EUR100,00',
    `:61:2611271127C${amount}NTRFREF1//BANK1`,
    ':86:/EREF/ORDER1/',
    `:62F:C261127EUR${String(100 + Number(amount.replace(',', '.'))).replace('.', ',')}`,
    '-',
  ].join('\r\n');

const put = (name: string, content: string | Buffer): Promise<void> => writeFile(join(inbox, name), content);
const waiting = async () =>
  (await arrivals().waiting()).map(({ name, partner, rows }) => ({ name, partner, rows }));

describe('a whole file', () => {
  it('is taken once it has stopped changing, and never again', async () => {
    await put('northpay_1.sta', mt940());
    expect(await look()).toBe(0);
    now = new Date(now.getTime() + restMs);
    expect(await look()).toBe(1);
    expect(await look()).toBe(0);
    expect(await waiting()).toEqual([{ name: 'northpay_1.sta', partner: 'northpay', rows: 1 }]);
  });

  it('is left alone while it grows', async () => {
    const whole = mt940();
    await put('northpay_1.sta', whole.slice(0, 60));
    await look();
    now = new Date(now.getTime() + restMs - 1);
    await put('northpay_1.sta', whole);
    await utimes(join(inbox, 'northpay_1.sta'), now, now);
    expect(await look()).toBe(0);
    now = new Date(now.getTime() + restMs);
    expect(await look()).toBe(1);
    expect(told).toEqual([]);
  });

  it.each(['.northpay_1.sta', 'northpay_1.sta.part', 'northpay_1.sta.filepart', 'northpay_1.sta~'])(
    'is not seen under the unfinished name %s, and is after its rename',
    async (name) => {
      await put(name, mt940());
      expect(await settle()).toBe(0);
      await rename(join(inbox, name), join(inbox, 'northpay_1.sta'));
      expect(await settle()).toBe(1);
    },
  );

  it('with a content that came before counts once, whatever it is called', async () => {
    await put('northpay_1.sta', mt940());
    await put('northpay_again.sta', mt940());
    expect(await settle()).toBe(1);
  });

  it.each([
    [
      'returns.ach',
      `101 100067554 1823273902611271043 094101PARTNER\n9${'0'.repeat(11)}1${'0'.repeat(42)}\n${'9'.repeat(94)}\n`,
      'a day without returns',
    ],
    [
      'camt052.xml',
      '<Document><BkToCstmrAcctRpt><Rpt><CreDtTm>2026-11-27T18:00:00</CreDtTm><Acct><Id><IBAN>DE1</IBAN></Id></Acct></Rpt></BkToCstmrAcctRpt></Document>',
      'a day without entries',
    ],
    [
      'trr.csv',
      'RH,x\nFH,1\nSH,2026/11/27 00:00:00 -0800,2026/11/27 23:59:59 -0800,ACC1,\nCH,Transaction ID\nSC,0\nRC,0\nFF,0\n',
      'a day without movements',
    ],
    [
      'mt942.sta',
      ':20:S\n:25:PL1\n:28C:1\n:34F:PLN0\n:13D:2611271815+0100\n:90D:0PLN0,00\n-\n',
      'no entries',
    ],
  ])('without rows is a statement of the day that it names: %s', async (name, content) => {
    await put(`northpay_${name}`, content);
    expect(await settle()).toBe(1);
    expect(told).toEqual([]);
    const [taken] = await arrivals().waiting();
    expect(taken).toMatchObject({ rows: 0, businessDay: parseDay('2026-11-27') });
  });

  it('is kept under its hash, byte for byte', async () => {
    const bytes = Buffer.from(mt940());
    await put('northpay_1.sta', bytes);
    await settle();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(await archived(sha256)).toEqual(bytes);
    const other = gzipSync(Buffer.from(mt940('NL1', '1,00')));
    await database.query('update paydesk.statement_contents set packed = $2 where sha256 = $1', [
      sha256,
      other,
    ]);
    await expect(archived(sha256)).rejects.toThrow('no longer matches its hash');
  });

  it('is recognised by its folder, its name or its account', async () => {
    await mkdir(join(inbox, 'northpay'));
    await put('northpay/a.sta', mt940('NL1', '1,00'));
    await put('northpay-b.sta', mt940('NL2', '2,00'));
    await put('c.sta', mt940('DE8937040044', '3,00'));
    expect(await settle()).toBe(3);
    expect((await waiting()).map(({ partner }) => partner).sort()).toEqual([
      'harbour',
      'northpay',
      'northpay',
    ]);
  });
});

/** A bank sends it on a day without returns: a batch without entries. */
const noReturns = [
  '101 091000019 0910000192611240600A094101Larkspur Pay           Tidewire ACH                   ',
  '5200Larkspur Pay                        1091000010WEBRETURN    2611232611233271091000010000001',
  '820000000000000000000000000000000000000000001091000010                         091000010000001',
  '9000001000001000000000000000000000000000000000000000000                                       ',
  '',
].join('\n');

it('a file without rows may say in its name alone of which day it is', async () => {
  await put('northpay_2026-11-23_returns.ach', noReturns);
  expect(await settle()).toBe(1);
  expect(await arrivals().waiting()).toMatchObject([{ businessDay: parseDay('2026-11-23') }]);
  await put('northpay_returns.ach', noReturns.replace('A094101', 'B094101'));
  expect(await settle()).toBe(0);
  expect(told.map(({ why }) => why)).toEqual([expect.stringContaining('states no date')]);
});

describe('a packed file', () => {
  it('is unpacked from gzip, and from zip document by document', async () => {
    await put('northpay_1.sta.gz', gzipSync(mt940('NL1', '1,00')));
    await put('northpay_2.zip', zipOf({ 'a.sta': mt940('NL2', '2,00'), 'b.sta': mt940('NL3', '3,00') }));
    expect(await settle()).toBe(3);
    expect((await waiting()).map(({ name }) => name)).toContain('northpay_2.zip#b.sta');
  });

  const zeros = Buffer.alloc(64 * 1024 * 1024);
  const refused: [why: string, name: string, content: () => Buffer, words: RegExp][] = [
    ['a gzip bomb', 'northpay.gz', () => gzipSync(zeros), /unpacks to more than/],
    ['a zip bomb', 'northpay.zip', () => zipOf({ 'a.sta': zeros }), /unpacks to more than/],
    ['a cut gzip', 'northpay.gz', () => gzipSync(mt940()).subarray(0, 40), /damaged or cut off/],
    ['a cut zip', 'northpay.zip', () => zipOf({ 'a.sta': mt940() }).subarray(0, 60), /damaged/],
    [
      'a path out of the archive',
      'northpay.zip',
      () => zipOf({ '../../etc/a.sta': mt940() }),
      /damaged or misleading|leads out/,
    ],
    [
      'an absolute path',
      'northpay.zip',
      () => zipOf({ '/etc/passwd': mt940() }),
      /damaged or misleading|leads out/,
    ],
    [
      'an archive in an archive',
      'northpay.zip',
      () => zipOf({ 'a.gz': gzipSync(mt940()) }),
      /archive inside an archive/,
    ],
    ['an empty archive', 'northpay.zip', () => zipOf({}), /empty/],
  ];
  it.each(refused)('is refused as %s, with the reason', async (_why, name, content, words) => {
    await put(name, content());
    expect(await settle()).toBe(0);
    expect(told.map(({ why }) => why).join()).toMatch(words);
    expect(await settle()).toBe(0);
    expect(told).toHaveLength(1);
  });
});

describe('a file that cannot be used', () => {
  const unusable: [why: string, name: string, content: string, words: RegExp][] = [
    ['it is in no format', 'northpay_1.txt', 'hello', /format is unknown to Paydesk/],
    ['it is empty', 'northpay_1.csv', '', /empty/],
    ['nobody is known to have sent it', 'unknown.sta', mt940(), /which partner sent it/],
    ['it is of another century', 'northpay_1.sta', mt940().replaceAll('2611', '5611'), /too far from today/],
  ];
  it.each(unusable)('is set aside when %s', async (_why, name, content, words) => {
    await put(name, content);
    expect(await settle()).toBe(0);
    expect(told.map(({ why }) => why).join()).toMatch(words);
  });

  it('is set aside when two partners claim it', async () => {
    await put('pay_1.sta', mt940());
    await settle([sender('northpay', { files: ['pay_*'] }), sender('adria', { files: ['*_1.sta'] })]);
    expect(told.map(({ why }) => why).join()).toMatch(/could be from northpay or from adria/);
  });
});

describe('what is no regular file', () => {
  it('is refused: links are not followed, pipes do not hang', async () => {
    await writeFile(join(tmpdir(), 'secret.sta'), mt940());
    await symlink(join(tmpdir(), 'secret.sta'), join(inbox, 'northpay_link.sta'));
    execFileSync('mkfifo', [join(inbox, 'northpay_pipe.sta')]);
    expect(await settle()).toBe(0);
    expect(told.map(({ why }) => why).sort()).toEqual([
      'The file northpay_link.sta was not read: it is a link, and links are not followed.',
      'The file northpay_pipe.sta was not read: it is not a regular file.',
    ]);
  });

  // Root may list everything.
  it.skipIf(process.getuid?.() === 0)('a folder that may not be listed hides nothing beside it', async () => {
    await mkdir(join(inbox, 'northpay'), { mode: 0 });
    await writeFile(join(inbox, 'zz.sta'), 'a file');
    expect(await folderPlace(inbox).list()).toMatchObject({
      files: [{ path: 'zz.sta' }],
      refused: [{ path: 'northpay', why: 'it is a folder that Paydesk may not list' }],
    });
  });

  it('that is swapped for a link after it was listed is not read', async () => {
    const place = folderPlace(inbox);
    await put('northpay_1.sta', mt940());
    const [file] = (await place.list()).files;
    await rm(join(inbox, 'northpay_1.sta'));
    await symlink('/etc/hostname', join(inbox, 'northpay_1.sta'));
    await expect(place.read(file!)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('a missing folder is an empty inbox', async () => {
    expect(await folderPlace(join(inbox, 'nowhere')).list()).toEqual({ files: [], refused: [] });
  });
});

describe('a place that cannot be read', () => {
  let fault: OpsError | null = null;
  const away: StatementPlace = {
    id: 'bucket',
    everyMs: 0,
    list: () => (fault === null ? Promise.resolve({ files: [], refused: [] }) : Promise.reject(fault)),
    read: () => Promise.reject(new Error('nothing is read here')),
  };
  const lookAtBoth = (): Promise<number> => look(undefined, [away, folderPlace(inbox)]);
  const later = (minutes: number): void => void (now = new Date(now.getTime() + minutes * minuteMs));

  it('stops no other place, is said once after ten minutes, and taken back when it is over', async () => {
    fault = new OpsError('unavailable', 'The bucket cannot be reached.');
    await put('northpay_1.sta', mt940());
    await lookAtBoth();
    later(1);
    expect(await lookAtBoth()).toBe(1);
    expect(placeNews).toEqual([]);
    const since = new Date(now.getTime() - minuteMs);
    expect(await createPlaceFaults(database).all()).toMatchObject([{ place: 'bucket', since, told: false }]);
    later(9);
    await lookAtBoth();
    await lookAtBoth();
    expect(placeNews).toEqual([
      { place: 'bucket', since, why: 'The bucket cannot be reached.', overAt: null },
    ]);
    fault = null;
    await lookAtBoth();
    await lookAtBoth();
    expect(placeNews.slice(1)).toMatchObject([{ place: 'bucket', since, overAt: now }]);
    expect(placeNews.flatMap((news) => faultsOf(placeCard(news)))).toEqual([]);
  });

  it('that is back before that is no news', async () => {
    fault = new OpsError('unavailable', 'The bucket cannot be reached.');
    await lookAtBoth();
    fault = null;
    later(20);
    await lookAtBoth();
    expect(placeNews).toEqual([]);
    expect(await createPlaceFaults(database).all()).toEqual([]);
  });

  it('because somebody has to change something is said at once', async () => {
    fault = new OpsError('misconfigured', 'The bucket refuses Paydesk: AccessDenied.');
    await lookAtBoth();
    expect(placeNews).toMatchObject([{ why: 'The bucket refuses Paydesk: AccessDenied.' }]);
  });
});

it('a place is looked at when its time has come, sooner while a file rests, and at once when a person asks', () => {
  const place = { id: 'drop', everyMs: 5 * minuteMs } as StatementPlace;
  const paces = createPaces([place], { now: () => now }, restMs);
  const isDue = (isForced = false): boolean => paces.due(isForced).length === 1;
  expect(isDue()).toBe(true);
  paces.looked(place, false);
  now = new Date(now.getTime() + 5 * minuteMs - 1);
  expect([isDue(), isDue(true)]).toEqual([false, true]);
  now = new Date(now.getTime() + 1);
  expect(isDue()).toBe(true);
  paces.looked(place, true);
  now = new Date(now.getTime() + restMs);
  expect(isDue()).toBe(true);
});

const archived = async (sha256: string): Promise<Buffer> =>
  buffer((await arrivals().content(sha256)) ?? Readable.from([]));
