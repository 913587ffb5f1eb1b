/**
 * The one way for a thing that people work on to change: its state, the audit entry, its live card and the news in the
 * card's thread, in one transaction. What makes it due next is part of its state.
 *
 * Invariants: no thing moves without an entry that says who moved it and why; a change rests on the version that it was
 * decided from, or on a lock; the card of a thing is rewritten in the transaction that changed it.
 * Deliberately absent: when a thing is moved on by itself, and by which replica. That is `ports/lives.ts`.
 */
import type { JsonObject } from '../kernel/canonical-json.js';
import type { AuditKind, AuditTrail, VerbOf } from '../ports/audit.js';
import type { Transaction } from '../ports/transaction.js';

export interface Thing {
  readonly id: string;
  /** Grows with every change. */
  readonly version: number;
}

/** Where things of one kind are kept. */
export interface Things<One extends Thing, Progress> {
  /** Locked until the transaction ends. */
  take(tx: Transaction, id: string): Promise<One>;
  change(tx: Transaction, id: string, progress: Partial<Progress>): Promise<One>;
}

/** The part of an audit kind before the dot. */
export type Noun = AuditKind extends `${infer Name}.${string}` ? Name : never;

/** Why a thing changes, for the audit trail. */
export interface Happening<Name extends Noun> {
  verb: VerbOf<Name>;
  /** A user id, or `paydesk`. */
  actor: string;
  why: string | null;
  details?: JsonObject;
}

export interface Move<Progress, News, Name extends Noun> {
  progress: Partial<Progress>;
  happening: Happening<Name>;
  /** For the thread of the card; null where the card alone says it. */
  news: News | null;
}

/** What is particular to one kind of thing. */
export interface Life<One extends Thing, Progress, News, Name extends Noun> {
  noun: Name;
  things: Things<One, Progress>;
  audit: AuditTrail;
  /** What every entry about it says: by what people search for it, and its state. */
  entryOf(after: One): { subjects: readonly string[]; details: JsonObject };
  /** Enqueues its live card, and the news in the card's thread. */
  show(tx: Transaction, after: One, news: News | null): Promise<void>;
}

export async function move<One extends Thing, Progress, News, Name extends Noun>(
  tx: Transaction,
  life: Life<One, Progress, News, Name>,
  before: One,
  { progress, happening, news }: Move<Progress, News, Name>,
): Promise<One> {
  const after = await life.things.change(tx, before.id, progress);
  const { subjects, details } = life.entryOf(after);
  await life.audit.append(tx, {
    kind: `${life.noun}.${happening.verb}` as AuditKind,
    actor: happening.actor,
    subjects,
    why: happening.why,
    details: { ...details, ...happening.details },
  });
  await life.show(tx, after, news);
  return after;
}

/** Takes a thing, and only goes on when it is still as the caller read it. Null when it moved meanwhile. */
export async function takeIf<One extends Thing>(
  tx: Transaction,
  things: Pick<Things<One, never>, 'take'>,
  { id, version }: Thing,
): Promise<One | null> {
  const current = await things.take(tx, id);
  return current.version === version ? current : null;
}
