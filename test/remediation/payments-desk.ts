/** The actions' world with the real Stripe adapter in front of the stateful payments API, under one clock. */
import { expect } from 'vitest';
import { createStripePayments } from '../../src/adapters/stripe/payments.js';
import { createStripeWrites } from '../../src/adapters/stripe/writes.js';
import type { OpsErrorCode } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Action, ActionFault, Plan, TypedParameters, World } from '../../src/remediation/kit/action.js';
import { freeze, thaw } from '../../src/remediation/kit/plan.js';
import { apiKey, openBench, type Bench } from '../sandbox/payments-api/support.js';
import { faultOf } from '../stripe/setup.js';

export interface PaymentsDesk extends Bench {
  desk: World;
  /** Over the wire, in minor units. */
  pay(fields?: object): Promise<{ payment: string; charge: string }>;
  /** The object as the API shows it. */
  get(path: string): Promise<Record<string, unknown>>;
}

/** `timeoutMs` is real time. */
export async function openPaymentsDesk(timeoutMs = 10_000): Promise<PaymentsDesk> {
  const bench = await openBench(6);
  const { api, clock, stripe } = bench;
  const deps = {
    baseUrl: api.baseUrl,
    apiKey: new Secret(apiKey),
    clock,
    log: silentLog,
    timeoutMs,
    sleep: () => Promise.resolve(),
  };
  const desk: World = {
    payments: createStripePayments(deps),
    writes: createStripeWrites(deps),
    operations: null,
    mail: null,
    books: null,
    writeOffs: null,
    attachments: null,
    partners: [{ id: 'stripe', name: 'Stripe', contact: null }],
    metrics: [],
    paymentsPartner: 'stripe',
    clock,
  };
  return {
    ...bench,
    desk,
    pay: async (fields = {}) => {
      const order = {
        amount: 2_500,
        currency: 'eur',
        confirm: true,
        payment_method: 'pm_card_visa',
        ...fields,
      };
      const { id, latest_charge } = await stripe.paymentIntents.create(order);
      return { payment: id, charge: latest_charge as string };
    },
    get: async (path) => (await (await bench.call('GET', `/v1/${path}`)).json()) as Record<string, unknown>,
  };
}

/** A plan that must come about, as it comes back from where plans are kept. */
export async function planned(action: Action, typed: TypedParameters, world: World): Promise<Plan> {
  const outcome = await action.plan(typed, world);
  if (outcome.ok) return thaw(freeze(outcome.plan));
  throw new Error(`expected a plan: ${outcome.faults.map(({ message }) => message).join(' ')}`);
}

/** The faults of a plan that must not come about. */
export async function refused(
  action: Action,
  typed: TypedParameters,
  world: World,
): Promise<readonly ActionFault[]> {
  const outcome = await action.plan(typed, world);
  if (!outcome.ok) return outcome.faults;
  throw new Error(`expected faults, not “${outcome.plan.preview.headline}”`);
}

/** Exactly this fault and no other. */
export const only = (field: string | null, message: RegExp) => [
  { field, message: expect.stringMatching(message) },
];

/** Every step's error is told by its code. */
export const codeOf = async (step: Promise<unknown>): Promise<OpsErrorCode> => (await faultOf(step)).code;
