/**
 * The cards of the audit log: what was found, one entry as it is kept, and the head of the chain as it is posted outside
 * the database.
 */
import type { RichTextBlock } from '@slack/types';
import type { AuditEntry } from '../../audit/chain.js';
import type { AuditFound } from '../../audit/search.js';
import { redactCardNumbers } from '../../kernel/sensitive.js';
import type { AuditHead, AuditWitness, StoredEntry } from '../../ports/audit.js';
import type { Card } from '../../ports/card.js';
import type { Modal } from '../../ports/command.js';
import { auditSentence } from './sentences.js';
import { button, cardOf, code, context, instant, mention, section, truncate, utc } from '../kit/blocks.js';
import { joined } from '../kit/links.js';

export const rawEntryButton = 'audit_raw';

/** Slack takes some 13,000 characters in all blocks; what is around the entry needs a few hundred. */
const rawLimit = 12_000;

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
  const what = term === null ? '' : ` for ${isPerson ? mention(term) : code(term)}`;
  const count =
    entries.length === 0
      ? 'No entries'
      : `${more ? 'The newest ' : ''}${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`;
  const title = `${count}${what} in the audit log`;
  return cardOf(title, [
    section(`:scroll: *${title}*`),
    ...entries.flatMap((entry) => [section(auditSentence(entry), rawButton(entry)), context(besides(entry))]),
    context(joined(headLine(head), 'each entry carries the hash of the one before it')),
  ]);
}

const rawButton = ({ seq }: AuditEntry) =>
  button({ actionId: rawEntryButton, text: 'Raw entry', value: String(seq), label: `Raw entry ${seq}` });

/** Its number, by what right it happened, and what else it is about. */
function besides({ seq, subjects, details: { rule } }: AuditEntry): string {
  const others = subjects.slice(1);
  const named = others.slice(0, mostNamed).map((subject) => code(subject));
  const left = others.length - named.length;
  const about = [...named, ...(left > 0 ? [`and ${left} more`] : [])].join(' ');
  const ruled = typeof rule === 'string' ? `decided by rule ${code(rule)}` : null;
  return joined(`Entry ${seq}`, ruled, about === '' ? null : `about ${about}`);
}

/** A search is about all that it found; the raw entry has the rest. More of them would push other entries off the card. */
const mostNamed = 4;

/** The exact text that was hashed, as far as a window holds it. */
export function rawEntryModal({ seq, body, hash }: StoredEntry, entry: AuditEntry): Modal {
  const text = visible(redactCardNumbers(body));
  const isCut = text.length > rawLimit;
  return {
    callbackId: 'notice',
    title: `Audit entry ${seq}`,
    submit: null,
    close: 'Close',
    blocks: [
      section(auditSentence(entry)),
      context(`Entry ${seq}`, `kind ${code(entry.kind)}`, `hash ${code(hash)}`),
      preformatted(truncate(text, rawLimit)),
      context(
        isCut
          ? 'This entry is too long for a window. Run `paydesk audit export` to see all of it.'
          : 'The hash is the SHA-256 of this text.',
      ),
    ],
    memo: '',
  };
}

/** Signs that are not seen, or that turn a text around, as the escapes that JSON has for them. */
const visible = (json: string): string =>
  json.replace(/[\p{Cf}\u2028\u2029]/gu, (signs) =>
    Array.from(
      { length: signs.length },
      (_, at) => `\\u${signs.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );

/** Taken by Slack as it is: no sign in it formats, links or mentions. */
const preformatted = (text: string): RichTextBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
});

/** Enough of a hash to compare by eye. */
const shortened = (hash: string): string => `${hash.slice(0, 12)}…`;

function headLine(head: AuditHead | null): string {
  if (!head) return ':rotating_light: The head of the chain is missing: run `paydesk audit verify`';
  return `Head #${head.seq} ${code(shortened(head.hash))}`;
}

/** Published daily. A reader can hold the database to it, so it carries the whole hash. */
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
      `${code(`paydesk audit verify --expect ${seq}:${hash}`)} checks the log against it`,
    ),
  ]);
}
