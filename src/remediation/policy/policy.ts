/**
 * What a company allows: who may ask for a guarded action, who approves it, how much, when, and how it all is stopped.
 * `remediation:` in `paydesk.yaml` has this shape.
 *
 * Invariants: durations are milliseconds; amounts and rates are decimal text as they were written, in `reportingCurrency`;
 * people are named by group, and groups by their own names, so that a policy reads without Slack's ids.
 * Deliberately absent: exemptions. Rules bind everyone; there is break-glass, and it is loud.
 */
import type { Money } from '../../kernel/money.js';
import type { Risk } from '../kit/action.js';
import type { Hours } from '../kit/hours.js';

export interface Policy {
  /** Channel ids. Break-glass is announced in `alarm`. */
  channels: { approvals: string; alarm: string };
  /** ISO 4217. Bands and caps are in it, also for payments in other currencies. */
  reportingCurrency: string;
  rates: readonly Rate[];
  /** An older rate is ignored. */
  ratesMaxAge: number;
  /** Name → Slack user group id. */
  groups: Readonly<Record<string, string>>;
  /** How long a request waits for its votes. */
  expiry: number;
  /** The first that matches decides. */
  rules: readonly Rule[];
  caps: readonly Cap[];
  freezes: readonly Freeze[];
  breakGlass?: BreakGlass | undefined;
  /** Group names. Lifting takes two people. */
  killSwitch: { freeze: readonly string[]; lift: readonly string[] };
}

/** What one unit of `currency` is worth in the reporting currency, from `date` (UTC) on. */
export interface Rate {
  date: string;
  currency: string;
  rate: string;
}

/** `actions`, `risks` and `upTo` say what a rule is about; the rest says on which conditions. */
export interface Rule {
  id: string;
  actions: 'any' | readonly string[];
  risks?: readonly Risk[] | undefined;
  /** Inclusive. Absent: any amount. Where no money is at stake every amount matches. */
  upTo?: string | undefined;
  /** Where it may be asked for; absent: anywhere. */
  channels?: readonly string[] | undefined;
  hours?: Hours | undefined;
  request: readonly string[];
  approve: readonly string[];
  approvals: number;
  coolingOff?: number | undefined;
  /** The approver types the amount. */
  typeAmount: boolean;
  /** Votes are confirmed outside the chat account. */
  confirmOutside: boolean;
}

/** How much may be approved within any window of this length, for each action, requester, partner or merchant. */
export interface Cap {
  id: string;
  per: 'action' | 'requester' | 'partner' | 'merchant';
  /** Absent: all of them. */
  actions?: readonly string[] | undefined;
  within: number;
  limit: string;
}

/** `to` is exclusive. */
export interface Freeze {
  id: string;
  from: Date;
  to: Date;
  why: string;
  /** Absent: all of them. */
  actions?: readonly string[] | undefined;
}

interface BreakGlass {
  groups: readonly string[];
  /** By when another person has to close the review. */
  reviewWithin: number;
  actions?: readonly string[] | undefined;
  upTo?: string | undefined;
}

/** What policy is asked. */
export interface Ask {
  action: string;
  risk: Risk;
  /** What is at stake, in its own currency; null where no money is. */
  value: Money | null;
  /** Names of the groups that the requester is in. */
  requesterGroups: ReadonlySet<string>;
  channelId: string;
  at: Date;
}

export type RefusalReason =
  | 'no_rate'
  | 'no_rule'
  | 'not_requester'
  | 'wrong_channel'
  | 'outside_hours'
  | 'no_break_glass'
  | 'above_break_glass';

export interface AllowedRuling {
  kind: 'allowed';
  /** The id of the rule that decided. */
  rule: string;
  /** Distinct people besides the requester; none for break-glass. */
  approvals: number;
  /** Who may vote; for break-glass who may close the review. */
  approverGroups: readonly string[];
  coolingOffMs: number;
  typeAmount: boolean;
  confirmOutside: boolean;
  /** `value` in the reporting currency, rounded up; never negative. */
  reporting: Money | null;
  /** Each rule that was looked at, and why it did or did not decide: a sentence each. */
  trail: readonly string[];
}

export interface RefusedRuling {
  kind: 'refused';
  reason: RefusalReason;
  /** For the person: what does not fit, and what they can do. */
  message: string;
  /** The rule that refused; null when none was found. */
  rule: string | null;
  trail: readonly string[];
}

export type Ruling = AllowedRuling | RefusedRuling;
