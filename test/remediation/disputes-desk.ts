/**
 * The actions on disputes between the real Stripe adapter and the stateful payments API of the sandbox, with files that
 * people handed in, under one clock that moves only when a test moves it.
 */
import type Stripe from 'stripe';
import { createStripePayments } from '../../src/adapters/stripe/payments.js';
import { createStripeWrites } from '../../src/adapters/stripe/writes.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Attachment } from '../../src/ports/attachments.js';
import type { Action, ActionFault, Plan, TypedParameters, World } from '../../src/remediation/kit/action.js';
import { apiKey, openBench, type Bench } from '../sandbox/payments-api/support.js';

export const pdf = (text = 'a letter'): Uint8Array => Buffer.from(`%PDF-1.7\n${text}`);
export const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);

/** A dispute over 25.00 USD, fraudulent, to be answered within days; `fields` are laid over Stripe's object. */
export async function openDispute(
  { api, stripe }: Pick<Bench, 'api' | 'stripe'>,
  fields: object = {},
): Promise<string> {
  const intent = await stripe.paymentIntents.create({
    amount: 2_500,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_createDispute',
    metadata: { merchant: 'Larkspur Tents' },
  });
  const { data } = await stripe.disputes.list({ payment_intent: intent.id });
  const [dispute] = data as [Stripe.Dispute];
  api.putObjects([{ ...dispute, ...fields }]);
  return dispute.id;
}

export async function openDisputesDesk() {
  const bench = await openBench(20);
  const { api, clock, stripe, changes } = bench;
  const deps = { baseUrl: api.baseUrl, apiKey: new Secret(apiKey), clock, log: silentLog };
  const files = new Map<string, Attachment>();
  const world: World = {
    payments: createStripePayments(deps),
    writes: createStripeWrites(deps),
    operations: null,
    mail: null,
    books: null,
    writeOffs: null,
    attachments: {
      read: async (id) => {
        const file = files.get(id);
        if (!file) throw new OpsError('not_found', 'This file was deleted, or is not shared with Paydesk.');
        return Promise.resolve(file);
      },
    },
    partners: [],
    metrics: [],
    paymentsPartner: 'northpay',
    clock,
  };
  const give = (id: string, name: string, content: Uint8Array): string => {
    files.set(id, { id, name, mimeType: 'application/octet-stream', content });
    return id;
  };

  const openAnotherDispute = async (fields: object = {}): Promise<string> => {
    const id = await openDispute(bench, fields);
    changes.length = 0;
    return id;
  };
  const details = async (id: string, fields: object): Promise<void> => {
    const dispute = await stripe.disputes.retrieve(id);
    api.putObjects([{ ...dispute, evidence_details: { ...dispute.evidence_details, ...fields } }]);
  };
  /** How often something was done at the provider since the dispute was opened. */
  const count = (type: string): number => changes.filter((change) => change.type === type).length;
  return { ...bench, desk: world, files, give, openDispute: openAnotherDispute, details, count };
}

export type DisputesDesk = Awaited<ReturnType<typeof openDisputesDesk>>;

export async function planOf(action: Action, typed: TypedParameters, world: World): Promise<Plan> {
  const planned = await action.plan(typed, world);
  if (planned.ok) return planned.plan;
  throw new Error(planned.faults.map(({ message }) => message).join(' '));
}

export async function faultsOf(
  action: Action,
  typed: TypedParameters,
  world: World,
): Promise<readonly ActionFault[]> {
  const planned = await action.plan(typed, world);
  return planned.ok ? [] : planned.faults;
}

/** The code that a call fails with. */
export const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'nothing',
    (error: unknown) => (error instanceof OpsError ? error.code : String(error)),
  );
