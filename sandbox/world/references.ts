/**
 * The references that schemes and banks give an attempt: ARN (23 digits), RRN (12 digits), network transaction id.
 * Invariant: a refund's ARN differs from its capture's. None is a card number: an ARN starts with 7 and has 23 digits,
 * a Visa transaction id starts with 0, 1 or 2.
 */
import { dayOf } from './calendar.js';
import { hourMs } from './clock.js';
import type { Order } from './orders.js';
import { hash } from './random.js';

export interface References {
  arn: string | null;
  rrn: string | null;
  networkTransactionId: string | null;
}

const isCardLike = (order: Order): boolean =>
  order.route.method === 'card' || order.route.method === 'wallet';
const digits = (value: number, width: number): string => String(value % 10 ** width).padStart(width, '0');

/** Year digit and day of the year, as schemes write dates. */
function julian(timeMs: number): string {
  const day = dayOf(timeMs, 0);
  const year = new Date(timeMs).getUTCFullYear();
  return `${year % 10}${digits(day - dayOf(Date.UTC(year, 0, 1), 0) + 1, 3)}`;
}

/** Acquirer reference number: 7, six-digit acquirer, date, eleven digits of its own, check digit. */
export function arnOf(order: Order, sub: number, timeMs: number): string {
  const own = digits((order.hour % 100_000) * 4_096 + order.index, 9) + digits(sub, 2);
  const body = `7${digits(430_000 + order.route.partnerIndex * 137, 6)}${julian(timeMs)}${own}`;
  return body + luhnDigit(body);
}

/** The digit that makes a number pass the Luhn check. */
export function luhnDigit(body: string): string {
  let sum = 0;
  for (let i = 0; i < body.length; i += 1) {
    const digit = Number(body.charAt(body.length - 1 - i));
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return String((10 - (sum % 10)) % 10);
}

/** References of one attempt of an order. Only a paid card attempt is cleared and so has an ARN. */
export function referencesOf(order: Order, no: number): References {
  const attempt = order.attempts[no];
  if (!attempt) return { arn: null, rrn: null, networkTransactionId: null };
  if (!isCardLike(order)) return { arn: null, rrn: null, networkTransactionId: bankTrace(order) };
  const hourOfDay = digits(Math.floor(attempt.createdMs / hourMs) % 24, 2);
  return {
    arn: attempt.decline === null && order.capturedMs !== null ? arnOf(order, no, order.capturedMs) : null,
    // Year digit, day, hour, then six digits that never repeat within the hour.
    rrn: `${julian(attempt.createdMs)}${hourOfDay}${digits((order.index * 4 + no) * 61 + (order.hour % 61), 6)}`,
    networkTransactionId: attempt.decline === null ? networkId(order) : null,
  };
}

function networkId(order: Order): string {
  const { brand } = order.customer.card;
  if (brand === 'visa')
    return `${order.key % 3}${digits(hash(order.key, 1), 7)}${digits(hash(order.key, 2), 7)}`;
  const letters = hash(order.key, 3).toString(36).toUpperCase().padStart(7, 'M').slice(-7);
  return `${brand === 'mastercard' ? 'MC' : 'NX'}${letters}${julian(order.createdMs)}`;
}

/** ACH trace number: eight digits of the originating bank, seven of its own. */
const bankTrace = (order: Order): string | null =>
  order.route.method === 'direct_debit' && order.route.country.code === 'US'
    ? `09100001${digits(hash(order.key, 4), 7)}`
    : null;
