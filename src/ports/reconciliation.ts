/**
 * Reconciliation as facts: what one run compared, what it found, and where it is kept. The unit is a partner's business
 * day; a run replaces everything that is kept of its unit.
 *
 * Invariants: every ledger entry and every statement line of a unit is in exactly one match, break, pending finding or
 * quarantine; a break keeps its `identity` over runs for as long as it concerns the same rows in the same way.
 * Deliberately absent: what people do about a break. Its owner, age and resolution live beside these facts, by identity.
 */
import type { Day } from '../kernel/calendar-day.js';
import type { Transaction } from './transaction.js';

/** A row of the company's ledger, signed from the partner's clearing account. Empty strings: the ledger has no value. */
export interface LedgerEntry {
  id: string;
  /** The partner's reference. */
  reference: string;
  /** Signed minor units: positive is money to us. */
  amountMinor: bigint;
  currency: string;
  /** Value date. */
  day: Day | null;
  type: string;
  /** The payout or batch in which the partner settles this entry. */
  batch: string;
}

/** A line of a partner's statement. */
export interface StatementLine {
  /** The statement file that it came with; 0 where files are compared without an inbox. */
  file: number;
  line: number;
  /** The partner's reference of a payment or of a batch; empty where the line has none. */
  reference: string;
  /** Signed minor units: positive is money to us. */
  amountMinor: bigint;
  currency: string;
  day: Day | null;
  type: string;
  /** What the partner kept, in minor units: amount plus fee is what a batch should come to. */
  feeMinor: bigint;
  /** The payout or batch that the partner says it belongs to; empty where it says none. */
  batch: string;
  /** Our own reference, such as an order; empty or absent where the line has none. */
  order?: string;
  /** Where the partner converted it. */
  fx?: Conversion;
}

/** What a line was before conversion. */
export interface Conversion {
  currency: string;
  /** With the sign of the line. */
  amountMinor: bigint;
  /** As the file has it, in either direction; empty where it has none. */
  rate: string;
}

/** The rules that ship, in the order in which they run. Rules of paydesk.yaml have their own names, as `rule:<id>`. */
export const ruleNames = [
  'exact',
  'split',
  'tolerance',
  'batch',
  'batch_group',
  'amount_date',
  'converted',
] as const;
export type RuleName = (typeof ruleNames)[number] | `rule:${string}`;

export const breakKinds = [
  'missing_at_partner',
  'missing_in_ledger',
  'amount',
  'currency',
  'duplicate_in_ledger',
  'duplicate_at_partner',
  'fee',
  'fx',
  'date',
  'batch_residue',
  'ambiguous',
] as const;
export type BreakKind = (typeof breakKinds)[number];

/** What is reconciled in one go. */
export interface UnitKey {
  /** Partner id as in the configuration. */
  partner: string;
  /** The partner's accounting day. */
  businessDay: Day;
}

/** In minor units of one currency. */
export interface UnitTotals {
  ledgerMinor: bigint;
  statementMinor: bigint;
  /** The value of the entries that matched. */
  explainedMinor: bigint;
  pendingMinor: bigint;
}

/** The result of the last run of a unit. */
export interface UnitRecord extends UnitKey {
  /** How often it has run. */
  runs: number;
  ranAt: Date;
  /** The day against which due dates were judged. */
  asOf: Day;
  engine: 'join' | 'sql';
  /** Entries belong to the unit when their business day is later than this one: the day of the unit before. */
  afterDay: Day;
  /** Ids of the statement files, oldest first. */
  files: number[];
  ledgerRows: number;
  statementRows: number;
  /** Matches by rule, not rows: a batch counts once. */
  matched: Partial<Record<RuleName, number>>;
  /** New breaks by kind; breaks carried in from earlier units are not counted again. */
  breaks: Partial<Record<BreakKind, number>>;
  /** Entries whose money is not due yet. */
  pending: number;
  /** Lines that could not be read. */
  quarantined: number;
  /** Open items of earlier units that this run matched. */
  cleared: number;
  totals: ReadonlyMap<string, UnitTotals>;
}

/** A line as a result keeps it: with the identity that survives a corrected or repeated file. */
export interface KeptLine extends StatementLine {
  identity: string;
}

/** A row that a unit leaves open for later ones. */
export interface OpenRow {
  side: 'ledger' | 'statement';
  /** The entry's id, or the line's identity. */
  key: string;
  dueOn: Day | null;
  /** Of its break; null while it only waits. */
  identity: string | null;
  row: LedgerEntry | KeptLine;
}

export interface BreakFact {
  /** 32 hexadecimal digits over kind, entry ids and line identities. */
  identity: string;
  kind: BreakKind;
  /** The ledger's currency where both sides have one. */
  currency: string;
  /** Statement less ledger, in minor units; a batch's fees count as paid. */
  differenceMinor: bigint;
  entries: LedgerEntry[];
  lines: KeptLine[];
}

/** A match that was not one entry with one line of the same reference and amount, or that closed an older item. */
export interface MatchFact {
  rule: RuleName;
  entries: LedgerEntry[];
  lines: KeptLine[];
}

/** Money of a partner that lands on a day, per currency. */
export interface Landing {
  dueOn: Day;
  currency: string;
  count: number;
  minor: bigint;
}

/** Entries of one day and currency that the newest run left open: not due yet, or due and not there. */
export interface OpenMoneySum {
  day: Day;
  currency: string;
  count: number;
  minor: bigint;
  /** Null when it is a break. */
  dueOn: Day | null;
}

/** Entries of one day and currency that waited for their money, and whose money a statement of a later day brought. */
export interface SettledSum {
  day: Day;
  settledOn: Day;
  currency: string;
  count: number;
  minor: bigint;
}

/** What a statement says of its account. Amounts in minor units of `exponent` decimals; null where it does not say. */
export interface StatedBalance {
  line: number;
  account: string;
  currency: string;
  exponent: number;
  from: Day;
  to: Day;
  openingMinor: bigint | null;
  closingMinor: bigint | null;
}

/** Lines of one type in a batch: their number, and what they move less their fees, in minor units. */
export interface LineSum {
  type: string;
  currency: string;
  lines: number;
  minor: bigint;
}

export interface QuarantineFact {
  file: number;
  line: number;
  code: string;
  message: string;
}

/** A break of an earlier unit that a run of a later one ended: the money came, or the booking did. */
export interface ClearedFact {
  /** The identity of the break. */
  identity: string;
  /** The rule that matched it, or the kind of the break that took its place. */
  rule: RuleName | BreakKind;
  entries: LedgerEntry[];
  lines: KeptLine[];
}

/** One page of facts, in a fixed order; `next` is null on the last page. */
export interface Page<Fact> {
  facts: Fact[];
  next: number | null;
}

/** A statement line as a trace shows it. */
export interface LineSighting {
  partner: string;
  businessDay: Day;
  fileName: string;
  line: StatementLine;
}

/** A statement file that was taken in. */
export interface StatementFile {
  id: number;
  partner: string;
  /** Of the content, in hexadecimal digits. */
  sha256: string;
  name: string;
  format: string;
  receivedAt: Date;
}

/** The files that were taken in, each content once per partner. */
export interface StatementFiles {
  /** The file with its id; `isNew` is false when the partner sent the same content before, whatever its name. */
  add(tx: Transaction, file: Omit<StatementFile, 'id'>): Promise<{ file: StatementFile; isNew: boolean }>;
  find(id: number): Promise<StatementFile | null>;
}

/** What runs left behind. Errors of every call: `unavailable`. */
export interface ReconciliationResults {
  /** Units of a partner, or of all, whose business day lies in [from, to], oldest first. */
  units(partner: string | null, from: Day, to: Day): Promise<UnitRecord[]>;
  unit(key: UnitKey): Promise<UnitRecord | null>;
  /** The unit that ran last, of all partners; null before the first run. */
  lastRun(): Promise<{ partner: string; businessDay: Day; ranAt: Date } | null>;
  /** Units that ran on the state before an earlier day of their partner ran again, oldest first. */
  outdated(): Promise<UnitKey[]>;
  /** Largest difference first within a currency. `after` is the `next` of the page before. */
  breaks(key: UnitKey, limit: number, after?: number): Promise<Page<BreakFact>>;
  /** Breaks by identity, wherever they were found last; those that no run finds any more are left out. */
  breaksBy(identities: readonly string[]): Promise<BreakFact[]>;
  /** Earlier breaks that the unit's run ended. */
  cleared(key: UnitKey, limit: number, after?: number): Promise<Page<ClearedFact>>;
  matches(key: UnitKey, limit: number, after?: number): Promise<Page<MatchFact>>;
  quarantine(key: UnitKey, limit: number, after?: number): Promise<Page<QuarantineFact>>;
  /** What of the partner's money is not due, or due and not there yet, as the newest run left it; by day and currency. */
  landings(partner: string): Promise<Landing[]>;
  /** Entries that wait for their money; breaks that a person explained or gave up are left out. */
  openMoney(partner: string): Promise<OpenMoneySum[]>;
  /** What statements of business days from `since` on brought. */
  settled(partner: string, since: Day): Promise<SettledSum[]>;
  /** A partner's units, newest first, at most `mostPlacesListed`: where its lines are. */
  placesOf(partner: string): Promise<LinePlace[]>;
  /** What the report of a business day has of a batch, by type; the types with most lines first. */
  batchSums(key: UnitKey, batch: string): Promise<LineSum[]>;
  /**
   * Statement lines with the first of these references that a line has, newest unit first. `among`: only in these units. Without
   * it the time grows with the number of units that are kept.
   */
  linesBy(
    references: readonly string[],
    limit: number,
    among?: readonly LinePlace[],
  ): Promise<LineSighting[]>;
}

/** More than a year of business days. */
export const mostPlacesListed = 400;

/** A unit in which lines can be looked for. */
export interface LinePlace {
  unit: bigint;
  businessDay: Day;
}

/** A file of a unit, by the hash under which its bytes are in the archive of statements. */
export interface UnitFile {
  id: number;
  sha256: string;
  /** The id of a format or of a CSV profile. */
  format: string;
}

/** What a run does, in order. */
export const runStages = [
  'Read ledger and statement',
  'Match',
  'Keep the results',
  'Index the lines',
] as const;
export type RunStage = (typeof runStages)[number];

export interface RunRequest extends UnitKey {
  asOf: Day;
  /** Files that were not part of a run of this unit before; those of earlier runs are read again. */
  files: readonly UnitFile[];
  engine?: 'join' | 'sql';
  /** Hears which stage begins. */
  onProgress?: (stage: RunStage) => void;
}

export interface RunOutcome {
  unit: UnitRecord;
  /** Business days of later units that were run on the state before, and have to be run again, oldest first. */
  stale: Day[];
}

export interface Reconciler {
  /**
   * Compares a unit and replaces what is kept of it, in one transaction. One run per partner at a time; others wait.
   * Throws `unavailable` (a database is down or slow), `misconfigured` (a view or right is missing), `invalid` (a file
   * that is not of its format), `internal` (a row would be lost or used twice: nothing is kept of the run).
   */
  run(request: RunRequest, signal?: AbortSignal): Promise<RunOutcome>;
}
