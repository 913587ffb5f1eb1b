/**
 * The live card of a request for a guarded action, and what is told in its thread and in the alarm channel.
 *
 * Invariants: the first line says what happens and in which state it is, and so does the plain text; the body is the plan
 * that is approved, line by line, or the card says that it does not fit and offers no approval; the buttons follow from
 * the state alone, so that a decided card has none.
 */
import type { ActionsBlock, Button, KnownBlock } from '@slack/types';
import type { Card } from '../ports/card.js';
import type { Remediation, Vote } from '../ports/remediations.js';
import type { News, Snapshot } from '../remediation/deps.js';
import { awaitsJudgement, isLookedFor } from '../remediation/settlement.js';
import { openStates } from '../remediation/transitions.js';
import { shortHashOf } from '../remediation/votes.js';
import { actions, button, cardOf, code, context, escape, escapeWithin, instant, mention, mentionGroup, section, sections, utc } from './blocks.js'; // prettier-ignore
import { joined } from './links.js';
import { riskOf } from './remediation-risk.js';
import { offeredOf, startButtons } from './remediation-start.js';
import { remediationButtons as ids, valueOf } from './remediation-ids.js';
import { bodyOf, fitsOnCard, headlineLimit } from './remediation-plan.js';
import {
  canBeCancelled,
  closedWordsOf,
  endedByOf,
  isDecided,
  markOf,
  progressOf,
  stateWords,
} from './remediation-state.js';

const whyLimit = 500;
const reasonLimit = 300;
/** Our own sentences with a reason of a person's or of the other side's in them. */
const newsLimit = 2000;
const mostVotes = 8;
/** The newest; the window that asks for a decision has them all. */
const mostEvidence = 6;
const evidenceLimit = 120;
const idLimit = 80;

/** `live` is false for a private copy, which nobody would ever rewrite: it has no button. */
export function remediationCard(snapshot: Snapshot, { live }: { live: boolean } = { live: true }): Card {
  return cardOf(plainLine(snapshot), [
    ...requestBlocks(snapshot, progressOf(snapshot)),
    ...(live ? buttonsOf(snapshot, 'anybody') : []),
    context(originLine(snapshot)),
  ]);
}

/** Without its buttons and origin: what stands in Home too, where Slack takes no progress. */
export function requestBlocks(snapshot: Snapshot, progress: readonly KnownBlock[] = []): KnownBlock[] {
  const { remediation } = snapshot;
  return [
    section(firstLine(snapshot)),
    ...planBlocks(snapshot),
    section(`*Why:* “${escape(remediation.why, whyLimit)}”`),
    ...progress,
    ...sections([...outcomeLines(snapshot), ...voteLines(snapshot)]),
  ];
}

/** One line for lists and for the top of the card. */
export function firstLine(snapshot: Snapshot): string {
  const { remediation, plan } = snapshot;
  const glass = remediation.breakGlass ? ':rotating_light: *Broken glass* · ' : '';
  const headline = escape(plan.preview.headline, headlineLimit);
  return `${glass}${markOf(remediation)} *${headline}* · ${stateWords(snapshot, instant)}`;
}

const plainLine = (snapshot: Snapshot): string =>
  joined(
    snapshot.remediation.breakGlass ? 'Broken glass' : null,
    `${snapshot.remediation.id}: ${escape(snapshot.plan.preview.headline, headlineLimit)}`,
    stateWords(snapshot, utc),
  );

function planBlocks({ plan, remediation }: Snapshot): KnownBlock[] {
  if (fitsOnCard(plan)) return sections(bodyOf(plan));
  const isOpen = openStates.includes(remediation.state);
  const where = isOpen ? 'Read it whole before you decide' : `${code(`/remediate show ${remediation.id}`)} shows it`;
  return [section(`:page_facing_up: *The plan is longer than a card.* ${where}.`)];
} // prettier-ignore

/** What is known of the outcome: the effect, the reason of the state, and what was found. */
function outcomeLines({ remediation, votes }: Snapshot): string[] {
  const { effectSummary, effectReference, evidence, review } = remediation;
  const effect = escapeWithin(effectSummary ?? '', reasonLimit);
  const isNamed = effectReference === null || effect.includes(escape(effectReference));
  const reference = isNamed ? '' : ` ${code(effectReference.slice(0, idLimit))}`;
  const found = awaitsJudgement(remediation) ? evidence.slice(-mostEvidence) : [];
  return [
    ...(effectSummary === null ? [] : [`*Effect:* ${effect}${reference}`]),
    ...reasonLines(remediation, votes),
    ...found.map((line) => `• ${escapeWithin(line, evidenceLimit)}`),
    ...(review === 'open' ? [':eyes: *Review owed:* another person looks at this and closes it.'] : []),
    ...(review === 'closed' ? [reviewedLine(remediation)] : []),
  ];
}

function reviewedLine({ reviewedBy, reviewFindings }: Remediation): string {
  const who = reviewedBy === null ? '' : ` by ${mention(reviewedBy)}`;
  const found = reviewFindings === null ? '.' : `: ${escapeWithin(reviewFindings, reasonLimit)}`;
  return `:eyes: *Reviewed${who}*${found}`;
}

function reasonLines(remediation: Remediation, votes: readonly Vote[]): string[] {
  const { stateWhy } = remediation;
  const label = reasonLabel(remediation);
  if (stateWhy === null) return remediation.state === 'cancelled' ? [label.replace(/:\* $/, '*')] : [];
  return [`${label}${reasonText(stateWhy, remediation, votes)}`];
}

/** Other reasons are sentences that stand by themselves. */
function reasonLabel(remediation: Remediation): string {
  const { state, verified, decidedBy } = remediation;
  const by = decidedBy === null ? '' : ` by ${mention(decidedBy)}`;
  if (state === 'rejected') return `*Rejected${by}:* `;
  if (state === 'cancelled') return `*Cancelled${by}:* `;
  if (isDecided(remediation)) return `*Decided${by}:* `;
  if (state === 'voided') return '*What changed:* ';
  return verified && !closedWordsOf(remediation) ? '*Seen:* ' : '';
}

/** What was seen is often, word for word, what the effect said already. */
const reasonText = (why: string, { verified, effectSummary }: Remediation, votes: readonly Vote[]): string =>
  verified && why === effectSummary ? 'the same, looked for again' : named(why, votes);

/** People whose vote a sentence tells of stand there by id. */
const named = (text: string, votes: readonly Vote[], limit = reasonLimit): string =>
  votes.reduce(
    (line, { personId }) => line.replaceAll(personId, () => mention(personId)),
    escapeWithin(text, limit),
  );

/** Who rejected, cancelled, decided or reviewed it, with their words. */
export const decisionLines = ({ remediation, votes }: Snapshot): string[] => [
  ...(remediation.decidedBy === null || reasonLabel(remediation) === ''
    ? []
    : reasonLines(remediation, votes)),
  ...(remediation.review === 'closed' ? [reviewedLine(remediation)] : []),
];

export function voteLines({ votes }: Snapshot): string[] {
  const left = votes.length - mostVotes;
  return [
    ...votes.slice(-mostVotes).map(voteLine),
    ...(left > 0 ? [`… and ${left} earlier ${left === 1 ? 'vote' : 'votes'}`] : []),
  ];
}

function voteLine({ personId, state, castAt, voidWhy, confirmedBy }: Vote): string {
  const who = mention(personId);
  if (state === 'void')
    return `:heavy_minus_sign: The vote of ${who} is void: ${escapeWithin(voidWhy ?? '', evidenceLimit)}`;
  if (state === 'unconfirmed') return `:hourglass: ${who} has yet to confirm outside Slack`;
  const confirmed = confirmedBy === null ? '' : ', confirmed outside Slack';
  return `:white_check_mark: ${who} approved ${instant(castAt)}${confirmed}`;
}

export function originLine({ remediation, ruling }: Snapshot): string {
  const { id, requesterId, createdAt } = remediation;
  return joined(
    `${id} asked for by ${mention(requesterId)} ${instant(createdAt)}`,
    riskOf(remediation.action),
    ruleWords({ ruling }),
    `plan ${code(shortHashOf(remediation))}`,
  );
}

function ruleWords({ ruling }: Pick<Snapshot, 'ruling'>): string {
  const { rule, approvals, approverGroups } = ruling;
  const who = escapeWithin(approverGroups.join(' or '), reasonLimit);
  const terms = approvals === 0 ? `review by ${who}` : `${approvals} of ${who}`;
  return joined(
    `rule ${code(rule.slice(0, idLimit))}: ${terms}`,
    ruling.typeAmount ? 'amount typed' : null,
    ruling.confirmOutside ? 'confirmed outside Slack' : null,
  );
}

/** Who will look at the buttons: in a channel anybody, at home the one whom they are for. */
export type Audience = 'anybody' | 'approver' | 'requester';

/** By the state; none when nothing can be decided any more. */
export function buttonsOf(snapshot: Snapshot, audience: Audience): ActionsBlock[] {
  const cancel = canBeCancelled(snapshot) && audience !== 'approver' ? cancelButton(snapshot) : null;
  return audience === 'requester'
    ? actions(cancel)
    : actions(...votingButtons(snapshot), cancel, ...laterButtons(snapshot), ...undoButtons(snapshot));
}

function votingButtons(snapshot: Snapshot): (Button | null)[] {
  const { remediation, plan } = snapshot;
  const isPending = remediation.state === 'pending';
  const isOpen = openStates.includes(remediation.state);
  const fits = fitsOnCard(plan);
  return [
    isPending && fits ? approveButton(snapshot) : null,
    isOpen && !fits ? decision(snapshot, 'plan', 'Read the whole plan') : null,
    isPending ? decision(snapshot, 'reject', 'Reject', 'danger') : null,
  ];
}

/** For what is left to be decided once it was begun. */
function laterButtons(snapshot: Snapshot): (Button | null)[] {
  const judged = awaitsJudgement(snapshot.remediation);
  return [
    judged ? decision(snapshot, 'tookEffect', 'It took effect') : null,
    judged ? decision(snapshot, 'didNot', 'It did not') : null,
    offersLook(snapshot.remediation) ? decision(snapshot, 'lookAgain', 'Look again') : null,
    snapshot.remediation.review === 'open' ? decision(snapshot, 'closeReview', 'Close review', 'primary') : null,
  ];
} // prettier-ignore

/** While a part of the plan is still to come, its effect can be ended early: with a request of its own. */
function undoButtons({ remediation, plan }: Snapshot): (Button | null)[] {
  const endedBy = offeredOf(endedByOf(remediation));
  if (remediation.state !== 'done' || !remediation.verified || endedBy === null) return [];
  return startButtons({ actions: [endedBy], ...plan.preview.subject }, [endedBy]);
}

/** What was done a moment ago is looked for at once. */
const offersLook = (remediation: Remediation): boolean =>
  isLookedFor(remediation) && (remediation.state !== 'done' || remediation.stateWhy !== null);

const decision = (
  snapshot: Snapshot,
  name: keyof typeof ids,
  text: string,
  style?: 'primary' | 'danger',
): Button | null =>
  button({
    actionId: ids[name],
    text,
    value: valueOf(snapshot),
    label: `${text}: ${snapshot.remediation.id}`,
    ...(style && { style }),
  });

const approveButton = (snapshot: Snapshot): Button | null =>
  button({
    actionId: ids.approve,
    text: 'Approve',
    value: valueOf(snapshot),
    label: `Approve ${snapshot.remediation.id}`,
    style: 'primary',
    confirm: {
      title: `Approve ${snapshot.remediation.id}?`,
      text: snapshot.plan.preview.headline,
      yes: 'Approve',
      no: 'Not now',
      style: 'primary',
    },
  });

const cancelButton = (snapshot: Snapshot): Button | null =>
  button({
    actionId: ids.cancel,
    text: 'Cancel',
    value: valueOf(snapshot),
    label: `Cancel ${snapshot.remediation.id}; for the person who asked for it`,
    confirm: {
      title: `Take ${snapshot.remediation.id} back?`,
      text: 'Only the person who asked for it can. Nothing will have been done.',
      yes: 'Take it back',
      no: 'Leave it',
      style: 'danger',
    },
  });

/** For the thread of the card: pings those who should look. */
export function newsCard({ by, text, mention: people }: News, votes: readonly Vote[] = []): Card {
  const told = named(text, votes, newsLimit);
  const others = people.filter((personId) => personId !== by).map(mention);
  const line = by === undefined ? [...others, told].join(' ') : joined(`${mention(by)} ${told}`, ...others);
  return cardOf(line, [section(line)]);
}

/** What a person did with the kill switch or by breaking the glass, or what Paydesk itself found (`null`). */
export function alarmCard(
  personId: string | null,
  text: string,
  { snapshot, groups }: { snapshot: Snapshot | null; groups: readonly string[] },
): Card {
  const who = personId === null ? '' : `${mention(personId)} `;
  const sentence = `${who}${escape(text, newsLimit)}`;
  const called = groups.map(mentionGroup).join(' ');
  return cardOf([sentence, called].filter(Boolean).join(' '), [
    section(`:rotating_light: ${sentence}`),
    ...(called === '' ? [] : [section(called)]),
    ...(snapshot ? [...planBlocks(snapshot), section(`*Why:* “${escape(snapshot.remediation.why, whyLimit)}”`), context(originLine(snapshot))] : []),
  ]);
} // prettier-ignore
