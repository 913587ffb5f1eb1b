/**
 * Finds the payout that a balance transaction left with. Stripe has no such link: only the list of a payout's
 * transactions tells. So the payout that others name is asked first; where it does not list the transaction, those that
 * arrive after the funds became available are, a few at a time.
 *
 * Limits: automatic payouts only, because Stripe cannot say what a manual or instant one contains
 * (docs.stripe.com/payouts/reconciliation); a bounded number of requests, after which the answer is “none yet”.
 */
import { z } from 'zod';
import { dayMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import type { BalanceTransaction, Payout } from '../../ports/payments-api.js';
import type { Deadline } from '../http-api/client.js';
import type { StripeClient } from './client.js';
import { readers, readObject } from './readers.js';
import { idOf } from './schemas.js';

/** When a payout arrives, in days after its funds became available, as [from, to]. */
type ArrivalDays = readonly [from: number, to: number];
// Time zones can put the arrival a day early; a week of schedule and a week of holidays and slow rails make the rest.
const dailyOrWeekly: ArrivalDays = [-1, 14];
// Looked at only where no payout at all arrived before.
const monthly: ArrivalDays = [14, 40];
// Stripe lists the latest first while the earliest are wanted, so the list must reach its end: 20 a day for 15 days.
const payoutsMax = 300;
// A daily schedule lists the transaction in one of the first three; the rest is for delays.
const candidatesMax = 8;
// Enough for the answer to come with the first wave; few enough for Stripe's limit, 25 requests a second in test mode.
const waveSize = 4;
// A source has few transactions; one without a source is looked for among those of its type.
const transactionsMax = 100;

export async function findPayout(
  client: StripeClient,
  transaction: BalanceTransaction,
  named: string | null,
): Promise<Payout | null> {
  // Automatic payouts carry what is available: pending funds have not left with any.
  if (transaction.status === 'pending') return null;
  const deadline = client.deadline();
  const confirmed = named === null ? null : await confirm(client, named, transaction, deadline);
  if (confirmed) return confirmed;
  const soon = await candidatesFor(client, transaction, dailyOrWeekly, deadline);
  const candidates = soon.length > 0 ? soon : await candidatesFor(client, transaction, monthly, deadline);
  for (let start = 0; start < candidatesMax; start += waveSize) {
    const wave = candidates.slice(start, start + waveSize);
    const found = await firstListing(wave, ({ id }) => lists(client, id, transaction, deadline));
    if (found) return found;
  }
  return null;
}

/** Null for anything short of a yes: the search that follows says what is wrong. */
async function confirm(
  client: StripeClient,
  named: string,
  transaction: BalanceTransaction,
  deadline: Deadline,
): Promise<Payout | null> {
  if (!/^po_\w+$/.test(named)) return null;
  const [payout, isListed] = await Promise.allSettled([
    client.get('/v1/payouts/{id}', { path: { id: named } }, readers.payout, deadline),
    lists(client, named, transaction, deadline),
  ]);
  return payout.status === 'fulfilled' && isListed.status === 'fulfilled' && isListed.value
    ? payout.value
    : null;
}

/** Asks all of the wave at once. One that did not answer matters only when none of the others says yes. */
async function firstListing(
  wave: Payout[],
  isListedIn: (payout: Payout) => Promise<boolean>,
): Promise<Payout | null> {
  const answers = await Promise.allSettled(wave.map(isListedIn));
  const found = wave.find((_payout, index) => {
    const answer = answers[index];
    return answer?.status === 'fulfilled' && answer.value;
  });
  if (found) return found;
  const unanswered = answers.find((answer) => answer.status === 'rejected');
  if (unanswered) throw unanswered.reason;
  return null;
}

/** Automatic payouts in the transaction's currency that arrive in these days, the earliest first. */
async function candidatesFor(
  client: StripeClient,
  { createdAt, availableOn, net }: BalanceTransaction,
  [from, to]: ArrivalDays,
  deadline: Deadline,
): Promise<Payout[]> {
  const filter = {
    arrival_date: { gte: secondsAfter(availableOn, from), lte: secondsAfter(availableOn, to) },
  };
  const limits = { limit: payoutsMax, deadline };
  const candidates: Payout[] = [];
  for await (const wire of client.list('/v1/payouts', filter, limits)) {
    if (currencyOf(wire) !== net.currency) continue;
    const read = readObject(wire, readers.payout);
    // The money may have left with the one that cannot be read.
    if (!read.ok) throw new OpsError('unavailable', `Stripe’s ${read.fault}.`);
    // One that set out before the transaction existed cannot carry it.
    if (read.value.automatic && read.value.createdAt >= createdAt) candidates.push(read.value);
  }
  return candidates.sort((a, b) => a.arrivalDate.getTime() - b.arrivalDate.getTime());
}

const withCurrency = z.object({ currency: z.string() });
const currencyOf = (wire: unknown): string | undefined =>
  withCurrency.safeParse(wire).data?.currency.toUpperCase();

function secondsAfter(instant: Date, days: number): number {
  return Math.floor((instant.getTime() + days * dayMs) / 1000);
}

async function lists(
  client: StripeClient,
  payoutId: string,
  { id, sourceId, type }: BalanceTransaction,
  deadline: Deadline,
): Promise<boolean> {
  const filter = { payout: payoutId, ...(sourceId === null ? { type } : { source: sourceId }) };
  const limits = { limit: transactionsMax, deadline };
  for await (const listed of client.list('/v1/balance_transactions', filter, limits))
    if (idOf(listed) === id) return true;
  return false;
}
