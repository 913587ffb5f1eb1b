/**
 * The people of a company, their groups, and the policy that says who may decide what.
 *
 * Deliberately absent: anything of Vitest's. Replicas load this file, and Vitest takes them longer than everything else.
 */
import { hourMs, minuteMs } from '../../src/kernel/clock.js';
import type { Directory, DirectoryPerson, PersonKind } from '../../src/ports/directory.js';
import type { Policy } from '../../src/remediation/policy/policy.js';

export interface People {
  kinds: Map<string, PersonKind>;
  groups: Map<string, Set<string>>;
  directory: Directory;
}

export function createPeople(groups: Readonly<Record<string, readonly string[]>>): People {
  const members = new Map(Object.entries(groups).map(([id, people]) => [id, new Set(people)]));
  const kinds = new Map<string, PersonKind>();
  return {
    kinds,
    groups: members,
    directory: {
      person: (userId): Promise<DirectoryPerson> =>
        Promise.resolve({
          userId,
          name: userId,
          email: `${userId}@example.com`,
          kind: kinds.get(userId) ?? 'member',
        }),
      membership: () =>
        Promise.resolve({
          groups: new Map([...members].map(([id, people]) => [id, new Set(people)])),
          ageMs: 0,
        }),
      groupChanged: () => Promise.resolve(),
      personChanged: () => Promise.resolve(),
    },
  };
}

export const policy: Policy = {
  channels: { approvals: 'C0APPROVALS', alarm: 'C0ALARM000' },
  reportingCurrency: 'EUR',
  rates: [],
  ratesMaxAge: 31 * 24 * hourMs,
  groups: { operators: 'S0OPS', approvers: 'S0APP', leads: 'S0LEADS' },
  expiry: hourMs,
  rules: [
    {
      id: 'small',
      actions: 'any',
      upTo: '100',
      request: ['operators'],
      approve: ['approvers', 'leads'],
      approvals: 1,
      typeAmount: false,
      confirmOutside: false,
    },
    {
      id: 'large',
      actions: 'any',
      upTo: '10000',
      request: ['operators'],
      approve: ['approvers', 'leads'],
      approvals: 2,
      typeAmount: false,
      confirmOutside: false,
    },
    {
      id: 'typed',
      actions: 'any',
      upTo: '20000',
      request: ['operators'],
      approve: ['leads'],
      approvals: 1,
      coolingOff: 10 * minuteMs,
      typeAmount: true,
      confirmOutside: false,
    },
    {
      id: 'outside',
      actions: 'any',
      request: ['operators'],
      approve: ['leads'],
      approvals: 1,
      typeAmount: false,
      confirmOutside: true,
    },
  ],
  caps: [{ id: 'hourly', per: 'merchant', within: hourMs, limit: '15000' }],
  freezes: [],
  breakGlass: { groups: ['leads'], reviewWithin: 24 * hourMs },
  killSwitch: { freeze: ['operators'], lift: ['leads'] },
};

/** Nobody may have more than twenty open requests, so a crowd of requests needs a crowd of people. */
export const operators = Array.from({ length: 30 }, (_, at) => `operator-${at}`);

export const groups = {
  S0OPS: ['ana', 'bo', 'cy', 'lee', ...operators],
  S0APP: ['ana', 'bo', 'dee', 'eve'],
  S0LEADS: ['lee', 'mo', 'dee'],
};
