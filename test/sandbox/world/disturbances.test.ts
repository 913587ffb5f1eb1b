/**
 * Each scenario changes what it says and nothing else: before it, beside it and after it the world is the calm one. The
 * same seed, clock and scenario give the same world.
 */
import { describe, expect, it } from 'vitest';
import { createManualClock, dayMs, hourMs, hourOf, minuteMs } from '../../../sandbox/world/clock.js';
import type { Disturbance } from '../../../sandbox/world/disturbances.js';
import type { Order } from '../../../sandbox/world/orders.js';
import { partners } from '../../../sandbox/world/partners.js';
import { createScenarios } from '../../../sandbox/world/scenarios.js';
import { createWorld, type OrderAttempt, type World } from '../../../sandbox/world/world.js';

const startMs = Date.UTC(2026, 10, 18, 12);
const now = hourOf(startMs);
const hours = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const small = (): World => createWorld({ seed: 'disturbed', attemptsPerHour: 120 });
const calm = small();

/** Starts at noon and, where asked, stops some hours later. */
async function disturbed(name: string, params: Record<string, unknown> = {}, stopAfterHours?: number) {
  const world = small();
  const clock = createManualClock(new Date(startMs));
  const scenarios = createScenarios({
    world,
    clock,
    putObjects: () => undefined,
    happen: () => Promise.resolve(null),
  });
  // Caches are warm when it happens, as they are in life.
  hours(now - 3, now + 3).forEach((hour) => world.bookingsOfHour(hour));
  const result = await scenarios.start(name, params);
  if (stopAfterHours !== undefined) {
    clock.advance(stopAfterHours * hourMs);
    await scenarios.stop(name);
  }
  return { world, scenarios, result };
}

const attempts = (world: World, from: number, to: number): OrderAttempt[] =>
  hours(from, to).flatMap((hour) => world.attemptsOfHour(hour));
const successRate = (found: readonly OrderAttempt[]): number =>
  found.filter(({ attempt }) => attempt.decline === null).length / found.length;
const of =
  (partner: string, country?: string) =>
  ({ order: { route } }: OrderAttempt): boolean =>
    route.partner.id === partner && (country === undefined || route.country.code === country);
const told = (found: readonly OrderAttempt[]): string[] =>
  found.map(
    ({ order, attempt }) =>
      `${order.orderId} ${attempt.no} ${attempt.decline?.code ?? 'ok'} ${attempt.latencyMs}`,
  );

describe('what a scenario does to attempts', () => {
  it.each([
    ['partner-outage', 'adria', undefined, 'partner', 0.1, 0.4],
    ['country-degrading', 'northpay', 'GB', 'institution', 0.35, 0.65],
  ] as const)(
    '%s: %s %s fails by the %s, the rest is untouched',
    async (name, partner, country, origin, least, most) => {
      const { world } = await disturbed(name, { partner, ...(country ? { country } : {}) }, 4);
      const hit = of(partner, country);
      const during = attempts(world, now, now + 4);
      const rate = successRate(during.filter(hit));
      expect(rate).toBeGreaterThan(least);
      expect(rate).toBeLessThan(most);
      const more = (found: OrderAttempt[]): number =>
        found.filter((one) => hit(one) && one.attempt.decline?.origin === origin).length;
      expect(more(during)).toBeGreaterThan(4 * more(attempts(calm, now, now + 4)));
      const others = (w: World): string[] => told(attempts(w, now, now + 4).filter((one) => !hit(one)));
      expect(others(world)).toEqual(others(calm));
    },
  );

  it.each([
    'partner-outage',
    'country-degrading',
    'webhook-delay',
    'duplicate-capture',
    'dispute-wave',
    'short-paid-settlement',
  ])('%s leaves the attempts of before, and of after its end, as they were', async (name) => {
    const { world } = await disturbed(name, {}, 2);
    expect(told(attempts(world, now - 24, now))).toEqual(told(attempts(calm, now - 24, now)));
    // Orders that began during an outage may try again for an hour or two.
    expect(told(attempts(world, now + 4, now + 24))).toEqual(told(attempts(calm, now + 4, now + 24)));
  });

  it('slow-drift sinks by one per cent a day from two weeks back, and ends when stopped', async () => {
    const { world } = await disturbed('slow-drift', { partner: 'northpay' }, 0);
    const relative = (from: number, to: number): number =>
      successRate(attempts(world, from, to).filter(of('northpay'))) /
      successRate(attempts(calm, from, to).filter(of('northpay')));
    expect(relative(now - 20 * 24, now - 14 * 24)).toBe(1);
    expect(relative(now - 14 * 24, now - 11 * 24)).toBeGreaterThan(0.95);
    // What is paid out by then sinks by attempts in vain, what is not by payments that fail.
    for (const [from, to, least, most] of [
      [now - 8 * 24, now - 5 * 24, 0.86, 0.97],
      [now - 3 * 24, now, 0.82, 0.93],
    ] as const) {
      expect(relative(from, to)).toBeGreaterThan(least);
      expect(relative(from, to)).toBeLessThan(most);
    }
    expect(relative(now + 2, now + 48)).toBe(1);
  });
});

describe('what a scenario does to money', () => {
  const today = Math.floor(now / 24);
  const northpay = partners[0]!;

  it.each([
    'duplicate-capture',
    'dispute-wave',
    'partner-outage',
    'slow-drift',
    'webhook-delay',
    'short-paid-settlement',
  ])('%s: payouts are still what they carry, less what is kept back', async (name) => {
    const { world } = await disturbed(name);
    for (const partner of world.partners)
      for (const payout of world.payoutsOfDay(partner, today + 2)) {
        const net = world
          .movementsOfPayout(payout)
          .reduce((sum, { amountMinor, feeMinor }) => sum + amountMinor - feeMinor, 0);
        expect(payout.netMinor).toBe(net - payout.shortMinor);
        const isShort = name === 'short-paid-settlement' && partner === northpay;
        expect(payout.shortMinor > 0).toBe(isShort);
      }
  });

  it.each([
    'slow-drift',
    'short-paid-settlement',
    'duplicate-capture',
    'dispute-wave',
    'webhook-delay',
    'partner-outage',
    'country-degrading',
  ])('%s: what a paid payout held, and what it paid, stays as it was', async (name) => {
    const adria = partners.find(({ id }) => id === 'adria')!;
    const paid = (world: World) =>
      hours(today - 3, today + 1)
        .flatMap((day) => world.payoutsOfDay(adria, day))
        .filter(({ arrivalMs }) => arrivalMs <= startMs);
    const held = (world: World): unknown =>
      paid(world).map((payout) => [
        payout.batchId,
        payout.netMinor,
        world.movementsOfPayout(payout).map(({ order, sub }) => `${order.orderId} ${sub}`),
      ]);
    const { world } = await disturbed(name, name === 'dispute-wave' ? {} : { partner: 'adria' });
    expect(paid(calm).length).toBeGreaterThan(0);
    expect(held(world)).toEqual(held(calm));
  });

  it('duplicate-capture: the partner has a movement more, the books have not', async () => {
    const { world, result } = await disturbed('duplicate-capture');
    const { payments } = result as { payments: string[] };
    expect(payments.length).toBeGreaterThan(0);
    const movements = hours(now - 2, now).flatMap((hour) => world.movementsOfHour(hour));
    for (const id of payments)
      expect(movements.filter(({ order }) => order.paymentId === id)).toHaveLength(2);
    const booked = (w: World): string[] =>
      hours(now - 2, now).flatMap((hour) => w.bookingsOfHour(hour).map(({ bookingId }) => bookingId));
    expect(booked(world)).toEqual(booked(calm));
  });

  it('dispute-wave: many disputes for the one reason, each a movement and a booking', async () => {
    const { world } = await disturbed('dispute-wave', { reason: 'duplicate' }, 4);
    const opened = (w: World, from: number, to: number): Order[] =>
      hours(from, to).flatMap((hour) => w.ordersDisputedIn(hour));
    const during = opened(world, now - 2, now + 4);
    const usual = new Set(opened(calm, now - 2, now + 4).map(({ orderId }) => orderId));
    expect(during.length).toBeGreaterThan(5 * Math.max(1, usual.size));
    const extra = during.filter(({ orderId }) => !usual.has(orderId));
    expect(new Set(extra.map(({ dispute }) => dispute!.reason))).toEqual(new Set(['duplicate']));
    expect(opened(world, now + 5, now + 24).map(({ orderId }) => orderId)).toEqual(
      opened(calm, now + 5, now + 24).map(({ orderId }) => orderId),
    );
    const bookings = hours(now - 2, now + 4).flatMap((hour) => world.bookingsOfHour(hour));
    const charged = extra.filter(({ dispute }) => !dispute!.inquiry);
    for (const order of charged)
      expect(
        bookings.filter(({ paymentId, kind }) => paymentId === order.paymentId && kind === 'dispute'),
      ).toHaveLength(1);
    expect(new Set(bookings.map(({ bookingId }) => bookingId)).size).toBe(bookings.length);
  });

  it('webhook-delay: every booking comes, late while it lasts and at once when it ends', async () => {
    const { world } = await disturbed('webhook-delay', {}, 2);
    const ids = (w: World): Map<string, number> =>
      new Map(
        hours(now - 1, now + 6).flatMap((hour) =>
          w.bookingsOfHour(hour).map((b) => [b.bookingId, b.bookedMs]),
        ),
      );
    const [late, usual] = [ids(world), ids(calm)];
    expect([...late.keys()].sort()).toEqual([...usual.keys()].sort());
    const delays = [...late].map(([id, atMs]) => ({
      id,
      usualMs: usual.get(id)!,
      byMs: atMs - usual.get(id)!,
    }));
    const during = delays.filter(
      ({ id, usualMs }) =>
        /^northpay:(capture|refund|dispute)/.test(id) && usualMs >= startMs && usualMs < startMs + hourMs,
    );
    expect(during.length).toBeGreaterThan(10);
    expect(new Set(during.map(({ byMs }) => byMs))).toEqual(new Set([45 * minuteMs]));
    expect(
      Math.max(
        ...delays.map(({ usualMs, byMs }) => usualMs + byMs - Math.max(usualMs, startMs + 2 * hourMs)),
      ),
    ).toBeLessThanOrEqual(0);
    const answered = attempts(world, now, now + 1).filter(of('northpay'));
    expect(answered.every(({ attempt }) => attempt.learntMs - attempt.completedMs === 45 * minuteMs)).toBe(
      true,
    );
  });
});

describe('determinism', () => {
  it('is the same world whether disturbances come one by one, in a load, or in another order', async () => {
    const first = await disturbed('dispute-wave', {}, 3);
    await first.scenarios.start('partner-outage', { partner: 'adria' });
    await first.scenarios.start('duplicate-capture', { partner: 'halcyon' });
    const restored = small();
    const stored = JSON.parse(JSON.stringify(first.world.disturbances.list())) as Disturbance[];
    for (const one of stored.toReversed()) await restored.disturb(one);
    const picture = (world: World): unknown =>
      hours(now - 3, now + 8).map((hour) => [told(world.attemptsOfHour(hour)), world.bookingsOfHour(hour)]);
    expect(picture(restored)).toEqual(picture(first.world));
    const scenarios = createScenarios({
      world: restored,
      clock: createManualClock(new Date(startMs + dayMs)),
      putObjects: () => undefined,
      happen: () => Promise.resolve(null),
    });
    const running = (): string[] =>
      scenarios
        .list()
        .filter((one) => one.running)
        .map(({ name }) => name);
    expect(running()).toEqual(['partner-outage', 'duplicate-capture']);
    await scenarios.stop('partner-outage');
    expect(running()).toEqual(['duplicate-capture']);
  });
});
