/**
 * The cards of the audit log: what was found, and the head of the chain as it is told outside the database.
 */
import type { AuditEntry } from '../audit/chain.js';
import type { AuditFound } from '../audit/search.js';
import type { Json } from '../kernel/canonical-json.js';
import type { AuditHead, AuditWitness } from '../ports/audit.js';
import type { Card } from '../ports/card.js';
import { cardOf, code, context, escape, instant, mention, section, utc } from './blocks.js';
import { joined } from './links.js';

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
  return cardOf(title, [
    section(`:scroll: *${title}*`),
    ...entries.flatMap((entry) => [section(headline(entry)), context(detailsLine(entry))]),
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

/** The rule first, because it answers “by what right”. */
function detailsLine({ details, hash }: AuditEntry): string {
  const { rule, ...rest } = details;
  const pairs = Object.entries({ ...(rule === undefined ? {} : { rule }), ...rest });
  return joined(
    ...pairs.map(([name, value]) => `${escape(name.replaceAll('_', ' '))} ${valueOf(value)}`),
    `hash ${code(shortened(hash))}`,
  );
}

const valueOf = (value: Json): string => code(typeof value === 'string' ? value : JSON.stringify(value));

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
