/**
 * The promises of guarded remediation, one describe each: broken by hand, they fail here.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { verifyChain } from '../../src/audit/verify.js';
import { hourMs, minuteMs, secondMs } from '../../src/kernel/clock.js';
import type { RemediationState } from '../../src/ports/remediations.js';
import { awaitsJudgement } from '../../src/remediation/life/settlement.js';
import { groups, operators } from './people.js';
import {
  adopt,
  ask,
  ballotOf,
  start,
  startCompany,
  type Company,
  type Replica,
  foreverLease,
} from './support.js';

let company: Company;
let replica: Replica;

beforeAll(async () => {
  company = await startCompany();
});
beforeEach(async () => {
  const { db, bank, people, clock } = company;
  clock.advance(3 * hourMs);
  await db.query(
    `update paydesk.remediations set due_at = null, lease_owner = null, lease_until = null, state = case when state = 'unknown' then 'refused' else state end`,
  );
  await db.query('update paydesk.remediation_kill_switch set frozen = false, lift_by = null, lift_at = null');
  bank.moods = [];
  bank.orders = [];
  bank.deaf = 0;
  bank.balances = new Map([
    ['acc', 10_000_000n],
    ['other', 10_000_000n],
  ]);
  people.kinds.clear();
  Object.entries(groups).forEach(([id, members]) => people.groups.set(id, new Set(members)));
  replica = company.replica();
});
afterAll(async () => {
  expect(await verifyChain(createAuditStore(company.db), { witnesses: [] })).toMatchObject({ ok: true });
  await company.close();
});

const stateOf = async (id: string): Promise<RemediationState> =>
  (await replica.desk.read(id)).remediation.state;

/** Lets time pass until nothing moves any more. */
async function settle(
  id: string,
  { forMs = 2 * hourMs, stepMs = 5 * secondMs } = {},
): Promise<RemediationState> {
  for (let passed = 0; passed < forMs; passed += stepMs) {
    await replica.work();
    const { remediation } = await replica.desk.read(id);
    if (remediation.dueAt === null || awaitsJudgement(remediation)) return remediation.state;
    company.clock.advance(stepMs);
  }
  return stateOf(id);
}

describe('1. N distinct people', () => {
  it.each([
    ['the requester, who is an approver too', 'ana', {}, 'You requested this'],
    ['a person outside the groups', 'zoe', {}, 'Only approvers or leads'],
    ['an operator who may only ask', 'cy', {}, 'Only approvers or leads'],
    ['a guest who was put into the group', 'eve', { eve: 'guest' }, 'Guests'],
    ['somebody of another company', 'eve', { eve: 'external' }, 'other companies'],
    ['a bot', 'eve', { eve: 'bot' }, 'bots can’t vote'],
    ['a deactivated colleague', 'eve', { eve: 'deactivated' }, 'deactivated'],
  ] as const)('%s cannot approve', async (_who, personId, kinds, sentence) => {
    for (const [person, kind] of Object.entries(kinds)) company.people.kinds.set(person, kind);
    const asked = await ask(replica);
    await expect(replica.desk.approve(ballotOf(asked, personId), null)).rejects.toThrow(sentence);
    await replica.work();
    expect(await stateOf(asked.remediation.id)).toBe('pending');
  });

  it('a person in several groups counts once, however often they click', async () => {
    const asked = await ask(replica, { amount: '5000' });
    const ballot = ballotOf(asked, 'dee');
    expect(await replica.desk.approve(ballot, null)).toEqual({ kind: 'counted', missing: 1 });
    const again = await Promise.allSettled(
      Array.from({ length: 5 }, () => replica.desk.approve(ballot, null)),
    );
    expect(again.map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
    expect(await stateOf(asked.remediation.id)).toBe('pending');
    expect(await replica.desk.approve(ballotOf(asked, 'eve'), null)).toEqual({ kind: 'approved' });
    expect(await settle(asked.remediation.id)).toBe('closed');
  });

  it('who left the group before the execution does not count, and another approval is asked for', async () => {
    const asked = await ask(replica);
    const { id } = asked.remediation;
    await replica.desk.approve(ballotOf(asked, 'eve'), null);
    company.people.groups.get('S0APP')?.delete('eve');
    await replica.work();
    const after = await replica.desk.read(id);
    expect(after.remediation).toMatchObject({
      state: 'pending',
      stateWhy: expect.stringContaining('eve') as string,
    });
    expect(after.votes).toMatchObject([{ personId: 'eve', state: 'void' }]);
    expect(company.bank.orders).toEqual([]);
    await replica.desk.approve(ballotOf(asked, 'dee'), null);
    expect(await settle(id)).toBe('closed');
    expect(company.bank.orders).toEqual([asked.remediation.idempotencyKey]);
  });

  it('a vote that must be confirmed outside counts for nothing before, and once after', async () => {
    const { clock } = company;
    clock.advance(2 * hourMs);
    company.bank.balances.set('rich', 100_000_000n);
    const uncapped = company.replica({ policy: { ...replica.desk.policy, caps: [] } });
    const asked = await ask(uncapped, { amount: '50000', account: 'rich' });
    const outcome = await uncapped.desk.approve(ballotOf(asked, 'mo'), null);
    if (outcome.kind !== 'needs_confirmation') throw new Error(outcome.kind);
    await uncapped.work();
    expect(await stateOf(asked.remediation.id)).toBe('pending');
    const again = await uncapped.desk.approve(ballotOf(asked, 'mo'), null);
    if (again.kind !== 'needs_confirmation') throw new Error(again.kind);
    const { confirmations } = uncapped.desk;
    const by = { subject: 'mo@idp', email: 'mo@example.com' };
    expect(await confirmations.confirm(outcome.token, by), 'the first link was replaced').toMatchObject({
      why: 'unknown',
    });
    expect(await confirmations.look(again.token)).toMatchObject({
      kind: 'open',
      voterEmail: 'mo@example.com',
      planHash: asked.remediation.planHash,
    });
    const both = await Promise.all([
      confirmations.confirm(again.token, by),
      confirmations.confirm(again.token, by),
    ]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(['confirmed', 'refused']);
    expect(await confirmations.look(again.token)).toEqual({ kind: 'refused', why: 'used' });
    await uncapped.work();
    expect(company.bank.effects.has(asked.remediation.idempotencyKey)).toBe(true);
  });

  it('only the requester may cancel', async () => {
    const asked = await ask(replica);
    await expect(replica.desk.cancel(asked.remediation.id, 'dee')).rejects.toThrow('Only the requester');
    await replica.desk.cancel(asked.remediation.id, 'ana');
    await expect(replica.desk.approve(ballotOf(asked, 'dee'), null)).rejects.toThrow('voting has closed');
  });
});

describe('2. the plan is executed as hashed', () => {
  it('a world that changed voids the approvals and says what changed', async () => {
    const asked = await ask(replica);
    await replica.desk.approve(ballotOf(asked, 'eve'), null);
    company.bank.balances.set('acc', 9_999_900n);
    await replica.work();
    const { remediation } = await replica.desk.read(asked.remediation.id);
    expect(remediation.state).toBe('voided');
    expect(remediation.stateWhy).toBe('balance: 100,000.00 EUR → 99,999.00 EUR');
    expect(company.bank.orders).toEqual([]);
  });

  it('a stored plan that was tampered with is never carried out', async () => {
    const asked = await ask(replica);
    await replica.desk.approve(ballotOf(asked, 'eve'), null);
    const tamper = `update paydesk.remediations set plan = replace(plan, '"50"', '"5000"') where form_key = $1`;
    await expect(
      company.db.query(tamper, [asked.remediation.formKey]),
      'the database refuses',
    ).rejects.toThrow();
    await company.db.query('alter table paydesk.remediations disable trigger remediations_keep_plan');
    await company.db.query(tamper, [asked.remediation.formKey]);
    await company.db.query('alter table paydesk.remediations enable trigger remediations_keep_plan');
    await expect(replica.desk.read(asked.remediation.id)).rejects.toThrow('not the one that was approved');
    await expect(replica.work()).rejects.toThrow('not the one that was approved');
    expect(company.bank.orders).toEqual([]);
    await company.db.query('alter table paydesk.remediations disable trigger remediations_keep_plan');
    await company.db.query('update paydesk.remediations set plan = $1, due_at = null where form_key = $2', [
      asked.remediation.planText,
      asked.remediation.formKey,
    ]);
    await company.db.query('alter table paydesk.remediations enable trigger remediations_keep_plan');
  });

  it.each([
    [
      'a button of another plan',
      (hash: string) => hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    ],
    ['a button without a plan', () => ''],
  ])('%s is refused', async (_what, tampered) => {
    const asked = await ask(replica);
    const ballot = ballotOf(asked, 'eve');
    await expect(
      replica.desk.approve({ ...ballot, planHash: tampered(ballot.planHash) }, null),
    ).rejects.toThrow('an older plan');
  });

  it('a policy that became stricter meanwhile voids them too', async () => {
    const asked = await ask(replica);
    await replica.desk.approve(ballotOf(asked, 'eve'), null);
    const { policy } = replica.desk;
    const strict = company.replica({
      policy: { ...policy, rules: policy.rules.map((rule) => ({ ...rule, approvals: 3 })) },
    });
    await strict.work();
    expect(await stateOf(asked.remediation.id)).toBe('voided');
    expect(company.bank.orders).toEqual([]);
  });

  it('the amount has to be typed where the rule says so, exactly', async () => {
    const asked = await ask(replica, { amount: '12000', account: 'other' });
    const ballot = ballotOf(asked, 'mo');
    expect(await replica.desk.approve(ballot, null)).toMatchObject({ kind: 'needs_amount' });
    for (const typed of ['1200', '12000.01', '12,000', '1e4', '-12000', '12000 USD', ''])
      await expect(replica.desk.approve(ballot, typed), typed).rejects.toThrow('isn’t the amount');
    expect(await replica.desk.approve(ballot, '12000.00 EUR')).toEqual({ kind: 'approved' });
    await replica.work();
    expect(await stateOf(asked.remediation.id), 'cooling off').toBe('approved');
    company.clock.advance(10 * minuteMs);
    expect(await settle(asked.remediation.id)).toBe('closed');
  });
});

describe('3. at most once, and unless refused exactly once', () => {
  it.each([
    ['before the intent is written', 'before_intent'],
    ['after the intent, before the order', 'after_intent'],
    ['after the effect, before it is written down', 'after_effect'],
    ['after everything was written down', 'after_record'],
  ] as const)('killed %s', async (_when, point) => {
    const asked = await ask(replica);
    await replica.desk.approve(ballotOf(asked, 'eve'), null);
    const dying = company.replica();
    dying.dieAt(point);
    await dying.work();
    expect(dying.dead()).toBe(true);
    await adopt(company.db);
    expect(await settle(asked.remediation.id)).toBe('closed');
    expect(company.bank.effects.get(asked.remediation.idempotencyKey)).toEqual({
      account: 'acc',
      minor: 5000n,
    });
    expect(company.bank.balances.get('acc')).toBe(10_000_000n - 5000n);
  });

  it('two replicas that are notified at once order once', async () => {
    const asked = await ask(replica);
    await replica.desk.approve(ballotOf(asked, 'eve'), null);
    const { id } = asked.remediation;
    const others = Array.from({ length: 6 }, () => company.replica());
    await Promise.all(others.map(({ desk }) => desk.advance(id, foreverLease)));
    expect(company.bank.orders).toEqual([asked.remediation.idempotencyKey]);
  });

  it('approve × approve × reject × cancel at once end in one state, with at most one effect', async () => {
    const asked = await ask(replica, { amount: '5000', account: 'other' });
    const { id, idempotencyKey } = asked.remediation;
    await Promise.allSettled([
      ...['eve', 'dee', 'bo', 'lee'].map((person) =>
        company.replica().desk.approve(ballotOf(asked, person), null),
      ),
      replica.desk.reject(ballotOf(asked, 'mo'), 'not today'),
      replica.desk.cancel(id, 'ana'),
    ]);
    const state = await settle(id);
    expect(['closed', 'rejected', 'cancelled']).toContain(state);
    expect(company.bank.effects.has(idempotencyKey)).toBe(state === 'closed');
  });

  it('one window makes one request, however often it is submitted', async () => {
    const forms = await Promise.all(
      Array.from({ length: 5 }, () => ask(replica, { formKey: `twice-${start}` })),
    );
    expect(new Set(forms.map(({ remediation }) => remediation.id)).size).toBe(1);
  });

  it('a request expires, and a vote after that is refused', async () => {
    const asked = await ask(replica);
    company.clock.advance(hourMs);
    await expect(replica.desk.approve(ballotOf(asked, 'eve'), null)).rejects.toThrow('expired');
    expect(await settle(asked.remediation.id)).toBe('expired');
  });
});

describe('4. an unknown outcome is looked for, never repeated blindly', () => {
  it.each([
    ['lost after the effect: found, not repeated', ['lost_after'], 1, 'closed', 1],
    ['lost before: repeated once the bank said twice that there is nothing', ['lost_before'], 2, 'closed', 1],
    [
      'lost again and again: given up after three',
      ['lost_before', 'lost_before', 'lost_before'],
      3,
      'unknown',
      0,
    ],
    ['refused: no action taken', ['refuses'], 1, 'refused', 0],
    ['busy: tried again', ['busy'], 2, 'closed', 1],
    ['busy for long: given up', ['busy', 'busy', 'busy'], 3, 'refused', 0],
  ] as const)('%s', async (_what, moods, orders, state, effects) => {
    company.bank.moods = [...moods];
    const asked = await ask(replica);
    const { id, idempotencyKey } = asked.remediation;
    await replica.desk.approve(ballotOf(asked, 'eve'), null);
    expect(await settle(id)).toBe(state);
    expect(company.bank.orders).toEqual(Array(orders).fill(idempotencyKey));
    expect([...company.bank.effects.keys()].filter((key) => key === idempotencyKey)).toHaveLength(effects);
  });

  it('what cannot be told is for a person, who did not ask for it', async () => {
    company.bank.moods = ['lost_after'];
    company.bank.deaf = Infinity;
    const asked = await ask(replica);
    const { id } = asked.remediation;
    await replica.desk.approve(ballotOf(asked, 'eve'), null);
    expect(await settle(id)).toBe('unknown');
    expect(company.bank.orders).toHaveLength(1);
    const verdict = { id, judgement: 'took_effect', why: 'the bank said so on the phone' } as const;
    await expect(replica.desk.judge({ ...verdict, personId: 'ana' })).rejects.toThrow('You requested this');
    await expect(replica.desk.judge({ ...verdict, personId: 'zoe' })).rejects.toThrow('Only');
    await replica.desk.judge({ ...verdict, personId: 'dee' });
    await expect(replica.desk.judge({ ...verdict, personId: 'eve' })).rejects.toThrow('nothing to decide');
    expect(await stateOf(id)).toBe('closed');
  });
});

describe('what a person has to decide', () => {
  it('is looked for all the time and said again every day, to those who voted too', async () => {
    const said: string[][] = [];
    const loud = company.replica({
      tell: (_tx, _snapshot, news) => {
        if (news) said.push([...news.mention]);
        return Promise.resolve();
      },
    });
    company.bank.moods = ['lost_after'];
    company.bank.deaf = Infinity;
    const asked = await ask(loud);
    await loud.desk.approve(ballotOf(asked, 'eve'), null);
    const pass = async (forMs: number): Promise<void> => {
      for (let passedMs = 0; passedMs < forMs; passedMs += 5 * secondMs) {
        await loud.work();
        company.clock.advance(5 * secondMs);
      }
    };
    await pass(9 * minuteMs);
    expect(said.at(-1), 'not handed over yet').toEqual(['ana']);
    await pass(2 * minuteMs);
    expect(said.at(-1), 'handed over').toEqual(['ana', 'eve']);
    const before = said.length;
    company.clock.advance(24 * hourMs);
    await pass(minuteMs);
    expect(said.slice(before), 'a day later').toEqual([['ana', 'eve']]);
    company.bank.deaf = 0;
    await pass(20 * secondMs);
    expect(await stateOf(asked.remediation.id), 'found as soon as the bank answers').toBe('closed');
    expect(company.bank.orders).toHaveLength(1);
  });
});

describe('5. votes, state and audit entry are one', () => {
  it('an audit log that cannot be written keeps the vote from counting', async () => {
    const asked = await ask(replica);
    const broken = company.replica({
      audit: { append: () => Promise.reject(new Error('no room in the log')) },
    });
    await expect(broken.desk.approve(ballotOf(asked, 'eve'), null)).rejects.toThrow('no room');
    expect((await replica.desk.read(asked.remediation.id)).votes).toEqual([]);
    await replica.work();
    expect(company.bank.orders).toEqual([]);
  });

  it('what the approver saw is in the log, with the rule and the hash', async () => {
    const asked = await ask(replica);
    await replica.desk.approve(ballotOf(asked, 'eve'), null);
    const [entry] = await createAuditStore(company.db).find(
      { subject: asked.remediation.id, kind: 'remediation.approved' },
      1,
    );
    const body = JSON.parse(entry?.body ?? '{}') as { details: Record<string, unknown> };
    expect(body.details).toMatchObject({ rule: 'small', planHash: asked.remediation.planHash });
    expect(body.details.seen).toEqual([
      'Take 50 EUR from acc',
      'At stake: 50.00 EUR',
      'Cannot be undone: all of it',
      'Why: the customer was charged twice',
    ]);
  });
});

describe('6. caps cannot be evaded', () => {
  it('by splitting and clicking at once', async () => {
    const parts = await Promise.all(
      Array.from({ length: 4 }, () => ask(replica, { amount: '5000', account: 'other' })),
    );
    for (const part of parts) await replica.desk.approve(ballotOf(part, 'bo'), null);
    const last = await Promise.allSettled(
      parts.map((part) => company.replica().desk.approve(ballotOf(part, 'eve'), null)),
    );
    expect(
      last.filter(({ status }) => status === 'fulfilled'),
      'three of 5,000 fit into 15,000',
    ).toHaveLength(3);
    await replica.work();
    expect(10_000_000n - (company.bank.balances.get('other') ?? 0n)).toBeLessThanOrEqual(1_500_000n);
  });

  it('releases the cap reservation when nothing was done', async () => {
    company.bank.moods = ['refuses'];
    const first = await ask(replica, { amount: '10000', account: 'room' }).catch(() => null);
    expect(first, 'no such account').toBeNull();
    company.bank.balances.set('room', 5_000_000n);
    const refused = await ask(replica, { amount: '10000', account: 'room' });
    for (const person of ['bo', 'eve']) await replica.desk.approve(ballotOf(refused, person), null);
    await expect(ask(replica, { amount: '10000', account: 'room' })).rejects.toThrow('Cap');
    expect(await settle(refused.remediation.id)).toBe('refused');
    await expect(ask(replica, { amount: '10000', account: 'room' })).resolves.toBeDefined();
  });
});

describe('many at once', () => {
  it('two hundred requests in a minute are all taken; one person has twenty open at most', async () => {
    const many = await Promise.all(
      Array.from({ length: 200 }, (_, at) =>
        ask(replica, { amount: '1', requesterId: operators[at % 20] ?? '' }),
      ),
    );
    expect(new Set(many.map(({ remediation }) => remediation.id)).size).toBe(200);
    for (let at = 0; at < 10; at++) await ask(replica, { amount: '1', requesterId: operators[0] ?? '' });
    await expect(ask(replica, { amount: '1', requesterId: operators[0] ?? '' })).rejects.toThrow(
      'already have 20 requests',
    );
    await company.db.query(
      `update paydesk.remediations set state = 'cancelled', due_at = null where state = 'pending'`,
    );
  });

  it('forty at once by one person, on four replicas: twenty are taken, and only those are kept', async () => {
    const replicas = Array.from({ length: 4 }, () => company.replica());
    const requesterId = operators[25] ?? '';
    const forty = await Promise.allSettled(
      Array.from({ length: 40 }, (_, at) => ask(replicas[at % 4]!, { amount: '1', requesterId })),
    );
    expect(forty.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    const open = await company.db.query('select 1 from paydesk.remediations where requester = $1', [
      requesterId,
    ]);
    expect(open).toHaveLength(20);
    const [cancelled] = (await replica.desk.waitingFor(requesterId)).own;
    await replica.desk.cancel(cancelled!.remediation.id, requesterId);
    await expect(ask(replica, { amount: '1', requesterId })).resolves.toBeDefined();
    await company.db.query(
      `update paydesk.remediations set state = 'cancelled', due_at = null where state = 'pending'`,
    );
  });

  it('a list counts all that are open, and what waits for a person is found behind a hundred newer ones', async () => {
    const before = await replica.desk.openCount();
    const asked = await ask(replica, { amount: '1', requesterId: 'lee' });
    await company.db.query(
      `insert into paydesk.remediations (form_key, action, plan, plan_hash, requester, channel, why, ruling, break_glass, idempotency_key, subjects,
         contends, created_at, state, expires_at, calls, looks, misses, evidence, verified, review, changed_at)
       select form_key || n, action, plan, plan_hash, 'cy', channel, why, ruling, break_glass, idempotency_key || n, subjects, contends,
         created_at, 'pending', expires_at, 0, 0, 0, '{}', false, 'none', changed_at
       from paydesk.remediations, generate_series(1, 300) as n where form_key = $1`,
      [asked.remediation.formKey],
    );
    expect(await replica.desk.openCount()).toBe(before + 301);
    expect((await replica.desk.waitingFor('lee')).own.map(({ remediation }) => remediation.id)).toEqual([
      asked.remediation.id,
    ]);
    const ids = (await replica.desk.waitingFor('eve')).toDecide.map(({ remediation }) => remediation.id);
    expect(ids).toContain(asked.remediation.id);
    await company.db.query(
      `update paydesk.remediations set state = 'cancelled', due_at = null where state = 'pending'`,
    );
  });
});

describe('7. cards are put right at start', () => {
  it('the one whose last update did not arrive, and no other', async () => {
    const { db } = company;
    const told: string[] = [];
    const [arrived, behind] = [await ask(replica), await ask(replica)];
    const placed = `insert into paydesk.live_cards (live_card, channel, ts, updated_at) select 'remediation:REM-' || number, 'C0', '1.' || number, changed_at + $2 * interval '1 second' from paydesk.remediations where form_key = $1`;
    await db.query(
      "update paydesk.remediations set changed_at = changed_at - interval '30 days' where form_key <> all ($1)",
      [[arrived.remediation.formKey, behind.remediation.formKey]],
    );
    await db.query(placed, [arrived.remediation.formKey, 1]);
    await db.query(placed, [behind.remediation.formKey, -1]);
    const starting = company.replica({
      tell: (_tx, { remediation }) => Promise.resolve(void told.push(remediation.id)),
    });
    expect(await starting.desk.repairCards()).toBe(1);
    expect(told).toEqual([behind.remediation.id]);
  });
});

describe('the kill switch', () => {
  it('stops asking, approving and beginning; two people lift it', async () => {
    const [waiting, asked] = [await ask(replica), await ask(replica)];
    await replica.desk.approve(ballotOf(waiting, 'eve'), null);
    await replica.desk.freezeAll('cy', 'something is wrong with the bank');
    await expect(ask(replica)).rejects.toThrow('frozen');
    await expect(replica.desk.approve(ballotOf(asked, 'eve'), null)).rejects.toThrow('frozen');
    await replica.work();
    expect(company.bank.orders).toEqual([]);
    expect(await stateOf(waiting.remediation.id)).toBe('approved');
    await expect(replica.desk.lift('cy')).rejects.toThrow('Only leads can do this');
    expect(await replica.desk.lift('lee')).toBe('one_more');
    company.people.groups.get('S0LEADS')?.delete('lee');
    expect(await replica.desk.lift('mo'), 'the first one left the group').toBe('one_more');
    await expect(replica.desk.lift('mo')).rejects.toThrow('another person');
    expect(await replica.desk.lift('dee')).toBe('lifted');
    await replica.work();
    expect(company.bank.orders, 'what the freeze held up begins at once').toEqual([
      waiting.remediation.idempotencyKey,
    ]);
    expect(await settle(waiting.remediation.id)).toBe('closed');
  });
});

describe('breaking the glass', () => {
  it('acts at once for those who may, and owes a review by another person', async () => {
    await expect(ask(replica, { breakGlass: true })).rejects.toThrow();
    const asked = await ask(replica, { breakGlass: true, requesterId: 'mo' });
    const { id } = asked.remediation;
    await replica.work();
    expect(company.bank.orders).toEqual([asked.remediation.idempotencyKey]);
    company.clock.advance(minuteMs);
    await replica.work();
    expect((await replica.desk.read(id)).remediation).toMatchObject({ state: 'closed', review: 'open' });
    await expect(replica.desk.closeReview({ id, personId: 'mo', findings: 'fine' })).rejects.toThrow(
      'You requested',
    );
    expect(
      (await replica.desk.waitingFor('lee')).toDecide.map(({ remediation }) => remediation.id),
    ).toContain(id);
    await replica.desk.closeReview({ id, personId: 'lee', findings: 'the customer was waiting at the till' });
    expect((await replica.desk.read(id)).remediation.review).toBe('closed');
  });
});
