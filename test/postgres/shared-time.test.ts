/** Replicas agree about the time, whatever their machines say: it is the database's. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startEngine } from '../../src/adapters/engine/engine.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { followDatabaseTime } from '../../src/adapters/postgres/shared-time.js';
import {
  fixedClock,
  followingClock,
  hourMs,
  secondMs,
  systemClock,
  type Clock,
} from '../../src/kernel/clock.js';
import { Secret } from '../../src/kernel/secret.js';
import { recordingLog, type Line } from '../engine/recording-log.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let db: Database;
let lines: Line[];
beforeEach(async () => {
  lines = [];
  database = await createDatabase();
  db = openDatabase({ url: database.appUrl, clock: systemClock, log: recordingLog([]) });
});
afterEach(async () => {
  await db.close();
  await database.drop();
});

const ahead = (durationMs: number): Clock => ({
  now: () => new Date(systemClock.now().getTime() + durationMs),
});
const offMs = (clock: Clock): number => Math.abs(clock.now().getTime() - systemClock.now().getTime());

describe('a following clock', () => {
  it('is the machine’s until it follows, and then runs on by a timer that cannot be set', () => {
    const machine = fixedClock('2026-11-20T09:00:00Z');
    let timerMs = 5000;
    const clock = followingClock(machine, () => timerMs);
    expect([clock.now(), clock.aheadMs()]).toEqual([machine.now(), null]);
    machine.advance(3 * hourMs);
    clock.follow(new Date('2026-11-20T09:00:00Z'));
    timerMs += 250;
    expect(clock.now()).toEqual(new Date('2026-11-20T09:00:00.250Z'));
    expect(clock.aheadMs()).toBe(3 * hourMs - 250);
    machine.advance(hourMs);
    expect(clock.now(), 'the machine’s clock was set meanwhile').toEqual(
      new Date('2026-11-20T09:00:00.250Z'),
    );
  });

  it.each([
    [3 * hourMs, 'ahead of', true],
    [-3 * hourMs, 'behind', true],
    [10 * secondMs, 'ahead of', false],
  ])(
    'of a machine that is off by %i ms takes the database’s time, and tells',
    async (durationMs, word, faulty) => {
      const clock = followingClock(ahead(durationMs));
      const time = await followDatabaseTime(clock, db, recordingLog(lines));
      onTestFinished(() => time.stop());
      expect(offMs(clock)).toBeLessThan(1500);
      expect(lines.map(({ level }) => level)).toEqual(['warn']);
      expect(Math.abs((time.aheadMs() ?? 0) - durationMs)).toBeLessThan(1500);
      if (faulty) expect(time.fault()).toContain(`${word} the database’s`);
      else expect(time.fault()).toBeNull();
    },
  );

  it('that is right says nothing', async () => {
    const time = await followDatabaseTime(followingClock(systemClock), db, recordingLog(lines));
    onTestFinished(() => time.stop());
    expect([lines, time.fault()]).toEqual([[], null]);
  });

  it('runs on while the database is away', async () => {
    const away = openDatabase({
      url: new Secret('postgres://nobody@127.0.0.1:9/none'),
      clock: systemClock,
      log: recordingLog([]),
    });
    const clock = followingClock(systemClock);
    const time = await followDatabaseTime(clock, away, recordingLog(lines));
    onTestFinished(() => time.stop());
    expect(offMs(clock)).toBeLessThan(1500);
    expect([time.fault(), time.aheadMs()]).toEqual([null, null]);
  });
});

describe('the cursor of a job', () => {
  const cursorMs = async (): Promise<number> =>
    (await db.query<{ slot: Date }>('select slot from paydesk.job_cursors'))[0]?.slot.getTime() ?? 0;

  async function start(clock: Clock): Promise<Date[]> {
    const slots: Date[] = [];
    const engine = await startEngine({
      databaseUrl: database.appUrl,
      jobs: [
        {
          id: 'often',
          summary: 'for a test',
          schedule: '* * * * * *',
          catchUp: 2,
          run: (slot) => Promise.resolve(void slots.push(slot)),
        },
      ],
      desk: null,
      clock,
      log: recordingLog(lines),
    });
    onTestFinished(() => engine.close());
    return slots;
  }

  it('is not dragged ahead by a machine whose clock is hours ahead', async () => {
    const clock = followingClock(ahead(3 * hourMs));
    const time = await followDatabaseTime(clock, db, recordingLog(lines));
    onTestFinished(() => time.stop());
    const slots = await start(clock);
    await expect.poll(() => slots.length, { timeout: 10_000 }).toBeGreaterThan(1);
    expect(await cursorMs()).toBeLessThan(systemClock.now().getTime() + 2 * secondMs);
  });

  it('follows the shared clock where ticks come too early by it', async () => {
    // The machine ticks three hours ahead of what replicas share.
    const shared = ahead(-3 * hourMs);
    const slots = await start(shared);
    await expect.poll(() => slots.length, { timeout: 10_000 }).toBeGreaterThan(1);
    expect(await cursorMs()).toBeLessThan(shared.now().getTime() + 2 * secondMs);
    expect(Math.max(...slots.map((slot) => slot.getTime()))).toBeLessThan(
      shared.now().getTime() + 2 * secondMs,
    );
  });
});
