/**
 * What an entry of the audit log is, and how entries hang together: each carries the hash of the one before it, so
 * whoever knows one hash knows all that came before.
 *
 * Invariants: the hash is the SHA-256 of the exact text that is stored; numbers have no gap; time never runs backwards,
 * because an entry that comes later than its transaction began is dated like the one before it.
 */
import { createHash } from 'node:crypto';
import { canonicalJson, type Json, type JsonObject } from '../kernel/canonical-json.js';
import type { AuditEvent, AuditHead, StoredEntry } from '../ports/audit.js';

/** Before the first entry. */
export const genesis: AuditHead = { seq: 0, hash: '0'.repeat(64), at: null };

/** What a search key may be long: an id, not an essay. Indexes refuse more than some 2,000 bytes. */
const subjectLimit = 200;

export interface AuditEntry extends AuditEvent {
  seq: number;
  at: Date;
  previous: string;
  hash: string;
}

/** The entry that continues `head`. Throws `internal` for details that JSON cannot hold. */
export function seal(head: AuditHead, event: AuditEvent, now: Date): StoredEntry {
  const entry = {
    seq: head.seq + 1,
    at: head.at !== null && head.at > now ? head.at : now,
    kind: storable(event.kind),
    actor: storable(event.actor),
    subjects: event.subjects.map((subject) => storable(subject.slice(0, subjectLimit))),
    previous: head.hash,
  };
  const body = bodyOf(entry, event.why === null ? null : storable(event.why), storableObject(event.details));
  return { ...entry, body, hash: hashOf(body) };
}

/** The canonical JSON of an entry: exactly these members, in this form. */
export function bodyOf(
  { seq, at, kind, actor, subjects, previous }: Omit<StoredEntry, 'body' | 'hash'>,
  why: string | null,
  details: JsonObject,
): string {
  return canonicalJson({ seq, at: at.toISOString(), kind, actor, subjects, why, details, previous });
}

export const hashOf = (body: string): string => createHash('sha256').update(body).digest('hex');

/** An entry with what only its text says. The text must be one that `seal` made. */
export function readEntry({ body, ...stored }: StoredEntry): AuditEntry {
  return { ...stored, ...detailsOf(body) };
}

export function detailsOf(body: string): { why: string | null; details: JsonObject } {
  const { why, details } = JSON.parse(body) as { why: string | null; details: JsonObject };
  return { why, details };
}

/** Half a surrogate pair has no bytes, and a database's text has no zero byte: both become the sign for the unreadable. */
const storable = (text: string): string => text.replace(/\p{Cs}|\0/gu, '\ufffd');

function storableJson(value: Json): Json {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map(storableJson);
  return typeof value === 'object' && value !== null ? storableObject(value as JsonObject) : value;
}

const storableObject = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, member]) => [storable(key), storableJson(member)]));
