/**
 * What a charge took, what of it was given back, and what is left: the one reading that traces, plans and buttons share.
 *
 * Invariants: what was taken is `amountCaptured`; what a partial capture or a cancelled authorisation released was never
 * taken, so it is no refund, although providers list it as one; a refund on its way counts against what is left, and as
 * given back only once it went through.
 */
import { add, compare, isZero, money, subtract, type Money } from '../kernel/money.js';
import type { Charge, Dispute, Refund } from '../ports/payments-api.js';
import { tookTheMoneyBack } from './dispute.js';
import { cameToNothing, isOnItsWay } from './refund.js';

/** The one that took the money, else the one that holds it, else the latest that tried. Newest first. */
export function decidingAmong(charges: readonly Charge[]): Charge | null {
  const succeeded = charges.filter(({ status }) => status === 'succeeded');
  return succeeded.find(hasTaken) ?? succeeded[0] ?? charges[0] ?? null;
}

/** Whether it took money, whatever became of it later. */
export const hasTaken = ({ captured, status }: Charge): boolean => captured && status === 'succeeded';

/** The refunds of a charge, sorted by what they mean. */
export interface GivenBack {
  /** What was authorised and never taken, listed like a refund. */
  released: readonly Refund[];
  /** Went through. */
  through: readonly Refund[];
  /** Ordered, and not through yet. */
  onItsWay: readonly Refund[];
  /** Failed or cancelled: the money is back on the balance. */
  undone: readonly Refund[];
}

/** Of this charge rather than of another one of the same payment; what names no charge is of the only one. */
const isOf =
  ({ id, amount: { currency } }: Charge) =>
  ({ chargeId, amount }: Pick<Refund | Dispute, 'chargeId' | 'amount'>): boolean =>
    (chargeId === null || chargeId === id) && amount.currency === currency;

export function givenBackOf(charge: Charge, refunds: readonly Refund[]): GivenBack {
  const own = refunds.filter(isOf(charge));
  const released = releasesAmong(charge, own);
  const moved = own.filter((refund) => !released.includes(refund));
  return {
    released,
    through: moved.filter((refund) => !cameToNothing(refund) && !isOnItsWay(refund)),
    onItsWay: moved.filter(isOnItsWay),
    undone: moved.filter(cameToNothing),
  };
}

/** Nothing, where more was taken than first authorised. */
const notTaken = ({ amount, amountCaptured }: Charge): Money => atLeastZero(subtract(amount, amountCaptured));

const atLeastZero = (amount: Money): Money => (amount.minor < 0n ? money(0, amount.currency) : amount);

/** A release moved nothing on the balance. Of a captured charge it is one, of exactly what the capture left. */
function releasesAmong(charge: Charge, refunds: readonly Refund[]): readonly Refund[] {
  const unmoved = refunds.filter((refund) => refund.balanceTransactionId === null && !cameToNothing(refund));
  if (isZero(charge.amountCaptured)) return unmoved;
  const left = notTaken(charge);
  const release = unmoved.findLast(
    (refund) => refund.status === 'succeeded' && compare(refund.amount, left) === 0,
  );
  return release ? [release] : [];
}

export const sumOf = (refunds: readonly Refund[], currency: string): Money =>
  refunds.reduce((sum, { amount }) => add(sum, amount), money(0, currency));

/** The greater of what the charge says, less what was never taken, and what its refunds add up to. */
export function committedOf(charge: Charge, { through, onItsWay }: GivenBack): Money {
  const listed = sumOf([...through, ...onItsWay], charge.amount.currency);
  const said = subtract(charge.amountRefunded, notTaken(charge));
  return compare(said, listed) > 0 ? said : listed;
}

/** What the customer has back through refunds. Where they are not listed (null), the charge's own sum is all there is. */
export function wentThrough(charge: Charge, refunds: readonly Refund[] | null): Money {
  const given = givenBackOf(charge, refunds ?? []);
  return refunds ? sumOf(given.through, charge.amount.currency) : committedOf(charge, given);
}

/** What lost disputes, and returned debits, which arrive as such, gave back already. */
export function lostOf(charge: Charge, disputes: readonly Dispute[]): Money {
  return disputes
    .filter(tookTheMoneyBack)
    .filter(isOf(charge))
    .reduce((sum, { amount }) => add(sum, amount), money(0, charge.amount.currency));
}

/** What can still be given back; zero for a charge that took nothing. */
export function leftOf(charge: Charge, refunds: readonly Refund[], disputes: readonly Dispute[]): Money {
  const committed = committedOf(charge, givenBackOf(charge, refunds));
  return atLeastZero(subtract(charge.amountCaptured, add(committed, lostOf(charge, disputes))));
}
