/**
 * Where the statement lines of a payment are looked for: in one question, among the units that may have it, and everywhere only
 * where that is not known.
 */
import { expect, it } from 'vitest';
import { parseDay } from '../../src/kernel/calendar-day.js';
import { fixedClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { gather } from '../../src/payments/gather.js';
import type { Sources } from '../../src/payments/sources.js';
import { mostPlacesListed, type LinePlace } from '../../src/ports/reconciliation.js';
import { anAttempt, anEntry } from '../support/payment-objects.js';
import { FakeBooks, FakePaymentsApi } from '../support/payment-sources.js';

const day = (text: string): number => parseDay(text) ?? 0;

/** A unit per day, the newest first; its id is its day. */
const daysUpTo = (newest: string, count: number): LinePlace[] =>
  Array.from({ length: count }, (_, index) => ({
    unit: BigInt(day(newest) - index),
    businessDay: day(newest) - index,
  }));

interface Case {
  books: (books: FakeBooks) => void;
  places?: () => Promise<LinePlace[]>;
}

/** The partners whose units were listed, what was asked of the lines (references, first and last day), and of breaks. */
async function asked({ books: change, places }: Case) {
  const books = new FakeBooks();
  change(books);
  const listed: string[] = [];
  const lines: unknown[] = [];
  const breaks: unknown[] = [];
  const statements: Sources['statements'] = {
    placesOf: (partner) => {
      listed.push(partner);
      return places?.() ?? Promise.resolve(daysUpTo('2026-11-20', 30));
    },
    linesBy: (references, _limit, among) => {
      lines.push([references, among && [among.at(-1)?.businessDay, among[0]?.businessDay]]);
      return Promise.resolve([]);
    },
    payoutsNamed: () => Promise.resolve([]),
    batchSums: () => Promise.resolve([]),
    openBreaks: (partner, references) => {
      breaks.push([partner, references]);
      return Promise.resolve([]);
    },
  };
  const provider = { partner: 'northpay', name: 'Northpay', api: new FakePaymentsApi() };
  const { statementsBegin } = await gather(
    { paymentId: 'pi_1paid', chargeId: null },
    {
      provider,
      books,
      statements,
      log: silentLog,
      retryLimits: {},
      clock: fixedClock('2026-11-20T12:00:00Z'),
    },
  ).settled;
  return { listed, lines, breaks, begin: statementsBegin?.toISOString().slice(0, 10) ?? null };
}

const captured = (changed: Parameters<typeof anEntry>[0] = {}) => ({
  pi_1paid: [anEntry({ reference: 'ch_1paid', ...changed })],
});
const both = ['ch_1paid', 'pi_1paid'];
const sinceCapture = [day('2026-11-03'), day('2026-11-20')];

it.each<[string, Case, { listed: string[]; lines: unknown[] }]>([
  [
    'a week before its capture and later, in one question for all its references',
    { books: (books) => (books.entries = captured()) },
    { listed: ['northpay'], lines: [[both, sinceCapture]] },
  ],
  [
    'by its attempt, where nothing was captured',
    { books: (books) => (books.attempts = [anAttempt()]) },
    { listed: ['northpay'], lines: [[['pi_1paid'], sinceCapture]] },
  ],
  [
    'among the units of the partner that the books name',
    { books: (books) => (books.entries = captured({ partner: 'rheinbank' })) },
    { listed: ['northpay', 'rheinbank'], lines: [[both, sinceCapture]] },
  ],
  [
    'everywhere, where the books know nothing of it',
    { books: () => undefined },
    { listed: ['northpay'], lines: [[['pi_1paid'], undefined]] },
  ],
  [
    'everywhere, where the units cannot be listed',
    { books: (books) => (books.entries = captured()), places: () => Promise.reject(new Error('away')) },
    { listed: ['northpay'], lines: [[both, undefined]] },
  ],
  [
    'everywhere, where it is older than the units that are listed',
    {
      books: (books) => (books.entries = captured({ businessDay: '2025-01-10' })),
      places: () => Promise.resolve(daysUpTo('2026-11-20', mostPlacesListed)),
    },
    { listed: ['northpay'], lines: [[both, undefined]] },
  ],
  [
    'for as many units as a settlement may take',
    {
      books: (books) => (books.entries = captured({ businessDay: '2026-02-10' })),
      places: () => Promise.resolve(daysUpTo('2026-11-20', mostPlacesListed)),
    },
    { listed: ['northpay'], lines: [[both, [day('2026-02-03'), day('2026-02-03') + 59]]] },
  ],
])('lines are looked for %s', async (_where, given, expected) => {
  expect(await asked(given)).toMatchObject(expected);
});

it.each<[string, Case['books'], unknown[]]>([
  [
    'all that is booked of it, refunds too',
    (books) =>
      (books.entries = {
        pi_1paid: [anEntry({ reference: 'ch_1paid' }), anEntry({ reference: 're_1', kind: 'refund' })],
      }),
    [['northpay', ['pi_1paid', 'ch_1paid', 're_1']]],
  ],
  [
    'its attempt, where nothing is booked',
    (books) => (books.attempts = [anAttempt()]),
    [['northpay', ['pi_1paid']]],
  ],
  ['nothing, where the books do not know it', () => undefined, []],
])('open breaks are looked for about %s', async (_what, books, expected) => {
  expect((await asked({ books })).breaks).toEqual(expected);
});

it.each<[string, NonNullable<Case['places']>, string | null]>([
  ['the oldest unit', () => Promise.resolve(daysUpTo('2026-11-20', 30)), '2026-10-22'],
  [
    'nobody knows when, where there may be older units',
    () => Promise.resolve(daysUpTo('2026-11-20', mostPlacesListed)),
    null,
  ],
  ['nobody knows when, where nothing was reconciled', () => Promise.resolve([]), null],
  ['nobody knows when, where the units cannot be listed', () => Promise.reject(new Error('away')), null],
])('where its statements begin: %s', async (_what, places, begin) => {
  expect(await asked({ books: (books) => (books.entries = captured()), places })).toMatchObject({ begin });
});
