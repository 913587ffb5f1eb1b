/**
 * Statements of an account: the partner that reports like a bank, and the banks that receive the payouts.
 * Invariant: opening balance plus entries is the closing balance. A bank account begins each month with the same float
 * (the rest is gathered elsewhere), so that a balance can be told without the whole history; within the month the
 * closing balance of one day is the opening balance of the next.
 */
import { setImmediate } from 'node:timers/promises';
import { traceIdOf } from '../payments-api/objects/balance.js';
import { dayOf, isoDay } from '../world/calendar.js';
import { dayMs } from '../world/clock.js';
import { type Bank } from '../world/banks.js';
import { currencies, moneyFacts, partners, type Currency } from '../world/partners.js';
import { hash, hashText } from '../world/random.js';
import type { MovementKind, Payout } from '../world/settlement.js';
import type { World } from '../world/world.js';
import type { Batch, SettlementReport } from './settlement.js';
import { sumOf } from './text.js';

export interface AccountEntry {
  kind: MovementKind | 'fee' | 'payout';
  /** Negative for a debit. */
  amountMinor: number;
  bookedMs: number;
  /** Of the bank or partner. */
  reference: string;
  /** Ours: an order, or the partner's batch. */
  endToEndId: string;
  /** The partner's name for the payment; null for what is not of one payment. */
  paymentId: string | null;
  text: string;
}

export interface AccountStatement {
  owner: Pick<Bank, 'id' | 'name' | 'bic'>;
  account: string;
  currency: Currency;
  day: number;
  openingMinor: number;
  closingMinor: number;
  entries: AccountEntry[];
}

/** A partner's settlement day as the movements of accounts that it keeps for the company, one per currency. */
export const accountsOf = ({ partner, day, batches }: SettlementReport): AccountStatement[] =>
  batches.map((batch) => {
    const entries = batchEntries(batch);
    return {
      owner: { id: partner.id, name: partner.name, bic: `${partner.id.slice(0, 4).toUpperCase()}GB2LXXX` },
      account: accountNumber(partner.id, batch.currency),
      currency: batch.currency,
      day,
      openingMinor: 0,
      closingMinor: sumOf(entries, ({ amountMinor }) => amountMinor),
      entries,
    };
  });

function batchEntries({ payout, lines }: Batch): AccountEntry[] {
  const { batchId, feeMinor, netMinor, createdMs } = payout;
  const ofBatch = { bookedMs: createdMs, reference: batchId, endToEndId: batchId, paymentId: null };
  const closing: AccountEntry[] = [
    { ...ofBatch, kind: 'fee', amountMinor: -feeMinor, text: `Fees ${batchId}` },
    { ...ofBatch, kind: 'payout', amountMinor: -netMinor, text: `Payout ${batchId}` },
  ];
  return [
    ...lines.map((line) => ({
      kind: line.kind,
      amountMinor: line.grossMinor,
      bookedMs: line.atMs,
      reference: line.reference,
      endToEndId: line.orderId,
      paymentId: line.paymentId,
      text: `${line.kind} ${line.orderId}`,
    })),
    ...closing.filter(({ amountMinor }) => amountMinor !== 0),
  ];
}

/** The accounts of a bank that saw a payout this month, on one day. Breathes between days. */
export async function bankAccountsOf(world: World, bank: Bank, day: number): Promise<AccountStatement[]> {
  const monthStart = dayOf(Date.parse(`${isoDay(day).slice(0, 7)}-01T00:00:00Z`), 0);
  const arrived = await payoutsArriving(world, bank, monthStart, day);
  return currencies.flatMap((currency) => {
    const own = arrived.filter((payout) => payout.currency === currency);
    if (own.length === 0) return [];
    const entries = own.filter((payout) => arrivalDay(bank, payout) === day).map(payoutEntry);
    const earlier = own.filter((payout) => arrivalDay(bank, payout) < day);
    const openingMinor = floatOf(currency) + sumOf(earlier, ({ netMinor }) => netMinor);
    return [
      {
        owner: bank,
        account: accountNumber(bank.id, currency),
        currency,
        day,
        openingMinor,
        entries,
        closingMinor: openingMinor + sumOf(entries, ({ amountMinor }) => amountMinor),
      },
    ];
  });
}

const floatOf = (currency: Currency): number => 50_000 * 10 ** moneyFacts[currency].decimals;
const arrivalDay = (bank: Bank, payout: Payout): number => dayOf(payout.arrivalMs, bank.utcOffsetHours);

/** A payout is at the bank four days after it left at the latest: a weekend lies between. */
async function payoutsArriving(world: World, bank: Bank, from: number, to: number): Promise<Payout[]> {
  const found: Payout[] = [];
  for (const partner of partners.filter((one) => one.bank === bank.id)) {
    for (let day = from - 4; day <= to; day += 1) {
      found.push(...world.payoutsOfDay(partner, day));
      await setImmediate();
    }
  }
  return found
    .filter((payout) => arrivalDay(bank, payout) >= from && arrivalDay(bank, payout) <= to)
    .sort((a, b) => a.arrivalMs - b.arrivalMs);
}

const payoutEntry = (payout: Payout): AccountEntry => ({
  kind: 'payout',
  amountMinor: payout.netMinor,
  bookedMs: payout.arrivalMs,
  reference: bankReferenceOf(payout),
  endToEndId: payout.batchId,
  paymentId: null,
  text: `${payout.partner.name} settlement ${isoDay(Math.floor(payout.createdMs / dayMs))}`,
});

/** The payments API tells the trace id of its payouts; the others have a reference that only the bank knows. */
const bankReferenceOf = (payout: Payout): string =>
  payout.partner.referenceStyle === 'stripe'
    ? traceIdOf(payout)
    : `BK${String(hash(hashText(payout.batchId), 0xba)).padStart(10, '0')}`;

/** Ten digits that belong to no one. */
const accountNumber = (owner: string, currency: Currency): string =>
  String(hash(hashText(owner), currencies.indexOf(currency)) % 10_000_000).padStart(10, '900');
