/**
 * Where partners and banks leave their statement files, and what is remembered of each file.
 *
 * Invariants: reading only, so that a partner's folder can be shared with others; a file is read when it is whole; its
 * content is kept under its hash before anything else becomes of it.
 * Errors of every call: `unavailable` (out of reach, or slower than the place's limit), `misconfigured` (refused
 * credentials, an unknown host key, no such folder or bucket).
 */
import type { Day } from '../kernel/calendar-day.js';
import type { Transaction } from './transaction.js';

/** A file as a place lists it. */
export interface ArrivedFile {
  /** Inside the place, with slashes: `northpay/2026-11-27.csv`. */
  path: string;
  /** In bytes. */
  size: number;
  /** Changes whenever the content may have changed: size and time, or the ETag. */
  fingerprint: string;
  /** The place shows whole files only, as object storage does; elsewhere a file is whole when it stops changing. */
  isWhole: boolean;
}

/** Something that is there and is not read: a link, a name that leads elsewhere. */
export interface RefusedFile {
  path: string;
  why: string;
}

export interface StatementPlace {
  /** Permanent, such as `folder`. */
  id: string;
  /** How often it may be looked at; 0 for as often as one likes. */
  everyMs: number;
  /** What is there now, hidden and unfinished files (`.name`, `name.part`) left out. */
  list(): Promise<{ files: ArrivedFile[]; refused: RefusedFile[] }>;
  /** The bytes as they were listed. Throws `conflict` when the file has changed since, `invalid` when it is too large. */
  read(file: ArrivedFile): Promise<Uint8Array>;
}

/** A document out of a file: the file itself, or one of those packed in it. */
export interface UnpackedDocument {
  /** The path of the file, and behind `#` the name inside an archive. */
  name: string;
  bytes: Uint8Array;
}

/** Unpacks gzip and zip; anything else comes back as it is. Throws `invalid` with the reason it is refused. */
export type Unpack = (name: string, bytes: Uint8Array) => Promise<UnpackedDocument[]>;

/** What became of a file when it was looked at. */
export type Sighting =
  /** Seen for the first time, or changed since the last look: looked at again when it has rested. */
  | 'resting'
  /** Unchanged for long enough, or whole from the start. */
  | 'ready'
  /** Read before, with this fingerprint. */
  | 'known';

export interface Quarantined {
  place: string;
  name: string;
  /** Of the content, in hexadecimal digits; null for what was never read. */
  sha256: string | null;
  /** Null when the file does not say whose it is. */
  partner: string | null;
  /** A sentence for people. */
  why: string;
  at: Date;
}

/** A document whose business day is known and not reconciled yet. */
export interface WaitingStatement {
  /** Id of the statement file. */
  file: number;
  sha256: string;
  name: string;
  format: string;
  partner: string;
  businessDay: Day;
  receivedAt: Date;
  rows: number;
  /** Places in it that could not be read. */
  problems: number;
}

/** A place that cannot be read. */
export interface PlaceFault {
  place: string;
  since: Date;
  /** A sentence for people. */
  why: string;
  /** People were told. */
  told: boolean;
}

/** What the desk remembers of places that cannot be read. */
export interface PlaceFaults {
  /** By place. */
  all(): Promise<PlaceFault[]>;
  /** Notes what a look found: `why` null where it could be read. Answers what was known before, locked until the end. */
  note(tx: Transaction, place: string, why: string | null): Promise<PlaceFault | null>;
  setTold(tx: Transaction, place: string): Promise<void>;
}

/** What the desk remembers of files in places. */
export interface StatementArrivals {
  /** Notes a look at files, answered in their order. One is ready when it has had its fingerprint for `restMs`. */
  see(tx: Transaction, place: string, files: readonly ArrivedFile[], restMs: number): Promise<Sighting[]>;
  /** The file with this fingerprint needs no further look. */
  settle(tx: Transaction, place: string, file: Pick<ArrivedFile, 'path' | 'fingerprint'>): Promise<void>;
  /** Keeps a content, packed, under its hash; what is kept already stays as it is. */
  keep(tx: Transaction, sha256: string, bytes: Uint8Array): Promise<void>;
  /** A kept content in parts; null when there is none. Ends with `internal` where it does not have that hash. */
  content(sha256: string): Promise<AsyncIterable<Buffer> | null>;
  /** Notes of which day a file is. It waits until it is part of a unit. */
  await(
    tx: Transaction,
    statement: Pick<WaitingStatement, 'file' | 'businessDay' | 'rows' | 'problems'>,
  ): Promise<void>;
  /** By partner and business day, oldest first. */
  waiting(): Promise<WaitingStatement[]>;
  /** Names and arrival of files, by their ids. */
  filesOf(ids: readonly number[]): Promise<{ id: number; name: string; receivedAt: Date }[]>;
  /** When the statements of a partner's last days came first, newest day first. */
  arrivedAt(partner: string, limit: number): Promise<{ businessDay: Day; receivedAt: Date }[]>;
  /** Notes a file that cannot be used; false when the same is noted already. */
  quarantine(tx: Transaction, file: Quarantined): Promise<boolean>;
  /** Newest first. */
  quarantined(limit: number): Promise<Quarantined[]>;
}
