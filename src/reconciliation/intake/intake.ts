/**
 * Takes statement files in: from a place, whole, each content once per partner, into the archive and to its business day.
 *
 * Invariants: a content is in the archive before anything else becomes of it; a file that cannot be used is quarantined
 * with a reason and said once; one file or place that fails does not keep the others from being taken.
 */
import { OpsError, toOpsError } from '../../kernel/errors.js';
import type { StatementFiles } from '../../ports/reconciliation.js';
import type {
  ArrivedFile,
  Quarantined,
  StatementArrivals,
  StatementPlace,
} from '../../ports/statement-inbox.js';
import type { Transaction } from '../../ports/transaction.js';
import { sentence, whyOf, type ArchivedDocument } from './documents.js';
import { noteLook, type Paces, type PlaceDeps } from './places.js';

export interface IntakeDeps extends PlaceDeps {
  paces: Paces;
  /** As `documentsOf` of `documents.ts`; `unavailable` where the reader has failed. */
  documentsOf: (placeId: string, file: ArrivedFile) => Promise<ArchivedDocument[]>;
  arrivals: StatementArrivals;
  files: StatementFiles;
  /** How long a file must stay as it is before it is taken to be whole. */
  restMs: number;
  /** Tells people of a file that was quarantined, in the transaction that notes it. */
  tell: (tx: Transaction, file: Quarantined) => Promise<void>;
}

/** What a look found. */
export interface Intake {
  /** New statements that were taken. */
  taken: number;
  /** Files that may still be written, which a later look takes. */
  resting: number;
}

/** Looks at places once: at all of them side by side, so that a slow one holds up no other's list. */
export async function takeIn(deps: IntakeDeps, isForced = false): Promise<Intake> {
  const places = deps.paces.due(isForced);
  const listings = await Promise.all(places.map(async (place) => ({ place, listing: await listOf(place) })));
  const all = { taken: 0, resting: 0 };
  for (const { place, listing } of listings) {
    const found = listing instanceof OpsError ? null : await takeFrom(place, listing, deps).catch(toOpsError);
    const error = listing instanceof OpsError ? listing : found instanceof OpsError ? found : null;
    await noteLook(deps, place, error);
    deps.paces.looked(place, found !== null && !(found instanceof OpsError) && found.resting > 0);
    if (found === null || found instanceof OpsError) continue;
    all.taken += found.taken;
    all.resting += found.resting;
  }
  return all;
}

type Listing = Awaited<ReturnType<StatementPlace['list']>>;

const listOf = (place: StatementPlace): Promise<Listing | OpsError> => place.list().catch(toOpsError);

async function takeFrom(
  place: StatementPlace,
  { files, refused }: Listing,
  deps: IntakeDeps,
): Promise<Intake> {
  for (const { path, why } of refused)
    await setAside(
      { place: place.id, name: path, sha256: null, partner: null, why: sentence(path, why) },
      deps,
    );
  const found = { taken: 0, resting: 0 };
  const sightings = await deps.transactions.run((tx) => deps.arrivals.see(tx, place.id, files, deps.restMs));
  for (const [at, file] of files.entries()) {
    if (sightings[at] === 'ready') found.taken += await takeFile(place, file, deps);
    if (sightings[at] === 'resting') found.resting += 1;
  }
  return found;
}

async function takeFile(place: StatementPlace, file: ArrivedFile, deps: IntakeDeps): Promise<number> {
  const documents = await read(place, file, deps);
  if (documents === null) return 0;
  if ('why' in documents) {
    await setAside(
      { place: place.id, name: file.path, sha256: null, partner: null, ...documents },
      deps,
      file,
    );
    return 0;
  }
  let taken = 0;
  for (const document of documents) taken += await takeDocument(place, document, deps);
  await deps.transactions.run((tx) => deps.arrivals.settle(tx, place.id, file));
  return taken;
}

/** Null for a file that the next look meets again: it was written to, or something is out of reach. */
async function read(
  place: StatementPlace,
  file: ArrivedFile,
  deps: IntakeDeps,
): Promise<ArchivedDocument[] | { why: string } | null> {
  try {
    return await deps.documentsOf(place.id, file);
  } catch (thrown) {
    const error = toOpsError(thrown);
    if (error.code === 'invalid') return { why: whyOf(error) };
    const { code, publicMessage, errorId } = error;
    deps.log[code === 'conflict' ? 'info' : 'warn'](
      { code, errorId, err: error.cause ?? publicMessage, place: place.id },
      'a statement file is read later',
    );
    return null;
  }
}

/** 0 when it is quarantined, or when its sender sent the same content before; else 1. */
async function takeDocument(
  place: StatementPlace,
  { name, sha256, found }: ArchivedDocument,
  deps: IntakeDeps,
): Promise<number> {
  if ('why' in found) {
    await setAside({ place: place.id, name, sha256, ...found }, deps);
    return 0;
  }
  const { partner, format, ...statement } = found;
  return deps.transactions.run(async (tx) => {
    const { file, isNew } = await deps.files.add(tx, { partner, sha256, name, format, receivedAt: tx.now });
    if (isNew) await deps.arrivals.await(tx, { file: file.id, ...statement });
    return isNew ? 1 : 0;
  });
}

/** Notes a file that cannot be used and tells people, once. */
async function setAside(
  file: Omit<Quarantined, 'at'>,
  { transactions, arrivals, tell }: IntakeDeps,
  listed: ArrivedFile | null = null,
): Promise<void> {
  await transactions.run(async (tx) => {
    const quarantined = { ...file, at: tx.now };
    if (await arrivals.quarantine(tx, quarantined)) await tell(tx, quarantined);
    if (listed !== null) await arrivals.settle(tx, file.place, listed);
  });
}
