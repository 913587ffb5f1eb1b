/**
 * Who somebody is to policy: their kind, and the groups of the configuration that they are in.
 *
 * Invariant: group membership is the workspace's word at that moment, never ours.
 */
import { secondMs } from '../kernel/clock.js';
import type { Directory } from '../ports/directory.js';
import type { RemediationDeps } from './deps.js';
import type { Voter } from './policy/votes.js';

export interface KnownPerson extends Voter {
  name: string;
  email: string | null;
}

/** People change groups rarely and click quickly: what was read a moment ago serves for a click. */
export const forClicks = { maxAgeMs: 10 * secondMs };
/** Before money moves nothing is taken from memory. */
export const forExecution = { maxAgeMs: 0 };

/** Asks anew, and each question once: one execution needs every group twice and more. */
export function askedOnce(directory: Directory): Directory {
  const asked = new Map<string, Promise<unknown>>();
  const once = <Answer>(key: string, ask: () => Promise<Answer>): Promise<Answer> => {
    const known = (asked.get(key) as Promise<Answer> | undefined) ?? ask();
    asked.set(key, known);
    return known;
  };
  return {
    person: (userId, freshness) => once(`person ${userId}`, () => directory.person(userId, freshness)),
    membersOf: (groupId, freshness) =>
      once(`group ${groupId}`, () => directory.membersOf(groupId, freshness)),
  };
}

export async function personOf(
  { directory, policy }: Pick<RemediationDeps, 'directory' | 'policy'>,
  userId: string,
  freshness: { maxAgeMs: number },
): Promise<KnownPerson> {
  const names = Object.entries(policy.groups);
  const [person, ...members] = await Promise.all([
    directory.person(userId, freshness),
    ...names.map(([, id]) => directory.membersOf(id, freshness)),
  ]);
  const groups = names.filter((_, index) => members[index]?.has(userId) === true).map(([name]) => name);
  const { name, email, kind } = person;
  return { personId: userId, name, email, kind, groups: new Set(groups) };
}
