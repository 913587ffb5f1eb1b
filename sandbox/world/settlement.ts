/**
 * What moves money at a partner, which payout carries it, and how the company books it.
 * Invariant: per partner and currency, a payout is exactly captures − refunds − disputes − fees of its business days,
 * less what a disturbance has the partner keep back; so a clearing account returns to zero once everything is paid out.
 */
import { addBusinessDays, dayOf, isoDay, isWeekend, startOfDay } from './calendar.js';
import { hourMs, minuteMs } from './clock.js';
import type { IdCodec } from './ids.js';
import type { Order, OrderFacts, RefundFact } from './orders.js';
import { currencies, scaled, type Currency, type Partner } from './partners.js';
import { hash, unit } from './random.js';

export type MovementKind = 'capture' | 'refund' | 'dispute' | 'dispute_reversal';

/** Sub-numbers of balance transactions: captures use their attempt's number. */
export const txnSub = { duplicate: 4, refund: 8, dispute: 16, disputeReversal: 17, payout: 32 } as const;

const disputeFeeCents = 1_500;
/** What a short-paid settlement lacks of its captures. */
const shortRate = 0.03;

/** Of an order with its names, unless only sums are wanted. */
export interface Movement<Of extends OrderFacts = Order> {
  kind: MovementKind;
  atMs: number;
  order: Of;
  /** Which refund; 0 otherwise. */
  no: number;
  sub: number;
  /** What it adds to the balance at the partner, before the fee; negative when it takes. */
  amountMinor: number;
  feeMinor: number;
  /** A second capture of the same payment, which the company knows nothing of. */
  duplicate: boolean;
}

/** Every movement in the life of an order, oldest first. */
export function movementsOf<Of extends OrderFacts>(order: Of): Movement<Of>[] {
  if (order.capturedMs === null) return [];
  const capture: Movement<Of> = {
    kind: 'capture',
    atMs: order.capturedMs,
    order,
    no: 0,
    sub: order.attempts.length - 1,
    amountMinor: order.amountMinor,
    feeMinor: captureFee(order),
    duplicate: false,
  };
  // Nine orders in ten end here, and a history has hundreds of thousands.
  if (order.refunds.length === 0 && !order.dispute && order.duplicateMs === null) return [capture];
  const again: Movement<Of>[] =
    order.duplicateMs === null
      ? []
      : [{ ...capture, atMs: order.duplicateMs, sub: txnSub.duplicate, duplicate: true }];
  const refunds = order.refunds.map((refund) => refundMovement(order, refund));
  return [capture, ...again, ...refunds, ...disputeMovements(order)].sort((a, b) => a.atMs - b.atMs);
}

/** Whether a movement of the order may lie in [fromMs, toMs), without building it. */
export const movesWithin = (order: OrderFacts, fromMs: number, toMs: number): boolean =>
  order.capturedMs !== null &&
  (order.refunds.length > 0 ||
    order.dispute !== null ||
    (order.capturedMs >= fromMs && order.capturedMs < toMs));

function captureFee(order: OrderFacts): number {
  const { partner, country } = order.route;
  const share = Math.round((order.amountMinor * partner.feeBps) / 10_000);
  return Math.min(order.amountMinor - 1, share + scaled(partner.feeFixedMinor, country.currency));
}

const refundMovement = <Of extends OrderFacts>(order: Of, refund: RefundFact): Movement<Of> => ({
  kind: 'refund',
  atMs: refund.atMs,
  order,
  no: refund.no,
  sub: txnSub.refund + refund.no,
  amountMinor: -refund.amountMinor,
  feeMinor: 0,
  duplicate: false,
});

function disputeMovements<Of extends OrderFacts>(order: Of): Movement<Of>[] {
  const { dispute } = order;
  if (!dispute || dispute.inquiry) return [];
  const base = { order, no: 0, duplicate: false };
  const taken: Movement<Of> = {
    ...base,
    kind: 'dispute',
    atMs: dispute.openedMs,
    sub: txnSub.dispute,
    amountMinor: -dispute.amountMinor,
    feeMinor: scaled(disputeFeeCents, order.route.country.currency),
  };
  if (!dispute.won) return [taken];
  return [
    taken,
    {
      ...base,
      kind: 'dispute_reversal',
      atMs: dispute.decidedMs,
      sub: txnSub.disputeReversal,
      amountMinor: dispute.amountMinor,
      feeMinor: 0,
    },
  ];
}

/** The partner's reference of a movement: `txn_…` at the payments API's partner, else in its own style. */
export function referenceOf(ids: IdCodec, movement: Movement): string {
  const { order, sub } = movement;
  const place = { hour: order.hour, index: order.index, sub };
  if (order.route.partner.referenceStyle === 'stripe') return ids.encode('balance_transaction', place);
  if (movement.kind === 'capture' && !movement.duplicate) return order.paymentId;
  return ids.reference(order.route.partner.referenceStyle, 32 + order.route.partnerIndex, place);
}

/** The day on which the payout of a movement leaves the partner. */
export const payoutDayOf = (partner: Partner, atMs: number): number =>
  addBusinessDays(dayOf(atMs, partner.utcOffsetHours), partner.payoutDelayDays);

/** The business days that one payout carries: usually one, three after a weekend. */
export function daysOfPayout(partner: Partner, payoutDay: number): number[] {
  const days: number[] = [];
  for (let day = payoutDay - partner.payoutDelayDays - 4; day < payoutDay; day += 1)
    if (addBusinessDays(day, partner.payoutDelayDays) === payoutDay) days.push(day);
  return days;
}

export interface Payout {
  partner: Partner;
  currency: Currency;
  day: number;
  batchId: string;
  createdMs: number;
  arrivalMs: number;
  count: number;
  captureMinor: number;
  refundMinor: number;
  disputeMinor: number;
  feeMinor: number;
  /** What the partner keeps back without a word; 0 in a world that is not disturbed. */
  shortMinor: number;
  /** What arrives at the bank; negative when the partner collects. */
  netMinor: number;
}

/** Sums of one partner and currency over some time; refunds and disputes as positive numbers. */
export interface Totals {
  count: number;
  captureMinor: number;
  refundMinor: number;
  disputeMinor: number;
  feeMinor: number;
}

export const noTotals = (): Totals => ({
  count: 0,
  captureMinor: 0,
  refundMinor: 0,
  disputeMinor: 0,
  feeMinor: 0,
});

export function addMovement(
  totals: Totals,
  movement: Pick<Movement<OrderFacts>, 'kind' | 'amountMinor' | 'feeMinor'>,
): void {
  totals.count += 1;
  totals.feeMinor += movement.feeMinor;
  if (movement.kind === 'capture') totals.captureMinor += movement.amountMinor;
  else if (movement.kind === 'refund') totals.refundMinor -= movement.amountMinor;
  else totals.disputeMinor -= movement.amountMinor;
}

export function addTotals(into: Totals, from: Totals): void {
  into.count += from.count;
  into.captureMinor += from.captureMinor;
  into.refundMinor += from.refundMinor;
  into.disputeMinor += from.disputeMinor;
  into.feeMinor += from.feeMinor;
}

/** When a payout of this day leaves the partner and when it reaches the bank (ms). */
export function payoutTimes(partner: Partner, day: number): { createdMs: number; arrivalMs: number } {
  const start = startOfDay(day, partner.utcOffsetHours);
  if (partner.referenceStyle !== 'stripe')
    return { createdMs: start + 9 * hourMs, arrivalMs: start + 9 * hourMs };
  return { createdMs: start + 15 * minuteMs, arrivalMs: startOfDay(addBusinessDays(day, 1), 0) + 9 * hourMs };
}

/** When the statement of a settlement day is due (ms): some hours after the day's end, never at the same minute. */
export function statementDueMs(partner: Partner, day: number): number {
  const scatter = unit(hash(day, partner.statementLagHours), 0x57a7e) * 40 * minuteMs;
  return (
    startOfDay(day + 1, partner.utcOffsetHours) + partner.statementLagHours * hourMs + Math.floor(scatter)
  );
}

/** The payout day whose money reaches the bank in this hour, or null. */
export function payoutDayArriving(partner: Partner, hour: number): number | null {
  const today = dayOf(hour * hourMs, partner.utcOffsetHours);
  for (let day = today - 3; day <= today; day += 1)
    if (!isWeekend(day) && payoutTimes(partner, day).arrivalMs === hour * hourMs) return day;
  return null;
}

/** `po_…` at the payments API's partner, else a batch name such as `ADRIA-20261118-EUR`. */
export const batchIdOf = (ids: IdCodec, partner: Partner, day: number, currency: Currency): string =>
  partner.referenceStyle === 'stripe'
    ? ids.encode('payout', { hour: day * 24, index: currencies.indexOf(currency), sub: 0 })
    : `${partner.id.toUpperCase()}-${isoDay(day).replaceAll('-', '')}-${currency}`;

export const createPayout = (
  ids: IdCodec,
  partner: Partner,
  day: number,
  currency: Currency,
  totals: Totals,
  isShort: boolean,
): Payout => {
  const shortMinor = isShort ? Math.ceil(totals.captureMinor * shortRate) : 0;
  return {
    partner,
    currency,
    day,
    batchId: batchIdOf(ids, partner, day, currency),
    ...payoutTimes(partner, day),
    ...totals,
    shortMinor,
    netMinor: totals.captureMinor - totals.refundMinor - totals.disputeMinor - totals.feeMinor - shortMinor,
  };
};
