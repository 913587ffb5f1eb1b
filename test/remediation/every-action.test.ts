/**
 * Every action against stateful providers, while answers are lost, providers fail, reads fail and replicas are killed at
 * every named point: one effect each, and a request that says so.
 *
 * EVERY_ACTION_RUNS adds so many random combinations to each action; a failing one prints what was done to it.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OpsError } from '../../src/kernel/errors.js';
import { minuteMs, secondMs } from '../../src/kernel/clock.js';
import type { Remediation } from '../../src/ports/remediations.js';
import type { Break, WriteOffs } from '../../src/ports/breaks.js';
import type { TypedParameters, World } from '../../src/remediation/kit/action.js';
import { actions } from '../../src/remediation/actions/index.js';
import { crashPoints, type CrashPoint } from '../../src/remediation/life/deps.js';
import { awaitsJudgement } from '../../src/remediation/life/settlement.js';
import { hash } from '../../sandbox/world/random.js';
import { eventId } from '../operations-api/support.js';
import { openPaymentsDesk, type PaymentsDesk } from './payments-desk.js';
import { openPlatformDesk, typedAt, type PlatformDesk } from './platform-desk.js';
import { adopt, ballotOf, policy, startCompany, type Company, type Replica } from './support.js';

const open = {
  ...policy,
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

const extraRuns = Number(process.env.EVERY_ACTION_RUNS ?? 2);

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

let company: Company;
let payments: PaymentsDesk;
let platform: PlatformDesk;
beforeAll(async () => {
  [company, payments] = await Promise.all([startCompany(), openPaymentsDesk()]);
  await openAnotherPlatform();
});
afterAll(() => Promise.all([payments.api.close(), platform.close(), company.close()]));

/** Its one event and its one missing statement are good for one effect. */
async function openAnotherPlatform(): Promise<void> {
  platform = await openPlatformDesk();
  const now = company.clock.now().getTime();
  for (const { clock } of [payments, platform]) clock.advance(now - clock.now().getTime());
}

function pass(durationMs: number): void {
  for (const { clock } of [company, payments, platform]) clock.advance(durationMs);
}

interface Trial {
  typed: TypedParameters;
  /** How often it took effect on the other side. */
  effects: () => Promise<number>;
}

const reason = 'a drill';
const was = (held: boolean): number => (held ? 1 : 0);

async function dispute(): Promise<string> {
  const order = { amount: 2_500, currency: 'eur', confirm: true, payment_method: 'pm_card_createDispute' };
  const { id } = await payments.stripe.paymentIntents.create(order);
  const { data } = await payments.stripe.disputes.list({ payment_intent: id });
  payments.api.putObjects([{ ...data[0]!, reason: 'general' }]);
  return data[0]!.id;
}

const route = 'adria-card-fr';
const operations = () => platform.operations;

/** Breaks as a desk keeps them: written off once, by the request that says so. */
const found = new Map<string, Break>();
const writers = new Map<string, string>();
let writeOffCount = 0;

const writeOffs: WriteOffs = {
  find: (id) => Promise.resolve(found.get(id)!),
  writeOff: ({ id, idempotencyKey }) => {
    const before = found.get(id)!;
    if (writers.get(id) === idempotencyKey) return Promise.resolve(before);
    writers.set(id, idempotencyKey);
    writeOffCount++;
    const after: Break = { ...before, state: 'written_off' };
    found.set(id, after);
    return Promise.resolve(after);
  },
  writtenOffBy: ({ id, idempotencyKey }) =>
    Promise.resolve(writers.get(id) === idempotencyKey ? found.get(id)! : null),
};

function aBreak(): Break {
  const id = `BRK-${found.size + 1}`;
  const at = company.clock.now();
  found.set(id, {
    id,
    identity: id,
    partner: 'northpay',
    businessDay: 20_784,
    kind: 'missing_at_partner',
    currency: 'EUR',
    differenceMinor: -500n,
    state: 'open',
    ownerId: null,
    material: false,
    openedAt: at,
    changedAt: at,
    resolution: null,
    remediationId: null,
    hasCard: false,
    version: 1,
  });
  return found.get(id)!;
}

const trials: Readonly<Record<string, () => Promise<Trial>>> = {
  'write-off-break': () => {
    const { id } = aBreak();
    const before = writeOffCount;
    return Promise.resolve({
      typed: { break: id, reason },
      effects: () => Promise.resolve(writeOffCount - before),
    });
  },
  'refund-payment': async () => {
    const { payment, charge } = await payments.pay();
    const typed = { payment, amount: '5', reason: 'duplicate' };
    return {
      typed,
      effects: async () => Number((await payments.get(`charges/${charge}`)).amount_refunded) / 500,
    };
  },
  'capture-payment': async () => {
    const { payment } = await payments.pay({ capture_method: 'manual' });
    return {
      typed: { payment, amount: '5' },
      effects: async () => Number((await payments.get(`payment_intents/${payment}`)).amount_received) / 500,
    };
  },
  'cancel-payment': async () => {
    const { payment } = await payments.pay({ capture_method: 'manual' });
    return {
      typed: { payment, reason: 'duplicate' },
      effects: async () => was((await payments.get(`payment_intents/${payment}`)).status === 'canceled'),
    };
  },
  'cancel-payout': async () => {
    const { id } = await payments.stripe.payouts.create({ amount: 700, currency: 'eur' });
    return {
      typed: { payout: id },
      effects: async () => was((await payments.get(`payouts/${id}`)).status === 'canceled'),
    };
  },
  'accept-dispute': async () => {
    const id = await dispute();
    return {
      typed: { dispute: id, acknowledged: '25' },
      effects: async () => was((await payments.get(`disputes/${id}`)).status === 'lost'),
    };
  },
  'stage-evidence': async () => {
    const id = await dispute();
    const effects = async () =>
      was(
        ((await payments.get(`disputes/${id}`)).evidence as { uncategorized_text: string | null })
          .uncategorized_text !== null,
      );
    return { typed: { dispute: id, explanation: 'It was delivered' }, effects };
  },
  'submit-evidence': async () => {
    const id = await dispute();
    const effects = async () =>
      ((await payments.get(`disputes/${id}`)).evidence_details as { submission_count: number })
        .submission_count;
    return { typed: { dispute: id, explanation: 'It was delivered' }, effects };
  },
  'pause-route': async () => {
    const until = typedAt(company.clock.now(), 60);
    return Promise.resolve({
      typed: { route, until, reason },
      effects: async () => was((await operations().route(route)).state === 'paused'),
    });
  },
  'resume-route': async () => {
    const until = new Date(company.clock.now().getTime() + 600 * minuteMs);
    await operations().pauseRoute({ routeId: route, until, reason, idempotencyKey: 'theirs' });
    return {
      typed: { route, reason },
      effects: async () => was((await operations().route(route)).state === 'active'),
    };
  },
  'arm-route': () => {
    const typed = { route, metric: 'authorisation-success', drop: '20', attempts: '50', minutes: '60' };
    const bounds = { most: '5000', uses: '2', until: typedAt(company.clock.now(), 24 * 60), reason };
    // It has no effect but to be armed.
    return Promise.resolve({ typed: { ...typed, ...bounds }, effects: () => Promise.resolve(1) });
  },
  'replay-event': () =>
    Promise.resolve({
      typed: { event: eventId, target: 'ledger' },
      effects: async () => (await operations().event(eventId)).replays.length,
    }),
  'request-statement': () => {
    const effects = async () => (await operations().statement('adria', '2026-11-17')).requests.length;
    return Promise.resolve({ typed: { partner: 'adria', businessDay: '2026-11-17', reason }, effects });
  },
  'message-partner': () =>
    Promise.resolve({
      typed: { partner: 'adria', subject: 'A file', text: 'Please send it' },
      effects: () => Promise.resolve(platform.mailbox.letters().length),
    }),
};

const writes =
  /^(refund|send|writeOff|(capture|cancel|update|close|upload|pause|resume|replay|request)[A-Z]\w*)$/;

/** The world with the first order met by a fault, and reads after it that fail. */
function ordeal({ fault, blind }: Ordeal): World {
  let orders = 0;
  let failing = 0;
  const write = async (call: () => Promise<unknown>): Promise<unknown> => {
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
        const meet = writes.test(String(name)) ? write : read;
        return (...args: unknown[]) => meet(() => Reflect.apply(member, target, args) as Promise<unknown>);
      },
    });
  return {
    ...platform.desk,
    payments: meeting(payments.desk.payments),
    writes: meeting(payments.desk.writes),
    operations: meeting(platform.desk.operations),
    mail: meeting(platform.desk.mail),
    writeOffs: meeting(writeOffs),
    clock: company.clock,
  };
}

const started = (action: string): Promise<Trial> =>
  (trials[action] ?? (() => Promise.reject(new Error(action))))();

const calm: Ordeal = { fault: 'well', blind: 0, kill: null };

let forms = 0;

/** Asks, approves and carries out under an ordeal, until nothing moves any more. */
async function live(action: string, typed: TypedParameters, met: Ordeal): Promise<Remediation> {
  const deps = { actions, policy: open, world: ordeal(met) };
  const dying = company.replica(deps);
  const asked = await dying.desk.request({
    formKey: `every-${forms++}`,
    action,
    typed,
    why: reason,
    requesterId: 'cy',
    channelId: 'C0DESK000',
    breakGlass: false,
  });
  if (asked.kind === 'refused') throw new Error(asked.faults.map(({ message }) => message).join(' '));
  await dying.desk.approve(ballotOf(asked.snapshot, 'eve'), null);
  if (met.kill) dying.dieAt(met.kill);
  await dying.work();
  if (met.kill) await adopt(company.db);
  return ended(company.replica(deps), asked.snapshot.remediation.id);
}

async function ended(replica: Replica, id: string): Promise<Remediation> {
  for (let steps = 0; steps < 300; steps++) {
    await replica.work();
    const { remediation } = await replica.desk.read(id);
    if (remediation.dueAt === null || remediation.verified || awaitsJudgement(remediation))
      return remediation;
    pass(15 * secondMs);
  }
  return (await replica.desk.read(id)).remediation;
}

function ordealsOf(action: string): Ordeal[] {
  let draws = 0;
  const below = (limit: number): number =>
    hash(
      actions.findIndex(({ id }) => id === action),
      0xeae7,
      draws++,
    ) % limit;
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

it('there is a trial for every action', () => {
  expect(Object.keys(trials).sort()).toEqual(actions.map(({ id }) => id).sort());
});

it.each(actions)('$id: its plan says “cannot be undone” exactly where its risk is high', async (action) => {
  const { id, risk } = action;
  await platform.close();
  await openAnotherPlatform();
  const planned = await action.plan((await started(id)).typed, { ...ordeal(calm), attachments: null });
  if (!planned.ok) throw new Error(planned.faults.map(({ message }) => message).join(' '));
  const { irreversible, undo } = planned.plan.preview;
  expect(irreversible !== null).toBe(risk === 'high');
  expect(undo === null).toBe(risk === 'high');
});

it.each(actions.map(({ id }) => id))(
  '%s',
  async (action) => {
    for (const met of ordealsOf(action)) {
      await platform.close();
      await openAnotherPlatform();
      const label = JSON.stringify({ action, ...met });
      const { typed, effects } = await started(action);
      const { state, calls } = await live(action, typed, met);
      const count = await effects();
      expect(count, `${label}: one effect at most`).toBeLessThanOrEqual(1);
      expect(calls, `${label}: so many orders`).toBeLessThanOrEqual(3);
      if (state === 'closed' || state === 'done') expect(count, `${label}: ${state}`).toBe(1);
      // Of a letter no server tells later whether it was sent; everything else is found out.
      else expect([action, state], label).toEqual(['message-partner', 'unknown']);
    }
  },
  120_000,
);
