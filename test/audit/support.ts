/**
 * A log in memory that can be read like the real one and tampered with, and a log in a real database.
 */
import fc from 'fast-check';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { bodyOf, contentOf, genesis, hashOf } from '../../src/audit/chain.js';
import { createAuditTrail } from '../../src/audit/trail.js';
import { fixedClock, type FixedClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import type {
  AuditEvent,
  AuditHead,
  AuditKind,
  AuditStore,
  AuditTrail,
  StoredEntry,
} from '../../src/ports/audit.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

export const now = new Date('2026-11-20T09:00:00Z');

/** `kind`: any text, as other versions of Paydesk may have written it. */
export const anEvent = ({
  kind = 'remediation.approved',
  ...changes
}: Partial<Omit<AuditEvent, 'kind'>> & { kind?: string } = {}): AuditEvent => ({
  kind: kind as AuditKind,
  actor: 'U1ANA',
  subjects: ['REM-17', 'pi_1paid'],
  why: 'the customer was charged twice',
  details: { rule: 'refunds-below-1000', seen: 'Refund 20.00 EUR of pi_1paid' },
  ...changes,
});

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('\u0000', '\ud83d', '"}', "'; drop table x; --", '\u2028\n', '__proto__', ''),
);

/** Anything that may happen, hostile words included. */
export const anyEvent: fc.Arbitrary<AuditEvent> = fc.record({
  kind: fc.constantFrom('remediation.requested', 'remediation.approved', 'lookup.personal'),
  actor: fc.constantFrom('U1ANA', 'U1LARS', 'paydesk'),
  subjects: fc.array(text, { maxLength: 3 }),
  why: fc.option(text),
  details: fc.dictionary(
    text,
    fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
    { maxKeys: 3 },
  ),
});

/** The entry that continues `head`, as the database makes it. */
export function seal(head: AuditHead, event: Parameters<typeof contentOf>[0], now: Date): StoredEntry {
  const { why, details, ...content } = contentOf(event);
  const at = head.at !== null && head.at > now ? head.at : now;
  const entry = { ...content, seq: head.seq + 1, at, previous: head.hash };
  const body = bodyOf(entry, why, details);
  return { ...entry, body, hash: hashOf(body) };
}

/** Every entry a second after the one before. */
export function chainOf(events: readonly AuditEvent[]): StoredEntry[] {
  return events.reduce<StoredEntry[]>((chain, event, index) => {
    return [...chain, seal(chain.at(-1) ?? genesis, event, new Date(now.getTime() + index * 1000))];
  }, []);
}

/** What verifying reads, of entries in the order of their numbers, as a table gives them. */
export function storeOf(
  entries: readonly StoredEntry[],
  head: AuditHead | null = entries.at(-1) ?? genesis,
): Pick<AuditStore, 'page'> {
  const ordered = entries.toSorted((a, b) => a.seq - b.seq);
  return {
    page: (after, limit) =>
      Promise.resolve({ entries: ordered.filter(({ seq }) => seq > after).slice(0, limit), head }),
  };
}

export interface AuditBench {
  database: TestDatabase;
  /** As the role that runs Paydesk. */
  db: Database;
  /** As the owner, with the guards taken away: what somebody does who tampers. */
  tamper(sql: string, values?: readonly unknown[]): Promise<void>;
  store: AuditStore;
  trail: AuditTrail;
  clock: FixedClock;
  /** Each in a transaction of its own, a second after the one before. */
  append(...events: AuditEvent[]): Promise<void>;
  close(): Promise<void>;
}

export async function startAuditBench(): Promise<AuditBench> {
  const clock = fixedClock(now);
  const database = await createDatabase();
  const db = openDatabase({ url: database.appUrl, clock, log: silentLog, maxConnections: 20 });
  const owner = openDatabase({ url: database.url, clock, log: silentLog });
  const store = createAuditStore(db);
  const trail = createAuditTrail(store);
  return {
    database,
    db,
    store,
    trail,
    clock,
    tamper: (sql, values) =>
      owner.run(async (tx) => {
        await tx.query("set local session_replication_role = 'replica'");
        await tx.query(sql, values);
      }),
    append: async (...events) => {
      for (const event of events) {
        await db.run((tx) => trail.append(tx, event));
        clock.advance(1000);
      }
    },
    close: async () => {
      await Promise.all([db.close(), owner.close()]);
      await database.drop();
    },
  };
}
