/** Runs of units against real databases: what is kept, what a second file changes, and what later days close. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { createResults } from '../../src/adapters/postgres/recon-results.js';
import { createStatementFiles } from '../../src/adapters/postgres/statement-files.js';
import { formats } from '../../src/reconciliation/formats/index.js';
import { reconciliation } from '../../src/config/reconciliation.js';
import { parseDay } from '../../src/kernel/calendar-day.js';
import { fixedClock, type FixedClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import type {
  Reconciler,
  ReconciliationResults,
  RunOutcome,
  StatementFiles,
  UnitFile,
} from '../../src/ports/reconciliation.js';
import { createReconciler } from '../../src/wiring/reconciliation-engine/reconciler.js';
import { termsOf, type PartnerTerms } from '../../src/wiring/reconciliation-engine/terms.js';
import { createDatabase, createEmptyDatabase, type TestDatabase } from '../support/postgres.js';

let desk: TestDatabase;
let books: TestDatabase;
let database: Database;
let owner: pg.Client;
let clock: FixedClock;
let results: ReconciliationResults;
let files: StatementFiles;
let reconciler: Reconciler;
/** The files that were taken in, by their hash. */
const archive = new Map<string, Buffer>();
/** What paydesk.yaml says of the partners besides. */
let terms: Partial<PartnerTerms> = {};

beforeAll(async () => {
  [desk, books] = await Promise.all([createDatabase(), createEmptyDatabase()]);
  owner = new pg.Client({ connectionString: books.url.reveal() });
  await owner.connect();
  await owner.query(`create table ledger_entries (entry_id text, account text, direction text, amount_minor bigint,
    currency text, kind text, partner text, reference text, batch_id text, business_day date, booked_at timestamptz)`);
  clock = fixedClock('2026-11-27T09:00:00Z');
  database = openDatabase({ url: desk.appUrl, clock, log: silentLog });
  results = createResults(database);
  files = createStatementFiles(database);
  reconciler = createReconciler({
    database: desk.appUrl,
    books: books.url,
    termsOf: (id) => ({ ...usual(id), ...terms }),
    formats,
    arrivals: { content: (sha256) => Promise.resolve(piecesOf(archive.get(sha256))) },
    results,
    clock,
  });
}, 60_000);
afterAll(async () => {
  await database.close();
  await owner.end();
  await Promise.all([desk.drop(), books.drop()]);
});

const section = reconciliation.parse(undefined);
const usual = (id: string): PartnerTerms => termsOf({ partners: [], reconciliation: section }, id);

let partner: string;
let partners = 0;
beforeEach(() => {
  partner = `p${++partners}`;
  terms = {};
  clock.set(new Date('2026-11-27T09:00:00Z'));
});

/** An entry in short: id, reference, signed amount, day. */
const book = async (
  ...entries: [id: string, reference: string, amount: number, day: string, more?: Partial<Booked>][]
): Promise<void> => {
  for (const [id, reference, amount, day, { type = 'capture', batch = null, bookedAt } = {}] of entries)
    await owner.query('insert into ledger_entries values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)', [
      id,
      `clearing:${partner}`,
      amount < 0 ? 'credit' : 'debit',
      Math.abs(amount),
      'EUR',
      type,
      partner,
      reference,
      batch,
      day,
      bookedAt ?? `${day}T12:00:00Z`,
    ]);
};

interface Booked {
  type: string;
  batch: string | null;
  bookedAt: string;
}

const header = 'line_no,partner_ref,amount_minor,currency,value_date,type,fee_minor';
const statement = (...rows: string[]): string => [header, ...rows, ''].join('\n');

async function take(text: string, name = 'a.csv', format = 'table'): Promise<UnitFile | null> {
  const sha256 = createHash('sha256').update(text).digest('hex');
  archive.set(sha256, Buffer.from(text));
  const facts = { partner, sha256, name, format, receivedAt: new Date('2026-11-27T08:00:00Z') };
  const { file, isNew } = await database.run((tx) => files.add(tx, facts));
  return isNew ? { id: file.id, sha256, format } : null;
}

async function run(
  businessDay: string,
  text: string | null,
  more: { engine?: 'join' | 'sql'; asOf?: string } = {},
): Promise<RunOutcome> {
  const file = text === null ? null : await take(text);
  return reconciler.run({
    partner,
    businessDay: parseDay(businessDay) ?? 0,
    asOf: parseDay(more.asOf ?? businessDay) ?? 0,
    files: file === null ? [] : [file],
    ...(more.engine && { engine: more.engine }),
  });
}

async function breaks(businessDay: string): Promise<string[]> {
  const { facts } = await results.breaks({ partner, businessDay: parseDay(businessDay) ?? 0 }, 100);
  return facts
    .map(
      ({ kind, differenceMinor, entries, lines }) =>
        `${kind} ${differenceMinor} ${entries.map(({ id }) => id).join(' ')} / ${lines.map(({ line }) => line).join(' ')}`,
    )
    .sort();
}

describe('a bank statement', () => {
  const mt940 = (date: number, opening: string, closing: string, amount: string): string =>
    [
      ':20:S',
      ':25:NL1',
      ':28C:1',
      `:60F:C2611${date - 1}EUR${opening}`,
      `:61:2611${date}C${amount}NTRFr${date}//b${date}`,
      `:62F:C2611${date}EUR${closing}`,
      '-',
      '',
    ].join('\n');
  const runDay = async (date: number, text: string): Promise<string[]> => {
    const file = await take(text, `${date}.sta`, 'mt940');
    const key = { partner, businessDay: parseDay(`2026-11-${date}`) ?? 0 };
    await reconciler.run({ ...key, asOf: key.businessDay, files: file === null ? [] : [file] });
    return (await results.quarantine(key, 10)).facts.map(({ line, code }) => `${line} ${code}`);
  };

  it('that does not open with the balance of the day before is a finding, also in another file', async () => {
    expect(await runDay(24, mt940(24, '10,00', '15,00', '5,00'))).toEqual([]);
    expect(await runDay(25, mt940(25, '15,00', '18,00', '3,00'))).toEqual([]);
    expect(await runDay(26, mt940(26, '17,00', '18,00', '1,00'))).toEqual(['1 balance_gap']);
  });

  it('that comes as pages in files of their own goes on from page to page', async () => {
    await runDay(24, mt940(24, '10,00', '15,00', '5,00'));
    expect(await runDay(25, mt940(25, '15,00', '18,00', '3,00'))).toEqual([]);
    expect(await runDay(25, mt940(25, '18,00', '22,00', '4,00'))).toEqual([]);
  });

  it('that is corrected later is judged by its new content', async () => {
    await runDay(24, mt940(24, '10,00', '15,00', '5,00'));
    await runDay(24, mt940(24, '10,00', '16,00', '6,00'));
    expect(await runDay(25, mt940(25, '16,00', '18,00', '2,00'))).toEqual([]);
  });
});

describe.each(['join', 'sql'] as const)('with the engine %s', (engine) => {
  it('keeps matches as counts, breaks with both sides, and lines that can be found again', async () => {
    await book(
      ['A', 'r1', 100, '2026-11-26'],
      ['B', 'r2', 200, '2026-11-26'],
      ['C', 'r3', -50, '2026-11-26'],
    );
    const { unit, stale } = await run(
      '2026-11-26',
      statement(
        '1,r1,100,EUR,2026-11-26,payment,0',
        '2,r2,180,EUR,2026-11-26,payment,0',
        '3,"x,9",7,EUR,2026-11-26,payment,0',
        '4,bad,1.5,EUR,2026-11-26,payment,0',
      ),
      { engine },
    );
    expect(stale).toEqual([]);
    expect(unit).toMatchObject({
      runs: 1,
      engine,
      ledgerRows: 3,
      statementRows: 3,
      matched: { exact: 1 },
      breaks: { amount: 1, missing_at_partner: 1, missing_in_ledger: 1 },
      quarantined: 1,
    });
    expect(unit.totals.get('EUR')).toEqual({
      ledgerMinor: 250n,
      statementMinor: 287n,
      explainedMinor: 100n,
      pendingMinor: 0n,
    });
    expect(await breaks('2026-11-26')).toEqual([
      'amount -20 B / 2',
      'missing_at_partner 50 C / ',
      'missing_in_ledger 7  / 3',
    ]);
    const sightings = await results.linesBy(['nothing', 'x,9', '1'], 5);
    expect(await results.linesBy(['x,9'], 5)).toEqual(sightings);
    const places = await results.placesOf(partner);
    expect(places.map(({ businessDay }) => businessDay)).toContain(unit.businessDay);
    expect(await results.linesBy(['x,9'], 5, places)).toEqual(
      sightings.filter((each) => each.partner === partner),
    );
    const later = places.filter(({ businessDay }) => businessDay > unit.businessDay);
    expect(await results.linesBy(['x,9'], 5, later)).toEqual([]);
    expect(sightings.find((each) => each.partner === partner)).toMatchObject({
      fileName: 'a.csv',
      line: { line: 3 },
    });
    const { facts } = await results.quarantine({ partner, businessDay: unit.businessDay }, 10);
    expect(facts).toMatchObject([{ line: 5, code: 'bad_amount' }]);
  });

  it('reads references of the ledger that have marks of their own', async () => {
    const odd = ['a,b', 'back\\slash', 'tab\there', 'two\nlines', '"quoted"', 'é', '\\N'];
    await book(
      ...odd.map((reference, at): Parameters<typeof book>[0] => [`L${at}`, reference, 100, '2026-11-26']),
      ['L\\,"7', 'gone', 200, '2026-11-26'],
      ['L8', '', 300, '2026-11-26'],
    );
    const text = statement(
      ...odd.map(
        (reference, at) => `${at + 1},"${reference.replaceAll('"', '""')}",100,EUR,2026-11-26,payment,0`,
      ),
    );
    const { unit } = await run('2026-11-26', text, { engine });
    expect(unit.matched).toEqual({ exact: odd.length });
    expect(await breaks('2026-11-26')).toEqual([
      'missing_at_partner -200 L\\,"7 / ',
      'missing_at_partner -300 L8 / ',
    ]);
    // Read back from where they are staged.
    const again = await run('2026-11-26', statement('9,gone,200,EUR,2026-11-26,payment,0'), { engine });
    expect(again.unit.matched).toEqual({ exact: odd.length + 1 });
  });

  it('finds the same again when it runs again, under the same identities', async () => {
    await book(['A', 'r1', 100, '2026-11-26'], ['B', 'r2', 200, '2026-11-26']);
    const text = statement('1,r1,90,EUR,2026-11-26,payment,0');
    await run('2026-11-26', text, { engine });
    const key = { partner, businessDay: parseDay('2026-11-26') ?? 0 };
    const before = (await results.breaks(key, 10)).facts.map(({ identity }) => identity);
    expect(await take(text, 'again.csv')).toBeNull();
    const { unit } = await run('2026-11-26', null, { engine });
    expect(unit).toMatchObject({ runs: 2, statementRows: 1, files: [expect.any(Number)] });
    expect((await results.breaks(key, 10)).facts.map(({ identity }) => identity)).toEqual(before);
  });

  it('adds of a file with more in it the difference alone, and twins stay twins', async () => {
    await book(
      ['A', 'r1', 100, '2026-11-26'],
      ['B', 'r2', 200, '2026-11-26'],
      ['C', 'r2', 200, '2026-11-26'],
    );
    const rows = [
      '1,r1,100,EUR,2026-11-26,payment,0',
      '2,r2,200,EUR,2026-11-26,payment,0',
      '3,r2,200,EUR,2026-11-26,payment,0',
    ];
    await run('2026-11-26', statement(...rows.slice(0, 2)), { engine });
    expect(await breaks('2026-11-26')).toEqual(['duplicate_in_ledger -200 C / ']);
    const { unit } = await run('2026-11-26', statement(...rows), { engine });
    expect(unit).toMatchObject({ statementRows: 3, matched: { exact: 3 }, breaks: {} });
  });

  it('lets a corrected file speak for the payments that it names', async () => {
    await book(['A', 'r1', 100, '2026-11-26'], ['B', 'r2', 200, '2026-11-26']);
    await run(
      '2026-11-26',
      statement('1,r1,100,EUR,2026-11-26,payment,0', '2,r2,190,EUR,2026-11-26,payment,0'),
      { engine },
    );
    const { unit } = await run(
      '2026-11-26',
      statement('1,r1,100,EUR,2026-11-26,payment,0', '2,r2,200,EUR,2026-11-26,payment,0'),
      { engine },
    );
    expect(unit).toMatchObject({ statementRows: 2, matched: { exact: 2 }, breaks: {} });
  });

  it('carries a break forward in silence and closes it when the money comes', async () => {
    await book(['A', 'r1', 100, '2026-11-24'], ['B', 'r2', 200, '2026-11-25']);
    await run('2026-11-24', statement('1,zz,5,EUR,2026-11-24,payment,0'), { engine });
    expect(await breaks('2026-11-24')).toEqual(['missing_at_partner -100 A / ', 'missing_in_ledger 5  / 1']);
    await run('2026-11-25', statement('1,r2,200,EUR,2026-11-25,payment,0'), { engine });
    expect(await breaks('2026-11-25')).toEqual([]);
    const { unit } = await run('2026-11-26', statement('1,r1,100,EUR,2026-11-26,payment,0'), { engine });
    expect(unit).toMatchObject({ cleared: 1, breaks: {}, matched: { exact: 1 } });
    const { facts } = await results.cleared({ partner, businessDay: unit.businessDay }, 10);
    expect(facts).toMatchObject([{ rule: 'exact', entries: [{ id: 'A' }], lines: [{ line: 1 }] }]);
  });

  const batchHeader = `${header},batch_id,our_ref`;
  const report = (...rows: string[]): string => [batchHeader, ...rows, ''].join('\n');

  it('holds what a batch pays out against what its lines come to', async () => {
    await book(
      ['A', 'r1', 100, '2026-11-26'],
      ['B', 'r2', 200, '2026-11-26'],
      ['P', 'PO1', -280, '2026-11-26', { type: 'payout' }],
      ['Q', 'PO2', -50, '2026-11-26', { type: 'payout' }],
      ['C', 'r3', 50, '2026-11-26'],
    );
    const rows = [
      '1,r1,100,EUR,2026-11-26,payment,0,B1,',
      '2,r2,200,EUR,2026-11-26,payment,0,B1,',
      '3,PO1,-280,EUR,2026-11-26,payout,0,B1,',
      '4,r3,50,EUR,2026-11-26,payment,0,B2,',
      '5,PO2,-50,EUR,2026-11-26,payout,0,B2,',
    ];
    const { unit } = await run('2026-11-26', report(...rows), { engine });
    expect(await breaks('2026-11-26')).toEqual(['batch_residue -20 P / 3']);
    expect(unit.matched).toEqual({ exact: 4 });
    await run('2026-11-27', report('1,x,-5,EUR,2026-11-27,payment,0,,'), { engine });
    terms = { isClearing: false };
    await run('2026-11-26', null, { engine });
    expect(await breaks('2026-11-26')).toEqual([]);
  });

  it('tells a difference of the exchange rate from others, also when it was open before', async () => {
    await book(['A', 'r1', 8500, '2026-11-26'], ['B', 'r2', 8500, '2026-11-26']);
    const header =
      'line_no,partner_ref,amount_minor,currency,value_date,type,fee_minor,fx_currency,fx_minor,fx_rate';
    const rows = [
      '1,r1,8600,EUR,2026-11-26,payment,0,USD,10000,0.86',
      '2,r2,8600,EUR,2026-11-26,payment,0,,,',
      '3,"r,3",8600,EUR,2026-11-26,payment,0,USD,10000,0.86',
    ];
    await run('2026-11-26', [header, ...rows, ''].join('\n'), { engine });
    expect(await breaks('2026-11-26')).toEqual([
      'amount 100 B / 2',
      'fx 100 A / 1',
      'missing_in_ledger 8600  / 3',
    ]);
    await book(['C', 'r,3', 8550, '2026-11-27', { bookedAt: '2026-11-27T08:00:00Z' }]);
    await run('2026-11-27', statement('1,x,-5,EUR,2026-11-27,payment,0'), { engine });
    expect(await breaks('2026-11-27')).toContain('fx 50 C / 3');
  });

  it('compares once when two looks read the same list of files', async () => {
    await book(['A', 'r1', 100, '2026-11-26']);
    const file = await take(statement('1,r1,100,EUR,2026-11-26,payment,0'));
    const day = parseDay('2026-11-26') ?? 0;
    const request = { partner, businessDay: day, asOf: day, files: file ? [file] : [], engine };
    const both = await Promise.all([reconciler.run(request), reconciler.run(request)]);
    expect(both.map(({ unit, stale }) => [unit.runs, unit.files, stale])).toEqual([
      [1, [file?.id], []],
      [1, [file?.id], []],
    ]);
  });

  it('knows a second payment of one order, whatever its reference', async () => {
    await book(['A', 'r1', 100, '2026-11-26']);
    const rows = [
      '1,r1,100,EUR,2026-11-26,payment,0,,O1',
      '2,r9,100,EUR,2026-11-26,payment,0,,O1',
      '3,r8,60,EUR,2026-11-26,payment,0,,O1',
    ];
    await run('2026-11-26', report(...rows), { engine });
    expect(await breaks('2026-11-26')).toEqual([
      'duplicate_at_partner 100  / 2',
      'missing_in_ledger 60  / 3',
    ]);
    await run('2026-11-27', report('1,r7,60,EUR,2026-11-27,payment,0,,O1'), { engine });
    expect(await breaks('2026-11-27')).toEqual(['duplicate_at_partner 60  / 1']);
  });

  it('gives a late booking to the next run, once', async () => {
    await run('2026-11-25', statement('1,r1,100,EUR,2026-11-25,payment,0'), { engine });
    await book(
      ['A', 'r1', 100, '2026-11-25', { bookedAt: '2026-11-27T10:00:00Z' }],
      ['B', 'r2', 200, '2026-11-26', { bookedAt: '2026-11-27T13:00:00Z' }],
    );
    clock.set(new Date('2026-11-27T12:00:00Z'));
    const { unit } = await run('2026-11-26', statement('1,r2,200,EUR,2026-11-26,payment,0'), { engine });
    expect(unit).toMatchObject({ ledgerRows: 1, cleared: 1 });
    expect(await breaks('2026-11-26')).toEqual(['missing_in_ledger 200  / 1']);
    clock.set(new Date('2026-11-27T14:00:00Z'));
    const next = await run('2026-11-27', statement('1,r3,5,EUR,2026-11-27,payment,0'), { engine });
    expect(next.unit).toMatchObject({ ledgerRows: 1, cleared: 1 });
    expect(await breaks('2026-11-27')).toEqual(['missing_in_ledger 5  / 1']);
  });

  it('leaves alone what was due before the first day, and takes its late lines', async () => {
    await book(
      ['A', 'r1', 100, '2026-11-23'],
      ['B', 'r2', 200, '2026-11-24'],
      ['C', 'r3', 300, '2026-11-26'],
    );
    const { unit } = await run('2026-11-26', statement('1,r2,200,EUR,2026-11-26,payment,0'), { engine });
    expect(unit).toMatchObject({ ledgerRows: 2, matched: { exact: 1 } });
    expect(await breaks('2026-11-26')).toEqual(['missing_at_partner -300 C / ']);
  });

  it('finds a break that was pending since an earlier day again when the day runs again', async () => {
    terms = { settles: 'T+2' };
    await book(['A', 'r1', 100, '2026-11-24']);
    await run('2026-11-24', statement('1,x,1,EUR,2026-11-24,payment,0'), { engine });
    await run('2026-11-26', statement('1,y,1,EUR,2026-11-26,payment,0'), { engine });
    const found = ['missing_at_partner -100 A / ', 'missing_in_ledger 1  / 1'];
    expect(await breaks('2026-11-26')).toEqual(found);
    const { unit } = await run('2026-11-26', null, { engine });
    expect(await breaks('2026-11-26')).toEqual(found);
    expect(unit).toMatchObject({ runs: 2, pending: 0 });
    const { unit: last } = await run('2026-11-27', statement('1,r1,100,EUR,2026-11-27,payment,0'), {
      engine,
    });
    expect(last).toMatchObject({ cleared: 1, breaks: {} });
  });

  it('awaits the booking of what a report implies, and then misses it', async () => {
    const implied = '1,PO1,-300,EUR,2026-11-19,implied_payout,0,B1,';
    const { unit } = await run('2026-11-19', report(implied), { engine });
    expect(unit).toMatchObject({ statementRows: 1, breaks: {} });
    await run('2026-11-24', report('1,x,1,EUR,2026-11-24,payment,0,,'), { engine });
    expect(await breaks('2026-11-24')).toEqual(['missing_in_ledger 1  / 1']);
    for (const text of [report('1,y,1,EUR,2026-11-25,payment,0,,'), null]) {
      await run('2026-11-25', text, { engine });
      expect(await breaks('2026-11-25')).toEqual(['missing_in_ledger -300  / 1', 'missing_in_ledger 1  / 1']);
    }
  });

  it('takes a batch that a later file states again from that file, and other lines by their reference', async () => {
    const first = [
      '1,r1,100,EUR,2026-11-26,payment,0,B1,',
      '2,wrong,7,EUR,2026-11-26,payment,0,B1,',
      '3,r2,190,EUR,2026-11-26,payment,0,,',
      '4,r3,50,EUR,2026-11-26,payment,0,,',
    ];
    const second = ['1,r1,100,EUR,2026-11-26,payment,0,B1,', '2,r2,200,EUR,2026-11-26,payment,0,,'];
    await book(['A', 'r1', 100, '2026-11-26'], ['B', 'r2', 200, '2026-11-26'], ['C', 'r3', 50, '2026-11-26']);
    await run('2026-11-26', report(...first), { engine });
    const { unit } = await run('2026-11-26', report(...second), { engine });
    expect(unit).toMatchObject({ statementRows: 3, matched: { exact: 3 }, breaks: {} });
  });

  it('lets a rule of the company answer what an earlier day left open', async () => {
    const by = ['plain_reference'] as const;
    const rule = {
      id: 'dashes',
      by,
      ledgerTypes: [],
      statementTypes: [],
      many: false,
      windowDays: 2,
      tolerances: new Map(),
    };
    terms = { rules: [rule] };
    await book(['A', 'AB-1', 100, '2026-11-25']);
    await run('2026-11-25', statement('1,x,1,EUR,2026-11-25,payment,0'), { engine });
    const { unit } = await run('2026-11-26', statement('1,ab1,100,EUR,2026-11-26,payment,0'), { engine });
    expect(unit).toMatchObject({ cleared: 1, matched: { 'rule:dashes': 1 }, breaks: {} });
  });

  it('says which later days rest on a day that ran again', async () => {
    await run('2026-11-25', statement('1,a,1,EUR,2026-11-25,payment,0'), { engine });
    await run('2026-11-26', statement('1,b,1,EUR,2026-11-26,payment,0'), { engine });
    const { stale } = await run('2026-11-25', null, { engine });
    expect(stale).toEqual([parseDay('2026-11-26')]);
  });
});

it('names the view that the books lack', async () => {
  await owner.query('alter table ledger_entries rename to elsewhere');
  await expect(run('2026-11-26', null)).rejects.toMatchObject({ code: 'misconfigured' });
  await owner.query('alter table elsewhere rename to ledger_entries');
});

/** As the archive gives a content: in parts that end anywhere. */
function piecesOf(bytes: Buffer | undefined): AsyncIterable<Buffer> | null {
  if (bytes === undefined) return null;
  const size = Math.max(1, Math.ceil(bytes.length / 3));
  return Readable.from([0, 1, 2].map((at) => bytes.subarray(at * size, (at + 1) * size)));
}
