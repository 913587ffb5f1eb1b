/**
 * What people write after `/audit`, as what to look for.
 *
 * Invariant: a card number is refused before anything else looks at the text.
 */
import { OpsError } from '../kernel/errors.js';
import { refuseCardNumber } from '../kernel/card-number-refusal.js';
import type { AuditQuery, AuditStore } from '../ports/audit.js';
import { readEntry, type AuditEntry } from './chain.js';

export interface AuditSearch {
  query: AuditQuery;
  /** The person that is searched by, null for anything else: such a search reveals what somebody did. */
  person: string | null;
  /** What was asked for, for people to read again; null for the newest of all. */
  term: string | null;
}

export interface AuditFound {
  entries: AuditEntry[];
  /** Whether there are older ones that are not among them. */
  more: boolean;
}

/** Longer than any id. */
const longestTerm = 200;

const mention = /^<@([UW][A-Z0-9]{2,})(?:\|[^>]*)?>$/;
const userId = /^[UW][A-Z0-9]{6,}$/;
/** Of what people work on: a request, an alert, a break, an incident, a watch. */
const ownId = /^(?:rem|alr|brk|inc|wch)-\d+$/i;
const kind = /^[a-z]+\.[a-z_]+$/;

/** Throws `invalid`. */
export function readSearch(text: string): AuditSearch {
  const term = text.trim().replace(/^`(.*)`$/, '$1');
  refuseCardNumber(term);
  if (term === '') return { query: {}, person: null, term: null };
  const person = mention.exec(term)?.[1] ?? userId.exec(term)?.[0] ?? null;
  if (person !== null) return { query: { actor: person, subject: person }, person, term: person };
  if (/\s/.test(term) || term.length > longestTerm || /^[@<]/.test(term)) throw notOneId();
  if (kind.test(term)) return { query: { kind: term }, person: null, term };
  const subject = ownId.test(term) ? term.toUpperCase() : term;
  return { query: { subject }, person: null, term: subject };
}

/** Newest first, at most `limit`. */
export async function search(
  store: Pick<AuditStore, 'find'>,
  { query }: AuditSearch,
  limit: number,
): Promise<AuditFound> {
  const found = await store.find(query, limit + 1);
  return { entries: found.slice(0, limit).map(readEntry), more: found.length > limit };
}

const notOneId = (): OpsError =>
  new OpsError('invalid', 'Search the audit log by one ID or one person.', {
    hint: 'Type for example REM-17, pi_… or a user ID. For a person, type @ and choose from the list.',
  });
