/** What a service answered, once for all replicas: two of them here, on one database. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { createSharedAnswers } from '../../src/adapters/postgres/shared-answers.js';
import { systemClock } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import type { Freshness, Pace, SharedAnswers } from '../../src/ports/shared-answers.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let db: Database;
let other: Database;
let here: SharedAnswers;
let there: SharedAnswers;

beforeAll(async () => {
  database = await createDatabase();
  const open = () => openDatabase({ url: database.url, clock: systemClock, log: silentLog });
  [db, other] = [open(), open()];
  [here, there] = [createSharedAnswers(db, silentLog), createSharedAnswers(other, silentLog)];
});

afterAll(async () => {
  await Promise.all([db.close(), other.close()]);
  await database.drop();
});

const wide: Pace = { name: 'wide', everyMs: 1, burst: 1000 };
const anew: Freshness = { maxAgeMs: 0, atWorstMs: 0, patienceMs: 5000 };
const lately: Freshness = { maxAgeMs: 60_000, atWorstMs: 60_000, patienceMs: 5000 };
const orOlder: Freshness = { maxAgeMs: 0, atWorstMs: 3_600_000, patienceMs: 5000 };
const orAnything: Freshness = { ...orOlder, atWorstMs: Infinity };

/** A service whose answers are released one at a time, or at once. */
function service(): {
  asked: number;
  ask: () => Promise<string>;
  release: () => Promise<void>;
  holds: boolean;
} {
  const waiting: (() => void)[] = [];
  const it = {
    asked: 0,
    holds: true,
    ask: async () => {
      const answer = `answer ${++it.asked}`;
      if (it.holds) await new Promise<void>((resolve) => waiting.push(resolve));
      return answer;
    },
    release: async () => {
      await expect.poll(() => waiting.length, { timeout: 10_000 }).toBeGreaterThan(0);
      waiting.shift()?.();
    },
  };
  return it;
}

let keys = 0;
let key = '';
beforeEach(() => {
  key = `key ${keys++}`;
});

const answers = (value: string) => () => Promise.resolve(value);
const refuses =
  (code: 'rate_limited' | 'unavailable' | 'not_found', details = {}) =>
  () =>
    Promise.reject(new OpsError(code, 'The service says no.', { details }));
const age = (ms: number) =>
  db.query(
    `update paydesk.shared_answers set asked_at = asked_at - $2::float8 * interval '1 ms' where key = $1`,
    [key, ms],
  );

describe('one question for all', () => {
  it('asks once for a hundred callers on two replicas, and once more for those who came after the question', async () => {
    const asking = service();
    const question = { key, pace: wide, ask: asking.ask };
    const first = Array.from({ length: 50 }, (_, at) => (at % 2 ? here : there).get(question, lately));
    await expect.poll(() => asking.asked).toBe(1);
    const second = Array.from({ length: 50 }, (_, at) => (at % 2 ? here : there).get(question, anew));
    await asking.release();
    expect((await Promise.all(first)).map(({ value }) => value)).toEqual(first.map(() => 'answer 1'));
    await asking.release();
    expect((await Promise.all(second)).map(({ value }) => value)).toEqual(second.map(() => 'answer 2'));
    expect(asking.asked).toBe(2);
  });

  it('takes the lease of a replica that died while it asked, and waits no longer than its caller can', async () => {
    const leased = (until: string) =>
      db.query(
        `insert into paydesk.shared_answers (key, asking_until) values ($1, clock_timestamp() + $2::interval)
         on conflict (key) do update set asking_until = excluded.asking_until`,
        [key, until],
      );
    const question = { key, pace: wide, ask: answers('mine') };
    await leased('1 min');
    await expect(here.get(question, { ...anew, patienceMs: 50 })).rejects.toMatchObject({
      code: 'rate_limited',
    });
    await leased('-1 s');
    expect(await here.get(question, anew)).toMatchObject({ value: 'mine' });
  });
});

describe('how old an answer may be', () => {
  it('counts from its question, by the clock of the database', async () => {
    await here.get({ key, pace: wide, ask: answers('old') }, anew);
    await age(59_000);
    const aged = await there.get({ key, pace: wide, ask: answers('new') }, lately);
    expect(aged.value).toBe('old');
    expect(aged.ageMs).toBeGreaterThanOrEqual(59_000);
    await age(1000);
    expect(await there.get({ key, pace: wide, ask: answers('new') }, lately)).toMatchObject({ value: 'new' });
  });

  it.each<[string, () => Promise<string>, Freshness, string]>([
    ['asked to wait, an older one serves', refuses('rate_limited', { retryAfterMs: 1 }), orOlder, 'old'],
    ['out of reach, an older one serves', refuses('unavailable'), orOlder, 'old'],
    ['out of reach, one of any age serves who takes any', refuses('unavailable'), orAnything, 'old'],
    ['out of reach, one that is too old does not', refuses('unavailable'), lately, 'unavailable'],
    ['says that there is none, an older one is untrue', refuses('not_found'), orAnything, 'not_found'],
  ])('where the service is %s', async (_what, ask, freshness, expected) => {
    const pace = { ...wide, name: key };
    await here.get({ key, pace, ask: answers('old') }, anew);
    await age(120_000);
    const asked = there.get({ key, pace, ask }, freshness);
    if (expected === 'old') expect(await asked).toMatchObject({ value: 'old' });
    else await expect(asked).rejects.toMatchObject({ code: expected });
  });

  it('does not wait long for a silent service where an older answer will do, and keeps the late one', async () => {
    await here.get({ key, pace: wide, ask: answers('old') }, anew);
    // Not of the same millisecond: then it would be the newest there can be, and nobody would ask.
    await age(1000);
    const silent = service();
    const startedAt = performance.now();
    expect(await here.get({ key, pace: wide, ask: silent.ask }, orOlder)).toMatchObject({ value: 'old' });
    expect(performance.now() - startedAt).toBeLessThan(2000);
    await silent.release();
    await expect
      .poll(async () => (await there.get({ key, pace: wide, ask: answers('newer') }, lately)).value)
      .toBe('answer 1');
  });

  it('an answer that is known to be outdated serves only who takes any', async () => {
    const pace = { ...wide, name: key };
    await here.get({ key, pace, ask: answers('old') }, anew);
    await there.expire(key);
    const refused = { key, pace, ask: refuses('unavailable') };
    await expect(here.get(refused, orOlder)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await here.get(refused, orAnything)).toMatchObject({ value: 'old' });
    await db.query('delete from paydesk.call_paces where name = $1', [key]);
    expect(await here.get({ key, pace, ask: answers('new') }, lately)).toMatchObject({ value: 'new' });
    expect(await there.get(refused, lately), 'no longer outdated').toMatchObject({ value: 'new' });
  });

  it('forgets what was not asked for in thirty days', async () => {
    await here.get({ key, pace: wide, ask: answers('someone') }, anew);
    await age(31 * 24 * 3_600_000);
    await here.get({ key: `${key} other`, pace: wide, ask: answers('someone else') }, anew);
    const kept = await db.query<{ key: string }>('select key from paydesk.shared_answers where key like $1', [
      `${key}%`,
    ]);
    expect(kept).toEqual([{ key: `${key} other` }]);
  });
});

describe('how often a service is asked', () => {
  it('lets a burst pass, then keeps the pace on both replicas, and says how long to wait', async () => {
    const pace: Pace = { name: key, everyMs: 60_000, burst: 3 };
    const ask = (at: number) =>
      (at % 2 ? here : there).get(
        { key: `${key} ${at}`, pace, ask: answers(`${at}`) },
        { ...anew, patienceMs: 100 },
      );
    for (const at of [1, 2, 3]) expect(await ask(at)).toMatchObject({ value: `${at}` });
    const refused = await ask(4).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'rate_limited' });
    const { retryAfterMs } = (refused as OpsError).details;
    expect(retryAfterMs).toBeGreaterThan(55_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it('keeps half of the burst for those who cannot go on without an answer', async () => {
    const pace: Pace = { name: key, everyMs: 60_000, burst: 4 };
    const known = (at: number) => ({ key: `${key} ${at}`, pace, ask: answers(`newer ${at}`) });
    const ages = [1, 2, 3];
    for (const at of ages) await here.get({ ...known(at), ask: answers(`old ${at}`) }, anew);
    await db.query('delete from paydesk.call_paces where name = $1', [key]);
    const refreshed: string[] = [];
    for (const at of ages) refreshed.push((await there.get(known(at), orOlder)).value);
    expect(refreshed).toEqual(['newer 1', 'newer 2', 'old 3']);
    for (const at of [4, 5]) expect(await there.get(known(at), anew)).toMatchObject({ value: `newer ${at}` });
    await expect(there.get(known(6), { ...anew, patienceMs: 50 })).rejects.toMatchObject({
      code: 'rate_limited',
    });
  });

  it('waits for a turn that comes in time, in order of asking', async () => {
    const pace: Pace = { name: key, everyMs: 100, burst: 1 };
    const sentAt: number[] = [];
    const ask = (at: number) => () => {
      sentAt.push(performance.now());
      return Promise.resolve(at);
    };
    await Promise.all([1, 2, 3, 4].map((at) => here.get({ key: `${key} ${at}`, pace, ask: ask(at) }, anew)));
    const gaps = sentAt.slice(1).map((moment, index) => moment - (sentAt[index] ?? 0));
    expect(gaps).toHaveLength(3);
    expect(Math.min(...gaps)).toBeGreaterThan(50);
  });

  it('a wait that the service asks for holds for every replica and every key of that pace', async () => {
    const pace = { ...wide, name: key };
    const asked = { times: 0 };
    const refused = () => {
      asked.times++;
      return refuses('rate_limited', { retryAfterMs: 30_000 })();
    };
    await expect(here.get({ key, pace, ask: refused }, anew)).rejects.toMatchObject({ code: 'rate_limited' });
    for (const replica of [here, there]) {
      const error: unknown = await replica
        .get({ key: `${key} other`, pace, ask: refused }, anew)
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'rate_limited' });
      expect((error as OpsError).details.retryAfterMs).toBeGreaterThan(28_000);
    }
    expect(asked.times).toBe(1);
  });
});
