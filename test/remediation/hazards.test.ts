/**
 * What sends money twice, or says that nothing was sent, in ways that no single promise names: answers that come late,
 * orders that are repeated into another world, two requests about the same thing, and rows and cards that are stale.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awaitsJudgement } from '../../src/remediation/life/settlement.js';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { createRemediations } from '../../src/adapters/postgres/remediations.js';
import { dayMs, fixedClock, hourMs, minuteMs, secondMs } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import type { Action, World } from '../../src/remediation/kit/action.js';
import type { CrashPoint, Snapshot } from '../../src/remediation/life/deps.js';
import { fenced } from '../../src/remediation/life/fence.js';
import { policy } from './people.js';
import {
  ask,
  ballotOf,
  spendAction,
  startCompany,
  type Company,
  type Replica,
  foreverLease,
} from './support.js';

let company: Company;
let replica: Replica;

beforeEach(async () => {
  company = await startCompany();
  replica = company.replica();
});
afterEach(() => company.close());

const read = async ({ remediation: { id } }: Snapshot) => (await replica.desk.read(id)).remediation;

async function approved(by = replica, amount = '50'): Promise<Snapshot> {
  const asked = await ask(by, { amount });
  await by.desk.approve(ballotOf(asked, 'eve'), null);
  return asked;
}

/** Lets time pass until nothing is due any more. */
async function settle(by: Replica, asked: Snapshot, forMs = 2 * hourMs): Promise<void> {
  for (let passedMs = 0; passedMs < forMs; passedMs += 5 * secondMs) {
    await by.work();
    const now = await read(asked);
    if (now.dueAt === null || awaitsJudgement(now)) return;
    company.clock.advance(5 * secondMs);
  }
}

/** The bank's action, with something else in place of its n-th order. */
const orders = (
  ...turns: readonly ((plain: () => ReturnType<Action['execute']>) => ReturnType<Action['execute']>)[]
): Action => {
  const plain = spendAction(company.bank);
  let count = 0;
  return {
    ...plain,
    execute: (plan, key, world) => {
      const own = () => plain.execute(plan, key, world);
      return (turns[count++] ?? ((call) => call()))(own);
    },
  };
};

const noAnswer = () => Promise.reject(new OpsError('unknown_outcome', 'No answer.'));

describe('an order after one with an unknown outcome', () => {
  it.each(['conflict', 'invalid', 'rate_limited', 'unavailable'] as const)(
    'is answered with %s, because the first one arrives only now: nobody says that no action taken',
    async (code) => {
      const late = orders(noAnswer, async (first) => {
        await first();
        throw new OpsError(code, 'Another order under this key is under way.');
      });
      replica = company.replica({ actions: [late] });
      const asked = await approved();
      await settle(replica, asked);
      expect(await read(asked)).toMatchObject({ state: 'closed', verified: true });
      expect(company.bank.balances.get('acc')).toBe(10_000_000n - 5000n);
    },
  );

  it.each([
    ['everything was frozen meanwhile', () => replica.desk.freezeAll('cy', 'the bank doubles'), 'frozen'],
    [
      'somebody else repaired it meanwhile',
      () => Promise.resolve(company.bank.balances.set('acc', 9_995_000n)),
      'balance:',
    ],
    [
      'the approver left the group',
      () => Promise.resolve(company.people.groups.get('S0APP')?.delete('eve')),
      'eve’s vote',
    ],
    [
      'the approval is over',
      () =>
        Promise.resolve().then(() => {
          company.clock.advance(2 * hourMs);
        }),
      'approval has expired',
    ],
  ])('is not given when %s; a person decides', async (_what, happens, why) => {
    company.bank.moods = ['lost_before'];
    const asked = await approved();
    await replica.work();
    await happens();
    await settle(replica, asked);
    expect(company.bank.orders).toHaveLength(1);
    expect(awaitsJudgement(await read(asked))).toBe(true);
    expect((await read(asked)).evidence.join('\n')).toContain(why);
  });

  it('is not given under a key that is a day old, however long approvals live', async () => {
    company.bank.moods = ['lost_before'];
    replica = company.replica({ policy: { ...policy, expiry: 3 * dayMs } });
    const asked = await approved();
    await replica.work();
    company.clock.advance(dayMs);
    await settle(replica, asked);
    expect(company.bank.orders).toHaveLength(1);
    expect((await read(asked)).evidence.join('\n')).toContain('Its idempotency key is a day old');
  });

  it('is not given when a freeze comes between the last look at things and the order', async () => {
    company.bank.moods = ['lost_before'];
    const asked = await approved();
    await replica.work();
    const rows = createRemediations(company.db);
    const blind = company.replica({
      remediations: {
        ...rows,
        readKillSwitch: async () => ({ ...(await rows.readKillSwitch()), frozen: false }),
      },
    });
    await replica.desk.freezeAll('cy', 'the bank doubles');
    await settle(blind, asked);
    expect(company.bank.orders).toHaveLength(1);
  });
});

it('two replicas that looked at the same time move a request on once', async () => {
  company.bank.moods = ['lost_before'];
  const asked = await approved();
  const { id } = asked.remediation;
  await replica.work();
  await replica.desk.advance(id, foreverLease);
  let here = 0;
  let open = (): void => undefined;
  const bothAreHere = new Promise<void>((resolve) => void (open = resolve));
  const spend = spendAction(company.bank);
  const looking: Action = {
    ...spend,
    readBack: async (...step) => {
      const found = await spend.readBack(...step);
      if (++here === 2) open();
      await bothAreHere;
      return found;
    },
  };
  await Promise.all([0, 1].map(() => company.replica({ actions: [looking] }).desk.advance(id, foreverLease)));
  expect(company.bank.orders).toHaveLength(2);
  const said = (await createAuditStore(company.db).find({ subject: id }, 100)).map(({ kind }) => kind);
  expect(said.filter((kind) => /looked|repeated/.test(kind)).sort()).toEqual([
    'remediation.looked',
    'remediation.repeated',
  ]);
});

it('no first order is given when a freeze comes between the last look at things and the order', async () => {
  const asked = await approved();
  const rows = createRemediations(company.db);
  const blind = company.replica({
    remediations: {
      ...rows,
      readKillSwitch: async () => ({ ...(await rows.readKillSwitch()), frozen: false }),
    },
  });
  await replica.desk.freezeAll('cy', 'the bank doubles');
  await settle(blind, asked);
  expect(company.bank.orders).toEqual([]);
  expect((await read(asked)).state).toBe('expired');
  // It is looked at four times a minute until it expires.
}, 60_000);

it('an answer counts although somebody closed the review while the order was under way', async () => {
  const reviewed = orders(async (order) => {
    const [open] = await replica.desk.open();
    if (open) await replica.desk.closeReview({ id: open.remediation.id, personId: 'lee', findings: 'fine' });
    return order();
  });
  // Of a letter nobody can tell later whether it was sent.
  const untold: Action = {
    ...reviewed,
    readBack: () => Promise.resolve({ kind: 'cannot_tell', evidence: ['?'] }),
  };
  replica = company.replica({ actions: [untold] });
  const asked = await ask(replica, { breakGlass: true, requesterId: 'mo' });
  await replica.work();
  expect(await read(asked)).toMatchObject({ state: 'done', review: 'closed', effectSummary: 'Took 50 EUR.' });
});

/** Stops the replica at a point, lets others go on for so long, and wakes it up again. */
async function stoppedAt(
  point: CrashPoint,
  forMs: number,
  actions = [spendAction(company.bank)],
): Promise<Snapshot> {
  let wake = (): void => undefined;
  let reached = (): void => undefined;
  const isStopped = new Promise<void>((resolve) => void (reached = resolve));
  const probe = (at: CrashPoint): Promise<void> => {
    if (at !== point) return Promise.resolve();
    reached();
    return new Promise((resolve) => void (wake = resolve));
  };
  const asked = await approved();
  const sleeper = company.replica({ actions, probe });
  const sleeping = sleeper.work();
  await isStopped;
  await settle(replica, asked, forMs);
  wake();
  await sleeping;
  return asked;
}

describe('a process that was stopped and wakes up', () => {
  it('with its intent written, when another one has ordered in its place: sends nothing', async () => {
    const asked = await stoppedAt('after_intent', 20 * minuteMs);
    expect(await read(asked)).toMatchObject({ state: 'closed', calls: 2 });
    expect(company.bank.orders, 'that of the other one').toHaveLength(1);
  });

  it('with its lease over, and nobody else there: sends nothing before it has looked', async () => {
    let wake = (): void => undefined;
    const probe = (at: CrashPoint): Promise<void> =>
      at === 'after_intent' ? new Promise((resolve) => void (wake = resolve)) : Promise.resolve();
    const asked = await approved();
    const sleeper = company.replica({ probe });
    const sleeping = sleeper.work();
    await expect.poll(async () => (await read(asked)).state).toBe('executing');
    company.clock.advance(10 * minuteMs);
    wake();
    await sleeping;
    expect(company.bank.orders).toEqual([]);
    expect((await read(asked)).state).toBe('unknown');
    await settle(replica, asked);
    expect(company.bank.orders).toHaveLength(1);
  });

  it.each([
    ['before_intent', 'before anything was begun'],
    ['after_effect', 'with the answer in its hands'],
    ['after_record', 'with everything written down'],
  ] as const)('%s, %s: one effect', async (point, _when) => {
    const asked = await stoppedAt(point, 20 * minuteMs);
    await settle(replica, asked);
    expect((await read(asked)).state).toBe('closed');
    expect(company.bank.balances.get('acc')).toBe(10_000_000n - 5000n);
    expect(company.bank.orders).toHaveLength(1);
  });

  it('with what it has read minutes ago: reads again before it begins', async () => {
    let reads = 0;
    const spend = spendAction(company.bank);
    const slow: Action = {
      ...spend,
      changesSince: async (plan, world) => {
        const changes = await spend.changesSince(plan, world);
        if (reads++ === 0) company.clock.advance(3 * minuteMs);
        return changes;
      },
    };
    replica = company.replica({ actions: [slow] });
    const asked = await approved();
    await replica.work();
    expect(company.bank.orders).toEqual([]);
    await settle(replica, asked);
    expect(reads).toBe(2);
    expect((await read(asked)).state).toBe('closed');
  });

  it('in the middle of an order of several calls: the calls after that are not sent', () => {
    const sent: string[] = [];
    const writes = { first: () => sent.push('first'), second: () => sent.push('second') };
    const clock = fixedClock('2026-11-20T10:00:00Z');
    const until = new Date('2026-11-20T10:05:00Z').getTime();
    const world = { writes, operations: null, mail: null, clock } as unknown as World;
    const lease = { lasts: (forMs: number) => clock.now().getTime() + forMs < until };
    const behind = fenced(world, lease) as unknown as { writes: typeof writes };
    behind.writes.first();
    clock.advance(5 * minuteMs);
    expect(() => behind.writes.second()).toThrow(
      expect.objectContaining({ code: 'unknown_outcome' }) as Error,
    );
    expect(sent).toEqual(['first']);
  });
});

describe('two requests about the same thing', () => {
  it('that have read the same world: one is carried out, the other sees what changed', async () => {
    const both = [await approved(), await approved()];
    let here = 0;
    let open = (): void => undefined;
    const bothAreHere = new Promise<void>((resolve) => void (open = resolve));
    const probe = (point: string): Promise<void> => {
      if (point === 'before_intent' && ++here === both.length) open();
      return point === 'before_intent' ? bothAreHere : Promise.resolve();
    };
    await Promise.all(
      both.map(({ remediation }) => company.replica({ probe }).desk.advance(remediation.id, foreverLease)),
    );
    expect(company.bank.orders).toHaveLength(1);
    for (const asked of both) await settle(replica, asked);
    const states = await Promise.all(both.map(async (asked) => (await read(asked)).state));
    expect(states.sort()).toEqual(['closed', 'voided']);
    expect(company.bank.balances.get('acc')).toBe(10_000_000n - 5000n);
  });

  it('the second waits while the outcome of the first is unknown', async () => {
    company.bank.moods = ['lost_after'];
    company.bank.deaf = Infinity;
    const first = await approved();
    await settle(replica, first);
    expect((await read(first)).state).toBe('unknown');
    const second = await approved();
    await replica.work();
    expect(await read(second)).toMatchObject({
      state: 'approved',
      stateWhy: expect.stringContaining(first.remediation.id) as string,
    });
    const { id } = first.remediation;
    await replica.desk.judge({ id, personId: 'dee', judgement: 'did_not', why: 'the bank said so' });
    await settle(replica, second);
    expect((await read(second)).state).toBe('closed');
  });
});

describe('a request that is due', () => {
  it('does not begin once its time is over, even if it was read before', async () => {
    const slow = spendAction(company.bank);
    replica = company.replica({
      actions: [
        {
          ...slow,
          changesSince: (plan, world) => {
            company.clock.advance(2 * hourMs);
            return slow.changesSince(plan, world);
          },
        },
      ],
    });
    const asked = await approved();
    await replica.work();
    expect(company.bank.orders).toEqual([]);
    await settle(replica, asked);
    expect((await read(asked)).state).toBe('expired');
  });

  it('is void when the requester is no member any more', async () => {
    const asked = await approved();
    company.people.kinds.set('ana', 'deactivated');
    await settle(replica, asked);
    expect((await read(asked)).state).toBe('voided');
    expect(company.bank.orders).toEqual([]);
  });

  it('reminds of the review that a broken glass owes', async () => {
    const asked = await ask(replica, { breakGlass: true, requesterId: 'mo' });
    await settle(replica, asked, 10 * minuteMs);
    expect((await read(asked)).dueAt).toEqual(new Date(asked.remediation.createdAt.getTime() + 24 * hourMs));
  });
});

describe('votes', () => {
  it('a person who approved may still reject', async () => {
    const asked = await ask(replica, { amount: '5000' });
    await replica.desk.approve(ballotOf(asked, 'eve'), null);
    await replica.desk.reject(ballotOf(asked, 'eve'), 'wrong customer, I see now');
    expect((await read(asked)).state).toBe('rejected');
  });

  it('an unconfirmed vote is no entitlement', async () => {
    company.bank.balances.set('rich', 100_000_000n);
    replica = company.replica({ policy: { ...replica.desk.policy, caps: [] } });
    const asked = await ask(replica, { amount: '50000', account: 'rich' });
    const outcome = await replica.desk.approve(ballotOf(asked, 'mo'), null);
    company.people.groups.get('S0LEADS')?.delete('mo');
    await expect(replica.desk.reject(ballotOf(asked, 'mo'), 'no')).rejects.toThrow('Only leads');
    await expect(replica.desk.approve(ballotOf(asked, 'mo'), '50000')).rejects.toThrow('Only leads');
    expect(outcome.kind).toBe('needs_confirmation');
  });

  describe('a link', () => {
    const by = (person: string) => ({ subject: `${person}@idp`, email: `${person}@example.com` });
    let asked: Snapshot;
    let token: string;

    beforeEach(async () => {
      company.bank.balances.set('rich', 100_000_000n);
      replica = company.replica({ policy: { ...replica.desk.policy, caps: [] } });
      asked = await ask(replica, { amount: '50000', account: 'rich' });
      const outcome = await replica.desk.approve(ballotOf(asked, 'mo'), null);
      if (outcome.kind !== 'needs_confirmation') throw new Error(outcome.kind);
      token = outcome.token;
    });

    /** Another replica, for which something happens between its look at the link and what it does then. */
    function overtakenBy(happens: () => Promise<unknown>): Replica {
      const rows = createRemediations(company.db);
      let looks = 0;
      return company.replica({
        policy: replica.desk.policy,
        remediations: {
          ...rows,
          read: async (id) => {
            const found = await rows.read(id);
            if (looks++ === 0) await happens();
            return found;
          },
        },
      });
    }

    it('takes back no vote that was confirmed meanwhile', async () => {
      const late = overtakenBy(() => replica.desk.confirmations.confirm(token, by('mo')));
      expect(await late.desk.confirmations.withdraw(token, by('mo'))).toEqual({
        kind: 'refused',
        why: 'used',
      });
      const { votes } = await replica.desk.read(asked.remediation.id);
      expect(votes).toMatchObject([{ personId: 'mo', state: 'counted', confirmedBy: 'mo@idp' }]);
    });

    it('confirms nothing for a request that was rejected meanwhile', async () => {
      const late = overtakenBy(() => replica.desk.reject(ballotOf(asked, 'lee'), 'no'));
      expect(await late.desk.confirmations.confirm(token, by('mo'))).toEqual({
        kind: 'refused',
        why: 'decided',
      });
      expect((await read(asked)).state).toBe('rejected');
    });

    it('is over with the time of the request', async () => {
      company.clock.advance(hourMs);
      expect(await replica.desk.confirmations.look(token)).toEqual({ kind: 'refused', why: 'expired' });
      expect(await replica.desk.confirmations.confirm(token, by('mo'))).toMatchObject({ why: 'expired' });
      await settle(replica, asked);
      expect((await read(asked)).state).toBe('expired');
      expect(await replica.desk.confirmations.look(token), 'once it was closed as expired').toMatchObject({
        why: 'expired',
      });
      expect(await replica.desk.confirmations.withdraw(token, by('mo'))).toMatchObject({ why: 'expired' });
    });
  });

  it('people who voted see in App Home that a person has to decide', async () => {
    company.bank.moods = ['lost_after'];
    company.bank.deaf = Infinity;
    const asked = await approved();
    await settle(replica, asked);
    const { toDecide } = await replica.desk.waitingFor('eve');
    expect(toDecide.map(({ remediation }) => remediation.id)).toEqual([asked.remediation.id]);
  });
});

describe('what is stale', () => {
  it('a card that is put right at the start never overtakes the card of a decision', async () => {
    const asked = await ask(replica);
    const rows = createRemediations(company.db);
    const starting = company.replica({
      remediations: {
        ...rows,
        withStaleCards: async (...since) => {
          const found = await rows.withStaleCards(...since);
          await replica.desk.reject(ballotOf(asked, 'dee'), 'no');
          return found;
        },
      },
    });
    await starting.desk.repairCards();
    expect((await company.cards()).get(asked.remediation.id)).toBe('rejected');
  });

  it('a row that somebody changed is passed over, and hides no other', async () => {
    const [changed, whole] = [await ask(replica), await ask(replica)];
    await company.db.query('alter table paydesk.remediations disable trigger remediations_keep_plan');
    await company.db.query(
      `update paydesk.remediations set plan = replace(plan, '"50"', '"5000"') where form_key = $1`,
      [changed.remediation.formKey],
    );
    expect((await replica.desk.open()).map(({ remediation }) => remediation.id)).toEqual([
      whole.remediation.id,
    ]);
    await expect(replica.desk.repairCards(), 'one was rewritten').resolves.toBe(1);
    await expect(replica.desk.waitingFor('ana')).resolves.toMatchObject({ own: [{}] });
  });
});

it('what belongs to a plan comes although a person had to say that it took effect', async () => {
  const spend = spendAction(company.bank);
  const until = new Date(company.clock.now().getTime() + hourMs);
  const pausing: Action = {
    ...spend,
    followUpAt: () => until,
    followUp: () => Promise.resolve({ id: null, summary: 'It was resumed.' }),
  };
  replica = company.replica({ actions: [pausing] });
  company.bank.moods = ['lost_after'];
  company.bank.deaf = Infinity;
  const asked = await approved();
  await settle(replica, asked);
  const { id } = asked.remediation;
  await replica.desk.judge({ id, personId: 'dee', judgement: 'took_effect', why: 'I see it there' });
  company.bank.deaf = 0;
  await settle(replica, asked);
  expect(await read(asked)).toMatchObject({ state: 'closed', stateWhy: 'It was resumed.' });
});

it('what belongs to a plan does not come before its time, however often it is started', async () => {
  const spend = spendAction(company.bank);
  const until = new Date(company.clock.now().getTime() + hourMs);
  const followUp = () => Promise.resolve({ id: null, summary: 'It was resumed.' });
  replica = company.replica({ actions: [{ ...spend, followUpAt: () => until, followUp }] });
  const asked = await approved();
  await settle(replica, asked, 5 * minuteMs);
  await replica.desk.advance(asked.remediation.id, foreverLease);
  expect(await read(asked)).toMatchObject({ state: 'done', verified: true, dueAt: until });
});

it('waiting on for the same reason is said once', async () => {
  const asked = await approved();
  await replica.desk.freezeAll('cy', 'the bank doubles');
  await settle(replica, asked, 10 * minuteMs);
  const subject = asked.remediation.id;
  const said = await createAuditStore(company.db).find({ subject }, 100);
  expect(said.filter(({ kind }) => kind === 'remediation.held_up')).toHaveLength(1);
});

describe('what holds a request up', () => {
  it.each(['misconfigured', 'forbidden'] as const)(
    'a key that is refused while the world is read again (%s): the approvals stand, and somebody is told once',
    async (code) => {
      const alarms: string[] = [];
      replica = company.replica({
        alarm: (_tx, { personId, text }) => Promise.resolve(void alarms.push(`${personId ?? ''} ${text}`)),
      });
      const asked = await approved();
      company.bank.closed = new OpsError(code, 'The bank refuses our key.');
      await settle(replica, asked, 5 * minuteMs);
      expect(await read(asked)).toMatchObject({
        state: 'approved',
        stateWhy: 'On hold: The bank refuses our key.',
      });
      expect(alarms).toEqual([
        ` ${asked.remediation.id} is approved, but Paydesk can’t run it. On hold: The bank refuses our key.`,
      ]);
      expect(company.bank.orders).toEqual([]);
      company.bank.closed = null;
      await settle(replica, asked, minuteMs);
      expect((await read(asked)).state).toBe('closed');
      expect(company.bank.orders).toHaveLength(1);
    },
  );

  it('a key that is refused at the order itself: nothing was done, the approvals stand, and the key is tried again', async () => {
    const alarms: string[] = [];
    replica = company.replica({ alarm: (_tx, { text }) => Promise.resolve(void alarms.push(text)) });
    const asked = await approved();
    company.bank.moods = Array.from({ length: 5 }, () => 'refuses_our_key' as const);
    await settle(replica, asked, 10 * minuteMs);
    expect(await read(asked)).toMatchObject({
      state: 'approved',
      calls: 4,
      stateWhy: 'On hold: The bank refuses our key. Renew it.',
    });
    // At the first, second and fourth order: waiting on is not news.
    expect(alarms).toEqual(
      Array.from(
        { length: 3 },
        () =>
          `${asked.remediation.id} is approved, but Paydesk can’t run it. The bank refuses our key. Renew it.`,
      ),
    );
    await settle(replica, asked, 40 * minuteMs);
    expect((await read(asked)).state).toBe('closed');
    expect([company.bank.orders.length, company.bank.effects.size]).toEqual([6, 1]);
    expect(new Set(company.bank.orders).size).toBe(1);
  });

  it('an account that is gone while the world is read again is of the world, and voids the approvals', async () => {
    const asked = await approved();
    company.bank.closed = new OpsError('not_found', 'There is no such account.');
    await settle(replica, asked, minuteMs);
    expect(await read(asked)).toMatchObject({
      state: 'voided',
      stateWhy: expect.stringContaining('no such account') as string,
    });
    company.bank.closed = null;
  });

  const freezing = (toMs: number): Replica => {
    const from = company.clock.now();
    const freeze = { id: 'year-end', from, to: new Date(from.getTime() + toMs), why: 'the books close' };
    return company.replica({ policy: { ...replica.desk.policy, freezes: [freeze] } });
  };

  it('a freeze window: nothing is asked for in it, and what was approved before waits for its end', async () => {
    const asked = await approved();
    const frozen = freezing(10 * minuteMs);
    await expect(ask(frozen)).rejects.toThrow('year-end');
    await settle(frozen, asked, 9 * minuteMs);
    expect(company.bank.orders).toEqual([]);
    await settle(frozen, asked);
    expect((await read(asked)).state).toBe('closed');
  });

  it('a rule that wants a longer cooling-off now voids what was approved under the shorter one', async () => {
    const asked = await approved();
    const { policy } = replica.desk;
    const rules = policy.rules.map((rule) => ({ ...rule, coolingOff: hourMs }));
    await company.replica({ policy: { ...policy, rules } }).work();
    expect((await read(asked)).state).toBe('voided');
  });

  it('a request that fell back to voting gives its room back, and needs it again', async () => {
    const asked = await ask(replica, { amount: '10000' });
    for (const person of ['bo', 'eve']) await replica.desk.approve(ballotOf(asked, person), null);
    await expect(ask(replica, { amount: '10000' })).rejects.toThrow('Cap');
    company.people.groups.get('S0APP')?.delete('eve');
    await replica.work();
    expect((await read(asked)).state).toBe('pending');
    const other = await ask(replica, { amount: '10000' });
    for (const person of ['bo', 'dee']) await replica.desk.approve(ballotOf(other, person), null);
    await expect(replica.desk.approve(ballotOf(asked, 'dee'), null)).rejects.toThrow('Cap');
  });

  it('a broken glass passes the caps and counts against them', async () => {
    await ask(replica, { amount: '15000', breakGlass: true, requesterId: 'mo' });
    await expect(ask(replica, { amount: '1' })).rejects.toThrow('Cap');
    await expect(ask(replica, { amount: '1', breakGlass: true, requesterId: 'mo' })).resolves.toBeDefined();
  });

  it('a review is closed once', async () => {
    const { id } = (await ask(replica, { breakGlass: true, requesterId: 'mo' })).remediation;
    await replica.desk.closeReview({ id, personId: 'lee', findings: 'fine' });
    await expect(replica.desk.closeReview({ id, personId: 'dee', findings: 'bad' })).rejects.toThrow(
      'no review',
    );
  });
});
