/**
 * Buckets and SFTP servers as places of statements, each against a server that speaks the protocol and checks what is said
 * to it: what is listed, what is refused, what is read, and that nothing is ever changed there.
 */
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ofPartner } from '../../src/adapters/statements/of-partner.js';
import { s3Place, type S3Place } from '../../src/adapters/statements/s3.js';
import { readListing } from '../../src/adapters/statements/s3-listing.js';
import { sftpPlace, type SftpPlace } from '../../src/adapters/statements/sftp.js';
import { parseConfig } from '../../src/config/load.js';
import type { Environment } from '../../src/config/environment.js';
import { findingOf } from '../../src/doctor/check.js';
import { checksOfPlaces } from '../../src/doctor/checks/statement-places.js';
import { parseDay } from '../../src/kernel/calendar-day.js';
import { Secret } from '../../src/kernel/secret.js';
import { placesOf } from '../../src/wiring/statement-places.js';
import { remarksOn } from '../../src/wiring/held-messages.js';
import { statementThread, type StatementThread } from '../../src/wiring/statement-thread.js';
import { statementSettings } from '../../src/wiring/statement-work.js';
import type { StatementPlace } from '../../src/ports/statement-inbox.js';
import { startBench, type Bench } from '../reconciliation/bench.js';
import { s3Keys, startS3, type S3Server } from './s3-server.js';
import { clientKey, login, startSftp, type SftpServer } from './sftp-server.js';

const statement = Buffer.from('reference,amount\nP1,10.00\n');
const pathsOf = async (place: StatementPlace): Promise<string[]> =>
  (await place.list()).files.map(({ path }) => path);
const only = async (place: StatementPlace) => {
  const [file] = (await place.list()).files;
  if (!file) throw new Error('nothing is listed');
  return file;
};
/** Odd names that are whole, and how each comes back. */
const oddNames = [
  'a b.csv',
  'Größe&Co.csv',
  "it's (1)*!.csv",
  'plus+percent%41.csv',
  'a=b?c#d;e.csv',
  '日本.csv',
];

describe('a bucket', () => {
  let s3: S3Server;
  const facts = (over: Partial<S3Place> = {}): S3Place => ({
    id: 'drop',
    everyMs: 0,
    endpoint: s3.url,
    region: 'eu-test-1',
    bucket: 'statements',
    prefix: 'in/',
    ...s3Keys,
    sessionToken: null,
    ...over,
  });
  const place = (over?: Partial<S3Place>): StatementPlace => s3Place(facts(over), { listMs: 5000 });
  beforeAll(async () => {
    s3 = await startS3('statements');
  });
  afterAll(() => s3.close());
  beforeEach(() => {
    s3.objects.clear();
    s3.instead = null;
    s3.pages = 0;
    s3.beforeRead = () => undefined;
  });
  afterEach(() => {
    expect(s3.writes).toBe(0);
  });

  it('lists what is under the prefix, page after page, and reads it, whatever it is called', async () => {
    for (const name of oddNames) s3.objects.set(`in/${name}`, Buffer.from(name));
    s3.objects.set('other/x.csv', statement);
    const { files } = await place().list();
    expect(files.map(({ path }) => path).sort()).toEqual([...oddNames].sort());
    expect(s3.pages).toBe(3);
    for (const file of files) expect(Buffer.from(await place().read(file)).toString()).toBe(file.path);
    expect(files.every(({ isWhole }) => isWhole)).toBe(true);
  });

  it('is one level deep; markers of folders and unfinished names are no files, and paths that lead elsewhere are refused', async () => {
    for (const key of [
      'in/',
      'in/northpay/',
      'in/northpay/1.csv',
      'in/a/b/deep.csv',
      'in/2.csv.part',
      'in/.3.csv',
    ])
      s3.objects.set(key, key.endsWith('/') ? Buffer.alloc(0) : statement);
    s3.objects.set('in/../up.csv', statement);
    s3.objects.set('in//root.csv', statement);
    s3.objects.set('in/line\nfeed.csv', statement);
    const { files, refused } = await place().list();
    expect(files.map(({ path }) => path)).toEqual(['northpay/1.csv']);
    expect(refused.map(({ path }) => path).sort()).toEqual(['../up.csv', '/root.csv', 'line\nfeed.csv']);
  });

  it('gives an object as it is stored, also one that is labelled as packed', async () => {
    const packed = gzipSync(statement);
    s3.objects.set('in/1.csv.gz', packed);
    expect(Buffer.from(await place().read(await only(place())))).toEqual(packed);
  });

  it('does not read an object that was replaced or removed since it was listed', async () => {
    s3.objects.set('in/1.csv', statement);
    const file = await only(place());
    s3.beforeRead = () => void s3.objects.set('in/1.csv', Buffer.from('another content of it all'));
    await expect(place().read(file)).rejects.toMatchObject({ code: 'conflict' });
    s3.beforeRead = () => void s3.objects.delete('in/1.csv');
    await expect(place().read(file)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('refuses an object that is too large before anything of it is read', async () => {
    const file = { path: 'huge.csv', size: 600 * 1024 * 1024, fingerprint: '1:a', isWhole: true };
    s3.instead = () => expect.unreachable();
    await expect(place().read(file)).rejects.toMatchObject({ code: 'invalid' });
  });

  it.each<[string, Partial<S3Place>, string, string]>([
    ['a wrong secret', { secretAccessKey: 'another' }, 'misconfigured', 'SignatureDoesNotMatch'],
    ['an unknown key', { accessKeyId: 'AKIDOTHER' }, 'misconfigured', 'InvalidAccessKeyId'],
    ['another region', { region: 'us-east-1' }, 'misconfigured', 'AuthorizationHeaderMalformed'],
    ['no keys', { secretAccessKey: null }, 'misconfigured', 'has no keys'],
    ['a bucket that is not there', { bucket: 'nowhere' }, 'misconfigured', 'NoSuchBucket'],
    ['nobody at the address', { endpoint: 'http://127.0.0.1:9' }, 'unavailable', 'cannot be reached'],
  ])('says so: %s', async (_what, over, code, words) => {
    await expect(place(over).list()).rejects.toMatchObject({
      code,
      publicMessage: expect.stringContaining(words),
    });
  });

  it.each<[string, NonNullable<S3Server['instead']>, string, RegExp]>([
    ['trouble', (response) => response.writeHead(503).end(), 'unavailable', /HTTP 503/],
    [
      'a redirect, which is not followed',
      (response) =>
        response
          .writeHead(301, { location: 'http://127.0.0.1:9/', 'x-amz-bucket-region': 'eu-north-1' })
          .end(),
      'misconfigured',
      /HTTP 301/,
    ],
    [
      'a web page',
      (response) => response.end('<html><body>Hi</body></html>'),
      'unavailable',
      /not the listing/,
    ],
    ['no XML', (response) => response.end('hello'), 'unavailable', /not the listing/],
    [
      'an endless page',
      (response) => response.end(Buffer.alloc(9 * 1024 * 1024, ' ')),
      'unavailable',
      /too long/,
    ],
    [
      'a document type',
      (response) => response.end('<!DOCTYPE a [<!ENTITY b "c">]><ListBucketResult></ListBucketResult>'),
      'unavailable',
      /not the listing/,
    ],
    [
      'a listing that never ends',
      (response) =>
        response.end(
          '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>1</NextContinuationToken></ListBucketResult>',
        ),
      'unavailable',
      /breaks off/,
    ],
  ])('survives %s', async (_what, instead, code, words) => {
    s3.instead = instead;
    await expect(place().list()).rejects.toMatchObject({ code, publicMessage: expect.stringMatching(words) });
  });

  it('that hangs is given up after its limit, and at once when the desk stops', async () => {
    s3.instead = () => undefined;
    const slow = s3Place(facts(), { listMs: 50 });
    await expect(slow.list()).rejects.toMatchObject({ code: 'unavailable', publicMessage: /takes too long/ });
    const stopping = new AbortController();
    const stopped = expect(s3Place(facts(), { signal: stopping.signal }).list()).rejects.toMatchObject({
      code: 'unavailable',
    });
    stopping.abort();
    await stopped;
  });

  it('has a host of its own at AWS', () => {
    // Read from a listing that some services send without quotes and without an encoding.
    expect(
      readListing(
        '<ListBucketResult><Contents><Key>a&amp;b+c.csv</Key><Size>3</Size><ETag>abc</ETag></Contents></ListBucketResult>',
      ),
    ).toEqual({ objects: [{ key: 'a&b+c.csv', size: 3, etag: 'abc' }], next: null });
  });
});

describe('an SFTP server', () => {
  let sftp: SftpServer;
  const facts = (over: Partial<SftpPlace> = {}): SftpPlace => ({
    id: 'northpay-sftp',
    everyMs: 0,
    host: '127.0.0.1',
    port: sftp.port,
    user: login.user,
    folder: '/out',
    hostKeys: [sftp.hostKey],
    password: login.password,
    privateKey: null,
    passphrase: null,
    ...over,
  });
  const place = (over?: Partial<SftpPlace>): StatementPlace => sftpPlace(facts(over), { listMs: 5000 });
  const put = (path: string, bytes: Buffer = statement, mtime = 1_795_000_000): void =>
    void sftp.entries.set(path, { bytes, mtime });
  beforeAll(async () => {
    sftp = await startSftp();
  });
  afterAll(() => sftp.close());
  beforeEach(() => {
    sftp.entries.clear();
    sftp.entries.set('/out', 'folder');
    sftp.isDeaf = false;
    sftp.isWordy = false;
    sftp.beforeRead = () => undefined;
  });
  afterEach(() => {
    expect(sftp.writes).toEqual([]);
  });

  it('lists its folder one level deep, and reads what it lists, whatever it is called', async () => {
    const names = oddNames.filter((name) => name !== "it's (1)*!.csv").concat("it's.csv");
    for (const name of names) put(`/out/${name}`, Buffer.from(name));
    sftp.entries.set('/out/northpay', 'folder');
    sftp.entries.set('/out/northpay/deeper', 'folder');
    put('/out/northpay/1.csv', Buffer.from('northpay/1.csv'));
    put('/out/northpay/deeper/2.csv');
    put('/out/3.csv.filepart');
    const { files } = await place().list();
    expect(files.map(({ path }) => path).sort()).toEqual([...names, 'northpay/1.csv'].sort());
    for (const file of files) expect(Buffer.from(await place().read(file)).toString()).toBe(file.path);
    expect(
      files.some(({ isWhole }) => isWhole),
      'a file may still be written to',
    ).toBe(false);
  });

  it('a folder in it that may not be listed hides nothing beside it', async () => {
    sftp.entries.set('/out/northpay-secret', 'folder');
    put('/out/1.csv');
    put('/out/zz.csv');
    expect(await place().list()).toMatchObject({
      files: [{ path: '1.csv' }, { path: 'zz.csv' }],
      refused: [{ path: 'northpay-secret', why: 'it is a folder that Paydesk may not list' }],
    });
  });

  it('reads a large file whole, in pieces that the server chooses', async () => {
    const large = Buffer.from(Array.from({ length: 2_000_003 }, (_, at) => (at * 7 + (at >> 8)) % 251));
    put('/out/large.csv', large);
    expect(Buffer.compare(Buffer.from(await place().read(await only(place()))), large)).toBe(0);
  });

  it('an empty file is read as empty', async () => {
    put('/out/empty.csv', Buffer.alloc(0));
    expect((await place().read(await only(place()))).length).toBe(0);
  });

  it('follows no links, reads no pipes, and refuses names that lead elsewhere', async () => {
    sftp.entries.set('/out/link.csv', 'link');
    sftp.entries.set('/out/pipe.csv', 'pipe');
    put('/out/back\\slash.csv');
    put('/out/bell\u0007.csv');
    const { files, refused } = await place().list();
    expect(files).toEqual([]);
    expect(refused.map(({ path }) => path)).toEqual([
      'back\\slash.csv',
      'bell\u0007.csv',
      'link.csv',
      'pipe.csv',
    ]);
  });

  it('does not read a file that grew, changed, vanished or became a link', async () => {
    put('/out/1.csv');
    const file = await only(place());
    const changes: (() => void)[] = [
      () => put('/out/1.csv', Buffer.concat([statement, statement])),
      () => put('/out/1.csv', statement, 1_795_000_001),
      () => void sftp.entries.delete('/out/1.csv'),
      () => void sftp.entries.set('/out/1.csv', 'link'),
    ];
    for (const change of changes) {
      change();
      await expect(place().read(file)).rejects.toMatchObject({ code: 'conflict' });
    }
    put('/out/1.csv');
    sftp.beforeRead = () => put('/out/1.csv', statement.subarray(0, 5), 1_795_000_002);
    await expect(place().read(file)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('whose key is not pinned is refused before a password is said, with the key that it has', async () => {
    put('/out/1.csv');
    for (const hostKeys of [[], [`SHA256:${'A'.repeat(43)}`]])
      await expect(place({ hostKeys }).list()).rejects.toMatchObject({
        code: 'misconfigured',
        publicMessage: expect.stringContaining(`has the host key ${sftp.hostKey}, which is not pinned`),
        hint: expect.stringContaining('hostKeys'),
      });
    expect(await pathsOf(place({ hostKeys: [`SHA256:${'A'.repeat(43)}`, sftp.hostKey] }))).toEqual(['1.csv']);
  });

  it.each<[string, Partial<SftpPlace>, boolean]>([
    ['a password', {}, false],
    ['a password that is asked for in words', {}, true],
    ['a private key', { password: null, privateKey: clientKey.private }, false],
  ])('takes %s', async (_what, over, isWordy) => {
    sftp.isWordy = isWordy;
    put('/out/1.csv');
    expect(await pathsOf(place(over))).toEqual(['1.csv']);
  });

  it.each<[string, Partial<SftpPlace>, string, string]>([
    ['a wrong password', { password: 'another' }, 'misconfigured', 'refuses the login of larkspur'],
    ['a private key that is none', { password: null, privateKey: 'hello' }, 'misconfigured', 'private key'],
    ['no secret at all', { password: null }, 'misconfigured', 'neither a password nor a private key'],
    ['a folder that is not there', { folder: '/nowhere' }, 'misconfigured', 'has no folder /nowhere'],
    ['a folder of others', { folder: '/secret' }, 'misconfigured', 'does not let larkspur read /secret'],
    ['nobody at the address', { port: 9 }, 'unavailable', 'cannot be reached'],
  ])('says so: %s', async (_what, over, code, words) => {
    sftp.entries.set('/secret', 'folder');
    await expect(place(over).list()).rejects.toMatchObject({
      code,
      publicMessage: expect.stringContaining(words),
    });
  });

  it('that hangs is given up after its limit, and at once when the desk stops', async () => {
    sftp.isDeaf = true;
    const slow = sftpPlace(facts(), { listMs: 300 });
    await expect(slow.list()).rejects.toMatchObject({ code: 'unavailable', publicMessage: /takes too long/ });
    const stopping = new AbortController();
    const stopped = expect(sftpPlace(facts(), { signal: stopping.signal }).list()).rejects.toMatchObject({
      code: 'unavailable',
    });
    stopping.abort();
    await stopped;
  });
});

describe('the desk', () => {
  let s3: S3Server;
  let sftp: SftpServer;
  let bench: Bench;
  let thread: StatementThread;
  const report = Buffer.from(
    'reference,order,batch,kind,amount,fee,currency,day\nP1,,,payment,10.00,0.00,EUR,2026-11-27\n',
  );
  const secrets = {
    STATEMENTS_OWN_BUCKET_ACCESS_KEY_ID: new Secret(s3Keys.accessKeyId),
    STATEMENTS_OWN_BUCKET_SECRET_ACCESS_KEY: new Secret(s3Keys.secretAccessKey),
    STATEMENTS_NORTHPAY_SFTP_PASSWORD: new Secret(login.password),
  };
  beforeAll(async () => {
    [s3, sftp] = await Promise.all([startS3('statements'), startSftp()]);
    const places = `
      { id: own-bucket, s3: { endpoint: '${s3.url}', region: eu-test-1, bucket: statements } },
      { id: northpay-sftp, partner: northpay, every: 5m,
        sftp: { host: 127.0.0.1, port: ${sftp.port}, user: larkspur, folder: /out, hostKeys: ['${sftp.hostKey}'] } }`;
    bench = await startBench(
      '2026-11-28T06:00:00Z',
      // Files are read in the thread, where libraries are loaded as in production.
      ({ settings, clock, databaseUrl, booksUrl }) => {
        const urls = { databaseUrl: databaseUrl.reveal(), booksUrl: booksUrl.reveal() };
        thread = statementThread({ settings, logLevel: 'silent', ...urls }, { clock });
        return thread;
      },
      { places, secrets },
    );
    sftp.entries.set('/out', 'folder');
  });
  afterAll(async () => {
    await thread.close();
    await Promise.all([bench.close(), s3.close(), sftp.close()]);
  });

  it('takes each content once, wherever it lies, and an SFTP file when it has rested', async () => {
    sftp.entries.set('/out/any-name.csv', { bytes: report, mtime: 1_795_000_000 });
    expect(await bench.settle()).toEqual({ taken: 1, reconciled: 1 });
    expect(
      (await bench.desk.day({ partner: 'northpay', businessDay: parseDay('2026-11-27')! }))?.files,
    ).toMatchObject([{ name: 'northpay/any-name.csv' }]);
    s3.objects.set('northpay/the-same.csv', report);
    expect(await bench.desk.look({ isForced: true })).toEqual({ taken: 0, reconciled: 0 });
    s3.objects.set('northpay_2.csv', Buffer.from(report.toString().replace('10.00', '20.00')));
    expect(await bench.desk.look({ isForced: true })).toEqual({ taken: 1, reconciled: 1 });
    const before = sftp.connections;
    await bench.desk.look();
    expect(sftp.connections, 'a place is asked as often as it says').toBe(before);
    expect([s3.writes, sftp.writes]).toEqual([0, []]);
  });

  it('and its doctor list every place, and say which host key an unknown server has', async () => {
    const partners = [{ id: 'northpay', name: 'Northpay', kind: 'psp', statements: {} }];
    const place = { host: '127.0.0.1', port: sftp.port, user: login.user, folder: '/out' };
    const places = [
      { id: 'own-bucket', s3: { endpoint: s3.url, region: 'eu-test-1', bucket: 'statements' } },
      { id: 'northpay-sftp', sftp: place },
    ];
    const yaml = JSON.stringify({ company: 'Larkspur Pay', partners, statements: { places } });
    const config = parseConfig(yaml, 'paydesk.yaml');
    const environment = { PAYDESK_HOME: '/nowhere', statementSecrets: secrets } as unknown as Environment;
    const clock = { now: () => new Date() };
    const found = await Promise.all(checksOfPlaces({ environment, config, clock }).map(findingOf));
    expect(found).toMatchObject([
      { what: 'statements in folder', state: 'ok', says: '0 files' },
      { what: 'statements in own-bucket', state: 'ok', says: '2 files' },
      { what: 'statements in northpay-sftp', state: 'fault', says: expect.stringContaining(sftp.hostKey) },
    ]);
  });

  it('says in /readyz which place cannot be read', () => {
    const since = new Date('2026-11-27T06:00:00Z');
    expect(remarksOn(null, [{ place: 'own-bucket', since, why: 'It is away.', told: false }])).toEqual({
      statements: 'own-bucket since 2026-11-27T06:00:00Z: It is away.',
    });
    expect(remarksOn(null, [])).toEqual({});
  });
});

describe('in paydesk.yaml', () => {
  const yaml = (places: string): string => `
company: Larkspur Pay
partners: [{ id: northpay, name: Northpay, kind: psp, statements: {} }]
statements: { places: [${places}] }`;
  const secret = (text: string): Secret => new Secret(text);

  it('places have their secrets from the environment, and files of a partner a folder of its name', async () => {
    const config = parseConfig(
      yaml(`
        { id: own-bucket, s3: { endpoint: 'https://s3.eu-central-1.amazonaws.com', bucket: larkspur } },
        { id: northpay-sftp, partner: northpay, every: 15m, sftp: { host: sftp.northpay.example, user: larkspur } }`),
      'paydesk.yaml',
    );
    const statementSecrets = {
      STATEMENTS_OWN_BUCKET_ACCESS_KEY_ID: secret('AKID'),
      STATEMENTS_OWN_BUCKET_SECRET_ACCESS_KEY: secret('key'),
      STATEMENTS_NORTHPAY_SFTP_PRIVATE_KEY: secret('a\\nb'),
    };
    const settings = statementSettings({ PAYDESK_HOME: '/nowhere', statementSecrets }, config);
    expect(settings.places).toMatchObject([
      {
        partner: null,
        facts: { id: 'own-bucket', accessKeyId: 'AKID', secretAccessKey: 'key', sessionToken: null },
      },
      {
        partner: 'northpay',
        facts: { id: 'northpay-sftp', everyMs: 900_000, privateKey: 'a\nb', password: null },
      },
    ]);
    expect(structuredClone(settings), 'it crosses into the thread that reads').toEqual(settings);
    expect(placesOf(settings).map(({ id, everyMs }) => [id, everyMs])).toEqual([
      ['folder', 0],
      ['own-bucket', 300_000],
      ['northpay-sftp', 900_000],
    ]);
    const listed = { path: 'a.csv', size: 1, fingerprint: '1', isWhole: true };
    const inner: StatementPlace = {
      id: 'x',
      everyMs: 0,
      list: () => Promise.resolve({ files: [listed], refused: [{ path: 'b', why: 'a link' }] }),
      read: ({ path }) => Promise.resolve(Buffer.from(path)),
    };
    const outer = ofPartner('northpay', inner);
    const { files, refused } = await outer.list();
    expect([files[0]?.path, refused[0]?.path]).toEqual(['northpay/a.csv', 'northpay/b']);
    expect(Buffer.from(await outer.read(files[0]!)).toString()).toBe('a.csv');
  });

  it.each([
    ['{ id: a1 }', 'needs either s3 or sftp'],
    ['{ id: folder, sftp: { host: h, user: u } }', 'not “folder”'],
    ['{ id: a1, sftp: { host: h, user: u, hostKeys: [abc] } }', 'must be a fingerprint'],
    ['{ id: a1, s3: { endpoint: "http://s3.example.com", bucket: abc } }', 'must be an https address'],
    [
      '{ id: a1, s3: { endpoint: "https://s3.example.com", bucket: abc, prefix: "/in" } }',
      'must end with a slash',
    ],
    ['{ id: a1, sftp: { host: h, user: u } }, { id: a1, sftp: { host: h, user: u } }', 'twice'],
    ['{ id: a1, sftp: { host: h, user: u, password: x } }', 'password'],
  ])('%s is refused: %s', (places, words) => {
    expect(() => parseConfig(yaml(places), 'paydesk.yaml')).toThrow(words);
  });
});
