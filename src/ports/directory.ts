/**
 * Who people are, and which groups they are in, as the workspace says it now.
 * Errors: `not_found` (no such person or group), `unavailable`, `rate_limited`, `misconfigured` (a scope is missing).
 */
export type PersonKind = 'member' | 'guest' | 'external' | 'bot' | 'deactivated';

export interface DirectoryPerson {
  userId: string;
  /** For people to read; from outside, so it is escaped like any foreign text. */
  name: string;
  /** Null where the workspace does not tell. */
  email: string | null;
  kind: PersonKind;
  /** IANA name, such as `Europe/Lisbon`; absent where the workspace does not say. */
  timeZone?: string;
}

/** How old an answer may be. Zero asks the workspace. */
export interface Freshness {
  maxAgeMs: number;
}

export interface Directory {
  person(userId: string, freshness: Freshness): Promise<DirectoryPerson>;
  /** User ids of a user group (its id, `S…`); empty for a group that was disabled. */
  membersOf(groupId: string, freshness: Freshness): Promise<ReadonlySet<string>>;
}
