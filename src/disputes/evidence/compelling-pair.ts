/**
 * Visa Compelling Evidence 3.0: two earlier payments that show that the cardholder bought here before.
 *
 * The rule (docs.stripe.com/disputes/api/visa-ce3 and Visa's Dispute Management Guidelines, reason 10.4): the same payment
 * credential, no dispute and no fraud report, processed 120 to 365 calendar days before; at least two identifiers equal in
 * all three payments, one of them the IP address or the device. A device's id has 15 characters at least, a fingerprint 20.
 * Invariants: “before” holds by either date from which the days are counted, the disputed payment's and the dispute's; the
 * device counts once, however many names of it are equal; an e-mail address is no identifier.
 */
import { dayMs } from '../../kernel/clock.js';
import type { OrderRecord } from '../../ports/evidence-views.js';

const identifiers = ['IP address', 'device', 'account', 'shipping address'] as const;
export type Identifier = (typeof identifiers)[number];

export interface CompellingPair {
  earlier: readonly [OrderRecord, OrderRecord];
  /** Equal in all three. */
  matching: readonly Identifier[];
}

/** From when to when a payment is of the right age, both inclusive. */
export interface AgeSpan {
  from: Date;
  to: Date;
}

const leastDays = 120;
const mostDays = 365;
const deviceIdMin = 15;
const fingerprintMin = 20;

/** Whole calendar days in UTC. */
export function agesFor(paidAt: Date, disputedAt: Date): AgeSpan {
  const from = startOfDay(disputedAt) - mostDays * dayMs;
  const to = startOfDay(paidAt) - (leastDays - 1) * dayMs - 1;
  return { from: new Date(from), to: new Date(to) };
}

const startOfDay = (at: Date): number => Math.floor(at.getTime() / dayMs) * dayMs;

export const isOfAge = ({ placedAt }: Pick<OrderRecord, 'placedAt'>, { from, to }: AgeSpan): boolean =>
  placedAt >= from && placedAt <= to;

type Known = Pick<OrderRecord, 'ip' | 'deviceId' | 'deviceFingerprint' | 'customerId' | 'shippingAddress'>;

const same = (a: string | null, b: string | null, least = 1): boolean =>
  a !== null && a.length >= least && a === b;

const plain = (address: string | null): string | null =>
  address?.trim().toLowerCase().replace(/\s+/g, ' ') ?? null;

const isSame: Readonly<Record<Identifier, (a: Known, b: Known) => boolean>> = {
  'IP address': (a, b) => same(a.ip, b.ip),
  device: (a, b) =>
    same(a.deviceId, b.deviceId, deviceIdMin) ||
    same(a.deviceFingerprint, b.deviceFingerprint, fingerprintMin),
  account: (a, b) => same(a.customerId, b.customerId),
  'shipping address': (a, b) => same(plain(a.shippingAddress), plain(b.shippingAddress)),
};

const matchingOf = (a: Known, b: Known): Identifier[] =>
  identifiers.filter((identifier) => isSame[identifier](a, b));

/** At least two, one of them the IP address or the device. */
const suffices = (matching: readonly Identifier[]): boolean =>
  matching.length >= 2 && matching.some((one) => one === 'IP address' || one === 'device');

/** Those that could be half of a pair, the best first. */
export const candidatesFor = (
  disputed: OrderRecord,
  earlier: readonly OrderRecord[],
  ages: AgeSpan,
): OrderRecord[] =>
  earlier
    .filter(
      (order) =>
        order.paymentId !== disputed.paymentId &&
        same(order.cardFingerprint, disputed.cardFingerprint) &&
        isOfAge(order, ages) &&
        suffices(matchingOf(disputed, order)),
    )
    .toSorted(
      (a, b) =>
        matchingOf(disputed, b).length - matchingOf(disputed, a).length ||
        b.placedAt.getTime() - a.placedAt.getTime() ||
        (a.id < b.id ? -1 : 1),
    );

/** The pair with most identifiers equal in all three; the newest of equal ones. `undisputed` are candidates. */
export function pairOf(disputed: OrderRecord, undisputed: readonly OrderRecord[]): CompellingPair | null {
  let best: CompellingPair | null = null;
  undisputed.forEach((first, index) => {
    for (const second of undisputed.slice(index + 1)) {
      if (second.paymentId === first.paymentId) continue;
      const matching = matchingOf(disputed, first).filter(
        (one) => isSame[one](disputed, second) && isSame[one](first, second),
      );
      if (suffices(matching) && matching.length > (best?.matching.length ?? 0))
        best = { earlier: [first, second], matching };
    }
  });
  return best;
}
