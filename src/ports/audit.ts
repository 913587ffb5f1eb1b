/**
 * The record of who did what, when, why and by which rule. Entries are added in the transaction that they tell of.
 *
 * Invariant: what was added is never changed or removed; each entry carries the hash of the one before it.
 */
import type { JsonObject } from '../kernel/canonical-json.js';
import type { Transaction } from './transaction.js';

/** Everything that Paydesk writes down. Permanent, `noun.verb`: entries of old stay as they are. */
export const auditKinds = [
  'alert.acknowledged',
  'alert.dismissed',
  'alert.escalated',
  'alert.opened',
  'alert.quieted',
  'alert.reopened',
  'alert.resolved',
  'alert.snoozed',
  'alert.taken_to_incident',
  'alert.woken',
  'break.released',
  'break.reopened',
  'break.resolved',
  'break.started',
  'break.taken',
  'break.written_off',
  'day.reconciled',
  'day.reopened',
  'day.signed_off',
  'dispute.changed',
  'dispute.draft_opened',
  'dispute.drafted',
  'dispute.opened',
  'dispute.released',
  'dispute.taken',
  'dispute.taken_over',
  'incident.advanced',
  'incident.closed',
  'incident.closing',
  'incident.failed',
  'incident.opened',
  'incident.ready',
  'kill_switch.frozen',
  'kill_switch.unfreeze_asked',
  'kill_switch.unfrozen',
  'lookup.audit',
  'lookup.personal',
  'lookup.query',
  'lookup.revealed',
  'lookup.shared',
  'partner.better',
  'partner.degraded',
  'partner.readable_again',
  'partner.recovered',
  'partner.signal_ended',
  'partner.signal_raised',
  'partner.unreadable',
  'partner.worse',
  'remediation.approved',
  'remediation.cancelled',
  'remediation.done',
  'remediation.ended_early',
  'remediation.executing',
  'remediation.expired',
  'remediation.follow_up_failed',
  'remediation.followed_up',
  'remediation.glass_broken',
  'remediation.handed_over',
  'remediation.held_up',
  'remediation.judged',
  'remediation.judgement_contradicted',
  'remediation.looked',
  'remediation.never_took_effect',
  'remediation.postponed',
  'remediation.refused',
  'remediation.rejected',
  'remediation.repeated',
  'remediation.requested',
  'remediation.review_overdue',
  'remediation.reviewed',
  'remediation.revoked',
  'remediation.standing_declined',
  'remediation.standing_used',
  'remediation.took_effect_late',
  'remediation.unknown',
  'remediation.verified_not_yet',
  'remediation.verified_unanswered',
  'remediation.verified_visible',
  'remediation.verified_wrong',
  'remediation.voided',
  'remediation.vote_withdrawn',
  'remediation.voted',
  'remediation.votes_voided',
  'remediation.watch_over',
  'watch.started',
  'watch.stopped',
  'watch.told',
] as const;

export type AuditKind = (typeof auditKinds)[number];

/** `approved` of `remediation.approved`. */
export type VerbOf<Noun extends string> = AuditKind extends infer Kind
  ? Kind extends `${Noun}.${infer Verb}`
    ? Verb
    : never
  : never;

export interface AuditEvent {
  kind: AuditKind;
  /** A Slack user id, or `paydesk` for what it does by itself. */
  actor: string;
  /** What people search by: the request (`REM-17`), the payment, the dispute, the route… */
  subjects: readonly string[];
  /** In the actor's words, or the rule's; null where there is nothing to say. */
  why: string | null;
  /** The rest: states, the rule, the plan's hash, the exact text that was seen. No secrets, no card numbers. */
  details: JsonObject;
}

export interface AuditTrail {
  /**
   * The entry is written when the transaction commits, after everything else in it; nothing is there when it rolls back.
   * An audit log that cannot be written takes the whole transaction with it.
   */
  append(tx: Transaction, event: AuditEvent): Promise<void>;
}

/** For what changes nothing but must be known: a transaction of its own. */
export interface AuditRecorder {
  /** Resolves when the entry is there for good. Throws `unavailable` when it cannot be written. */
  record(event: AuditEvent): Promise<void>;
}

/** The end of the chain: what the next entry continues. Number 0 before the first entry. */
export interface AuditHead {
  seq: number;
  /** 64 hexadecimal digits. */
  hash: string;
  at: Date | null;
}

/** An entry as it is kept: what is searched, and the exact text that was hashed. */
export interface StoredEntry {
  seq: number;
  at: Date;
  kind: string;
  actor: string;
  subjects: readonly string[];
  /** The hash of the entry before. */
  previous: string;
  /** The canonical JSON of all of the above, of `why` and of `details`. */
  body: string;
  /** The SHA-256 of `body` in UTF-8. */
  hash: string;
}

/** What the application says of an entry, in texts that a database can hold. */
export interface EntryContent extends Omit<AuditEvent, 'kind' | 'details'> {
  kind: string;
  /** The canonical JSON of `details`. */
  details: string;
}

/** A head that was told outside the database. */
export interface AuditWitness {
  seq: number;
  hash: string;
  at: Date;
}

/** What is looked for: any of what is given, newest first. Nothing given finds every entry. */
export interface AuditQuery {
  subject?: string;
  actor?: string;
  kind?: string;
}

/**
 * Where the chain is kept. Errors: `unavailable`, `misconfigured` (a right, a table or the end of the
 * chain is missing).
 */
export interface AuditStore {
  /**
   * At the end of the transaction, so that one transaction at a time extends the chain, for as short as can be. The store
   * gives the entry its time, number and hash. Entries of one transaction are in the order in which they were asked for.
   */
  append(tx: Transaction, content: EntryContent): void;
  /** Null when the row that holds it is gone. */
  head(): Promise<AuditHead | null>;
  /** Up to `limit` entries after a number, in order, and the head of the same moment. */
  page(after: number, limit: number): Promise<{ entries: StoredEntry[]; head: AuditHead | null }>;
  find(query: AuditQuery, limit: number): Promise<StoredEntry[]>;
  /** Every head that was told, in the order of telling. */
  witnesses(): Promise<AuditWitness[]>;
  /** Records the published head of a day (`YYYY-MM-DD`); null when that day has one already. */
  witness(tx: Transaction, day: string): Promise<{ told: AuditWitness; before: AuditWitness | null } | null>;
}
