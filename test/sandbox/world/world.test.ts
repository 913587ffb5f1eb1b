/**
 * The world holds what it promises: determinism, size and mix, identifiers that carry their meaning, money that adds up.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoDay, isoTime } from '../../../sandbox/world/calendar.js';
import { dayMs, hourOf } from '../../../sandbox/world/clock.js';
import { createIdCodec, type IdKind } from '../../../sandbox/world/ids.js';
import { partners } from '../../../sandbox/world/partners.js';
import { luhnDigit, referencesOf } from '../../../sandbox/world/references.js';
import { payoutDayOf } from '../../../sandbox/world/settlement.js';
import { createWorld, historyHours, type World } from '../../../sandbox/world/world.js';

const nowMs = Date.UTC(2026, 10, 18, 12);
const now = hourOf(nowMs);
const hours = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const small = (): World => createWorld({ seed: 'small', attemptsPerHour: 60 });

describe('size and mix of eight weeks', () => {
  const world = createWorld({ seed: 'paydesk' });
  const attempts = hours(now - historyHours, now).flatMap((hour) =>
    world
      .attemptsOfHour(hour)
      .map(({ order: { route, attempts: tries }, attempt }) => ({
        partner: route.partner.id,
        method: route.method,
        country: route.country.code,
        currency: route.country.currency,
        failed: attempt.decline !== null,
        origin: attempt.decline?.origin,
        tries: tries.length,
      })),
  );
  const count = (field: 'partner' | 'method' | 'country' | 'currency'): number =>
    new Set(attempts.map((attempt) => attempt[field])).size;

  it('has between 300,000 and 340,000 attempts', () => {
    expect(attempts.length).toBeGreaterThan(300_000);
    expect(attempts.length).toBeLessThan(340_000);
  });

  it('spreads over partners, methods, countries and currencies', () => {
    expect([count('partner'), count('method'), count('country'), count('currency')]).toEqual([12, 6, 8, 5]);
  });

  it.each(partners.map(({ id }) => id))('%s succeeds between 85 and 97 %% of the time', (id) => {
    const own = attempts.filter(({ partner }) => partner === id);
    const rate = own.filter(({ failed }) => !failed).length / own.length;
    expect(rate).toBeGreaterThan(0.85);
    expect(rate).toBeLessThan(0.97);
  });

  it('blames every party for some failures and retries some payments', () => {
    expect(new Set(attempts.map(({ origin }) => origin))).toEqual(
      new Set(['customer', 'institution', 'partner', 'own', undefined]),
    );
    expect(attempts.some(({ tries, failed }) => tries > 1 && !failed)).toBe(true);
  });
});

describe('determinism', () => {
  it('is the same world for the same seed, also after other questions', () => {
    const [a, b] = [small(), small()];
    hours(now - 40, now).forEach((hour) => b.bookingsOfHour(hour));
    expect(a.attemptsOfHour(now - 3)).toEqual(b.attemptsOfHour(now - 3));
    expect(a.bookingsOfHour(now - 3)).toEqual(b.bookingsOfHour(now - 3));
  });

  it('is another world for another seed', () => {
    const other = createWorld({ seed: 'other', attemptsPerHour: 60 });
    expect(other.ordersOfHour(now)[0]?.orderId).not.toBe(small().ordersOfHour(now)[0]?.orderId);
  });

  it('keeps attempts of an hour in order and inside it', () => {
    const times = small()
      .attemptsOfHour(now)
      .map(({ attempt }) => attempt.createdMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.every((time) => hourOf(time) === now)).toBe(true);
  });
});

describe('identifiers', () => {
  const codec = createIdCodec(7);
  const kinds: IdKind[] = [
    'payment_intent',
    'charge',
    'balance_transaction',
    'refund',
    'dispute',
    'payout',
    'event',
  ];
  const place = fc.record({
    hour: fc.integer({ min: 0, max: 2 ** 20 - 1 }),
    index: fc.integer({ min: 0, max: 4_095 }),
    sub: fc.integer({ min: 0, max: 63 }),
  });

  it('can be read back, look like Stripe’s, and mean nothing under another seed or kind', () => {
    fc.assert(
      fc.property(place, fc.constantFrom(...kinds), (where, kind) => {
        const id = codec.encode(kind, where);
        expect(codec.decode(id)).toEqual({ kind, ...where });
        expect(id).toMatch(/^[a-z]+_[13][0-9A-Za-z]{23}$/);
        expect(createIdCodec(8).decode(id)).toBeNull();
        expect(codec.decodeOrderId(codec.orderId(where))).toEqual(where);
        expect(codec.decodeAttemptId(codec.attemptId(where))).toEqual(where);
      }),
    );
  });

  it('reads nothing out of arbitrary text', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('pi_3', 'ch_3', 'ORD-', 'att_', ''), (text, prefix) => {
        expect(codec.decode(prefix + text)).toBeNull();
        expect(codec.decodeOrderId(prefix + text)).toBeNull();
        expect(codec.decodeAttemptId(prefix + text)).toBeNull();
      }),
    );
  });

  it('gives references that are unique within a day and never look like a card number', () => {
    const world = small();
    const seen = hours(now - 24, now).flatMap((hour) =>
      world
        .ordersOfHour(hour)
        .flatMap((order) =>
          order.attempts.map(({ no }) => ({ id: order.paymentId, ...referencesOf(order, no) })),
        ),
    );
    const arns = seen.map(({ arn }) => arn).filter((arn) => arn !== null);
    expect(new Set(arns).size).toBe(arns.length);
    expect(arns.every((arn) => /^7\d{22}$/.test(arn) && luhnDigit(arn.slice(0, -1)) === arn.slice(-1))).toBe(
      true,
    );
    const rrns = seen.map(({ rrn }) => rrn).filter((rrn) => rrn !== null);
    expect(new Set(rrns).size).toBe(rrns.length);
    expect(rrns.every((rrn) => /^\d{12}$/.test(rrn))).toBe(true);
    const ids = seen.map(({ networkTransactionId: id }) => id).filter((id) => id !== null);
    expect(ids.filter((id) => /^[3-9]\d{12,}$/.test(id))).toEqual([]);
  });
});

describe('time', () => {
  it('writes days and times as Date does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (time) => {
        expect(isoTime(time)).toBe(new Date(time).toISOString());
        expect(isoDay(Math.floor(time / dayMs))).toBe(new Date(time).toISOString().slice(0, 10));
      }),
    );
  });

  it.each([
    ['2026-11-16', '2026-11-18', 'Monday to Wednesday'],
    ['2026-11-20', '2026-11-24', 'Friday passes the weekend'],
    ['2026-11-21', '2026-11-24', 'Saturday counts from Monday'],
    ['2026-11-22', '2026-11-24', 'Sunday counts from Monday'],
  ])('%s is paid out on %s: %s', (day, payout) => {
    const [partner] = partners;
    expect(isoDay(payoutDayOf(partner!, Date.parse(`${day}T15:00:00Z`)))).toBe(payout);
  });
});

describe('money', () => {
  const world = small();

  it('pays out exactly what its movements add up to', () => {
    const today = Math.floor(now / 24);
    for (const partner of world.partners) {
      for (const payout of world.payoutsOfDay(partner, today)) {
        const carried = world.movementsOfPayout(payout);
        const net = carried.reduce((sum, { amountMinor, feeMinor }) => sum + amountMinor - feeMinor, 0);
        expect([payout.count, payout.netMinor]).toEqual([carried.length, net]);
      }
    }
  });

  it('books every movement and every payout once, and clearing accounts return to zero', () => {
    const bookings = hours(now - 20 * 24, now).flatMap((hour) => world.bookingsOfHour(hour));
    expect(new Set(bookings.map(({ bookingId }) => bookingId)).size).toBe(bookings.length);
    const opening = Date.UTC(2026, 10, 2);
    const batches = new Map<string, { sum: number; paid: boolean }>();
    for (const booking of bookings.filter((b) => b.batchId !== null && b.settledFromMs >= opening)) {
      const batch = batches.get(booking.batchId!) ?? { sum: 0, paid: false };
      const clearing = `clearing:${booking.partner}`;
      batch.sum += (booking.debit === clearing ? 1 : -1) * booking.amountMinor;
      batch.paid ||= booking.kind === 'payout';
      batches.set(booking.batchId!, batch);
    }
    const settled = [...batches].filter(([id, batch]) => batch.paid && !id.startsWith('po_'));
    expect(settled.length).toBeGreaterThan(50);
    expect(settled.filter(([, batch]) => batch.sum !== 0)).toEqual([]);
  });

  it('never gives back more than was paid, and keeps late happenings late', () => {
    const orders = hours(now - 300, now).flatMap((hour) => [...world.ordersOfHour(hour)]);
    for (const order of orders.filter(({ capturedMs }) => capturedMs !== null)) {
      const refunded = order.refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
      expect(refunded).toBeLessThanOrEqual(order.amountMinor);
      for (const later of [
        order.dispute?.openedMs,
        order.warningMs,
        ...order.refunds.map(({ atMs }) => atMs),
      ])
        if (later !== null && later !== undefined) expect(later).toBeGreaterThan(order.capturedMs!);
    }
  });

  it('finds in the hour every late thing that an order says will happen', () => {
    const target = hours(now - 48, now);
    const expected = new Set<string>();
    for (const hour of hours(now - 48 - 60 * 24, now)) {
      for (const order of world.ordersOfHour(hour)) {
        if (order.dispute && target.includes(hourOf(order.dispute.openedMs)))
          expected.add(`d:${order.orderId}`);
        if (order.warningMs !== null && target.includes(hourOf(order.warningMs)))
          expected.add(`w:${order.orderId}`);
        for (const refund of order.refunds)
          if (target.includes(hourOf(refund.atMs))) expected.add(`r:${order.orderId}:${refund.no}`);
      }
    }
    const found = target.flatMap((hour) => [
      ...world.ordersDisputedIn(hour).map(({ orderId }) => `d:${orderId}`),
      ...world.ordersWarnedIn(hour).map(({ orderId }) => `w:${orderId}`),
      ...world
        .movementsOfHour(hour)
        .filter(({ kind }) => kind === 'refund')
        .map(({ order, no }) => `r:${order.orderId}:${no}`),
    ]);
    expect(found.sort()).toEqual([...expected].sort());
    expect(found.length).toBeGreaterThan(20);
  });
});
