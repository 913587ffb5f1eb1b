/**
 * Who people are, and which user groups they are in, as the workspace says it.
 * Errors: `not_found` (no such person), `unavailable`, `rate_limited`, `misconfigured` (a scope is missing).
 */
import { hourMs } from '../kernel/clock.js';
import type { Freshness } from './shared-answers.js';

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

/** Who is in the groups of the configuration, at one moment. */
export interface Membership {
  /** User ids by group id (`S…`); a disabled group is empty, a group that does not exist is missing. */
  groups: ReadonlyMap<string, ReadonlySet<string>>;
  ageMs: number;
}

export interface Directory {
  person(userId: string, freshness: Freshness): Promise<DirectoryPerson>;
  membership(freshness: Freshness): Promise<Membership>;
  /** The workspace reported a change of this group, or of this person: what is known of them is outdated. */
  groupChanged(groupId: string): Promise<void>;
  personChanged(userId: string): Promise<void>;
}

/** People seldom move. */
const timeZoneFreshness = { maxAgeMs: hourMs, atWorstMs: Infinity, patienceMs: 2000 };

/** Whose days and hours count in what a person typed. UTC where the workspace does not say, which the answer then names. */
export const timeZoneOf = (directory: Pick<Directory, 'person'>, userId: string): Promise<string> =>
  directory.person(userId, timeZoneFreshness).then(
    ({ timeZone }) => timeZone ?? 'UTC',
    () => 'UTC',
  );
