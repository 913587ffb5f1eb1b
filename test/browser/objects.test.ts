/**
 * Objects as Stripe's own documentation shows them, taken into the running world and looked up by their ids.
 * Invariant: one object of each kind; where the recorded objects are not at hand, there is nothing to test.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { control, deskUrl, inspect, newest, say, useBrowser } from './browser.js';

const recorded = join(import.meta.dirname, '../../../shared/data/stripe-objects.json');
const url = deskUrl();

interface Recorded {
  id?: string;
  object: string;
  amount: number;
  currency: string;
}

describe.skipIf(!existsSync(recorded))('recorded objects', () => {
  const visitor = useBrowser(() => url);
  let objects: Record<string, Recorded>;

  beforeAll(async () => {
    objects = JSON.parse(readFileSync(recorded, 'utf8')) as Record<string, Recorded>;
    const known = Object.values(objects).filter(({ id }) => id !== undefined);
    const answer = await control(url, 'scenario', { name: 'import-objects', objects: known });
    expect(answer).toMatchObject({ ok: true });
  });

  it.each([
    ['/payment', 'payment_intent', 'a payment intent is traced'],
    ['/dispute', 'dispute', 'a dispute is shown with what is due'],
  ])('%s answers for the %s: %s', async (command, kind) => {
    const page = await visitor.open('#/mei/payments-ops');
    const id = objects[kind]?.id ?? '';
    await say(page, `${command} ${id}`);
    const answer = newest(page, id);
    await answer.waitFor();
    const text = await answer.innerText();
    expect(text).toContain(((objects[kind]?.amount ?? 0) / 100).toFixed(2));
    expect(text).toContain((objects[kind]?.currency ?? '').toUpperCase());
    await inspect(page, `recorded-${kind}`);
  });
});
