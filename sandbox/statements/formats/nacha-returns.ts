/**
 * NACHA return file: direct debits that came back, each an entry with its addenda 99.
 * Source: the ACH file layout of the NACHA operating rules. Invariant: records have 94 characters and come in blocks of
 * ten; hash, count and totals of both control records are those of the entries.
 */
import { isoDay } from '../../world/calendar.js';
import type { OrderAttempt } from '../../world/world.js';
import { hash } from '../../world/random.js';
import { referencesOf } from '../../world/references.js';
import { shortDay, sumOf } from '../text.js';

/** Return codes by why the attempt failed; what failed before it was sent never comes back. */
const returnCodes: Readonly<Record<string, string>> = {
  insufficient_funds: 'R01',
  invalid_account: 'R03',
  authorisation_expired: 'R07',
  customer_cancelled: 'R08',
  bank_unavailable: 'R13',
};

const odfi = '09100001';
const text = (value: string, width: number): string => value.slice(0, width).padEnd(width);
const digits = (value: number | string, width: number): string =>
  String(value).slice(-width).padStart(width, '0');

interface Return {
  rdfi: string;
  amountMinor: number;
  records: [entry: string, addenda: string];
}

/** `attempts` are those of the day that failed. */
export function nachaReturns(day: number, attempts: readonly OrderAttempt[]): string {
  const returns = attempts.flatMap((found, i) => returnOf(found, i + 1));
  const totals = `${digits(returns.length * 2, 6)}${entryHash(returns)}${digits(
    sumOf(returns, ({ amountMinor }) => amountMinor),
    12,
  )}${digits(0, 12)}`;
  const records = [
    `101 ${odfi}9 ${odfi}9${shortDay(day + 1)}0600A094101${text('Larkspur Pay', 23)}${text('Tidewire ACH', 23)}${text('', 8)}`,
    `5200${text('Larkspur Pay', 16)}${text('', 20)}${text('1091000010', 10)}WEB${text('RETURN', 10)}${shortDay(day)}${shortDay(day)}${julian(day)}1${odfi}${digits(1, 7)}`,
    ...returns.flatMap((one) => one.records),
    `8200${totals}${text('1091000010', 10)}${text('', 25)}${odfi}${digits(1, 7)}`,
  ];
  const blocks = Math.ceil((records.length + 1) / 10);
  const control = `9${digits(1, 6)}${digits(blocks, 6)}${digits(returns.length * 2, 8)}${totals.slice(6)}${text('', 39)}`;
  const filler = Array.from({ length: blocks * 10 - records.length - 1 }, () => '9'.repeat(94));
  return [...records, control, ...filler].join('\n') + '\n';
}

const julian = (day: number): string =>
  digits(day - Math.floor(Date.parse(`${isoDay(day).slice(0, 4)}-01-01T00:00:00Z`) / 86_400_000) + 1, 3);

const entryHash = (returns: readonly Return[]): string =>
  digits(
    sumOf(returns, ({ rdfi }) => Number(rdfi)),
    10,
  );

function returnOf({ order, attempt }: OrderAttempt, number: number): Return[] {
  const code = returnCodes[attempt.decline?.code ?? ''];
  const original = referencesOf(order, attempt.no).networkTransactionId;
  if (code === undefined || original === null) return [];
  const rdfi = digits(10_000_000 + (hash(order.key, 91) % 80_000_000), 8);
  const trace = odfi + digits(number, 7);
  const account = digits(hash(order.customer.number, 92), 10);
  const entry = `626${rdfi}${checkDigit(rdfi)}${text(account, 17)}${digits(order.amountMinor, 10)}${text(order.orderId, 15)}${text(order.customer.name, 22)}  1${trace}`;
  const addenda = `799${code}${original}${text('', 6)}${rdfi}${text(order.orderId, 44)}${trace}`;
  return [{ rdfi, amountMinor: order.amountMinor, records: [entry, addenda] }];
}

/** Of a routing number: weights 3, 7, 1. */
function checkDigit(rdfi: string): number {
  const sum = Array.from(rdfi).reduce(
    (total, digit, i) => total + Number(digit) * ([3, 7, 1][i % 3] ?? 1),
    0,
  );
  return (10 - (sum % 10)) % 10;
}
