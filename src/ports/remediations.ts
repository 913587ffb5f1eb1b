/**
 * Where requests for guarded actions and the votes on them are kept.
 *
 * Invariants: a request is locked before it is changed (a row lock until the transaction ends); `version` grows with
 * every change; a plan's text never changes; a person has one vote on a request.
 * Errors: as Transactions, and `not_found` where a request is named that does not exist.
 */
import type { Transaction } from './transaction.js';

/**
 * pending → approved → executing → done → closed, and on the way out: rejected, cancelled, expired and voided before
 * anything was done; refused when the other side would not; unknown until it is settled.
 */
export type RemediationState =
  | 'pending'
  | 'approved'
  | 'executing'
  | 'unknown'
  | 'done'
  | 'closed'
  | 'refused'
  | 'rejected'
  | 'cancelled'
  | 'expired'
  | 'voided';

/** Under this key the card of a request is live in the outbox. */
export const liveCardOf = (id: string): string => `remediation:${id}`;

/** What is fixed when the request is made. */
export interface NewRemediation {
  /** The window that it was asked for in: the same window asks once. */
  formKey: string;
  action: string;
  /** Canonical JSON, exactly what was hashed. */
  planText: string;
  planHash: string;
  requesterId: string;
  /** Where it was asked for. */
  channelId: string;
  why: string;
  /** How policy ruled, canonical JSON. */
  rulingText: string;
  breakGlass: boolean;
  /** The standing approval under which Paydesk acts by itself, `REM-…`, and the alert that let it; null for what people ask for. */
  standingId: string | null;
  alertId: string | null;
  idempotencyKey: string;
  /** What people search by: first the one thing that it is about, then partner and merchant. */
  subjects: readonly string[];
  /** What only one request at a time may act upon. */
  contends: readonly string[];
  createdAt: Date;
}

/** What changes. */
export interface RemediationProgress {
  state: RemediationState;
  /** Nothing is begun after this. */
  expiresAt: Date;
  /** Why it is in this state, for people. */
  stateWhy: string | null;
  /** When something happens by itself next; null when only people or the engine move it. */
  dueAt: Date | null;
  /** How often the effect was ordered, and how often a look for it was answered. */
  calls: number;
  looks: number;
  /** How often in a row the other side did not answer a look. */
  failedLooks: number;
  /** Since when the outcome is unknown, and when a person was last asked to decide; null where it is not. */
  unknownSince: Date | null;
  askedAt: Date | null;
  /** A person decided what became of it; until then the effect is looked for all the same. */
  watchUntil: Date | null;
  /** How often in a row the other side said that nothing was done. */
  misses: number;
  effectReference: string | null;
  effectSummary: string | null;
  /** What was found when looking for the effect, newest last. */
  evidence: readonly string[];
  verified: boolean;
  /** Why what it began is ended before its time; null where it is not ended early. */
  endWhy: string | null;
  review: 'none' | 'open' | 'closed';
  /** Who rejected or cancelled it, or decided what became of it. */
  decidedBy: string | null;
  /** Who closed the review, and what they found. */
  reviewedBy: string | null;
  reviewFindings: string | null;
}

export interface Remediation extends NewRemediation, RemediationProgress {
  /** `REM-17`: short enough to say on a call. */
  id: string;
  version: number;
  changedAt: Date;
}

type VoteState = 'counted' | 'unconfirmed' | 'void';

export interface Vote {
  personId: string;
  state: VoteState;
  castAt: Date;
  /** Why it is void; null otherwise. */
  voidWhy: string | null;
  /** SHA-256 of the one-time token while the vote waits to be confirmed outside the chat; null otherwise. */
  tokenHash: string | null;
  /** Who confirmed it there, as the identity provider says. */
  confirmedBy: string | null;
}

export interface KillSwitch {
  frozen: boolean;
  by: string | null;
  why: string | null;
  at: Date | null;
  /** The first of the two who want it lifted. */
  liftBy: string | null;
  liftAt: Date | null;
}

/** What counts against a cap: an approved amount in the reporting currency's minor units. */
export interface CapEntry {
  remediationId: string;
  action: string;
  requesterId: string;
  partner: string | null;
  merchant: string | null;
  minor: bigint;
  at: Date;
}

export interface Remediations {
  /** The request of this window: new, or the one that was made before. */
  create(
    tx: Transaction,
    request: NewRemediation,
    start: RemediationProgress,
  ): Promise<{ remediation: Remediation; isNew: boolean }>;
  /** Locked until the transaction ends. */
  take(tx: Transaction, id: string): Promise<Remediation>;
  change(tx: Transaction, id: string, progress: Partial<RemediationProgress>): Promise<Remediation>;
  votesOf(tx: Transaction, id: string): Promise<Vote[]>;
  putVote(tx: Transaction, id: string, vote: Vote): Promise<void>;
  /** The request and the voter that a token stands for, or null. */
  byToken(tokenHash: string): Promise<{ id: string; personId: string } | null>;

  /** How often other requests about the same thing were ordered, and one of them whose outcome is unknown. */
  rivalsOf(
    tx: Transaction | null,
    request: Pick<Remediation, 'id' | 'contends'>,
  ): Promise<{ calls: number; unsettledId: string | null }>;

  /** Others about the same thing that are pending, approved, under way or of unknown outcome; oldest first. */
  openAbout(
    tx: Transaction,
    request: Pick<Remediation, 'id' | 'contends'>,
  ): Promise<Pick<Remediation, 'id' | 'action'>[]>;
  /** The request of a key, or null. */
  idOfKey(idempotencyKey: string): Promise<string | null>;
  /** Makes others about the same thing, of which a part follows later, due now. Not a change of any. */
  hastenFollowUps(tx: Transaction, request: Pick<Remediation, 'id' | 'contends'>): Promise<void>;

  read(id: string): Promise<{ remediation: Remediation; votes: Vote[] }>;
  /** Newest first. */
  list(filter: {
    states?: readonly RemediationState[];
    /** Those with an open review too, whatever their state. */
    orReviewOpen?: boolean;
    requesterId?: string;
    changedSince?: Date;
    /** Of these actions. */
    actions?: readonly string[];
    /** Only what was begun under standing approvals. */
    onlyUses?: boolean;
    limit: number;
  }): Promise<{ remediation: Remediation; votes: Vote[] }[]>;
  /** What was begun under a standing approval, oldest first. Under the lock of the kill switch, nothing is added meanwhile. */
  usesOf(tx: Transaction, standingId: string): Promise<Remediation[]>;
  /** How many there are; within the transaction where one is given. */
  count(
    tx: Transaction | null,
    filter: { states: readonly RemediationState[]; orReviewOpen?: boolean; requesterId?: string },
  ): Promise<number>;
  /** Ids of those that changed since an instant, and their card was not brought up to date since, nor is it on its way. Oldest first. */
  withStaleCards(changedSince: Date, limit: number): Promise<string[]>;
  /** When the next of the others whose last look was not answered is looked for; null where there is none. */
  nextUnansweredAt(tx: Transaction, id: string): Promise<Date | null>;
  /** Makes those whose last look was not answered due now, except what another replica holds. Changes no version. */
  hastenUnanswered(tx: Transaction): Promise<void>;
  /** Makes approved requests that wait for this reason due now, except what another replica holds. Changes no version. */
  hastenHeldUp(tx: Transaction, why: string): Promise<void>;

  /** Locked until the transaction ends: approvals pass through one at a time, so that caps hold. */
  takeKillSwitch(tx: Transaction): Promise<KillSwitch>;
  readKillSwitch(): Promise<KillSwitch>;
  putKillSwitch(tx: Transaction, state: KillSwitch): Promise<void>;
  reserve(tx: Transaction, entry: CapEntry): Promise<void>;
  /** Nothing was done, so nothing counts. */
  release(tx: Transaction, id: string): Promise<void>;
  /** All entries since an instant. */
  reservedSince(tx: Transaction, since: Date): Promise<CapEntry[]>;
}
