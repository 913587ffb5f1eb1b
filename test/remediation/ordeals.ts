/**
 * The trial that every guarded action stands in its own test: against stateful providers, while answers are lost, providers
 * fail, reads fail and replicas are killed at every named point. One effect each, and a request that says so.
 *
 * ORDEAL_RUNS adds so many random combinations to each action; a failing one prints what was done to it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secondMs } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import type { Remediation } from '../../src/ports/remediations.js';
import type { Action, TypedParameters, World } from '../../src/remediation/kit/action.js';
import { crashPoints, type CrashPoint } from '../../src/remediation/life/deps.js';
import { awaitsJudgement } from '../../src/remediation/life/settlement.js';
import { hash } from '../../sandbox/world/random.js';
import { openPaymentsDesk, planned, type PaymentsDesk } from './payments-desk.js';
import { openPlatformDesk, type PlatformDesk } from './platform-desk.js';
import { policy } from './people.js';
import { adopt, ballotOf, startCompany, type Company, type Replica } from './support.js';

/** The other sides of an action, all by one clock. */
interface Stage {
  payments: PaymentsDesk;
  /** A new one for each ordeal: its one event and its one missing statement are good for one effect. */
  platform: PlatformDesk;
  now: Date;
}

interface Trial {
  /** The form, filled in so that it can be requested. */
  typed: TypedParameters;
  /** How often it took effect on the other side. */
  effects: () => Promise<number>;
  /** Where it acts, when neither the payments API nor the platform is that. */
  world?: Partial<World>;
  /** No one can tell afterwards whether it took effect, so that a person has to say. */
  mayStayUnknown?: true;
}

const open = {
  ...policy,
  rates: [{ date: '2026-11-19', currency: 'USD', rate: '0.9' }],
  caps: [],
  rules: [
    {
      id: 'any',
      actions: 'any' as const,
      request: ['operators'],
      approve: ['approvers'],
      approvals: 1,
      typeAmount: false,
      confirmOutside: false,
    },
  ],
};

const extraRuns = Number(process.env.ORDEAL_RUNS ?? 2);

/** What becomes of the first order: whether it arrives, and what Paydesk hears. */
const faults = [
  'well',
  'lost before',
  'lost after',
  'breaks after',
  'unavailable',
  'busy',
  'key refused',
] as const;
type Fault = (typeof faults)[number];

interface Ordeal {
  fault: Fault;
  /** How many reads after the order fail. */
  blind: number;
  kill: CrashPoint | null;
}

/** The methods of the ports that change something on the other side. */
const orderNames =
  /^(refund|send|writeOff|(capture|cancel|update|close|upload|pause|resume|replay|request)[A-Z]\w*)$/;

/** The world with the first order met by a fault, and reads after it that fail. */
function worldUnder({ fault, blind }: Ordeal, world: World): { world: World; orders: () => number } {
  let orders = 0;
  let failing = 0;
  const order = async (call: () => Promise<unknown>): Promise<unknown> => {
    failing = orders++ === 0 ? blind : failing;
    const turn = orders === 1 ? fault : 'well';
    if (turn === 'unavailable') throw new OpsError('unavailable', 'The provider does not answer.');
    if (turn === 'busy') throw new OpsError('rate_limited', 'The provider is busy.');
    if (turn === 'key refused') throw new OpsError('misconfigured', 'The provider refuses our key.');
    if (turn === 'lost before') throw new OpsError('unknown_outcome', 'No answer.');
    const answer = await call();
    if (turn === 'lost after') throw new OpsError('unknown_outcome', 'No answer.');
    if (turn === 'breaks after') throw new Error('502 Bad Gateway');
    return answer;
  };
  const read = (call: () => Promise<unknown>): Promise<unknown> => {
    if (failing === 0) return call();
    failing--;
    return Promise.reject(new OpsError('unavailable', 'The provider does not answer.'));
  };
  const meeting = <Port extends object>(port: Port | null): Port | null =>
    port &&
    new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        const meet = orderNames.test(String(name)) ? order : read;
        return (...args: unknown[]) => meet(() => Reflect.apply(member, target, args) as Promise<unknown>);
      },
    });
  const met: World = {
    ...world,
    payments: meeting(world.payments),
    writes: meeting(world.writes),
    operations: meeting(world.operations),
    mail: meeting(world.mail),
    writeOffs: meeting(world.writeOffs),
  };
  return { world: met, orders: () => orders };
}

/** The same for an action in every run, and other ones for another action. */
function ordealsOf(action: string): Ordeal[] {
  const seed = Buffer.from(action).reduce((sum, byte) => hash(sum, byte, 0), 0);
  let draws = 0;
  const below = (limit: number): number => hash(seed, 0xeae7, draws++) % limit;
  const random = (): Ordeal => ({
    fault: faults[below(faults.length)]!,
    blind: below(2) * 4,
    kill: crashPoints[below(crashPoints.length)]!,
  });
  return [
    ...faults.map((fault, at) => ({ fault, blind: (at % 2) * 3, kill: null })),
    ...crashPoints.map((kill, at) => ({ fault: 'well' as const, blind: (at % 2) * 3, kill })),
    ...Array.from({ length: extraRuns }, random),
  ];
}

/** Puts the action through all ordeals. `begin` makes something new to act upon, and says how its effect is seen. */
export function underOrdeals(action: Action, begin: (stage: Stage) => Trial | Promise<Trial>): void {
  let company: Company;
  let payments: PaymentsDesk;
  let platform: PlatformDesk;
  let forms = 0;

  async function openAnotherPlatform(): Promise<void> {
    platform = await openPlatformDesk();
    const now = company.clock.now().getTime();
    for (const { clock } of [payments, platform]) clock.advance(now - clock.now().getTime());
  }

  async function started(): Promise<Trial & { world: World }> {
    await platform.close();
    await openAnotherPlatform();
    const { clock } = company;
    const trial = await begin({ payments, platform, now: clock.now() });
    const { payments: api, writes } = payments.desk;
    return { ...trial, world: { ...platform.desk, payments: api, writes, clock, ...trial.world } };
  }

  /** Asks, approves and carries out under an ordeal, until nothing moves any more. */
  async function live(typed: TypedParameters, world: World, kill: CrashPoint | null): Promise<Remediation> {
    const deps = { actions: [action], policy: open, world };
    const dying = company.replica(deps);
    const asked = await dying.desk.request({
      formKey: `${action.id}-${forms++}`,
      action: action.id,
      typed,
      why: 'a drill',
      requesterId: 'cy',
      channelId: 'C0DESK000',
      breakGlass: false,
    });
    if (asked.kind === 'refused') throw new Error(asked.faults.map(({ message }) => message).join(' '));
    await dying.desk.approve(ballotOf(asked.snapshot, 'eve'), null);
    if (kill) dying.dieAt(kill);
    await dying.work();
    if (kill) await adopt(company.db);
    return ended(company.replica(deps), asked.snapshot.remediation.id);
  }

  async function ended(replica: Replica, id: string): Promise<Remediation> {
    for (let steps = 0; steps < 300; steps++) {
      await replica.work();
      const { remediation } = await replica.desk.read(id);
      if (remediation.dueAt === null || remediation.verified || awaitsJudgement(remediation))
        return remediation;
      for (const { clock } of [company, payments, platform]) clock.advance(15 * secondMs);
    }
    return (await replica.desk.read(id)).remediation;
  }

  describe('under ordeals', () => {
    beforeAll(async () => {
      [company, payments] = await Promise.all([startCompany(), openPaymentsDesk()]);
      await openAnotherPlatform();
    });
    afterAll(() => Promise.all([payments.api.close(), platform.close(), company.close()]));

    it('its plan says “cannot be undone” exactly where its risk is high', async () => {
      const { typed, world } = await started();
      const { irreversible, undo } = (await planned(action, typed, world)).preview;
      expect(irreversible !== null).toBe(action.risk === 'high');
      expect(undo === null).toBe(action.risk === 'high');
    });

    it('it takes effect once at most, and its request says whether it did', async () => {
      for (const met of ordealsOf(action.id)) {
        const label = JSON.stringify(met);
        const trial = await started();
        const { world, orders } = worldUnder(met, trial.world);
        const { state, calls } = await live(trial.typed, world, met.kill);
        const count = await trial.effects();
        expect(count, `${label}: one effect at most`).toBeLessThanOrEqual(1);
        expect(calls, `${label}: so many orders`).toBeLessThanOrEqual(3);
        // What arms another action orders nothing itself.
        if (action.arms === null && met.kill === null)
          expect(
            orders(),
            'add the port’s method that `execute` calls to `orderNames` in test/remediation/ordeals.ts',
          ).toBeGreaterThan(0);
        if (state === 'closed' || state === 'done') expect(count, `${label}: ${state}`).toBe(1);
        else expect([state, trial.mayStayUnknown], label).toEqual(['unknown', true]);
      }
    }, 120_000);
  });
}
