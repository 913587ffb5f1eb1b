/**
 * The cards of the audit log: what was found, and the head of the chain as it is told outside the database.
 */
import type { AuditEntry } from '../audit/chain.js';
import type { AuditFound } from '../audit/search.js';
import type { Json, JsonObject } from '../kernel/canonical-json.js';
import type { AuditHead, AuditWitness } from '../ports/audit.js';
import type { Card } from '../ports/card.js';
import { shortHashOf } from '../remediation/votes.js';
import { cardOf, code, context, escape, escapeWithin, instant, mention, section, utc } from './blocks.js';
import { joined } from './links.js';

/**
 * What the lists of all entries together may take: of the 13,000 characters of a card some 7,000 are left for who, what,
 * when and why. Shared evenly, so that a long plan does not push older entries out.
 */
const listsLimit = 6000;
/** Of one entry: a context takes 2,000 characters, and names, short values and hash stand there too. */
const entryListsLimit = 1400;
const lineLimit = 200;

export interface AuditCardFacts {
  found: AuditFound;
  /** What was searched by; null for the newest of all. */
  term: string | null;
  /** The term is a person's id. */
  isPerson: boolean;
  head: AuditHead | null;
}

export function auditCard({ found, term, isPerson, head }: AuditCardFacts): Card {
  const { entries, more } = found;
  const what = term === null ? '' : ` of ${isPerson ? mention(term) : code(term)}`;
  const count =
    entries.length === 0
      ? 'No entry'
      : `${more ? 'The newest ' : ''}${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`;
  const title = `${count}${what} in the audit log`;
  const limit = Math.min(entryListsLimit, listsLimit / entries.length);
  return cardOf(title, [
    section(`:scroll: *${title}*`),
    ...entries.flatMap((entry) => [section(headline(entry)), context(detailsOf(entry, limit).join('\n'))]),
    context(joined(headLine(head), 'every entry carries the hash of the one before it')),
  ]);
}

/** Who, what, when, and in whose words why. */
function headline({ seq, kind, actor, at, subjects, why }: AuditEntry): string {
  const first = joined(
    `*${escape(kind)}*`,
    mention(actor),
    instant(at),
    subjects.map((subject) => code(subject)).join(' '),
    `#${seq}`,
  );
  return why === null || why === '' ? first : `${first}\n“${escape(why)}”`;
}

/** The rule first, because it answers “by what right”; short values in one line, lists below it. */
function detailsOf({ details, hash }: AuditEntry, limit: number): string[] {
  const { rule, ...rest } = details;
  const pairs = Object.entries({ ...(rule === undefined ? {} : { rule }), ...rest });
  const short = pairs.filter(([, value]) => !isList(value));
  const line = joined(
    ...short.map(([name, value]) => `${wordsOf(name)} ${code(shownOf(name, value))}`),
    `hash ${code(shortened(hash))}`,
  );
  return [line, ...within(pairs.flatMap(([name, value]) => listOf(name, value)), limit)];
} // prettier-ignore

const isList = (value: Json): value is readonly Json[] | JsonObject =>
  typeof value === 'object' && value !== null;

/** `planHash` → “plan hash”. */
const wordsOf = (name: string): string =>
  escape(
    name
      .replaceAll('_', ' ')
      .replace(/([a-z])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`),
  );

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A plan's hash as its card and its buttons have it. */
const shownOf = (name: string, value: Json): string =>
  name === 'planHash' ? shortHashOf({ planHash: textOf(value) }) : textOf(value);

/** A label with its lines; none for a list of nothing, and none for what is no list. */
function listOf(name: string, value: Json): string[] {
  if (!isList(value)) return [];
  const lines = Array.isArray(value)
    ? value.map((item: Json) => escapeWithin(textOf(item), lineLimit))
    : Object.entries(value).map(([key, item]: [string, Json]) => `${wordsOf(key)}: ${escapeWithin(textOf(item), lineLimit)}`);
  return lines.length === 0 ? [] : [`*${wordsOf(name)}*`, ...lines.map((line) => `• ${line}`)];
} // prettier-ignore

/** The lines that fit; where some do not, it says who has them all. */
function within(lines: readonly string[], limit: number): string[] {
  let taken = 0;
  const fitting = lines.findIndex((line) => (taken += line.length + 1) > limit);
  if (fitting < 0) return [...lines];
  return [...lines.slice(0, fitting), '… cut here: `paydesk audit export` has all of it'];
}

/** Enough of a hash to compare by eye. */
const shortened = (hash: string): string => `${hash.slice(0, 12)}…`;

function headLine(head: AuditHead | null): string {
  if (!head) return ':rotating_light: The head of the chain is gone: run `paydesk audit verify`';
  return `Head #${head.seq} ${code(shortened(head.hash))}`;
}

/** Told daily. Whoever reads it can hold the database to it, so it carries the whole hash. */
export function witnessCard(told: AuditWitness, before: AuditWitness | null): Card {
  const { seq, hash, at } = told;
  const added = seq - (before?.seq ?? 0);
  const since = before ? ` since ${instant(before.at)}` : '';
  const count =
    added === 0 ? `no new entry${since}` : `${added} new ${added === 1 ? 'entry' : 'entries'}${since}`;
  return cardOf(`Audit log at entry ${seq}, ${utc(at)}: ${hash}`, [
    section(`:link: *The audit log ends with entry ${seq}*, ${count}\n${code(hash)}`),
    context(
      'This message is a witness outside the database',
      `${code(`paydesk audit verify --expect ${seq}:${hash}`)} holds the log to it`,
    ),
  ]);
}
