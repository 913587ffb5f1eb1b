/**
 * Takes statement files in: from a place, whole, each content once per partner, into the archive and to its business day.
 *
 * Invariants: a content is in the archive before anything else becomes of it; a file that cannot be used is quarantined
 * with a reason and said once; one file that fails does not keep the others from being taken.
 */
import { createHash } from 'node:crypto';
import type { Day } from '../../kernel/calendar-day.js';
import { OpsError, toOpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { StatementFiles } from '../../ports/reconciliation.js';
import type {
  ArrivedFile,
  Quarantined,
  StatementArrivals,
  StatementPlace,
  Unpack,
  UnpackedDocument,
} from '../../ports/statement-inbox.js';
import type { Transaction, Transactions } from '../../ports/transaction.js';
import type { StatementFormat } from '../formats/format.js';
import { dayText, isPlausibleDay, readDocument, type ReadDocument } from './reading.js';
import { senderOf, type StatementSender } from './senders.js';

export interface IntakeDeps {
  places: readonly StatementPlace[];
  unpack: Unpack;
  arrivals: StatementArrivals;
  files: StatementFiles;
  transactions: Transactions;
  senders: readonly StatementSender[];
  formats: readonly StatementFormat[];
  today: () => Day;
  /** How long a file must stay as it is before it is taken to be whole. */
  restMs: number;
  /** Tells people of a file that was quarantined, in the transaction that notes it. */
  tell: (tx: Transaction, file: Quarantined) => Promise<void>;
  log: Log;
}

/** What a look found. */
export interface Intake {
  /** New statements that were taken. */
  taken: number;
  /** Files that may still be written, which a later look takes. */
  resting: number;
}

/** Looks at every place once. A place out of reach is logged and left out. */
export async function takeIn(deps: IntakeDeps): Promise<Intake> {
  const all = { taken: 0, resting: 0 };
  for (const place of deps.places) {
    try {
      const { taken, resting } = await takeFrom(place, deps);
      all.taken += taken;
      all.resting += resting;
    } catch (thrown) {
      const error = toOpsError(thrown);
      deps.log.warn({ err: error.cause ?? error, place: place.id }, 'a statement inbox was not read');
    }
  }
  return all;
}

async function takeFrom(place: StatementPlace, deps: IntakeDeps): Promise<Intake> {
  const { files, refused } = await place.list();
  for (const { path, why } of refused)
    await setAside(
      { place: place.id, name: path, sha256: null, partner: null, why: sentence(path, why) },
      deps,
    );
  const found = { taken: 0, resting: 0 };
  for (const file of files) {
    const sighting = await deps.transactions.run((tx) => deps.arrivals.see(tx, place.id, file, deps.restMs));
    if (sighting === 'ready') found.taken += await takeFile(place, file, deps);
    if (sighting === 'resting') found.resting += 1;
  }
  return found;
}

const sentence = (path: string, why: string): string => `The file ${path} was not read: ${why}.`;

async function takeFile(place: StatementPlace, file: ArrivedFile, deps: IntakeDeps): Promise<number> {
  const name = file.path;
  let documents: UnpackedDocument[];
  try {
    documents = await deps.unpack(name, await place.read(file));
  } catch (thrown) {
    const error = toOpsError(thrown);
    // Written to or out of reach: the next look meets it again.
    if (error.code !== 'invalid') {
      deps.log.info({ err: error.publicMessage, place: place.id }, 'a statement file is read later');
      return 0;
    }
    await setAside({ place: place.id, name, sha256: null, partner: null, why: whyOf(error) }, deps, file);
    return 0;
  }
  let taken = 0;
  for (const document of documents) taken += await takeDocument(place, document, deps);
  await deps.transactions.run((tx) => deps.arrivals.settle(tx, place.id, file));
  return taken;
}

const whyOf = ({ publicMessage, hint }: OpsError): string =>
  hint === undefined ? publicMessage : `${publicMessage} ${hint}`;

/** 0 when it is quarantined, or when its sender sent the same content before; else 1. */
async function takeDocument(
  place: StatementPlace,
  { name, bytes }: UnpackedDocument,
  deps: IntakeDeps,
): Promise<number> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const found = await identify(name, bytes, deps).catch((thrown: unknown) => toOpsError(thrown));
  if (found instanceof OpsError) {
    if (found.code !== 'invalid') throw found;
    const partner = typeof found.details.partner === 'string' ? found.details.partner : null;
    await setAside({ place: place.id, name, sha256, partner, why: whyOf(found) }, deps, null, bytes);
    return 0;
  }
  const { document, sender, businessDay } = found;
  return deps.transactions.run(async (tx) => {
    await deps.arrivals.keep(tx, sha256, bytes);
    const { partner } = sender;
    const facts = { partner, sha256, name, format: document.format, receivedAt: tx.now };
    const { file, isNew } = await deps.files.add(tx, facts);
    if (!isNew) return 0;
    const { rows, problems } = document;
    await deps.arrivals.await(tx, { file: file.id, businessDay, rows, problems });
    return 1;
  });
}

interface Identified {
  document: ReadDocument;
  sender: StatementSender;
  businessDay: Day;
}

/** Throws `invalid` with why a document cannot be used. */
async function identify(name: string, bytes: Uint8Array, deps: IntakeDeps): Promise<Identified> {
  if (bytes.length === 0) throw unusable(name, 'it is empty');
  const named = senderOf(name, [], deps.senders);
  const document = await readDocument(bytes, formatsOf(named, deps.formats));
  const partner = named?.partner ?? null;
  if (document === null)
    throw unusable(name, 'it is in no format that Paydesk knows', {
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
  return { document, sender, businessDay: dayOf(name, document, sender, deps) };
}

function dayOf(name: string, document: ReadDocument, sender: StatementSender, deps: IntakeDeps): Day {
  const day = document.dayIn(sender.timeZone);
  const { partner } = sender;
  if (day === null) throw unusable(name, 'it states no date', { partner });
  if (isPlausibleDay(day, deps.today())) return day;
  throw unusable(name, `it is of ${dayText(day)}, which is too far from today`, { partner });
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

/** Notes a file that cannot be used and tells people, once; its content is kept where there is one. */
async function setAside(
  file: Omit<Quarantined, 'at'>,
  { transactions, arrivals, tell }: IntakeDeps,
  listed: ArrivedFile | null = null,
  bytes: Uint8Array | null = null,
): Promise<void> {
  await transactions.run(async (tx) => {
    if (bytes !== null && file.sha256 !== null) await arrivals.keep(tx, file.sha256, bytes);
    const quarantined = { ...file, at: tx.now };
    if (await arrivals.quarantine(tx, quarantined)) await tell(tx, quarantined);
    if (listed !== null) await arrivals.settle(tx, file.place, listed);
  });
}
