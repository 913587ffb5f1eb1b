/**
 * The hops of a payment whose partner has no API here: what the company's books say, said as what the books say.
 *
 * Deliberately absent: the balance at the partner, which no books know. After the capture comes the batch that pays out.
 */
import { formatMoney } from '../kernel/money.js';
import { bookedFee, bookedMovements, bookedPayout } from './booked.js';
import { valueOf, type Findings } from './findings.js';
import {
  dateOf,
  dayOf,
  dueOn,
  dueState,
  hop,
  later,
  settledBy,
  unanswered,
  type Expectations,
  type Hop,
} from './hop.js';

/** Only the books can be asked: its partner has no API here, and the one that is connected is another's. */
export function isOfBooksAlone({ payment, charge, partner, connectedPartner }: Findings): boolean {
  const isUnasked = payment.state === 'not_applicable' && charge.state === 'not_applicable';
  const asked = [payment, charge].every(({ state }) => state === 'known' || state === 'not_applicable');
  const isUnknownThere = asked && valueOf(payment) === null && valueOf(charge) === null;
  return isUnasked || (isUnknownThere && partner !== connectedPartner);
}

export function captureInBooks(
  findings: Findings,
  authorization: Hop,
  { ledgerMs }: Expectations,
  asOf: Date,
): Hop {
  const silent = unanswered('capture', 'books', findings.ledger);
  if (silent) return silent;
  const [booked] = bookedMovements(findings, 'capture');
  if (booked) {
    const { bookedAt: at, amount, reference } = booked;
    return hop('capture', 'books', 'present', { at, amount, reference, note: 'per our books' });
  }
  const { at, amount } = authorization;
  if (!at) return hop('capture', 'books', 'expected', { amount, note: 'not in our books yet' });
  const expectedBy = later(at, ledgerMs);
  return hop('capture', 'books', dueState(expectedBy, asOf), {
    expectedBy,
    amount,
    note: 'not in our books yet',
  });
}

/** The batch is named with the capture, and booked as a whole when it is paid out. */
export function payoutInBooks(
  findings: Findings,
  capture: Hop,
  { payoutMs, openDay }: Expectations,
  asOf: Date,
): Hop {
  const settled = settledBy(capture, 'payout') ?? unanswered('payout', 'books', findings.batch);
  if (settled) return settled;
  const [booked] = bookedMovements(findings, 'capture');
  const batch = booked?.batchId ?? null;
  const paid = bookedPayout(findings);
  if (paid) {
    const fee = bookedFee(findings);
    const whole = `in a payout of ${formatMoney(paid.amount)}${fee ? `, ${formatMoney(fee)} fees of the whole batch` : ''}`;
    return hop('payout', 'books', 'present', {
      at: dateOf(paid.businessDay),
      reference: batch,
      note: `${whole} (per our books)`,
    });
  }
  const note = batch === null ? 'no batch is booked' : 'not in our books yet';
  if (!capture.at) return hop('payout', 'books', 'expected', { reference: batch, note });
  const expectedBy = openDay(dateOf(dayOf(later(capture.at, payoutMs))));
  return hop('payout', 'books', dueOn(expectedBy, asOf), { expectedBy, reference: batch, note });
}
