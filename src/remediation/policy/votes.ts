/**
 * Whose vote counts.
 *
 * Invariants: people are counted, not votes and not groups; the requester never counts; a voter who is no longer entitled when
 * it matters does not count, however rightly the vote was cast.
 */
import type { PersonKind } from '../../ports/directory.js';
import type { Vote } from '../../ports/remediations.js';
import type { AllowedRuling } from './policy.js';

/** A person as the workspace says now. */
export interface Voter {
  personId: string;
  kind: PersonKind;
  /** Names of the groups that they are in. */
  groups: ReadonlySet<string>;
}

type IneligibleReason = 'requester' | 'not_a_member' | 'not_in_group' | 'already_voted';
export type Eligibility = { ok: true } | { ok: false; reason: IneligibleReason; message: string };

/** May this person vote now? A vote that became void may be cast again. */
export function eligibleVote(
  ruling: AllowedRuling,
  voter: Voter,
  requesterId: string,
  votes: readonly Vote[],
): Eligibility {
  const title = entitlement(ruling, voter, requesterId);
  if (!title.ok) return title;
  const own = votes.find(({ personId, state }) => personId === voter.personId && state !== 'void');
  if (own?.state === 'counted')
    return no('already_voted', 'You have already voted; each person counts once.');
  if (own) return no('already_voted', 'Your vote needs confirmation: open the link that you were sent.');
  return { ok: true };
}

function entitlement(ruling: AllowedRuling, voter: Voter, requesterId: string): Eligibility {
  if (voter.personId === requesterId)
    return no('requester', 'You requested this, so another person must decide.');
  const outsider = strangers[voter.kind];
  if (outsider !== null) return no('not_a_member', outsider);
  if (ruling.approverGroups.some((name) => voter.groups.has(name))) return { ok: true };
  return no('not_in_group', `Only ${ruling.approverGroups.join(' or ')} can decide this.`);
}

const strangers: Readonly<Record<PersonKind, string | null>> = {
  member: null,
  guest: 'Guests can’t approve requests. Ask a full member.',
  external: 'People from other companies can’t approve requests. Ask a member of this workspace.',
  bot: 'Apps and bots can’t vote. A person must.',
  deactivated: 'This account is deactivated and can’t vote.',
};

const no = (reason: IneligibleReason, message: string): Eligibility => ({ ok: false, reason, message });

export interface VoteCount {
  /** Distinct people whose vote counts. */
  people: readonly string[];
  /** Votes that counted and no longer do, with the reason. */
  lapsed: readonly { personId: string; why: string }[];
}

/**
 * Who counts, by what the workspace says now; an unknown voter does not count. Votes that are void or wait for their
 * confirmation are in neither list.
 */
export function countedVotes(
  ruling: AllowedRuling,
  votes: readonly Vote[],
  requesterId: string,
  voters: ReadonlyMap<string, Voter>,
): VoteCount {
  const people = new Map<string, string>();
  const lapsed = new Map<string, string>();
  for (const vote of votes.filter((each) => isCast(ruling, each))) {
    const voter = voters.get(vote.personId);
    const title = voter ? entitlement(ruling, voter, requesterId) : unknownVoter;
    if (title.ok) people.set(vote.personId, humanOf(ruling, vote));
    else lapsed.set(vote.personId, title.message);
  }
  return {
    people: oneAccountEach(people),
    lapsed: [...lapsed].map(([personId, why]) => ({ personId, why })),
  };
}

const unknownVoter = no('not_a_member', 'This person is not in the workspace.');

const isCast = ({ confirmOutside }: AllowedRuling, { state, confirmedBy }: Vote): boolean =>
  state === 'counted' && (!confirmOutside || confirmedBy !== null);

/** Two chat accounts that one identity confirmed are one human. */
const humanOf = ({ confirmOutside }: AllowedRuling, { personId, confirmedBy }: Vote): string =>
  confirmOutside ? `confirmed:${confirmedBy ?? ''}` : personId;

function oneAccountEach(humans: ReadonlyMap<string, string>): string[] {
  const seen = new Set<string>();
  return [...humans].flatMap(([personId, human]) => {
    if (seen.has(human)) return [];
    seen.add(human);
    return [personId];
  });
}
