/**
 * What a trace carries beside its states: details of a hop, money taken twice, books alone, and any combination.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMs } from '../../src/kernel/clock.js';
import { money } from '../../src/kernel/money.js';
import type { Finding, Findings } from '../../src/payments/findings.js';
import { traceOf } from '../../src/payments/trace.js';
import { isOfBooksAlone } from '../../src/payments/hops-in-books.js';
import { sentence } from '../../src/views/payments/headline.js';
import { utc } from '../../src/views/kit/blocks.js';
import {
  aBalanceTransaction,
  aCharge,
  aDispute,
  anAttempt,
  anEntry,
  aPayment,
  aPayout,
  aRefund,
  at,
  aWarning,
  eur,
  now,
} from '../support/payment-objects.js';

import {
  expectations,
  known,
  none,
  down,
  complete,
  apiDown,
  uncaptured,
  elsewhere,
  trace,
  shape,
  line,
} from './traces.js';

describe('what a hop carries', () => {
  const hopOf = (changed: Partial<Findings>, kind: string): unknown =>
    trace(changed).hops.find((hop) => hop.kind === kind);

  it.each<[string, Partial<Findings>, string, object]>([
    [
      'a capture is dated with the movement it began, not with the authorisation',
      {
        charge: known(aCharge({ createdAt: at('11-05T00:00') })),
        balanceTransaction: known(aBalanceTransaction({ createdAt: at('11-10T10:02') })),
      },
      'capture',
      { at: at('11-10T10:02') },
    ],
    [
      'an automatic capture happens with its authorisation',
      { balanceTransaction: down },
      'capture',
      { at: aCharge().createdAt },
    ],
    [
      'a manual capture without its movement has no date, rather than a wrong one',
      { payment: known(aPayment({ captureMethod: 'manual' })), balanceTransaction: down },
      'capture',
      { at: null, state: 'present' },
    ],
    [
      'a capture without a date makes the ledger expected, not absent',
      { payment: down, balanceTransaction: down, ledger: known([]) },
      'ledger',
      { state: 'expected', expectedBy: null },
    ],
    [
      'a partial capture says so',
      { charge: known(aCharge({ amountCaptured: eur(1500) })) },
      'capture',
      { amount: eur(1500), note: 'part of 20.00 EUR; the rest is released' },
    ],
    [
      'a capture in parts says how much of what, and what may still come',
      {
        ...uncaptured({ amountCaptured: eur(800) }),
        payment: known(
          aPayment({ status: 'requires_capture', amountReceived: eur(800), amountCapturable: eur(1200) }),
        ),
      },
      'capture',
      { amount: eur(800), note: 'captured 8.00 EUR of 20.00 EUR, 12.00 EUR still authorised' },
    ],
    [
      'a movement of one of several captures says so',
      { balanceTransaction: known(aBalanceTransaction({ amount: eur(800), net: eur(776), fee: eur(24) })) },
      'balance',
      { note: 'net of 0.24 EUR fees, one of several movements, 8.00 EUR of the 20.00 EUR captured' },
    ],
    [
      'a payout to come says what refunds take off it',
      {
        payout: known(null),
        refunds: known([aRefund({ amount: eur(500) })]),
        balanceTransaction: known(aBalanceTransaction({ availableOn: at('11-19T00:00') })),
      },
      'payout',
      { amount: eur(1940), note: 'before refunds of 5.00 EUR' },
    ],
    [
      'a payout is expected on a day on which banks are open: the 22nd is a Sunday',
      {
        payout: known(null),
        balanceTransaction: known(aBalanceTransaction({ availableOn: at('11-19T00:00') })),
      },
      'payout',
      { expectedBy: at('11-23T00:00') },
    ],
    [
      'so is a batch of the books, counted from the capture',
      {
        ...elsewhere,
        attempts: known([anAttempt({ partner: 'rheinbank' })]),
        ledger: known([anEntry({ bookedAt: at('11-19T09:00') })]),
        batch: known([]),
      },
      'payout',
      { expectedBy: at('11-23T00:00') },
    ],
    [
      'and its line on the statement two days after it',
      {
        payout: known(null),
        statement: known([]),
        balanceTransaction: known(aBalanceTransaction({ availableOn: at('11-24T00:00') })),
      },
      'statement',
      { expectedBy: at('11-30T00:00') },
    ],
    [
      'a day that is over is no longer one on which a statement is expected',
      { payout: known(aPayout({ arrivalDate: at('11-13T00:00') })), statement: known([]) },
      'statement',
      { state: 'expected', expectedBy: null, note: 'on no statement yet' },
    ],
    [
      'nothing waits for a statement that nobody ever read',
      {
        payout: known(aPayout({ arrivalDate: at('11-13T00:00') })),
        statement: known([]),
        statementsBegin: at('11-14T00:00'),
      },
      'statement',
      { state: 'not_expected', note: 'older than the statements, which begin on 14 Nov 2026' },
    ],
    [
      'what was paid on the first day of the statements should be on one',
      {
        payout: known(aPayout({ arrivalDate: at('11-14T00:00') })),
        statement: known([]),
        statementsBegin: at('11-14T00:00'),
      },
      'statement',
      { state: 'expected' },
    ],
    [
      'what is older than the books says so',
      { attempts: known([]), ledger: known([]), booksBegin: at('11-15T00:00') },
      'ledger',
      { note: 'older than our books, which begin on 15 Nov 2026' },
    ],
    [
      'a manual capture says what it waits for',
      uncaptured({ captureBefore: at('11-21T12:00') }),
      'capture',
      { note: 'awaiting manual capture, the authorisation expires then' },
    ],
    [
      'after the deadline too',
      uncaptured({ captureBefore: at('11-20T09:00') }),
      'capture',
      { note: 'awaiting manual capture, the authorisation has expired' },
    ],
    [
      'fees can exceed the amount',
      { balanceTransaction: known(aBalanceTransaction({ net: eur(-15) })) },
      'balance',
      { amount: eur(-15), state: 'present' },
    ],
    [
      'a payout carries the share of this payment, and the bank’s trace',
      { payout: known(aPayout({ traceId: 'FT123' })) },
      'payout',
      { amount: eur(1940), note: 'in a payout of 9,000.00 EUR, bank trace FT123' },
    ],
    [
      'a missing payout may be one made by hand',
      { payout: known(null) },
      'payout',
      { note: 'no automatic payout includes it; a manual payout would not show here' },
    ],
    [
      'several tries are counted',
      { attempts: known([anAttempt(), anAttempt({ status: 'failed' })]) },
      'attempt',
      { note: '2 attempts, latest succeeded' },
    ],
    [
      'a capture booked although nothing was captured',
      { ...uncaptured(), payment: known(aPayment({ status: 'canceled' })), ledger: known([anEntry()]) },
      'ledger',
      { state: 'present', note: '1 entry: capture, although nothing was captured' },
    ],
  ])('%s', (_reason, changed, kind, expected) => {
    expect(hopOf(changed, kind)).toMatchObject(expected);
  });

  it('rows that cannot be read are reported beside those that can', () => {
    const { headline } = trace({
      ledger: { state: 'known', value: [anEntry()], problems: ['row bk_2-d cannot be read'] },
    });
    expect(headline.unknown).toEqual([{ source: 'books', why: 'row bk_2-d cannot be read' }]);
  });
});

describe('money taken more than once', () => {
  const second = aCharge({ id: 'ch_2paid', createdAt: at('11-10T10:05') });
  const doubled = (changed: Partial<Findings>): string[] =>
    trace(changed).headline.doubled.map(({ id }) => id);

  it.each<[string, Partial<Findings>, string[]]>([
    ['one charge is no news', { charges: known([aCharge()]) }, []],
    ['two captured charges, oldest first', { charges: known([second, aCharge()]) }, ['ch_1paid', 'ch_2paid']],
    [
      'one that failed took nothing',
      { charges: known([aCharge({ id: 'ch_x', status: 'failed', captured: false }), aCharge()]) },
      [],
    ],
    [
      'one that is not captured took nothing yet',
      { charges: known([aCharge({ id: 'ch_x', captured: false }), aCharge()]) },
      [],
    ],
    [
      'one that was given back in full',
      { charges: known([aCharge({ ...second, amountRefunded: eur(2000) }), aCharge()]) },
      [],
    ],
    [
      'one that was given back in part',
      { charges: known([aCharge({ ...second, amountRefunded: eur(500) }), aCharge()]) },
      ['ch_1paid', 'ch_2paid'],
    ],
    [
      'one that a lost dispute gave back',
      {
        charges: known([second, aCharge()]),
        disputes: known([aDispute({ chargeId: 'ch_2paid', status: 'lost' })]),
      },
      [],
    ],
    [
      'a part each, and what they released is no refund',
      {
        charges: known([
          aCharge({ ...second, amountCaptured: eur(600), amountRefunded: eur(1400) }),
          aCharge(),
        ]),
      },
      ['ch_1paid', 'ch_2paid'],
    ],
    [
      'a refund of the first is none of the second',
      { charges: known([second, aCharge()]), refunds: known([aRefund({ chargeId: 'ch_1paid' })]) },
      [],
    ],
    [
      'three',
      { charges: known([aCharge({ id: 'ch_3', createdAt: at('11-11T00:00') }), second, aCharge()]) },
      ['ch_1paid', 'ch_2paid', 'ch_3'],
    ],
    [
      'the order was paid under another id',
      {
        siblings: known([
          anAttempt({ paymentId: 'RB-9', partner: 'rheinbank', createdAt: at('11-10T12:00') }),
        ]),
      },
      ['pi_1paid', 'RB-9'],
    ],
    [
      'another part of the order',
      { siblings: known([anAttempt({ paymentId: 'RB-9', amount: eur(1000) })]) },
      [],
    ],
    [
      'an attempt at another partner that failed',
      { siblings: known([anAttempt({ paymentId: 'RB-9', status: 'failed' })]) },
      [],
    ],
    ['a source that does not say', { charges: down, siblings: down }, []],
  ])('%s', (_reason, changed, expected) => {
    expect(doubled(changed)).toEqual(expected);
  });

  it('says that one of two refunded is a refund in part', () => {
    const refunded = {
      charge: known(second),
      charges: known([second, aCharge()]),
      refunds: known([aRefund({ chargeId: 'ch_2paid' })]),
    };
    expect(line(trace(refunded))).toBe(
      'Paid out 13 Nov 2026; booked in ledger; refunded in part (20.00 EUR)',
    );
  });

  it('is said first, with both charges', () => {
    expect(line(trace({ charges: known([second, aCharge()]) }))).toBe(
      'Captured twice: `ch_1paid` 20.00 EUR 2026-11-10 10:01 UTC and `ch_2paid` 20.00 EUR 2026-11-10 10:05 UTC. Paid out 13 Nov 2026; booked in ledger',
    );
    expect(
      line(trace({ siblings: known([anAttempt({ paymentId: 'RB-9', createdAt: at('11-10T12:00') })]) })),
    ).toContain('The order was paid twice: `pi_1paid` 20.00 EUR');
  });
});

describe('what the books alone say', () => {
  const bookedAt = at('11-10T11:00');
  const elsewhere: Partial<Findings> = {
    id: 'RB-1',
    partner: 'rheinbank',
    payment: none,
    charge: none,
    charges: none,
    balanceTransaction: none,
    payout: none,
    refunds: none,
    disputes: none,
    warnings: none,
    attempts: known([anAttempt({ partner: 'rheinbank', paymentId: 'RB-1' })]),
  };
  const side = (direction: 'debit' | 'credit', changed: Parameters<typeof anEntry>[0]) =>
    anEntry({
      id: `bk-${direction}`,
      direction,
      account: direction === 'debit' ? 'clearing:rheinbank' : 'revenue',
      batchId: 'RB-20261112',
      ...changed,
    });
  const capture = [side('debit', { bookedAt }), side('credit', { bookedAt })];
  const refund = (minor: number, reference = 'RB-R1') => [
    side('credit', {
      kind: 'refund',
      account: 'clearing:rheinbank',
      amount: eur(minor),
      reference,
      bookedAt: at('11-15T11:00'),
    }),
    side('debit', {
      kind: 'refund',
      account: 'refunds',
      amount: eur(minor),
      reference,
      bookedAt: at('11-15T11:00'),
    }),
  ];
  const dispute = (clearing: 'debit' | 'credit', when = '11-15T11:00') =>
    (['debit', 'credit'] as const).map((direction) =>
      side(direction, {
        kind: 'dispute',
        account: direction === clearing ? 'clearing:rheinbank' : 'disputes',
        reference: 'RB-D1',
        bookedAt: at(when),
      }),
    );
  const payout = known([
    side('debit', {
      kind: 'payout',
      account: 'cash',
      paymentId: null,
      amount: eur(900_000),
      businessDay: '2026-11-12',
    }),
  ]);

  it.each<[string, Partial<Findings>, string, string]>([
    [
      'captured and paid out',
      { ledger: known(capture), batch: payout },
      '+++-+?+',
      'Paid out 12 Nov 2026; booked in ledger',
    ],
    [
      'captured, the batch is not paid out yet',
      { ledger: known(capture), batch: known([]) },
      '+++-!?+',
      'Captured 2026-11-10 11:00 UTC; booked in ledger; payout overdue since 13 Nov 2026',
    ],
    [
      'refunded in full: one booking has two sides and counts once',
      { ledger: known([...capture, ...refund(2000)]), batch: payout },
      '+++-+?+',
      'Paid out 12 Nov 2026; booked in ledger; refunded in full (20.00 EUR, per our books)',
    ],
    [
      'refunded in two parts',
      { ledger: known([...capture, ...refund(500), ...refund(500, 'RB-R2')]), batch: payout },
      '+++-+?+',
      'Paid out 12 Nov 2026; booked in ledger; refunded in part (10.00 EUR, per our books)',
    ],
    [
      'a dispute took the money, which the books alone know',
      { ledger: known([...capture, ...dispute('credit')]), batch: payout },
      '+++-+?+',
      'Paid out 12 Nov 2026; booked in ledger; disputed (20.00 EUR, per our books)',
    ],
    [
      'a dispute that was won: what it took came back',
      {
        ledger: known([...capture, ...dispute('credit'), ...dispute('debit', '11-20T11:00')]),
        batch: payout,
      },
      '+++-+?+',
      'Paid out 12 Nov 2026; booked in ledger',
    ],
    [
      'older than the attempts in the books, which have its capture',
      { attempts: known([]), ledger: known(capture), batch: payout },
      '-++-+?+',
      'Paid out 12 Nov 2026; booked in ledger',
    ],
    [
      'older than its capture in the books: how much of it was refunded is not known',
      { attempts: known([]), ledger: known(refund(500)), batch: none },
      '-??-??e',
      "Not confirmed anywhere; authorisation unknown: rheinbank isn't connected; refunded (5.00 EUR, per our books)",
    ],
    [
      'the ledger is down',
      { ledger: down, batch: down },
      '++?-???',
      'Authorised 2026-11-10 10:01 UTC; capture unknown: is down',
    ],
    [
      'nothing booked in time',
      { ledger: known([]), batch: none },
      '++!-e?e',
      'Authorised 2026-11-10 10:01 UTC; capture overdue since 2026-11-11 10:01 UTC (9 d 1 h)',
    ],
    [
      'the API of its own provider is down, and the books know the refund',
      {
        ...complete,
        ...apiDown,
        id: 'pi_1paid',
        partner: 'northpay',
        ledger: known([...capture, ...refund(2000)]),
      },
      '+?????+',
      'Booked in ledger; authorisation unknown: is down; refunded in full (20.00 EUR, per our books)',
    ],
  ])('%s', (_reason, changed, expectedShape, expectedLine) => {
    const traced = trace({ ...elsewhere, ...changed });
    expect(line(traced)).toBe(expectedLine);
    expect(shape(traced)).toBe(expectedShape);
  });
});

describe('any combination of findings', () => {
  const status = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words, 'a_word_to_come');
  const date = fc.integer({ min: -40, max: 40 }).map((days) => new Date(now.getTime() + days * dayMs));
  const cents = fc.integer({ min: -5000, max: 5000 }).map((minor) => money(minor, 'EUR'));
  const finding = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Finding<Value>> =>
    fc.oneof(
      { weight: 4, arbitrary: value.map((given): Finding<Value> => ({ state: 'known', value: given })) },
      fc.constantFrom<Finding<Value>>(none, down, { state: 'waiting' }),
    );
  const orNull = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
    fc.option(value, { freq: 4 });
  const findings: fc.Arbitrary<Findings> = fc.record({
    id: fc.constantFrom('pi_1paid', 'ORD-1', ''),
    partner: fc.constantFrom('northpay', 'rheinbank', null),
    lookedUp: fc.constant(null),
    connectedPartner: fc.constantFrom('northpay', null),
    siblings: finding(
      fc.array(
        fc
          .record({ status: status('succeeded', 'failed'), paymentId: fc.constantFrom('pi_2', 'RB-9') })
          .map(anAttempt),
        { maxLength: 2 },
      ),
    ),
    charges: finding(
      fc.array(
        fc
          .record({
            id: fc.constantFrom('ch_1', 'ch_2', 'ch_3'),
            status: status('succeeded', 'failed'),
            captured: fc.boolean(),
            amountRefunded: cents,
          })
          .map(aCharge),
        { maxLength: 3 },
      ),
    ),
    batch: finding(
      fc.array(fc.record({ kind: status('payout', 'fee'), paymentId: fc.constant(null) }).map(anEntry), {
        maxLength: 2,
      }),
    ),
    attempts: finding(
      fc.array(
        fc
          .record({ status: status('succeeded', 'failed', 'pending'), completedAt: orNull(date) })
          .map(anAttempt),
        { maxLength: 3 },
      ),
    ),
    payment: finding(
      orNull(
        fc
          .record({
            status: status(
              'succeeded',
              'requires_capture',
              'requires_payment_method',
              'requires_action',
              'processing',
              'canceled',
            ),
            captureMethod: status('manual', 'automatic'),
            lastError: orNull(fc.constant({ code: null, declineCode: null, message: null })),
          })
          .map(aPayment),
      ),
    ),
    charge: finding(
      orNull(
        fc
          .record({
            status: status('succeeded', 'pending', 'failed'),
            captured: fc.boolean(),
            amountCaptured: cents,
            amountRefunded: cents,
            captureBefore: orNull(date),
            createdAt: date,
          })
          .map(aCharge),
      ),
    ),
    balanceTransaction: finding(
      orNull(
        fc
          .record({ status: status('pending', 'available'), net: cents, availableOn: date })
          .map(aBalanceTransaction),
      ),
    ),
    payout: finding(
      orNull(
        fc
          .record({
            status: status('pending', 'in_transit', 'paid', 'failed', 'canceled'),
            arrivalDate: date,
          })
          .map(aPayout),
      ),
    ),
    ledger: finding(
      fc.array(fc.record({ kind: status('capture', 'fee', 'refund') }).map(anEntry), { maxLength: 3 }),
    ),
    refunds: finding(
      fc.array(fc.record({ status: status('succeeded', 'failed'), amount: cents }).map(aRefund), {
        maxLength: 3,
      }),
    ),
    disputes: finding(
      fc.array(fc.record({ status: status('won', 'lost', 'needs_response') }).map(aDispute), {
        maxLength: 2,
      }),
    ),
    warnings: finding(fc.array(fc.constant(aWarning()), { maxLength: 2 })),
  });
  const order = ['attempt', 'authorization', 'capture', 'balance', 'payout', 'statement', 'ledger'];
  const isLost = ({ state }: Finding<unknown>): boolean => state === 'failed' || state === 'waiting';

  it('gives seven hops in order, and a first line that agrees with them', () => {
    fc.assert(
      fc.property(findings, (given) => {
        const { hops, headline } = traceOf(given, expectations, now);
        expect(hops.map(({ kind }) => kind)).toEqual(order);
        for (const hop of hops)
          if (hop.state === 'overdue') expect(hop.expectedBy!.getTime()).toBeLessThan(now.getTime());
        const open = hops.filter(
          ({ kind, state }) =>
            kind !== 'statement' &&
            !(kind === 'attempt' && state === 'failed') &&
            !['present', 'not_expected'].includes(state),
        );
        expect(headline.next === null).toBe(open.length === 0);
        expect(headline.ended === null).toBe(open.length > 0);
        if (headline.next) expect(open).toContain(headline.next);
        if (hops.some(({ kind, state }) => state === 'failed' && kind !== 'attempt'))
          expect(headline.next?.state).toBe('failed');
        if (headline.lastConfirmed) expect(headline.lastConfirmed.state).toBe('present');
        else if (!headline.next || headline.next.state === 'unknown_source')
          expect(hops.every(({ state }) => state !== 'present')).toBe(true);
        expect(sentence({ headline, hops }, now, utc)).not.toMatch(/undefined|null|NaN/);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  it('never takes a source’s silence for an absence', () => {
    fc.assert(
      fc.property(findings, (given) => {
        const { hops, headline } = traceOf(given, expectations, now);
        const state = (kind: string): string => hops.find((hop) => hop.kind === kind)?.state ?? '';
        if (isLost(given.ledger)) expect(state('ledger')).toBe('unknown_source');
        if (isLost(given.charge) && isLost(given.payment))
          expect(state('authorization')).toBe('unknown_source');
        if (state('capture') === 'present' && isLost(given.balanceTransaction) && !isOfBooksAlone(given))
          expect(state('balance')).toBe('unknown_source');
        if (state('balance') === 'present' && isLost(given.payout) && !isOfBooksAlone(given))
          expect(state('payout')).toBe('unknown_source');
        const sources = headline.unknown.map(({ source }) => source);
        expect(sources.includes('books')).toBe(
          [given.attempts, given.siblings, given.ledger, given.batch].some(isLost),
        );
        for (const branch of [given.refunds, given.disputes, given.warnings])
          if (isLost(branch)) expect(sources).toContain('payments_api');
      }),
      { seed: 8, numRuns: 2000 },
    );
  });
});
