/**
 * Stripe's payout reconciliation report, itemized: one row for each balance transaction of an automatic payout.
 * Source: Stripe's documentation of `payout_reconciliation.itemized`. Invariant: amounts are in major units; net is
 * gross less fee. Deliberately absent: a row for the payout itself, which the report does not have.
 */
import { balanceTransactionOf, traceIdOf } from '../../payments-api/objects/balance.js';
import { numberOf, textOf } from '../../payments-api/objects/api-object.js';
import { chargeIdOf, customerIdOf } from '../../payments-api/objects/payments.js';
import { startOfDay } from '../../world/calendar.js';
import type { MovementKind } from '../../world/settlement.js';
import type { WrittenMovement } from '../../world/written.js';
import type { Batch, SettlementLine, SettlementReport } from '../settlement.js';
import { csvLine, major, plainTime } from '../text.js';

const columns = [
  'automatic_payout_id',
  'automatic_payout_effective_at_utc',
  'automatic_payout_effective_at',
  'balance_transaction_id',
  'created_utc',
  'created',
  'available_on_utc',
  'available_on',
  'currency',
  'gross',
  'fee',
  'net',
  'reporting_category',
  'source_id',
  'description',
  'customer_facing_amount',
  'customer_facing_currency',
  'customer_id',
  'customer_email',
  'charge_id',
  'payment_intent_id',
  'charge_created_utc',
  'invoice_id',
  'order_id',
  'payment_method_type',
  'connected_account_id',
  'trace_id',
  'trace_id_status',
  'payment_metadata[order_id]',
] as const;

const categories: Record<MovementKind, string> = {
  capture: 'charge',
  refund: 'refund',
  dispute: 'dispute',
  dispute_reversal: 'dispute_reversal',
};

export const stripePayouts = (report: SettlementReport): string =>
  [
    csvLine(columns),
    ...report.batches.flatMap((batch) => [
      ...batch.lines.map((line) => csvLine(rowOf(report, batch, line))),
      ...batch.written.map((movement) => csvLine(writtenRow(batch, movement))),
    ]),
  ].join('\n') + '\n';

function rowOf(
  { world: { ids } }: SettlementReport,
  { payout, currency }: Batch,
  line: SettlementLine,
): string[] {
  const { order, movement } = line;
  const transaction = balanceTransactionOf(ids, movement, payout.arrivalMs);
  const effective = plainTime(startOfDay(payout.day, 0));
  const created = plainTime(line.atMs);
  const available = plainTime(numberOf(transaction, 'available_on') * 1_000);
  return [
    payout.batchId,
    effective,
    effective,
    line.reference,
    created,
    created,
    available,
    available,
    currency.toLowerCase(),
    major(line.grossMinor, currency),
    major(line.feeMinor, currency),
    major(line.netMinor, currency),
    textOf(transaction, 'reporting_category') ?? '',
    textOf(transaction, 'source') ?? '',
    textOf(transaction, 'description') ?? '',
    major(line.grossMinor, currency),
    currency.toLowerCase(),
    customerIdOf(ids, order),
    order.customer.email,
    chargeIdOf(ids, order, line.kind === 'capture' ? movement.sub : order.attempts.length - 1),
    line.paymentId,
    plainTime(order.attempts.at(-1)?.createdMs ?? order.createdMs),
    '',
    '',
    'card',
    '',
    traceIdOf(payout),
    'supported',
    line.orderId,
  ];
}

/** Of what somebody did by hand through the payments API. */
function writtenRow({ payout, currency }: Batch, movement: WrittenMovement): string[] {
  const effective = plainTime(startOfDay(payout.day, 0));
  const created = plainTime(movement.atMs);
  const { amountMinor, feeMinor } = movement;
  return [
    payout.batchId,
    effective,
    effective,
    movement.reference,
    created,
    created,
    effective,
    effective,
    currency.toLowerCase(),
    major(amountMinor, currency),
    major(feeMinor, currency),
    major(amountMinor - feeMinor, currency),
    categories[movement.kind],
    movement.sourceId,
    movement.description,
    major(amountMinor, currency),
    currency.toLowerCase(),
    movement.customerId,
    movement.email,
    movement.chargeId,
    movement.paymentId,
    plainTime(movement.chargeCreatedMs),
    '',
    '',
    'card',
    '',
    traceIdOf(payout),
    'supported',
    movement.orderId,
  ];
}
