/**
 * What guarded actions work with, and the shapes that the rest of this folder shares.
 */
import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { AuditTrail } from '../../ports/audit.js';
import type { Directory } from '../../ports/directory.js';
import type { Remediation, Remediations, Vote } from '../../ports/remediations.js';
import type { Transaction, Transactions } from '../../ports/transaction.js';
import type { Action, Plan, World } from '../kit/action.js';
import type { AllowedRuling, Policy } from '../policy/policy.js';

/** Everything about a request at one moment: what cards are made of. */
export interface Snapshot {
  remediation: Remediation;
  plan: Plan;
  ruling: AllowedRuling;
  votes: readonly Vote[];
}

/** What happened, for the thread of the request's card. Plain text; with `by` it goes on from that person's name. */
export interface News {
  by?: string;
  text: string;
  /** User ids. Never the one who did it. */
  mention: readonly string[];
}

/** A freeze from its beginning to its end: what its live card is made of. */
export interface FreezeStory {
  at: Date;
  by: string;
  why: string;
  /** The first of the two who lift it; null until somebody wants to. */
  liftBy: string | null;
  liftedBy: string | null;
}

/** What a person did, and what it is about: a broken glass or a freeze. */
export interface Alarm {
  /** Null when Paydesk itself speaks. */
  personId: string | null;
  text: string;
  about: { kind: 'request'; snapshot: Snapshot } | { kind: 'freeze'; freeze: FreezeStory };
}

/** Where a test pulls the plug. Each is between two writes that a crash could tear apart. */
export const crashPoints = ['before_intent', 'after_intent', 'after_effect', 'after_record'] as const;
/** Passed before Paydesk begins something by itself, so by no request that a person makes. */
export type CrashPoint = (typeof crashPoints)[number] | 'before_use';

export interface RemediationDeps {
  actions: readonly Action[];
  policy: Policy;
  world: World;
  remediations: Remediations;
  directory: Directory;
  transactions: Transactions;
  /** For a freeze: over connections that nothing else takes, so that a crowd never delays it. */
  urgent: { transactions: Transactions; directory: Directory };
  audit: AuditTrail;
  /** Enqueues the card of this moment, and the news in its thread, in the same transaction. */
  tell(tx: Transaction, snapshot: Snapshot, news: News | null): Promise<void>;
  /**
   * Says aloud what a person did with the kill switch or by breaking the glass, or what Paydesk itself found or cannot
   * go on without help with (`personId` is null then), in the same transaction.
   */
  alarm(tx: Transaction, alarm: Alarm): Promise<void>;
  /** 128 random bits or more, printable. */
  newKey(): string;
  probe?(point: CrashPoint): Promise<void>;
  clock: Clock;
  log: Log;
}

export const paydesk = 'paydesk';
