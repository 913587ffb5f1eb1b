/**
 * What an entry of the audit log is, and how entries hang together: each carries the hash of the one before it, so
 * one hash vouches for all that came before.
 *
 * Invariants: the hash is the SHA-256 of the exact text that is stored; numbers have no gap; time never runs backwards,
 * because an entry that comes later than its transaction began is dated like the one before it. The database sees to all
 * three; here is what goes in, and what comes out.
 */
import { createHash } from 'node:crypto';
import { canonicalJson, type Json, type JsonObject } from '../kernel/canonical-json.js';
import { redactCardNumbers, redactWithin } from '../kernel/sensitive.js';
import type { AuditEvent, AuditHead, EntryContent, StoredEntry } from '../ports/audit.js';

/** Before the first entry. */
export const genesis: AuditHead = { seq: 0, hash: '0'.repeat(64), at: null };

/** What a search key may be long: an id, not an essay. Indexes refuse more than some 2,000 bytes. */
const subjectLimit = 200;

/** Not only of today's kinds: other versions of Paydesk wrote to the same log. */
interface AnyEvent extends Omit<AuditEvent, 'kind'> {
  kind: string;
}

export interface AuditEntry extends AnyEvent {
  seq: number;
  at: Date;
  previous: string;
  hash: string;
}

/**
 * What is kept of an event: no card number, nothing that a database cannot hold. Throws `internal` for details that JSON
 * cannot hold.
 */
export function contentOf({ kind, actor, subjects, why, details }: AnyEvent): EntryContent {
  return {
    kind: keepable(kind),
    actor: keepable(actor),
    subjects: subjects.map((subject) => keepable(subject.slice(0, subjectLimit))),
    why: why === null ? null : keepable(why),
    details: canonicalJson(redactWithin(storableObject(details))),
  };
}

/**
 * The text of an entry: exactly these members, in this form, which is canonical where `details` is. The database writes
 * it (migration 0009), and tests compare it with this.
 */
export function bodyOf(
  entry: Omit<StoredEntry, 'body' | 'hash'>,
  why: string | null,
  details: string,
): string {
  const [before, between] = aroundDetails(entry);
  return `${before}${details}${between}${canonicalJson(why)}}`;
}

function aroundDetails({
  seq,
  at,
  kind,
  actor,
  subjects,
  previous,
}: Omit<StoredEntry, 'body' | 'hash'>): [before: string, between: string] {
  // Member by member in canonical order: an audit writes a million of these.
  return [
    `{"actor":${canonicalJson(actor)},"at":"${at.toISOString()}","details":`,
    `,"kind":${canonicalJson(kind)},"previous":"${previous}","seq":${seq},"subjects":${canonicalJson(subjects)},"why":`,
  ];
}

export const hashOf = (body: string): string => createHash('sha256').update(body).digest('hex');

/** An entry with what only its text says. The text must be one that the log wrote. */
export function readEntry({ body, ...stored }: StoredEntry): AuditEntry {
  return { ...stored, ...detailsOf(body) };
}

function detailsOf(body: string): { why: string | null; details: JsonObject } {
  const { why, details } = JSON.parse(body) as { why: string | null; details: JsonObject };
  return { why, details };
}

/**
 * The details and the reason in a text that is otherwise made of these columns; null where it is not. The last separator
 * counts: only the reason follows it, and quotes within a reason are escaped.
 */
export function partsOf({ body, ...entry }: StoredEntry): { details: string; why: string } | null {
  const [before, between] = aroundDetails(entry);
  const at = body.lastIndexOf(between);
  return at >= before.length && body.startsWith(before) && body.endsWith('}')
    ? { details: body.slice(before.length, at), why: body.slice(at + between.length, -1) }
    : null;
}

const keepable = (text: string): string => redactCardNumbers(storable(text));

/** Half a surrogate pair has no bytes, and a database's text has no zero byte: both become the sign for the unreadable. */
const storable = (text: string): string => text.replace(/\p{Cs}|\0/gu, '\ufffd');

function storableJson(value: Json): Json {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map(storableJson);
  return typeof value === 'object' && value !== null ? storableObject(value as JsonObject) : value;
}

const storableObject = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, member]) => [storable(key), storableJson(member)]));
