/**
 * Moves on everything of a kind that is due, one after another, as the engine does: for tests on a fixed clock.
 */
import { claim, release } from '../../src/adapters/engine/lives.js';
import type { Database } from '../../src/adapters/postgres/database.js';
import type { Clock } from '../../src/kernel/clock.js';
import type { Living } from '../../src/ports/lives.js';

const owner = 'a test';
const leaseMs = 180_000;
const againMs = 10_000;

export async function moveOn({ query }: Pick<Database, 'query'>, clock: Clock, kind: Living): Promise<void> {
  const later = (durationMs: number): Date => new Date(clock.now().getTime() + durationMs);
  for (;;) {
    const wanted = { owner, now: clock.now(), leaseUntil: later(leaseMs), limit: 1, only: null, except: [] };
    const [taken] = await claim(query, kind, wanted);
    if (!taken) return;
    await kind.advance(`${kind.prefix ?? ''}${taken.key}`, { lasts: () => true });
    await release(query, kind, { owner, taken, now: clock.now(), againAt: later(againMs) });
  }
}
