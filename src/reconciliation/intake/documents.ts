/**
 * A file of an inbox as the documents in it: unpacked, kept in the archive, and told whose they are and of which day.
 *
 * Invariant: what comes back is small whatever the size of the file, so that reading can happen in another thread than
 * deciding what becomes of it.
 */
import { createHash } from 'node:crypto';
import { parseDay, type Day } from '../../kernel/calendar-day.js';
import { OpsError, toOpsError } from '../../kernel/errors.js';
import type {
  ArrivedFile,
  StatementArrivals,
  StatementPlace,
  Unpack,
  UnpackedDocument,
} from '../../ports/statement-inbox.js';
import type { Transactions } from '../../ports/transaction.js';
import type { StatementFormat } from '../formats/format.js';
import { dayText, isPlausibleDay, readDocument, type ReadDocument } from './reading.js';
import { senderOf, type StatementSender } from './senders.js';

/** A document that is in the archive. */
export interface ArchivedDocument {
  name: string;
  sha256: string;
  found: FoundStatement | Unusable;
}

interface FoundStatement {
  partner: string;
  /** Id of a format or CSV profile. */
  format: string;
  businessDay: Day;
  rows: number;
  problems: number;
}

interface Unusable {
  partner: string | null;
  /** A sentence for people. */
  why: string;
}

interface DocumentDeps {
  unpack: Unpack;
  arrivals: Pick<StatementArrivals, 'keep'>;
  transactions: Transactions;
  senders: readonly StatementSender[];
  formats: readonly StatementFormat[];
  today: () => Day;
}

/** Throws `invalid` with why a file cannot be used, `conflict` where it has changed since it was listed. */
export async function documentsOf(
  place: StatementPlace,
  file: ArrivedFile,
  deps: DocumentDeps,
): Promise<ArchivedDocument[]> {
  const documents: ArchivedDocument[] = [];
  for (const document of await deps.unpack(file.path, await place.read(file)))
    documents.push(await archived(document, deps));
  return documents;
}

async function archived({ name, bytes }: UnpackedDocument, deps: DocumentDeps): Promise<ArchivedDocument> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const found = foundIn(name, bytes, deps);
  await deps.transactions.run((tx) => deps.arrivals.keep(tx, sha256, bytes));
  return { name, sha256, found };
}

function foundIn(name: string, bytes: Uint8Array, deps: DocumentDeps): FoundStatement | Unusable {
  try {
    return identify(name, bytes, deps);
  } catch (thrown) {
    const error = toOpsError(thrown);
    if (error.code !== 'invalid') throw error;
    const { partner } = error.details;
    return { partner: typeof partner === 'string' ? partner : null, why: whyOf(error) };
  }
}

export const whyOf = ({ publicMessage, hint }: OpsError): string =>
  hint === undefined ? publicMessage : `${publicMessage} ${hint}`;

export const sentence = (name: string, why: string): string => `The file ${name} was not read: ${why}.`;

/** Throws `invalid` with why a document cannot be used. */
function identify(name: string, bytes: Uint8Array, deps: DocumentDeps): FoundStatement {
  if (bytes.length === 0) throw unusable(name, 'it is empty');
  const named = senderOf(name, [], deps.senders);
  const document = readDocument(bytes, formatsOf(named, deps.formats));
  const partner = named?.partner ?? null;
  if (document === null)
    throw unusable(name, 'its format is unknown to Paydesk', {
      hint: 'Describe its columns under `statementProfiles` in paydesk.yaml, or ask the partner for a supported format.',
      partner,
    });
  const sender = named ?? senderOf(name, document.accounts, deps.senders);
  if (sender === null)
    throw unusable(name, 'nothing in its name or content says which partner sent it', {
      hint: 'Name its files or accounts under `statements` of the partner in paydesk.yaml.',
    });
  if (document.rows === 0 && document.accounts.length === 0) {
    const first = document.firstProblem;
    const place = first === null ? 'it has no rows' : `line ${first.line}: ${first.message}`;
    throw unusable(name, place, { partner: sender.partner });
  }
  const { format, rows, problems } = document;
  return {
    partner: sender.partner,
    format,
    businessDay: dayOf(name, document, sender, deps),
    rows,
    problems,
  };
}

function dayOf(name: string, document: ReadDocument, sender: StatementSender, deps: DocumentDeps): Day {
  // A file that says that nothing happened may say of which day in its name alone.
  const day = document.dayIn(sender.timeZone) ?? (document.rows === 0 ? dayInName(name) : null);
  const { partner } = sender;
  if (day === null) throw unusable(name, 'it states no date', { partner });
  if (isPlausibleDay(day, deps.today())) return day;
  throw unusable(name, `it is for ${dayText(day)}, which is too far from today`, { partner });
}

function dayInName(name: string): Day | null {
  const [, year, month, day] = /(?<!\d)(20\d\d)-?(\d\d)-?(\d\d)(?!\d)/.exec(name) ?? [];
  return parseDay(`${year}-${month}-${day}`);
}

/** A partner whose format is configured is read with that one alone. */
const formatsOf = (
  sender: StatementSender | null,
  formats: readonly StatementFormat[],
): readonly StatementFormat[] => {
  const wanted = sender?.format ?? null;
  if (wanted === null) return formats;
  return formats.filter(({ id }) => id === wanted).map((format) => ({ ...format, recognises: () => true }));
};

const unusable = (
  name: string,
  why: string,
  { hint, partner = null }: { hint?: string; partner?: string | null } = {},
): OpsError =>
  new OpsError('invalid', sentence(name, why), { ...(hint !== undefined && { hint }), details: { partner } });
