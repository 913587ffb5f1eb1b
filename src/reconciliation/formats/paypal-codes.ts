/** PayPal's codes for events and states. Source: PayPal, “Transaction event codes” and “Transaction status codes”. */
import type { RowKind } from './format.js';

/** The event codes by group; the first two digits name it. */
const groups: Readonly<Record<string, RowKind>> = {
  '00': 'payment',
  '01': 'fee',
  '02': 'adjustment',
  '03': 'transfer',
  '04': 'payout',
  '05': 'payment',
  '07': 'payment',
  '11': 'refund',
  '12': 'adjustment',
  '13': 'other',
  '14': 'interest',
  '15': 'reserve',
  '17': 'payout',
  '18': 'other',
  '19': 'adjustment',
  '20': 'transfer',
  '21': 'reserve',
  '22': 'transfer',
};

const events: Readonly<Record<string, RowKind>> = {
  T1101: 'payout_reversal',
  T1105: 'reserve_release',
  T1106: 'chargeback',
  T1108: 'fee_refund',
  T1109: 'fee_refund',
  T1110: 'reserve',
  T1111: 'reserve_release',
  // Payments that we sent to many people and that came back.
  T1114: 'payout_reversal',
  T1115: 'payout_reversal',
  T1201: 'chargeback',
  T1202: 'chargeback_reversal',
  // Of the holds, the even ones end the odd ones.
  T2102: 'reserve_release',
  T2104: 'reserve_release',
  T2106: 'reserve_release',
  T2108: 'reserve_release',
};

export const kindOf = (event: string): RowKind => events[event] ?? groups[event.slice(1, 3)] ?? 'other';

/** A reversed transaction (V) moved money, and its reversal moves it back. */
const unsettled: Readonly<Record<string, string>> = {
  D: 'PayPal denied the transaction (D)',
  P: 'the transaction is pending at PayPal (P)',
};

/** Why a transaction in this state moves no money, or not yet; undefined for one that does. */
export const unsettledStatus = (status: string): string | undefined => unsettled[status];
