/**
 * The record of who did what, when, why and by which rule. Entries are added in the transaction that they tell of.
 *
 * Invariant: what was added is never changed or removed; each entry carries the hash of the one before it.
 */
import type { JsonObject } from '../kernel/canonical-json.js';
import type { Transaction } from './transaction.js';

export interface AuditEvent {
  /** Permanent, `noun.verb`: remediation.requested, remediation.approved, lookup.personal… */
  kind: string;
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
  append(tx: Transaction, event: AuditEvent): Promise<void>;
}
