/**
 * What a partner reports of one settlement day: per currency a batch with its lines, fee and payout. The formats write
 * it down, each in its own way.
 * Invariant: lines are the movements that the payout carries, with the references that the books have; their nets add
 * up to the payout, unless the partner pays short.
 */
import { dayOf } from '../world/calendar.js';
import type { Order } from '../world/orders.js';
import type { Currency, Partner } from '../world/partners.js';
import { referenceOf, type Movement, type MovementKind, type Payout } from '../world/settlement.js';
import type { World } from '../world/world.js';
import type { WrittenMovement } from '../world/written.js';

export interface SettlementLine {
  kind: MovementKind;
  /** As in the books; a second capture has one of its own. */
  reference: string;
  /** The partner's name for the payment, and the company's for the order. */
  paymentId: string;
  orderId: string;
  atMs: number;
  /** The day (since 1970, partner's zone) on which it happened. */
  businessDay: number;
  /** What it adds before the fee; negative when it takes. */
  grossMinor: number;
  feeMinor: number;
  netMinor: number;
  order: Order;
  movement: Movement;
}

export interface Batch {
  payout: Payout;
  currency: Currency;
  lines: SettlementLine[];
  /** Moved by hand through the payments API, oldest first; only its partner has any. */
  written: WrittenMovement[];
}

export interface SettlementReport {
  partner: Partner;
  /** The settlement day: days since 1970 in the partner's zone. */
  day: number;
  batches: Batch[];
  world: World;
}

export function settlementOf(world: World, partner: Partner, day: number): SettlementReport {
  const lines = world.movementsOfPayouts(partner, day).map((movement) => lineOf(world, movement));
  const written = world.written.ofPayouts(partner, day);
  const batches = world
    .payoutsOfDay(partner, day)
    .map((payout) => ({
      payout,
      currency: payout.currency,
      lines: lines.filter(({ order }) => order.route.country.currency === payout.currency),
      written: written.filter(({ currency }) => currency === payout.currency),
    }));
  return { world, partner, day, batches };
}

function lineOf({ ids }: World, movement: Movement): SettlementLine {
  const { kind, order, atMs, amountMinor, feeMinor } = movement;
  return {
    kind,
    reference: referenceOf(ids, movement),
    paymentId: order.paymentId,
    orderId: order.orderId,
    atMs,
    businessDay: dayOf(atMs, order.route.partner.utcOffsetHours),
    grossMinor: amountMinor,
    feeMinor,
    netMinor: amountMinor - feeMinor,
    order,
    movement,
  };
}
