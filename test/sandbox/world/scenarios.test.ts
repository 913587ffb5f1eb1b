/** Scenarios start, stop and refuse; the examples shown to a newcomer are what they are said to be. */
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../sandbox/world/clock.js';
import { examples } from '../../../sandbox/world/examples.js';
import { createScenarios } from '../../../sandbox/world/scenarios.js';
import { createWorld } from '../../../sandbox/world/world.js';

const start = new Date('2026-11-18T12:00:00Z');

function setUp() {
  const world = createWorld({ seed: 'scenarios', attemptsPerHour: 60 });
  const clock = createManualClock(start);
  const imported: unknown[] = [];
  const scenarios = createScenarios({
    world,
    clock,
    putObjects: (objects) => void imported.push(...objects),
    happen: () => Promise.resolve(null),
  });
  return { world, clock, imported, scenarios };
}

describe('scenarios', () => {
  it('lists the scenarios', () => {
    const { scenarios } = setUp();
    expect(scenarios.list().map(({ name, running, stoppable }) => ({ name, running, stoppable }))).toEqual([
      { name: 'partner-outage', running: false, stoppable: true },
      { name: 'country-degrading', running: false, stoppable: true },
      { name: 'slow-drift', running: false, stoppable: true },
      { name: 'short-paid-settlement', running: false, stoppable: true },
      { name: 'missing-statement', running: false, stoppable: true },
      { name: 'late-statement', running: false, stoppable: true },
      { name: 'duplicate-capture', running: false, stoppable: true },
      { name: 'dispute-wave', running: false, stoppable: true },
      { name: 'webhook-delay', running: false, stoppable: true },
      { name: 'new-dispute', running: false, stoppable: false },
      { name: 'fraud-warning', running: false, stoppable: false },
      { name: 'failed-payout', running: false, stoppable: false },
      { name: 'failed-refund', running: false, stoppable: false },
      { name: 'import-objects', running: false, stoppable: false },
    ]);
  });

  it('opens an outage and ends it, telling who listens', async () => {
    const { scenarios, world, clock } = setUp();
    const heard: boolean[] = [];
    scenarios.onChange((list) => heard.push(list[0]?.running ?? false));
    expect(await scenarios.start('partner-outage', { partner: 'lumen' })).toEqual({ partner: 'lumen' });
    clock.advance(60_000);
    await scenarios.stop('partner-outage');
    expect(world.disturbances.list()).toMatchObject([
      { name: 'partner-outage', partnerId: 'lumen', fromMs: start.getTime(), toMs: start.getTime() + 60_000 },
    ]);
    expect(heard).toEqual([true, false]);
  });

  it('imports objects, and says how many had no id to be found by', async () => {
    const { scenarios, imported } = setUp();
    const objects = [{ id: 'pi_1', object: 'payment_intent' }, { object: 'balance' }, null, 'pi_2'];
    expect(await scenarios.start('import-objects', { objects })).toEqual({ imported: 1, leftOut: 3 });
    expect(imported).toHaveLength(1);
  });

  it.each<[string, Record<string, unknown>, RegExp, string]>([
    ['nothing-such', {}, /no scenario "nothing-such"/, 'unknown name'],
    ['partner-outage', { partner: 'nobody' }, /no partner "nobody"/, 'unknown partner'],
    ['country-degrading', { partner: 'sakura', country: 'DE' }, /Known: JP/, 'not a market of the partner'],
    ['dispute-wave', { reason: 'bad mood' }, /Known: fraudulent/, 'unknown reason'],
    ['late-statement', { partner: 7 }, /no partner "7"/, 'not even a text'],
    ['import-objects', {}, /as a list/, 'nothing to import'],
    [
      'import-objects',
      { objects: [{ object: 'balance' }] },
      /None of the objects/,
      'nothing that could be found again',
    ],
  ])('refuses %s %j: %s', async (name, params, message) => {
    await expect(setUp().scenarios.start(name, params)).rejects.toThrow(message);
  });

  it('refuses to start what runs', async () => {
    const { scenarios } = setUp();
    await scenarios.start('partner-outage');
    await expect(scenarios.start('partner-outage')).rejects.toThrow(/already running/);
  });
});

describe('examples', () => {
  it.each(['paydesk', 'another seed'])('are found in the world "%s"', (seed) => {
    const world = createWorld({ seed });
    const found = examples(world, start);
    const { ambiguous, orderId, arn, customerEmail, ...payments } = found;
    for (const id of Object.values(payments)) expect(world.ids.decode(id ?? '')?.kind).toBe('payment_intent');
    const place = world.ids.decode(found.paidOut)!;
    const order = world.order(place.hour, place.index)!;
    expect(order.orderId).toBe(orderId);
    expect(order.customer.email).toBe(customerEmail);
    expect(arn).toMatch(/^\d{23}$/);
    const day = Date.parse(ambiguous.date) / 3_600_000;
    const alike = Array.from({ length: 24 }, (_, i) => world.ordersOfHour(day + i))
      .flat()
      .filter((o) => o.customer.card.last4 === ambiguous.last4 && o.amountMinor === ambiguous.amountMinor);
    expect(alike.length).toBeGreaterThan(1);
  });
});
