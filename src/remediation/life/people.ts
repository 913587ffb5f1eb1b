/**
 * Who somebody is to policy: their kind, and the groups of the configuration that they are in.
 *
 * Invariant: group membership is the workspace's word, and each use says how old that word may be.
 */
import { minuteMs, secondMs } from '../../kernel/clock.js';
import type { Directory, DirectoryPerson, Membership } from '../../ports/directory.js';
import type { Vote } from '../../ports/remediations.js';
import type { Freshness } from '../../ports/shared-answers.js';
import type { RemediationDeps } from './deps.js';
import type { Voter } from '../policy/votes.js';

export interface KnownPerson extends Voter {
  name: string;
  email: string | null;
}

export interface Recency {
  person: Freshness;
  groups: Freshness;
}

const both = (freshness: Freshness): Recency => ({ person: freshness, groups: freshness });

/** What is done by a click is checked again before it takes effect, so Slack's silence holds no click up. */
export const forClicks = both({ maxAgeMs: 10 * secondMs, atWorstMs: Infinity, patienceMs: 15 * secondMs });
/** Nothing checks these again: a judgement, a closed review, a lifted freeze. */
export const forFinalWords = both({
  maxAgeMs: 10 * secondMs,
  atWorstMs: 5 * minuteMs,
  patienceMs: 15 * secondMs,
});
/** Slack is given a moment; then what was last known serves, however old. */
export const forFreezing: Freshness = { maxAgeMs: minuteMs, atWorstMs: Infinity, patienceMs: 0.6 * secondMs };
/** For pages and lookups, which change nothing. Slack reports changes of people and groups; the limit is for lost reports. */
export const forReading = both({ maxAgeMs: 10 * minuteMs, atWorstMs: Infinity, patienceMs: 15 * secondMs });

/** Before a window opens, which Slack allows for three seconds. What is submitted is checked again. */
export const forWindows = both({ maxAgeMs: 10 * minuteMs, atWorstMs: Infinity, patienceMs: secondMs });

/** Under load many executions share one answer about groups for so long, unless a vote came after it. */
const sharedGroupsMs = 5 * secondMs;
/** Slack answers 100 questions about people in a minute: forty people can decide all the time. */
const sharedPersonMs = 30 * secondMs;

/** Before money moves everything is asked again; when Slack's limit is reached, what was read since the last vote serves. */
export function forExecution(votes: readonly Vote[], now: Date): Recency {
  const lastVoteAt = Math.max(0, ...votes.map(({ castAt }) => castAt.getTime()));
  const sinceVoteMs = Math.max(0, now.getTime() - lastVoteAt);
  const anew = { maxAgeMs: 0, patienceMs: 5 * secondMs };
  return {
    person: { ...anew, atWorstMs: sharedPersonMs },
    groups: { ...anew, atWorstMs: Math.min(sharedGroupsMs, sinceVoteMs) },
  };
}

/** Asks each question once: one execution needs the groups, and some people, several times. */
export function askedOnce(directory: Directory): Directory {
  const people = new Map<string, Promise<DirectoryPerson>>();
  let membership: Promise<Membership> | null = null;
  return {
    ...directory,
    person: (userId, freshness) => {
      const asked = people.get(userId) ?? directory.person(userId, freshness);
      people.set(userId, asked);
      return asked;
    },
    membership: (freshness) => (membership ??= directory.membership(freshness)),
  };
}

export async function personOf(
  { directory, policy }: Pick<RemediationDeps, 'directory' | 'policy'>,
  userId: string,
  recency: Recency,
): Promise<KnownPerson> {
  const [person, membership] = await Promise.all([
    directory.person(userId, recency.person),
    directory.membership(recency.groups),
  ]);
  const { name, email, kind } = person;
  return { personId: userId, name, email, kind, groups: groupsOf(policy, membership, userId) };
}

/** Names of the policy's groups that somebody is in. A group that the workspace does not know is empty. */
export function groupsOf(
  { groups }: Pick<RemediationDeps['policy'], 'groups'>,
  membership: Membership,
  userId: string,
): ReadonlySet<string> {
  const isIn = ([, id]: [string, string]): boolean => membership.groups.get(id)?.has(userId) === true;
  return new Set(
    Object.entries(groups)
      .filter(isIn)
      .map(([name]) => name),
  );
}
