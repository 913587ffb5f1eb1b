/**
 * What a refund rests on: the charge, what was given back of it already, and what stands against giving more.
 *
 * Invariants: a refund on its way counts as given back, one that failed does not; what a partial capture released is no
 * refund; amounts are exact text with their currency and instants ISO text, so that a difference reads as it is.
 * Deliberately absent: whether a refund is pending or through, which changes no plan.
 */
import { OpsError } from '../kernel/errors.js';
import { add, compare, money, subtract, type Money } from '../kernel/money.js';
import type { Charge, Dispute, Payment, PaymentsApi, Refund } from '../ports/payments-api.js';
import type { World } from './action.js';
import { moneyFact, moneyOfFact } from './fields.js';
import { customerFacts, merchantOf, methodText, providerOf, timeText } from './provider.js';

/** A type and not an interface, because only that is a JsonObject. */
export type RefundFacts = {
  partner: string | null;
  /** Null for a charge that was made without a payment. */
  payment: string | null;
  charge: string;
  status: string;
  captured: boolean;
  amountCaptured: string;
  amountRefunded: string;
  /** Those that count as given back, newest first. */
  refunds: readonly { id: string; amount: string; createdAt: string }[];
  disputes: readonly { id: string; status: string; isChargeRefundable: boolean }[];
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
  const { payments } = providerOf(world);
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
    ...chargeFactsOf(charge, refunds),
    disputes: disputes.map(disputeFactOf),
    openWarnings: warnings.filter(({ actionable }) => actionable).map((warning) => warning.id),
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

/** The one charge that was captured, or else the latest. */
async function ofPayment(id: string, payments: PaymentsApi): Promise<Found> {
  const [payment, charges] = await Promise.all([payments.payment(id), payments.chargesOf(id)]);
  const captured = charges.filter((charge) => charge.captured && charge.status === 'succeeded');
  const charge = captured[0] ?? charges[0];
  if (captured.length > 1)
    throw new OpsError('invalid', `${id} was captured ${captured.length} times: ${captured.map(chargeText).join('; ')}.`, {
      hint: 'Enter the ID of the charge to refund.',
    }); // prettier-ignore
  if (!charge)
    throw new OpsError(
      'invalid',
      `${id} is ${payment.status} and was never charged: there is nothing to refund.`,
    );
  return { charge, payment };
}

const chargeText = ({ id, amountCaptured, createdAt }: Charge): string =>
  `${id}, ${moneyFact(amountCaptured)} at ${timeText(createdAt)}`;

function chargeFactsOf(charge: Charge, refunds: readonly Refund[]) {
  const moved = refunds.filter((refund) => isCounted(refund));
  const given = moved.filter((refund) => refund !== releaseOf(charge, moved));
  const { balanceTransaction: transaction } = charge;
  return {
    charge: charge.id,
    status: charge.status,
    captured: charge.captured,
    amountCaptured: moneyFact(charge.amountCaptured),
    amountRefunded: moneyFact(refundedOf(charge, given)),
    refunds: given.map(refundFactOf),
    method: methodText(charge),
    fee: typeof transaction === 'object' && transaction ? moneyFact(transaction.fee) : null,
  };
}

const isCounted = ({ status }: Refund): boolean => status !== 'failed' && status !== 'canceled';

const releasedOf = ({ amount, amountCaptured }: Charge): Money => subtract(amount, amountCaptured);

/** The provider may list what a partial capture released as a refund; it moved nothing on the balance. */
function releaseOf(charge: Charge, refunds: readonly Refund[]): Refund | undefined {
  const released = releasedOf(charge);
  return refunds.find(
    ({ status, amount, balanceTransactionId }) =>
      status === 'succeeded' && balanceTransactionId === null && compare(amount, released) === 0,
  );
}

/** The greater of what the charge says, less what its capture released, and what the refunds add up to. */
function refundedOf(charge: Charge, given: readonly Refund[]): Money {
  const listed = given.reduce((sum, { amount }) => add(sum, amount), money(0, charge.amount.currency));
  const said = subtract(charge.amountRefunded, releasedOf(charge));
  return compare(said, listed) > 0 ? said : listed;
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
export function leftOf({ amountCaptured, amountRefunded }: RefundFacts): Money {
  const left = subtract(moneyOfFact(amountCaptured), moneyOfFact(amountRefunded));
  return left.minor < 0n ? money(0, left.currency) : left;
}
