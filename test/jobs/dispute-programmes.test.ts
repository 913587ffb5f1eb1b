/** The weekly report of the networks' programmes and their alarms, in a real database. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { disputeProgrammesJob } from '../../jobs/dispute-programmes.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { createOutbox } from '../../src/adapters/postgres/outbox.js';
import { shippedProgrammes, standingOf } from '../../src/disputes/programmes.js';
import { statsOf } from '../../src/disputes/stats.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

let own: TestDatabase;
let db: Database;
const clock = fixedClock('2026-11-20T12:00:00Z');

beforeAll(async () => {
  own = await createDatabase();
  db = openDatabase({ url: own.appUrl, clock, log: silentLog });
});
afterAll(async () => {
  await db.close();
  await own.drop();
});

/** Mastercard's programme alone, with so many chargebacks on 4,000 sales. */
const look = async (at: string, disputes: number): Promise<void> => {
  clock.set(new Date(at));
  const standings = shippedProgrammes
    .slice(1)
    .map(
      (programme) => (month: Parameters<typeof standingOf>[1]) =>
        standingOf(programme, month, { disputes, warnings: 0, warningsWhole: true, settled: 4000 }),
    );
  await disputeProgrammesJob.run(
    clock.now(),
    {
      monthReport: (month) =>
        Promise.resolve({
          stats: statsOf([]),
          standings: standings.map((of) => of(month)),
          warningsSince: null,
        }),
      disputesChannel: 'C0DISPUTES',
      outbox: createOutbox(() => undefined),
      transactions: db,
      clock,
    },
    silentLog,
  );
};

const said = async (): Promise<string[]> =>
  (await db.query<{ text: string }>(`select card->>'text' as text from paydesk.outbox order by id`)).map(
    ({ text }) => text.split(':')[0] ?? '',
  );

it('tells each step towards a threshold once a month, and every week on Monday morning', async () => {
  const near = 'Mastercard ECM is past 80 % of its threshold “ECM”';
  const reached = 'Mastercard ECM has reached its threshold “ECM”';
  await look('2026-11-20T12:00:00Z', 79);
  expect(await said()).toEqual([]);
  await look('2026-11-20T13:00:00Z', 80);
  await look('2026-11-20T14:00:00Z', 85);
  expect(await said()).toEqual([near]);
  await look('2026-11-21T12:00:00Z', 100);
  expect(await said()).toEqual([near, reached]);
  await look('2026-11-23T07:59:00Z', 101);
  await look('2026-11-23T08:00:00Z', 101);
  await look('2026-11-23T08:15:00Z', 101);
  expect(await said()).toEqual([near, reached, 'Network programmes, 2026-11 so far']);
});
