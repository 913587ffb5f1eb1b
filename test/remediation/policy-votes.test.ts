/**
 * Whose vote counts, and policies that nobody could satisfy.
 */
import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { hourMs } from '../../src/kernel/clock.js';
import type { PersonKind } from '../../src/ports/directory.js';
import type { Vote } from '../../src/ports/remediations.js';
import type { AllowedRuling, Policy } from '../../src/remediation/policy/policy.js';
import { policyFaults } from '../../src/remediation/policy/faults.js';
import { lockOuts } from '../../src/remediation/policy/lock-outs.js';
import { countedVotes, eligibleVote, type Voter } from '../../src/remediation/policy/votes.js';
import { root } from '../house/source-tree.js';
import { allowed, cap, noon, policy, rule } from './policies.js';

const voter = (changes: Partial<Voter> = {}): Voter => ({
  personId: 'U2',
  kind: 'member',
  groups: new Set(['leads']),
  ...changes,
});

const vote = (changes: Partial<Vote> = {}): Vote => ({
  personId: 'U2',
  state: 'counted',
  castAt: noon,
  voidWhy: null,
  tokenHash: null,
  confirmedBy: null,
  ...changes,
});

const known = (...voters: Voter[]): Map<string, Voter> =>
  new Map(voters.map((each) => [each.personId, each]));

describe('a vote', () => {
  it.each<[string, Partial<Voter>, Vote[], string | null, RegExp]>([
    ['of an approver', {}, [], null, /^$/],
    ['in one of several groups', { groups: new Set(['agents', 'leads']) }, [], null, /^$/],
    ['after others voted', {}, [vote({ personId: 'U3' })], null, /^$/],
    ['again, after it became void', {}, [vote({ state: 'void' })], null, /^$/],
    ['of the requester', { personId: 'U1' }, [], 'requester', /You requested this/],
    ['of a guest', { kind: 'guest' }, [], 'not_a_member', /Guests/],
    ['of an external person', { kind: 'external' }, [], 'not_a_member', /other companies/],
    ['of a bot', { kind: 'bot' }, [], 'not_a_member', /bots can’t vote/],
    ['of a deactivated account', { kind: 'deactivated' }, [], 'not_a_member', /deactivated/],
    ['of somebody else', { groups: new Set(['agents']) }, [], 'not_in_group', /Only leads can decide/],
    ['of somebody in no group', { groups: new Set() }, [], 'not_in_group', /Only leads/],
    ['a second time', {}, [vote()], 'already_voted', /You have already voted/],
    ['while the first waits', {}, [vote({ state: 'unconfirmed' })], 'already_voted', /needs confirmation/],
  ])('%s', (_why, changes, votes, reason, message) => {
    const answer = eligibleVote(allowed(), voter(changes), 'U1', votes);
    expect(answer.ok ? null : answer.reason).toBe(reason);
    expect(answer.ok ? '' : answer.message).toMatch(message);
  });

  it('each kind of stranger gets its own refusal', () => {
    const kinds: PersonKind[] = ['guest', 'external', 'bot', 'deactivated'];
    const told = kinds.map((kind) => eligibleVote(allowed(), voter({ kind }), 'U1', []));
    expect(new Set(told.map((each) => (each.ok ? '' : each.message))).size).toBe(kinds.length);
  });
});

describe('counting', () => {
  const outside = allowed({ confirmOutside: true });
  const confirmed = (personId: string, confirmedBy: string | null): Vote => vote({ personId, confirmedBy });
  const three = known(voter(), voter({ personId: 'U3' }), voter({ personId: 'U4' }));
  it.each<[string, AllowedRuling, Vote[], Map<string, Voter>, string[], string[]]>([
    ['two people', allowed(), [vote(), vote({ personId: 'U3' })], three, ['U2', 'U3'], []],
    ['one person twice', allowed(), [vote(), vote()], three, ['U2'], []],
    ['no void vote', allowed(), [vote({ state: 'void' })], three, [], []],
    ['no unconfirmed vote', allowed(), [vote({ state: 'unconfirmed' })], three, [], []],
    ['nobody who left the group', allowed(), [vote()], known(voter({ groups: new Set() })), [], ['U2']],
    ['nobody deactivated since', allowed(), [vote()], known(voter({ kind: 'deactivated' })), [], ['U2']],
    ['nobody unknown', allowed(), [vote()], known(), [], ['U2']],
    [
      'never the requester',
      allowed(),
      [vote({ personId: 'U1' })],
      known(voter({ personId: 'U1' })),
      [],
      ['U1'],
    ],
    ['confirmed outside', outside, [confirmed('U2', 'b@x'), confirmed('U3', 'c@x')], three, ['U2', 'U3'], []],
    ['only what was confirmed outside', outside, [confirmed('U2', null)], three, [], []],
    [
      'one human with two accounts',
      outside,
      [confirmed('U2', 'b@x'), confirmed('U3', 'b@x')],
      three,
      ['U2'],
      [],
    ],
  ])('%s', (_why, ruling, votes, voters, people, lapsed) => {
    const count = countedVotes(ruling, votes, 'U1', voters);
    expect(count.people).toEqual(people);
    expect(count.lapsed.map(({ personId }) => personId)).toEqual(lapsed);
  });

  const people = ['U1', 'U2', 'U3', 'U4', 'U5'];
  const groupNames = ['agents', 'leads', 'treasury', 'bosses'];
  const ruling = allowed({ approverGroups: ['leads', 'treasury', 'bosses'] });
  const anyVote = fc.record({
    personId: fc.constantFrom(...people),
    state: fc.constantFrom<Vote['state'][]>('counted', 'unconfirmed', 'void'),
  });
  const membership = fc.record(Object.fromEntries(groupNames.map((name) => [name, fc.subarray(people)])));
  const votersOf = (membersOf: Record<string, string[]>): Map<string, Voter> => {
    const groups = (id: string): Set<string> =>
      new Set(groupNames.filter((name) => membersOf[name]?.includes(id) === true));
    return known(...people.map((id) => voter({ personId: id, groups: groups(id) })));
  };

  it('counts people: the requester never, and nobody twice, however often they voted or in how many groups they are', () => {
    fc.assert(
      fc.property(fc.array(anyVote.map(vote)), membership, (votes, members) => {
        const entitled = people.filter(
          (id) =>
            id !== 'U1' &&
            ruling.approverGroups.some((name) => members[name]?.includes(id)) &&
            votes.some(({ personId, state }) => personId === id && state === 'counted'),
        );
        const count = countedVotes(ruling, [...votes, ...votes], 'U1', votersOf(members));
        expect([...count.people].sort()).toEqual(entitled);
      }),
      { numRuns: 300 },
    );
  });

  it('removing people from groups never adds a vote, nor lets one in', () => {
    fc.assert(
      fc.property(
        fc.array(anyVote.map(vote)),
        membership,
        fc.subarray(people),
        fc.constantFrom(...groupNames),
        (votes, members, removed, group) => {
          const fewer = { ...members, [group]: (members[group] ?? []).filter((id) => !removed.includes(id)) };
          const before = countedVotes(ruling, votes, 'U1', votersOf(members)).people;
          const after = countedVotes(ruling, votes, 'U1', votersOf(fewer)).people;
          expect(before).toEqual(expect.arrayContaining([...after]));
          for (const now of votersOf(fewer).values()) {
            const earlier = votersOf(members).get(now.personId) ?? now;
            if (eligibleVote(ruling, now, 'U1', []).ok)
              expect(eligibleVote(ruling, earlier, 'U1', []).ok).toBe(true);
          }
        },
      ),
    );
  });
});

const members = (groups: Record<string, string[]>): Map<string, ReadonlySet<string>> =>
  new Map(Object.entries(groups).map(([name, ids]) => [name, new Set(ids)]));

describe('a policy that locks people out', () => {
  const glass = { groups: ['treasury'], reviewWithin: hourMs };
  const full = { agents: ['U1', 'U2'], leads: ['U3', 'U4'], treasury: ['U5', 'U6'] };
  it.each<[string, Partial<Policy>, Record<string, string[]>, string[]]>([
    ['not this one', { breakGlass: glass }, full, []],
    [
      'nobody may ask',
      {},
      { ...full, agents: [] },
      [
        'Rule “refunds” cannot be used: agents has no members to request it.',
        'The kill switch cannot be used: agents has no members.',
      ],
    ],
    [
      'a group that nobody knows is empty',
      { rules: [rule({ request: ['leads'], approve: ['bosses'] })] },
      full,
      ['Rule “refunds” needs 1 person of bosses to approve, but there are none.'],
    ],
    [
      'fewer approvers than approvals',
      { rules: [rule({ approvals: 3 })] },
      full,
      ['Rule “refunds” needs 3 people of leads to approve, but there are only 2.'],
    ],
    [
      'the same people in two groups are not more',
      { rules: [rule({ approvals: 3, approve: ['leads', 'bosses'] })] },
      { ...full, bosses: ['U3', 'U4'] },
      ['Rule “refunds” needs 3 people of leads or bosses to approve, but there are only 2.'],
    ],
    [
      'requesters who are needed as approvers',
      { rules: [rule({ request: ['agents', 'leads'], approvals: 2 })] },
      full,
      [
        'Rule “refunds” needs 2 people of leads to approve. With U3, U4 as the requester, only 1 other person can approve.',
      ],
    ],
    [
      'alone with oneself',
      { rules: [rule({ request: ['leads'], approve: ['bosses'] })] },
      { ...full, leads: ['U3', 'U4'], bosses: ['U3'] },
      [
        'Rule “refunds” needs 1 person of bosses to approve. With U3 as the requester, no other person can approve.',
      ],
    ],
    [
      'many of them',
      { rules: [rule({ request: ['leads'], approvals: 5 })] },
      { ...full, leads: ['U1', 'U2', 'U3', 'U4', 'U5'] },
      [
        'Rule “refunds” needs 5 people of leads to approve. With U1, U2, U3 and 2 more as the requester, only 4 other people can approve.',
      ],
    ],
    ['just enough besides the requester', { rules: [rule({ request: ['leads'], approvals: 1 })] }, full, []],
    [
      'break-glass that no other person could review',
      { breakGlass: glass },
      { ...full, treasury: ['U5'] },
      ['Break-glass needs 2 people of treasury, one to act and another to review, but there is only 1.'],
    ],
    [
      'a kill switch that one person alone could lift',
      { killSwitch: { freeze: ['agents'], lift: ['treasury'] } },
      { ...full, treasury: ['U5'] },
      ['Lifting the kill switch needs 2 people of treasury, but there is only 1.'],
    ],
    [
      'a kill switch that nobody could lift',
      { killSwitch: { freeze: ['agents'], lift: ['bosses'] } },
      full,
      ['Lifting the kill switch needs 2 people of bosses, but there are none.'],
    ],
  ])('%s', (_why, changes, groups, expected) => {
    expect(lockOuts(policy(changes), members(groups))).toEqual(expected);
  });

  it('is reported exactly where some requester could never get the votes', () => {
    const someone = fc.subarray(['U1', 'U2', 'U3', 'U4']);
    fc.assert(
      fc.property(someone, someone, fc.integer({ min: 1, max: 4 }), (agents, leads, approvals) => {
        const given = policy({ rules: [rule({ approvals })], killSwitch: { freeze: ['x'], lift: ['x'] } });
        const stuck = agents.some((id) => leads.filter((other) => other !== id).length < approvals);
        const faults = lockOuts(given, members({ agents, leads, x: ['U8', 'U9'] }));
        expect(faults.length > 0).toBe(stuck || agents.length === 0);
      }),
    );
  });
});

describe('a policy that does not fit the actions', () => {
  const actions = ['refund-payment', 'pause-route'];
  it.each<[string, Partial<Policy>, string[]]>([
    ['not this one', { rules: [rule({ upTo: '10' }), rule({ id: 'rest', actions: 'any' })] }, []],
    [
      'a misspelt action',
      { rules: [rule(), rule({ id: 'two', actions: ['pause-routes'] })] },
      ['Rule “two” names the action “pause-routes”, which does not exist. Did you mean “pause-route”?'],
    ],
    [
      'one in every other place',
      {
        caps: [cap({ actions: ['x-y'] })],
        freezes: [{ id: 'sale', from: noon, to: noon, why: '', actions: ['x-y'] }],
        breakGlass: { groups: [], reviewWithin: 1, actions: ['x-y'] },
      },
      [
        'Cap “hourly” names the action “x-y”, which does not exist. Known actions: refund-payment, pause-route.',
        'Freeze “sale” names the action “x-y”, which does not exist. Known actions: refund-payment, pause-route.',
        'Break-glass names the action “x-y”, which does not exist. Known actions: refund-payment, pause-route.',
      ],
    ],
    [
      'no rule for any action',
      { rules: [] },
      ['No rule covers any action, so everything would be refused. Add one, or leave “remediation” out.'],
    ],
    [
      'a strict rule below a lax one',
      { rules: [rule({ actions: 'any' }), rule({ id: 'strict', approvals: 2 })] },
      ['Rule “strict” is never reached: rule “refunds” above it covers all of it. Move it up.'],
    ],
    [
      'a smaller band below a larger one',
      { rules: [rule({ upTo: '20' }), rule({ id: 'strict', upTo: '20.00', risks: ['high'] })] },
      ['Rule “strict” is never reached: rule “refunds” above it covers all of it. Move it up.'],
    ],
    ['a larger band is reached', { rules: [rule({ upTo: '20' }), rule({ id: 'more', upTo: '20.01' })] }, []],
    [
      'and so is another risk',
      { rules: [rule({ risks: ['low'] }), rule({ id: 'more', risks: ['low', 'high'] })] },
      [],
    ],
  ])('%s', (_why, changes, expected) => {
    expect(policyFaults(policy(changes), actions)).toEqual(expected);
  });
});

it('the documented policy locks nobody out', () => {
  const documented = loadConfig(join(root, 'paydesk.example.yaml')).remediation ?? policy();
  const groups = { agents: ['U1', 'U2'], leads: ['U3', 'U4'], treasury: ['U5', 'U6'], 'on-call': ['U7'] };
  const ids = ['refund-payment', 'pause-route', 'resume-route', 'cancel-payout'];
  expect([...policyFaults(documented, ids), ...lockOuts(documented, members(groups))]).toEqual([]);
});
