/**
 * What a refund rests on: the charge, what was given back of it already, and what stands against giving more.
 *
 * Invariants: a refund on its way counts as given back, one that failed does not; what cannot be read is named, and what
 * the charge itself says counts for it; amounts are exact text with their currency and instants ISO text, so that a
 * difference reads as it is.
 * Deliberately absent: whether a refund is pending or through, which changes no plan.
 */
import { OpsError } from '../../kernel/errors.js';
import { add, compare, money, subtract, type Money } from '../../kernel/money.js';
import { committedOf, decidingAmong, givenBackOf, hasTaken, lostOf } from '../../nouns/charge.js';
import { isCapturedInParts } from '../../nouns/payment.js';
import type { Charge, Dispute, Payment, PaymentsApi, Refund } from '../../ports/payments-api.js';
import type { World } from './action.js';
import { moneyFact, moneyOfFact } from './fields.js';
import {
  amountRuleFacts,
  customerFacts,
  merchantOf,
  methodText,
  providerOf,
  timeText,
  type AmountRuleFacts,
} from './provider.js';

/** A type and not an interface, because only that is a JsonObject. */
export type RefundFacts = AmountRuleFacts & {
  partner: string | null;
  /** Null for a charge that was made without a payment. */
  payment: string | null;
  charge: string;
  status: string;
  captured: boolean;
  amountCaptured: string;
  amountRefunded: string;
  /** What lost disputes and returned debits gave back. */
  amountLost: string;
  /** More captures of the same payment may come. */
  inParts: boolean;
  /** Those that count as given back, newest first. */
  refunds: readonly { id: string; amount: string; createdAt: string }[];
  disputes: readonly { id: string; status: string; isChargeRefundable: boolean }[];
  /** A sentence for each thing about the charge that the provider gave and that cannot be read. */
  unread: readonly string[];
  /** Early fraud warnings that a refund would settle. */
  openWarnings: readonly string[];
  method: string;
  /** What the provider took for the payment and keeps; null where it does not say. */
  fee: string | null;
  customer: string | null;
  /** Masked. */
  customerEmail: string | null;
  merchant: string | null;
};

/** Throws as `PaymentsApi` does; `invalid` where it is not clear which charge; `misconfigured` without a provider. */
export async function readRefundFacts(id: string, world: World): Promise<RefundFacts> {
  const provider = providerOf(world);
  const { payments } = provider;
  const { charge, payment } = id.startsWith('pi_')
    ? await ofPayment(id, payments)
    : await ofCharge(id, payments);
  const subject = { chargeId: charge.id };
  const [refunds, disputes, warnings] = await Promise.all([
    payments.refundsOf(subject),
    payments.disputesOf(subject),
    payments.earlyFraudWarningsOf(subject),
  ]);
  return {
    ...amountRuleFacts(provider, charge.amount.currency),
    ...chargeFactsOf(charge, refunds.rows),
    amountLost: moneyFact(lostOf(charge, disputes.rows)),
    inParts: payment !== null && isCapturedInParts(payment),
    disputes: disputes.rows.map(disputeFactOf),
    unread: [refunds, disputes, warnings].flatMap(({ problems }) => problems),
    openWarnings: warnings.rows.filter(({ actionable }) => actionable).map((warning) => warning.id),
    partner: world.paymentsPartner,
    payment: charge.paymentId,
    ...customerFacts(payment),
    merchant: payment && merchantOf(payment.metadata),
  };
}

interface Found {
  charge: Charge;
  payment: Payment | null;
}

async function ofCharge(id: string, payments: PaymentsApi): Promise<Found> {
  const charge = await payments.charge(id);
  return { charge, payment: charge.paymentId === null ? null : await payments.payment(charge.paymentId) };
}

/** The one charge that was captured and that not all was given back of, or else the one that decides. */
async function ofPayment(id: string, payments: PaymentsApi): Promise<Found> {
  const [payment, charges] = await Promise.all([payments.payment(id), payments.chargesOf(id)]);
  const captured = charges.rows.filter(hasTaken);
  const open = captured.filter(isOpen);
  const charge = open[0] ?? decidingAmong(charges.rows);
  if (charges.problems.length > 0 && captured.length === 0)
    throw new OpsError(
      'unavailable',
      `Can’t tell which charge of ${id} to refund: ${charges.problems.join('; ')}.`,
    );
  if (open.length > 1)
    throw new OpsError(
      'invalid',
      `${id} was captured ${captured.length} times: ${captured.map(chargeText).join('; ')}.`,
      { hint: 'Enter the ID of the charge to refund.' },
    );
  if (!charge)
    throw new OpsError(
      'invalid',
      `${id} is ${payment.status} and was never charged: there is nothing to refund.`,
    );
  return { charge, payment };
}

/** By the charge's own sum of what was given back. */
const isOpen = (charge: Charge): boolean =>
  compare(committedOf(charge, givenBackOf(charge, [])), charge.amountCaptured) < 0;

const chargeText = ({ id, amountCaptured, createdAt }: Charge): string =>
  `${id}, ${moneyFact(amountCaptured)} at ${timeText(createdAt)}`;

function chargeFactsOf(charge: Charge, refunds: readonly Refund[]) {
  const given = givenBackOf(charge, refunds);
  const { balanceTransaction: transaction } = charge;
  return {
    charge: charge.id,
    status: charge.status,
    captured: charge.captured,
    amountCaptured: moneyFact(charge.amountCaptured),
    amountRefunded: moneyFact(committedOf(charge, given)),
    refunds: refunds.filter((one) => [...given.through, ...given.onItsWay].includes(one)).map(refundFactOf),
    method: methodText(charge),
    fee: typeof transaction === 'object' && transaction ? moneyFact(transaction.fee) : null,
  };
}

const refundFactOf = ({ id, amount, createdAt }: Refund): RefundFacts['refunds'][number] => ({
  id,
  amount: moneyFact(amount),
  createdAt: createdAt.toISOString(),
});

const disputeFactOf = ({ id, status, isChargeRefundable }: Dispute): RefundFacts['disputes'][number] => ({
  id,
  status,
  isChargeRefundable,
});

/** What can still be given back; zero for a charge that took nothing. */
export function leftOf({ amountCaptured, amountRefunded, amountLost }: RefundFacts): Money {
  const gone = add(moneyOfFact(amountRefunded), moneyOfFact(amountLost));
  const left = subtract(moneyOfFact(amountCaptured), gone);
  return left.minor < 0n ? money(0, left.currency) : left;
}
