/** The desk with its work on statements in a real thread: the same results, and what happens when the thread fails. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { parseDay } from '../../src/kernel/calendar-day.js';
import { reconciliation as reconciliationSection } from '../../src/config/reconciliation.js';
import { OpsError } from '../../src/kernel/errors.js';
import { runStages } from '../../src/ports/reconciliation.js';
import { statementThread, type StatementThread } from '../../src/wiring/statement-thread.js';
import { startBench, type Bench } from './bench.js';

const morning = '2026-11-28T06:00:00Z';
const reconciliation = reconciliationSection.parse(undefined);
const idleMs = 2000;
// From sources, a thread first compiles them.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
let thread: StatementThread;
let bench: Bench;
let spoiledDay: number | null = null;

beforeAll(async () => {
  bench = await startBench(morning, ({ settings, clock, databaseUrl, booksUrl }) => {
    const urls = { databaseUrl: databaseUrl.reveal(), booksUrl: booksUrl.reveal() };
    const module = '../../test/reconciliation/statement-thread-faults';
    thread = statementThread({ settings, logLevel: 'silent', ...urls }, { clock, module, idleMs });
    return {
      ...thread,
      run: (request, signal) => {
        const isSpoiled = request.businessDay === spoiledDay;
        return isSpoiled
          ? Promise.reject(new OpsError('unavailable', 'Spoiled.'))
          : thread.run(request, signal);
      },
    };
  });
});
afterAll(async () => {
  await thread.close();
  await bench.close();
});
beforeEach(async () => {
  bench.setTime(morning);
  await bench.clear();
  await bench.book({ id: 'L1', reference: 'P1', minor: 1_000, day: '2026-11-26' });
  await bench.put('northpay_27.csv', { reference: 'P1', amount: '10.00', day: '2026-11-27' });
});

const spoil = (how: 'crash' | 'hang'): Promise<void> => writeFile(`${bench.folder}.${how}`, '');
const whole = 'Northpay is whole for Fri 27 Nov: 1 of 1 statement line explained';
const posted = (): string[] => bench.posted().map(({ card }) => card.text);
const look = (): Promise<{ taken: number; reconciled: number }> => {
  bench.setTime('2026-11-28T06:00:10Z');
  return bench.desk.look();
};
const connections = (): Promise<object[]> =>
  // Other tests have sessions of this name in databases of their own.
  bench.database.query(
    "select from pg_stat_activity where application_name = 'paydesk statements' and datname = current_database()",
  );

it('takes in and compares in the thread, which ends with its connections when there is no more to do', async () => {
  expect(await bench.settle()).toEqual({ taken: 1, reconciled: 1 });
  expect(posted()).toEqual([whole]);
  await expect.poll(connections, { timeout: 10_000 }).toEqual([]);
});

it('says how far a run is', async () => {
  await bench.settle();
  const stages: string[] = [];
  const onProgress = (stage: string): void => void stages.push(stage);
  await thread.run({ ...key, asOf: key.businessDay, files: [], onProgress });
  expect(stages).toEqual([...runStages]);
});

it('a file that a crash kept from being read is read by the next look', async () => {
  await bench.desk.look();
  await spoil('crash');
  expect(await look()).toEqual({ taken: 0, reconciled: 0 });
  expect(posted()).toEqual([]);
  expect(await look()).toEqual({ taken: 1, reconciled: 1 });
  expect(posted()).toEqual([whole]);
});

const key = { partner: 'northpay', businessDay: parseDay('2026-11-27') ?? 0 };

it('a run that crashed is unavailable, keeps nothing, and can be made again', async () => {
  await bench.settle();
  await spoil('crash');
  await expect(bench.desk.run(key)).rejects.toMatchObject({
    code: 'unavailable',
    publicMessage: 'The thread that works on statements failed.',
    cause: { message: 'a fault of the thread' },
  });
  expect(await bench.desk.day(key)).toMatchObject({ unit: { runs: 1 } });
  expect(await bench.desk.run(key)).toBe(true);
  expect(await bench.desk.day(key)).toMatchObject({ unit: { runs: 2 } });
});

it('a later day that could not be run again after an older one is run again by the next look', async () => {
  await bench.settle();
  await bench.put('northpay_26.csv', { reference: 'P0', amount: '5.00', day: '2026-11-26' });
  spoiledDay = key.businessDay;
  expect(await bench.settle()).toEqual({ taken: 1, reconciled: 1 });
  expect(await bench.desk.day(key)).toMatchObject({ unit: { runs: 1 } });
  spoiledDay = null;
  bench.setTime('2026-11-28T06:01:00Z');
  await bench.desk.look();
  await bench.desk.look();
  expect(await bench.desk.day(key)).toMatchObject({ unit: { runs: 2 } });
});

it('a run that hangs is cut when it is stopped, even where it holds the thread', async () => {
  await bench.settle();
  await spoil('hang');
  const stopping = new AbortController();
  const run = thread.run({ ...key, asOf: key.businessDay, files: [] }, stopping.signal);
  const other = thread.run({ ...key, asOf: key.businessDay, files: [] });
  await expect.poll(() => existsSync(`${bench.folder}.hang`)).toBe(false);
  stopping.abort();
  await expect(run).rejects.toMatchObject({ code: 'unavailable' });
  await expect(other).rejects.toMatchObject({ code: 'unavailable' });
  expect(await bench.desk.run(key)).toBe(true);
});

it('a fault of the work itself keeps its words', async () => {
  const file = { path: 'gone.csv', size: 1, fingerprint: '1', isWhole: true };
  await expect(thread.documentsOf('folder', file)).rejects.toMatchObject({ code: 'conflict' });
  await expect(thread.documentsOf('nowhere', file)).rejects.toMatchObject({
    code: 'internal',
    publicMessage: 'There is no place nowhere for statements.',
  });
});

it('a run that takes too long is given up, and nothing can be asked of a thread that was closed', async () => {
  await bench.settle();
  const urls = { databaseUrl: '', booksUrl: '' };
  const settings = { partners: [], reconciliation, statementProfiles: [], places: [], folder: bench.folder };
  const module = '../../test/reconciliation/statement-thread-faults';
  const clock = { now: () => new Date(morning) };
  const short = statementThread({ settings, logLevel: 'silent', ...urls }, { clock, module, callMs: 1 });
  const request = { ...key, asOf: key.businessDay, files: [] };
  await expect(short.run(request)).rejects.toMatchObject({
    code: 'unavailable',
    publicMessage: 'The work on statements took too long.',
  });
  await short.close();
  await expect(short.run(request)).rejects.toMatchObject({ code: 'unavailable' });
});
