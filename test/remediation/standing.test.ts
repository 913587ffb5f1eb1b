/**
 * Standing approvals at the stateful platform: armed by two people, begun by an alert, held by their bounds, ended by
 * themselves, whichever replica dies on the way.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hourMs, minuteMs, secondMs } from '../../src/kernel/clock.js';
import type { Remediation } from '../../src/ports/remediations.js';
import { actions } from '../../src/remediation/actions/index.js';
import type { World } from '../../src/remediation/kit/action.js';
import { crashPoints, type RemediationDeps } from '../../src/remediation/life/deps.js';
import type { SeenAlert } from '../../src/remediation/policy/bounds.js';
import type { Policy } from '../../src/remediation/policy/policy.js';
import { openPlatformDesk, typedAt, withRoutes, type PlatformDesk } from './platform-desk.js';
import { policy } from './people.js';
import { adopt, ballotOf, startCompany, type Company, type Replica } from './support.js';

const open: Policy = { ...policy, caps: [], rates: [{ date: '2026-11-01', currency: 'USD', rate: '0.9' }] };

const route = 'northpay-card-us';

let company: Company;
let platform: PlatformDesk;
let alarms: string[];
let replica: Replica;

beforeEach(async () => {
  [company, platform] = await Promise.all([startCompany(), openPlatformDesk()]);
  platform.clock.advance(company.clock.now().getTime() - platform.clock.now().getTime());
  alarms = [];
  replica = newReplica();
});
afterEach(() => Promise.all([company.close(), platform.close()]));

function newReplica(over: Partial<RemediationDeps> = {}): Replica {
  const world: World = { ...platform.desk, clock: company.clock };
  return company.replica({
    actions,
    policy: open,
    world,
    alarm: (_tx, { text }) => Promise.resolve(void alarms.push(text)),
    ...over,
  });
}

function pass(durationMs: number): void {
  for (const { clock } of [company, platform]) clock.advance(durationMs);
}

const bounds = (): Record<string, string> => ({
  route,
  metric: 'authorisation-success',
  drop: '20',
  attempts: '50',
  minutes: '60',
  probe: '10',
  most: '4000',
  uses: '2',
  until: typedAt(company.clock.now(), 24 * 60),
  reason: 'Declines rise',
});

/** Asked for by Cy, approved by as many as the policy wants. */
async function arm(over: Record<string, string> = {}, voters = ['eve', 'dee']): Promise<string> {
  const asked = await replica.desk.request({
    formKey: `arm-${JSON.stringify(over)}-${company.clock.now().toISOString()}`,
    action: 'arm-route',
    typed: { ...bounds(), ...over },
    why: 'nights are thin',
    requesterId: 'cy',
    channelId: 'C0DESK000',
    breakGlass: false,
  });
  if (asked.kind === 'refused') throw new Error(asked.faults.map(({ message }) => message).join(' '));
  for (const voter of voters) await replica.desk.approve(ballotOf(asked.snapshot, voter), null);
  await settle();
  pass(minuteMs);
  return asked.snapshot.remediation.id;
}

/** Lets replicas work until what was done has been seen. */
async function settle(by: Replica = replica): Promise<void> {
  for (let round = 0; round < 4; round++) {
    await by.work();
    pass(4 * secondMs);
  }
}

const alert = (over: Partial<SeenAlert> = {}): SeenAlert => ({
  id: 'ALR-7',
  metric: 'authorisation-success',
  kind: 'rate',
  state: 'open',
  slice: { partner: 'northpay' },
  facts: { attempts: 200, failures: 120, expected: 20 },
  openedAt: company.clock.now(),
  reopenedAt: null,
  ...over,
});

const see = async (...alerts: SeenAlert[]): Promise<void> => {
  await replica.desk.followAlerts(alerts);
  await settle();
};

const routeNow = () => platform.operations.route(route);
const usesSql = `
  select 'REM-' || number as id from paydesk.remediations where standing is not null order by number`;
const remediationOf = async (id: string): Promise<Remediation> => (await replica.desk.read(id)).remediation;
const uses = async (): Promise<Remediation[]> =>
  Promise.all((await company.db.query<{ id: string }>(usesSql)).map(({ id }) => remediationOf(id)));
const whyNot = async (id: string): Promise<string | null> =>
  (await replica.desk.read(id)).remediation.stateWhy;

describe('an alert within the bounds', () => {
  it('moves the traffic once, keeps a probe, says so, and returns when the alert is over', async () => {
    const id = await arm();
    expect((await replica.desk.standing()).map(({ snapshot }) => snapshot.remediation.id)).toEqual([id]);
    await see(alert());
    await see(alert());
    const [use, ...others] = await uses();
    expect(others).toEqual([]);
    expect(use).toMatchObject({ state: 'done', verified: true, review: 'open', calls: 1, alertId: 'ALR-7' });
    expect(await routeNow()).toMatchObject({
      state: 'paused',
      pausedBy: use!.idempotencyKey,
      probePercent: 10,
    });
    expect(alarms).toEqual([expect.stringContaining(`Standing approval ${id} acts on ALR-7: Pause route`)]);
    await see();
    expect(await routeNow()).toMatchObject({ state: 'active', resumedBy: `${use!.idempotencyKey}:end` });
    expect((await uses())[0]).toMatchObject({
      state: 'closed',
      stateWhy: expect.stringContaining('ALR-7 is over.'),
      review: 'open',
    });
    await expect(
      replica.desk.closeReview({ id: use!.id, personId: 'cy', findings: 'ok' }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await replica.desk.closeReview({ id: use!.id, personId: 'eve', findings: 'right' });
    expect((await uses())[0]?.review).toBe('closed');
  });

  it('returns at the latest when the time is up', async () => {
    await arm({ minutes: '30' });
    const still = alert();
    await see(still);
    expect((await routeNow()).state).toBe('paused');
    pass(31 * minuteMs);
    await see(still);
    expect((await routeNow()).state).toBe('active');
    expect((await uses()).map(({ state }) => state)).toEqual(['closed']);
  });

  it('asks for votes as policy says for twice the amount', async () => {
    const id = await arm({ most: '60' }, ['eve']);
    const { ruling, plan } = await replica.desk.read(id);
    expect(plan.preview.value).toMatchObject({ minor: 12_000n, currency: 'USD' });
    // 60 USD alone would be “small”, with one approval.
    expect(ruling).toMatchObject({ rule: 'large', approvals: 2 });
    expect(await replica.desk.standing()).toEqual([]);
    await see(alert());
    expect(await uses()).toEqual([]);
  });
});

it('no one arms alone by breaking the glass', async () => {
  const asked = await replica.desk.request({
    formKey: 'glass',
    action: 'arm-route',
    typed: bounds(),
    why: 'it cannot wait',
    requesterId: 'mo',
    channelId: 'C0DESK000',
    breakGlass: true,
  });
  expect(asked).toMatchObject({
    kind: 'refused',
    faults: [{ message: expect.stringContaining('needs its approvals') }],
  });
});

describe('outside the bounds', () => {
  const northpay = { partner: 'northpay' };
  it.each<[string, Partial<SeenAlert>, RegExp | null]>([
    ['another metric', { metric: 'latency' }, null],
    ['missing traffic', { kind: 'volume' }, null],
    ['another partner', { slice: { partner: 'adria' } }, null],
    ['another country of the partner', { slice: { ...northpay, country: 'DE' } }, null],
    ['a slice that the route does not tell of', { slice: { ...northpay, issuer: 'x' } }, null],
    ['no single slice', { slice: {} }, null],
    ['too little evidence', { facts: { attempts: 49, failures: 49, expected: 0 } }, /fewer than 50 attempts/],
    ['too small a drop', { facts: { attempts: 100, failures: 29, expected: 10 } }, /less than 20 points/],
    ['counts that are none', { facts: { attempts: 100, failures: Number.NaN, expected: 1 } }, /less than 20/],
    ['snoozed', { state: 'snoozed' }, /snoozed/],
  ])('%s: does not act', async (_name, over, why) => {
    const id = await arm();
    await see(alert(over));
    expect(await uses()).toEqual([]);
    if (why) expect(await whyNot(id)).toMatch(why);
    else expect(await whyNot(id)).toMatch(/^Armed until/);
  });

  it('an alert that was open before it was armed', async () => {
    const old = alert();
    pass(minuteMs);
    await arm();
    await see(old);
    expect(await uses()).toEqual([]);
  });

  it('an alert that was open before it was armed, and came back since: it acts', async () => {
    const old = alert();
    pass(minuteMs);
    await arm();
    await see({ ...old, reopenedAt: company.clock.now() });
    expect(await uses()).toHaveLength(1);
  });

  it('the hours are over', async () => {
    const id = await arm({ hours: '22:00-06:00 UTC' });
    await see(alert());
    expect(await whyNot(id)).toMatch(/acts only at .*22:00–06:00/);
    pass(12 * hourMs);
    await see(alert());
    expect(await uses()).toHaveLength(1);
  });

  it('more is at stake than was approved', async () => {
    const id = await arm({ most: '1' }, ['eve']);
    await see(alert());
    expect(await uses()).toEqual([]);
    expect(await whyNot(id)).toMatch(/would be at stake in all, which is more than the 1\.00 USD approved/);
  });

  it('the fallback is another one than was approved', async () => {
    const id = await arm();
    const world = withRoutes({ ...platform.desk, clock: company.clock }, ({ fallback }) => ({
      fallback: fallback && { ...fallback, partner: 'adria' },
    }));
    await newReplica({ world }).desk.followAlerts([alert()]);
    expect(await uses()).toEqual([]);
    expect(await whyNot(id)).toMatch(/no longer matches what was approved: fallback partner: \w+ → adria/);
  });

  it('the fallback fails as well: it does not act, or ends at once', async () => {
    const id = await arm();
    const { fallback } = await routeNow();
    const failing = alert({ id: 'ALR-8', slice: { partner: fallback!.partner } });
    await see(alert(), failing);
    expect(await whyNot(id)).toMatch(/the fallback fails as well \(ALR-8\)/);
    await see(alert());
    expect((await routeNow()).state).toBe('paused');
    await see(alert(), failing);
    expect((await routeNow()).state).toBe('active');
    expect((await uses())[0]?.stateWhy).toContain('The fallback fails as well (ALR-8).');
  });

  it('an alert that flaps does not use it up, nor move traffic back and forth', async () => {
    const id = await arm();
    for (let round = 0; round < 6; round++) {
      await see(alert({ id: `ALR-${round}` }));
      pass(4 * minuteMs);
      await see();
      pass(4 * minuteMs);
    }
    expect(await uses()).toHaveLength(1);
    expect(await whyNot(id)).toMatch(/used recently; it can act again from/);
  });

  it('after its last use it never acts again', async () => {
    await arm({ uses: '1' });
    await see(alert());
    await see();
    pass(3 * hourMs);
    await see(alert({ id: 'ALR-9' }));
    expect(await uses()).toHaveLength(1);
  });

  it('a cap of the policy holds for what it begins', async () => {
    const capped: Policy = { ...open, caps: [{ id: 'tiny', per: 'partner', within: hourMs, limit: '0.01' }] };
    replica = newReplica({ policy: capped });
    const id = await arm();
    await see(alert());
    expect(await uses()).toEqual([]);
    expect(await whyNot(id)).toMatch(/Cap “tiny”/);
  });
});

describe('people win', () => {
  it('a freeze', async () => {
    const id = await arm();
    await replica.desk.freezeAll('ana', 'something is wrong');
    await see(alert());
    expect(await uses()).toEqual([]);
    expect(await whyNot(id)).toMatch(/frozen/i);
  });

  it('a freeze right before it would be ordered: it is void, and does not come when the freeze is over', async () => {
    await arm();
    await replica.desk.followAlerts([alert()]);
    await replica.desk.freezeAll('ana', 'something is wrong');
    await settle();
    expect((await uses()).map(({ state }) => state)).toEqual(['voided']);
    expect((await routeNow()).state).toBe('active');
  });

  it('a freeze does not hold up the return', async () => {
    await arm();
    await see(alert());
    await replica.desk.freezeAll('ana', 'something is wrong');
    await see();
    expect((await routeNow()).state).toBe('active');
  });

  it('revoked by one person, it never acts', async () => {
    const id = await arm();
    await expect(replica.desk.revokeStanding(id, 'stranger')).rejects.toMatchObject({ code: 'forbidden' });
    await replica.desk.revokeStanding(id, 'bo');
    await see(alert());
    expect(await uses()).toEqual([]);
    expect(await replica.desk.standing()).toEqual([]);
    expect((await replica.desk.read(id)).remediation).toMatchObject({ state: 'closed', decidedBy: 'bo' });
  });

  it('revoked between the alert and the order, it does not act', async () => {
    const id = await arm();
    await replica.desk.followAlerts([alert()]);
    await replica.desk.revokeStanding(id, 'bo');
    await settle();
    expect((await routeNow()).state).toBe('active');
    expect((await uses()).map(({ state }) => state)).toEqual(['voided']);
  });

  it('an approver who left: the approval counts no more', async () => {
    const id = await arm();
    company.people.kinds.set('eve', 'deactivated');
    await see(alert());
    expect(await uses()).toEqual([]);
    expect(await whyNot(id)).toMatch(/eve’s vote is void/);
  });

  it('undone now by one person, also while the alert lasts', async () => {
    await arm();
    await see(alert());
    const [use] = await uses();
    await replica.desk.undo(use!.id, 'bo');
    await settle();
    expect((await routeNow()).state).toBe('active');
    await expect(replica.desk.undo(use!.id, 'bo')).rejects.toMatchObject({ code: 'conflict' });
    await see(alert());
    expect(await uses()).toHaveLength(1);
  });

  it('a plan that is not the one that was hashed never acts', async () => {
    const id = await arm();
    const { query } = company.db;
    await query('alter table paydesk.remediations disable trigger remediations_keep_plan');
    await query(
      `update paydesk.remediations set plan = replace(plan, '"uses":"2"', '"uses":"9"') where number = $1`,
      [id.slice(4)],
    );
    await query('alter table paydesk.remediations enable trigger remediations_keep_plan');
    await see(alert());
    expect(await uses()).toEqual([]);
    expect((await routeNow()).state).toBe('active');
  });

  it('over at its date', async () => {
    const id = await arm();
    pass(25 * hourMs);
    await see(alert());
    expect(await uses()).toEqual([]);
    expect((await replica.desk.read(id)).remediation.state).toBe('closed');
  });
});

describe('killed', () => {
  it.each(['before_use', ...crashPoints] as const)('%s: one pause, one return', async (point) => {
    await arm();
    const dying = newReplica();
    dying.dieAt(point);
    const seen = alert();
    await Promise.race([dying.desk.followAlerts([seen]), expect.poll(() => dying.dead()).toBe(true)]);
    if (!dying.dead()) await dying.work();
    expect(dying.dead()).toBe(true);
    await adopt(company.db);
    await see(seen);
    pass(minuteMs);
    await settle();
    const [use, ...others] = await uses();
    expect(others).toEqual([]);
    expect(await routeNow()).toMatchObject({ state: 'paused', pausedBy: use!.idempotencyKey });
    await see();
    await settle();
    expect(await routeNow()).toMatchObject({ state: 'active', resumedBy: `${use!.idempotencyKey}:end` });
  });

  it('two replicas see the alert at once: one use', async () => {
    await arm();
    const other = newReplica();
    await Promise.all([replica.desk.followAlerts([alert()]), other.desk.followAlerts([alert()])]);
    await settle();
    expect(await uses()).toHaveLength(1);
    expect(alarms).toHaveLength(1);
  });
});
