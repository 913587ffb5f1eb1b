/**
 * An outcome that nobody knows: it is looked for until it is known, a person's decision is held against what is found, and
 * an effect that shows up against a decision is announced and counts.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { dayMs, hourMs, minuteMs, secondMs } from '../../src/kernel/clock.js';
import type { Action } from '../../src/remediation/kit/action.js';
import type { Snapshot } from '../../src/remediation/life/deps.js';
import { awaitsJudgement } from '../../src/remediation/life/settlement.js';
import { ask, ballotOf, spendAction, startCompany, type Company, type Replica } from './support.js';

let company: Company;
let replica: Replica;
let alarms: { personId: string | null; text: string }[];
let news: string[];

beforeEach(async () => {
  company = await startCompany();
  alarms = [];
  news = [];
  replica = telling();
});
afterEach(() => company.close());

const telling = (actions?: readonly Action[]): Replica =>
  company.replica({
    ...(actions && { actions }),
    alarm: (_tx, { personId, text }) => Promise.resolve(void alarms.push({ personId, text })),
    tell: (_tx, _snapshot, said) => {
      if (said) news.push(said.text);
      return Promise.resolve();
    },
  });

const read = async ({ remediation: { id } }: Snapshot) => (await replica.desk.read(id)).remediation;

async function approved(amount = '50'): Promise<Snapshot> {
  const asked = await ask(replica, { amount });
  for (const person of amount === '50' ? ['eve'] : ['eve', 'bo'])
    await replica.desk.approve(ballotOf(asked, person), null);
  return asked;
}

/** Lets so much time pass. */
async function pass(forMs: number, stepMs = 5 * secondMs): Promise<void> {
  for (let passedMs = 0; passedMs < forMs; passedMs += stepMs) {
    await replica.work();
    company.clock.advance(stepMs);
  }
}

/** The answer was lost and the bank answers no question, so that a person has been asked. */
async function handedOver(mood: 'lost_after' | 'lost_before', amount = '50'): Promise<Snapshot> {
  company.bank.moods = [mood];
  company.bank.deaf = Infinity;
  const asked = await approved(amount);
  await pass(11 * minuteMs);
  expect(awaitsJudgement(await read(asked))).toBe(true);
  return asked;
}

const judge = (asked: Snapshot, judgement: 'took_effect' | 'did_not') =>
  replica.desk.judge({ id: asked.remediation.id, personId: 'dee', judgement, why: 'I looked there' });

const room = async (): Promise<bigint> => {
  const [row] = await company.db.query<{ held: bigint }>(
    'select coalesce(sum(minor), 0)::bigint as held from paydesk.remediation_reservations',
  );
  return row?.held ?? 0n;
};

describe('while the other side does not answer', () => {
  it('nobody is asked for ten minutes, and it is looked for at least every fifteen seconds', async () => {
    let looks = 0;
    const spend = spendAction(company.bank);
    replica = telling([{ ...spend, readBack: (...step) => (looks++, spend.readBack(...step)) }]);
    company.bank.moods = ['lost_after'];
    company.bank.deaf = Infinity;
    const asked = await approved();
    await pass(9 * minuteMs);
    expect(awaitsJudgement(await read(asked))).toBe(false);
    await pass(2 * minuteMs);
    expect(awaitsJudgement(await read(asked))).toBe(true);
    const before = looks;
    await pass(15 * minuteMs);
    expect(looks - before).toBeGreaterThanOrEqual(45);
    company.bank.deaf = 0;
    await pass(30 * secondMs);
    expect(await read(asked)).toMatchObject({ state: 'closed', verified: true, askedAt: null });
  });

  it('a failed look is no look: an answer after them is judged as the first one', async () => {
    company.bank.moods = ['lost_before'];
    company.bank.deaf = 30;
    const asked = await approved();
    await pass(9 * minuteMs);
    expect(await read(asked)).toMatchObject({ state: 'closed', calls: 2 });
  });

  it('one of many tries, the others wait longer and look at once when it is answered', async () => {
    let looks = 0;
    const spend = spendAction(company.bank);
    replica = telling([
      {
        ...spend,
        readBack: (...step) => (looks++, spend.readBack(...step)),
        changesSince: () => Promise.resolve([]),
      },
    ]);
    company.bank.moods = Array.from({ length: 10 }, () => 'lost_after' as const);
    company.bank.deaf = Infinity;
    const many: Snapshot[] = [];
    for (let at = 0; at < 10; at++) {
      company.bank.balances.set(`many-${at}`, 10_000n);
      const asked = await ask(replica, { account: `many-${at}` });
      await replica.desk.approve(ballotOf(asked, 'eve'), null);
      many.push(asked);
    }
    await pass(20 * minuteMs);
    const before = looks;
    await pass(20 * minuteMs);
    expect(looks - before, 'far from ten times every fifteen seconds').toBeLessThan(250);
    company.bank.deaf = 0;
    await pass(30 * secondMs);
    for (const asked of many) expect((await read(asked)).state).toBe('closed');
  }, 60_000);

  it('what was done waits to be verified in the same way', async () => {
    const spend = spendAction(company.bank);
    let away = true;
    replica = telling([
      {
        ...spend,
        verify: (...step) => (away ? Promise.reject(new Error('no route to host')) : spend.verify(...step)),
      },
    ]);
    const asked = await approved();
    await pass(3 * hourMs, minuteMs);
    expect(await read(asked)).toMatchObject({
      state: 'done',
      looks: 0,
      stateWhy: expect.stringContaining('could not verify it yet') as string,
    });
    away = false;
    await pass(2 * minuteMs, 15 * secondMs);
    expect((await read(asked)).state).toBe('closed');
  });

  it('a person can have it looked for at once, which orders nothing, however often', async () => {
    const asked = await handedOver('lost_before');
    const { id } = asked.remediation;
    company.bank.deaf = 0;
    for (let clicks = 0; clicks < 5; clicks++) await replica.desk.lookAgain(id);
    expect(company.bank.orders).toHaveLength(1);
    expect((await read(asked)).evidence.at(-1)).toContain('no movement with this key');
    company.bank.effects.set(asked.remediation.idempotencyKey, { account: 'acc', minor: 5000n });
    await replica.desk.lookAgain(id);
    expect((await read(asked)).state).toBe('done');
    await pass(minuteMs);
    await expect(replica.desk.lookAgain(id)).rejects.toThrow('nothing to check');
  });
});

describe('a decision is held against what is found', () => {
  it('“it did not” against an effect that is there: contradicted, and the person hears what was found', async () => {
    const asked = await handedOver('lost_after');
    company.bank.deaf = 0;
    expect(await judge(asked, 'did_not')).toMatchObject({ kind: 'contradicted', found: ['It was taken.'] });
    expect(await read(asked)).toMatchObject({ state: 'done', effectSummary: 'It was taken.' });
    expect(await room(), 'counts for the caps').toBe(5000n);
    await pass(minuteMs);
    expect(await read(asked)).toMatchObject({ state: 'closed', verified: true });
  });

  it('“it took effect” against a clear no: contradicted, and it stays to be found out', async () => {
    const asked = await handedOver('lost_before');
    company.bank.deaf = 0;
    expect(await judge(asked, 'took_effect')).toMatchObject({
      kind: 'contradicted',
      found: ['no movement with this key'],
    });
    expect((await read(asked)).state).toBe('unknown');
  });

  it('“it did not” and nothing is there: refused, and the room is free', async () => {
    const asked = await handedOver('lost_before');
    company.bank.deaf = 0;
    expect(await judge(asked, 'did_not')).toEqual({ kind: 'settled' });
    expect((await read(asked)).state).toBe('refused');
    expect(await room()).toBe(0n);
  });

  it('“it took effect” and it is there: settled as found, with the reference', async () => {
    const asked = await handedOver('lost_after');
    company.bank.deaf = 0;
    expect(await judge(asked, 'took_effect')).toEqual({ kind: 'settled' });
    const { idempotencyKey } = asked.remediation;
    expect(await read(asked)).toMatchObject({ state: 'done', effectReference: `tx_${idempotencyKey}` });
  });
});

describe('a decision that nothing could be held against', () => {
  it('keeps its room, and an effect that shows up is a loud alarm and counts', async () => {
    const asked = await handedOver('lost_after', '5000');
    expect(await judge(asked, 'did_not')).toEqual({ kind: 'settled' });
    expect((await read(asked)).state).toBe('refused');
    expect(await room(), 'nobody knows yet').toBe(500_000n);
    await pass(hourMs, minuteMs);
    company.bank.deaf = 0;
    await pass(minuteMs);
    expect(await read(asked)).toMatchObject({ state: 'closed', verified: true, watchUntil: null });
    expect(alarms).toEqual([
      { personId: null, text: expect.stringContaining('took effect after all') as string },
    ]);
    expect(news.some((text) => text.includes('took effect after all'))).toBe(true);
    expect(await room()).toBe(500_000n);
    const kinds = (await createAuditStore(company.db).find({ subject: asked.remediation.id }, 50)).map(
      ({ kind }) => kind,
    );
    expect(kinds).toContain('remediation.took_effect_late');
  });

  it('also when its room was given back in the meantime', async () => {
    const asked = await handedOver('lost_before', '5000');
    await judge(asked, 'did_not');
    company.bank.deaf = 0;
    await pass(minuteMs);
    expect(await room(), 'the bank says that nothing was done').toBe(0n);
    const { idempotencyKey } = asked.remediation;
    company.bank.effects.set(idempotencyKey, { account: 'acc', minor: 500_000n });
    await pass(2 * hourMs, minuteMs);
    expect(alarms).toHaveLength(1);
    expect(await room()).toBe(500_000n);
  });

  it('is left alone after a day in which nothing spoke against it', async () => {
    const asked = await handedOver('lost_before');
    await judge(asked, 'did_not');
    company.bank.deaf = 0;
    await pass(dayMs + 2 * hourMs, 10 * minuteMs);
    expect(await read(asked)).toMatchObject({ state: 'refused', watchUntil: null, dueAt: null });
    expect(alarms).toEqual([]);
  });

  it('is not left alone after a day in which nobody answered', async () => {
    const asked = await handedOver('lost_after');
    await judge(asked, 'did_not');
    await pass(2 * dayMs, 10 * minuteMs);
    expect((await read(asked)).watchUntil).not.toBeNull();
    company.bank.deaf = 0;
    await pass(minuteMs);
    expect(alarms).toHaveLength(1);
  });

  it('“it took effect”, and a day later there is still nothing: an alarm', async () => {
    const asked = await handedOver('lost_before');
    await judge(asked, 'took_effect');
    company.bank.deaf = 0;
    await pass(dayMs + 2 * hourMs, 10 * minuteMs);
    expect(alarms).toEqual([
      { personId: null, text: expect.stringContaining('did not take effect, although') as string },
    ]);
    expect(await read(asked)).toMatchObject({ state: 'closed', verified: false });
  });

  it('“it took effect”, found later: verified like any other', async () => {
    const asked = await handedOver('lost_after');
    await judge(asked, 'took_effect');
    expect((await read(asked)).state).toBe('closed');
    company.bank.deaf = 0;
    await pass(minuteMs);
    expect(await read(asked)).toMatchObject({ state: 'closed', verified: true });
    expect(alarms).toEqual([]);
  });
});
