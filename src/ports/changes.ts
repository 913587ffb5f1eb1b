/**
 * Changes to the company's own systems that may explain an alert: deploys, routes, settings.
 * Errors of every call: `unavailable`.
 */
export interface Change {
  /** A word: deploy, route, config… */
  kind: string;
  title: string;
  /** Who or what made it; null where that was not said. */
  by: string | null;
  /** Null where it is about none in particular. */
  partner: string | null;
  url: string | null;
  at: Date;
}

export interface Changes {
  /** A change of the same kind, title and time is known already. */
  put(change: Change): Promise<void>;
  /** About this partner, or about none; newest first. */
  between(from: Date, to: Date, partner: string | null, limit: number): Promise<Change[]>;
}
