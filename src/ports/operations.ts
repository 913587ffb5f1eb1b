/**
 * What the desk does at the company's own payments platform, one write per method: routes, events, statements.
 *
 * Invariants: every write has a key of the caller's, kept before it is sent; the same key with the same order again gives
 * the first answer and no second effect; the platform shows the key with what was done under it, so that a write can be
 * found again; a paused route resumes by itself at the time that was given with the pause.
 * Errors of every read: `not_found`, `invalid`, `unavailable` (down, late, unreadable), `rate_limited`, `misconfigured`
 * (token refused or too narrow).
 * Errors of every write. Nothing was done: `invalid` (the order or the state of things does not allow it), `not_found`,
 * `conflict` (with what is already so, or the key was used for another order), `misconfigured`, `rate_limited`. It may
 * have been done: `unknown_outcome`, whose `details` has `idempotencyKey`. It is settled by reading back.
 */
import type { Money } from '../kernel/money.js';
import type { Rows } from './rows.js';

/** One way for payments to go: a partner, a method, a country, a currency. */
export interface Route {
  id: string;
  /** As the configuration and the books call it. */
  partner: string;
  /** `card`, `wallet`, `direct_debit`…: the platform's own words. */
  method: string;
  /** ISO 3166, two letters; null for a route that serves every country. */
  country: string | null;
  /** ISO 4217. */
  currency: string;
  state: 'active' | 'paused';
  /** When it resumes by itself; null while it is active. */
  pausedUntil: Date | null;
  /** The key under which it was paused; null while it is active, and when it was paused by other means. */
  pausedBy: string | null;
  /** The key under which the last pause was ended; null when it ended by itself or by other means. */
  resumedBy: string | null;
  /** Whether a pause can leave a share of the payments on it, as a probe. */
  canProbe: boolean;
  /** How many payments in a hundred stay on it while it is paused; null where none do, and while it is active. */
  probePercent: number | null;
  /** What went through it in the last `windowMs`, an hour. */
  volume: { amount: Money; count: number; windowMs: number };
  /** Where its payments go while it is paused; null where there is no other way. */
  fallback: { routeId: string; partner: string; capacityPerHour: number; loadPerHour: number } | null;
}

/** A consumer of an event. */
interface EventTarget {
  id: string;
  /** Whether taking the same event twice does no harm. */
  idempotent: boolean;
  /** Null when it was never delivered. */
  lastDeliveredAt: Date | null;
}

/** Something that happened, told to consumers. */
export interface PlatformEvent {
  id: string;
  type: string;
  targets: readonly EventTarget[];
  /** Oldest first. `reference` is the key under which the replay was asked for. */
  replays: readonly { reference: string; target: string; at: Date }[];
  /** A sentence per target or replay that cannot be read. */
  problems: readonly string[];
}

/** An event, as a list shows it. */
export interface PlatformEventSummary {
  id: string;
  type: string;
  at: Date;
}

/** A partner's statement of one business day. */
export interface PartnerStatement {
  partner: string;
  /** `YYYY-MM-DD`, in the partner's time zone. */
  businessDay: string;
  /** `requested`: asked for, and not here yet. */
  state: 'received' | 'missing' | 'requested';
  /** Oldest first. `reference` is the key under which it was asked for. */
  requests: readonly { reference: string; at: Date }[];
  /** A sentence per request that cannot be read. */
  problems: readonly string[];
}

/** What every write has. */
interface OperationsOrder {
  /** 1 to 255 printable characters without spaces, random enough that no other write ever has it. */
  idempotencyKey: string;
}

interface PauseRouteOrder extends OperationsOrder {
  routeId: string;
  /** When it resumes by itself. The platform decides how far away that may be. */
  until: Date;
  reason: string;
  /** How many payments in a hundred stay, 1 to 50; absent for none. Only where the route can probe. */
  probePercent?: number;
}

interface ResumeRouteOrder extends OperationsOrder {
  routeId: string;
  reason: string;
}

interface ReplayEventOrder extends OperationsOrder {
  eventId: string;
  /** The id of one of the event's targets. */
  target: string;
}

interface RequestStatementOrder extends OperationsOrder {
  partner: string;
  businessDay: string;
  reason: string;
}

export interface Operations {
  /** Asks the platform anything, to learn whether it answers and takes our token. Throws as a read. */
  check(): Promise<void>;
  route(id: string): Promise<Route>;
  /**
   * All routes, or those of one partner. A partner that the platform does not know has none. Here and below `signal` ends
   * the question early, as `unavailable`.
   */
  routes(partner?: string, signal?: AbortSignal): Promise<Rows<Route>>;
  event(id: string, signal?: AbortSignal): Promise<PlatformEvent>;
  /** The newest first, at most `limit`. `not_found` where the platform lists none. */
  recentEvents(limit: number, signal?: AbortSignal): Promise<Rows<PlatformEventSummary>>;
  statement(partner: string, businessDay: string): Promise<PartnerStatement>;
  pauseRoute(order: PauseRouteOrder): Promise<Route>;
  resumeRoute(order: ResumeRouteOrder): Promise<Route>;
  /** Delivers the event to one of its targets again. */
  replayEvent(order: ReplayEventOrder): Promise<PlatformEvent>;
  /** Asks the partner to send the statement again. */
  requestStatement(order: RequestStatementOrder): Promise<PartnerStatement>;
}
