/**
 * The draft of a message to a partner: the facts in it, and what is left out when a source does not answer.
 */
import { beforeEach, expect, it } from 'vitest';
import { letterPrefill, type LetterDeps } from '../../commands/partner/letter.js';
import { hourMs, minuteMs } from '../../src/kernel/clock.js';
import { money } from '../../src/kernel/money.js';
import { noTraffic } from '../../src/partners/health.js';
import { messagePartner } from '../../src/remediation/actions/message-partner.js';
import type { Alert } from '../../src/ports/alerts.js';
import { FakeBooks, type BookedAttempt } from '../support/payment-sources.js';

const now = new Date('2026-11-27T12:00:00Z');
const before = (ms: number): Date => new Date(now.getTime() - ms);

const attempt = (id: number, minutesAgo: number): BookedAttempt => ({
  id: `att_${id}`,
  orderId: `ORD-${id}`,
  paymentId: `pi_${id}`,
  chargeId: id === 2 ? null : `ch_${id}`,
  partner: 'northpay',
  method: 'card',
  country: 'DE',
  amount: money(1999, 'EUR'),
  status: 'failed',
  declineCode: id === 2 ? null : 'processing_error',
  errorOrigin: 'partner',
  customerEmail: 'ana@example.com',
  cardLast4: '4242',
  createdAt: before(minutesAgo * minuteMs),
  completedAt: null,
});

const alertSince = (onsetAt: Date): NonNullable<LetterDeps['alerts']> => ({
  active: () => Promise.resolve([{ slice: { partner: 'northpay' }, onsetAt } as unknown as Alert]),
  metrics: [],
  openedOf: () => Promise.resolve([]),
});

let books: FakeBooks;
let desk: LetterDeps;

const letter = (): Promise<Record<string, string>> => letterPrefill('northpay', desk);

beforeEach(() => {
  books = new FakeBooks();
  books.attempts = [attempt(1, 10), attempt(2, 20), attempt(3, 200)];
  books.traffic = {
    northpay: { ...noTraffic, attempts: 60, succeeded: 45, failedBy: { partner: 15 }, latencyP50Ms: 900 },
  };
  desk = {
    partners: [{ id: 'northpay', name: 'Northpay', timeZone: 'UTC' }],
    partnerStatuses: { all: () => Promise.resolve([]) },
    books,
    alerts: alertSince(before(hourMs)),
    clock: { now: () => now },
  };
});

it('says since when, how much, what it costs, and which payments to look at', async () => {
  const { partner, subject, text } = await letter();
  expect([partner, subject]).toEqual(['northpay', '2 failed payments since 2026-11-27 11:00 UTC']);
  expect(text).toBe(`Hello,

Since 2026-11-27 11:00 UTC we have seen problems with our payments through Northpay.

- Success rate, last 5 min: 75.0 % (n = 60); usually at this hour 75.0 % (n = 60).
- Answer time, last 5 min: median 900 ms, 95th percentile 900 ms.

Impact on us: 2 attempts failed between 2026-11-27 11:00 UTC and 2026-11-27 12:00 UTC, 19.99 EUR, 19.99 EUR. Declines that customers caused are not counted.

Examples, with your references:
- ch_1, 2026-11-27 11:50 UTC, 19.99 EUR, processing_error
- pi_2, 2026-11-27 11:40 UTC, 19.99 EUR

Please tell us what happened and when it will be fixed. Are payments in progress affected?`);
});

it('names no customer and no card', async () => {
  expect((await letter()).text).not.toMatch(/ana@|4242/);
});

it('is what the action takes as it is', async () => {
  expect(messagePartner.faultsOf(await letter())).toEqual([]);
});

it.each<[string, () => void]>([
  ['books that are down', () => (books.mood = 'down')],
  ['no books', () => (desk = { ...desk, books: null })],
  [
    'alerts that cannot be read',
    () => (desk.alerts = { ...alertSince(now), active: () => Promise.reject(new Error('gone')) }),
  ],
])('%s leave a draft that a person can complete', async (_fault, change) => {
  change();
  const { subject, text } = await letter();
  expect(subject).not.toBe('');
  expect(text).toMatch(/^Hello,\n\n.*Northpay/s);
  expect(text).not.toMatch(/undefined|null|NaN/);
});

it('of a partner that is not configured there is none', async () => {
  expect(await letterPrefill('nobody', desk)).toEqual({});
});
