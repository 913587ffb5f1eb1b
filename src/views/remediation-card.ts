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
import type { Preview } from '../remediation/action.js';
import { paydesk, type News, type Snapshot } from '../remediation/deps.js';
import { awaitsJudgement } from '../remediation/settlement.js';
import { openStates } from '../remediation/transitions.js';
import { shortHashOf } from '../remediation/votes.js';
import { actions, button, cardOf, code, context, escape, escapeWithin, instant, link, mention, section, sections } from './blocks.js'; // prettier-ignore
import { joined, noLinks, pageOf, type Links } from './links.js';
import { lookUpButton } from './look-ups.js';
import { remediationButtons as ids, valueOf } from './remediation-ids.js';
import { bodyOf, fitsOnCard, headlineLimit, whyLines } from './remediation-plan.js';
import { canBeCancelled, markOf, progressOf, stateWords } from './remediation-state.js';

const reasonLimit = 300;
/** Our own sentences with a reason of a person's or of the other side's in them. */
const newsLimit = 2000;
const mostVotes = 8;
/** The newest; the window that asks for a decision has them all. */
const mostEvidence = 6;
const evidenceLimit = 120;
const idLimit = 80;

interface CardOptions {
  /** False for a private copy, which nobody would ever rewrite: it is whole, and has no button. */
  live?: boolean;
  links?: Links;
}

export function remediationCard(snapshot: Snapshot, { live = true, links = noLinks }: CardOptions = {}): Card {
  return cardOf(plainLine(snapshot), live && isFinished(snapshot) ? finishedBlocks(snapshot, links) : [
    ...requestBlocks(snapshot, progressOf(snapshot)),
    ...(live ? buttonsOf(snapshot, 'anybody') : []),
    context(originLine(snapshot, links)),
  ]);
} // prettier-ignore

/** Nothing is left to decide or to happen. */
const isFinished = ({ remediation: { state, review } }: Snapshot): boolean =>
  !openStates.includes(state) && review !== 'open';

/** The outcome alone: the channel shows what waits for people. The details went into the thread with the last news. */
function finishedBlocks(snapshot: Snapshot, links: Links): KnownBlock[] {
  const { remediation, votes } = snapshot;
  const isSettled = remediation.state === 'closed' && remediation.verified;
  const approved = votes.filter(({ state }) => state === 'counted').map(({ personId }) => mention(personId));
  return [
    section([firstLine(snapshot), ...(isSettled ? [] : reasonLines(snapshot))].join('\n')),
    context(
      joined(
        ...(isSettled ? effectLines(remediation) : []),
        requestedLine(snapshot, links),
        approved.length === 0 ? null : `approved by ${approved.join(', ')}`,
        remediation.review === 'closed' ? 'review closed' : null,
        'details in the thread',
      ),
    ),
  ];
}

/** Without its buttons and origin: what stands in Home too, where Slack takes no progress. */
export function requestBlocks(snapshot: Snapshot, progress: readonly KnownBlock[] = []): KnownBlock[] {
  return [section(firstLine(snapshot)), ...detailBlocks(snapshot, progress)];
}

/** All but the first line: the plan, why, the outcome and the votes. */
function detailBlocks(snapshot: Snapshot, progress: readonly KnownBlock[]): KnownBlock[] {
  return [
    ...planBlocks(snapshot),
    ...sections(whyLines(snapshot.remediation.why)),
    ...progress,
    ...sections([...outcomeLines(snapshot), ...voteLines(snapshot)]),
  ];
}

/** One line for lists and for the top of the card. */
export function firstLine(snapshot: Snapshot): string {
  const { remediation, plan } = snapshot;
  const glass = remediation.breakGlass ? ':rotating_light: *Break-glass* · ' : '';
  const headline = escape(plan.preview.headline, headlineLimit);
  return `${glass}${markOf(remediation)} *${headline}* · ${stateWords(snapshot, instant)}`;
}

const plainLine = (snapshot: Snapshot): string =>
  joined(
    snapshot.remediation.breakGlass ? 'Break-glass' : null,
    `${snapshot.remediation.id}: ${escape(snapshot.plan.preview.headline, headlineLimit)}`,
    stateWords(snapshot, instant),
  );

function planBlocks({ plan, remediation }: Snapshot): KnownBlock[] {
  if (fitsOnCard(plan)) return sections(bodyOf(plan));
  const isOpen = openStates.includes(remediation.state);
  const where = isOpen ? 'Read all of it before you decide' : `See ${code(`/remediate show ${remediation.id}`)}`;
  return [section(`:page_facing_up: *The plan is too long for this card.* ${where}.`)];
} // prettier-ignore

/** What is known of the outcome: the effect, the reason of the state, and what was found. */
function outcomeLines(snapshot: Snapshot): string[] {
  const { remediation } = snapshot;
  const { evidence, review } = remediation;
  const found = awaitsJudgement(remediation) ? evidence.slice(-mostEvidence) : [];
  return [
    ...effectLines(remediation).map((effect) => `*Effect:* ${effect}`),
    ...reasonLines(snapshot),
    ...found.map((line) => `• ${escapeWithin(line, evidenceLimit)}`),
    ...(review === 'open' ? [':eyes: *Review pending:* another person must review this and close it.'] : []),
    ...(review === 'closed' ? [':eyes: Review closed.'] : []),
  ];
}

/** None before there is an effect. */
function effectLines({ effectSummary, effectReference }: Remediation): string[] {
  if (effectSummary === null) return [];
  const effect = escapeWithin(effectSummary, reasonLimit);
  const isNamed = effectReference === null || effect.includes(escape(effectReference));
  return [isNamed ? effect : `${effect} ${code(effectReference.slice(0, idLimit))}`];
}

const reasonLines = ({ remediation, votes }: Snapshot): string[] =>
  remediation.stateWhy === null
    ? []
    : [`${reasonLabel(remediation)}${reasonText(remediation.stateWhy, remediation, votes)}`];

/** Other reasons are sentences that stand by themselves. */
function reasonLabel({ state, verified }: Remediation): string {
  if (state === 'rejected') return '*Reason:* ';
  if (state === 'voided') return '*What changed:* ';
  return verified ? '*Verified:* ' : '';
}

/** What was verified is often, word for word, what the effect said already. */
const reasonText = (why: string, { verified, effectSummary }: Remediation, votes: readonly Vote[]): string =>
  verified && why === effectSummary ? 'with the provider' : named(why, votes);

/** People whose vote a sentence tells of stand there by id. */
const named = (text: string, votes: readonly Vote[], limit = reasonLimit): string =>
  votes.reduce(
    (line, { personId }) => line.replaceAll(personId, () => mention(personId)),
    escapeWithin(text, limit),
  );

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
    return `:heavy_minus_sign: ${who}’s vote is void: ${escapeWithin(voidWhy ?? '', evidenceLimit)}`;
  if (state === 'unconfirmed') return `:hourglass: ${who} voted; confirmation outside Slack pending`;
  const confirmed = confirmedBy === null ? '' : ', confirmed outside Slack';
  return `:white_check_mark: ${who} approved ${instant(castAt)}${confirmed}`;
}

export const originLine = (snapshot: Snapshot, links: Links = noLinks): string =>
  joined(
    requestedLine(snapshot, links),
    ruleWords(snapshot),
    `plan ${code(shortHashOf(snapshot.remediation))}`,
  );

/** Who requested it and when; with the page of what it is about, where the configuration names one. */
function requestedLine({ remediation, plan }: Snapshot, links: Links): string {
  const { id, requesterId, createdAt } = remediation;
  const { subject } = plan.preview;
  const page = pageOf(links, linkedAs(subject), subject.id);
  return joined(
    `${id} requested by ${mention(requesterId)} ${instant(createdAt)}`,
    page === null ? null : link(page, `Open ${subject.id.slice(0, idLimit)}`),
  );
}

/** A payment's plan may be about a charge that has none. */
const linkedAs = ({ kind, id }: Preview['subject']): string =>
  kind === 'payment' && id.startsWith('ch_') ? 'charge' : kind;

function ruleWords({ ruling }: Pick<Snapshot, 'ruling'>): string {
  const { rule, approvals, approverGroups } = ruling;
  const who = escapeWithin(approverGroups.join(' or '), reasonLimit);
  const terms =
    approvals === 0
      ? `review by ${who}`
      : `${approvals} ${approvals === 1 ? 'approval' : 'approvals'} by ${who}`;
  return joined(
    `rule ${code(rule.slice(0, idLimit))}: ${terms}`,
    ruling.typeAmount ? 'approvers type the amount' : null,
    ruling.confirmOutside ? 'votes confirmed outside Slack' : null,
  );
}

/** Who will look at the buttons: in a channel anybody, at home the one whom they are for. */
export type Audience = 'anybody' | 'approver' | 'requester';

/** By the state; none when nothing can be decided any more. */
export function buttonsOf(snapshot: Snapshot, audience: Audience): ActionsBlock[] {
  const cancel = canBeCancelled(snapshot) && audience !== 'approver' ? cancelButton(snapshot) : null;
  return audience === 'requester'
    ? actions(cancel)
    : actions(...votingButtons(snapshot), cancel, ...laterButtons(snapshot), subjectButton(snapshot));
}

/** What the plan is about, one click away, for as long as somebody has to decide or to watch. */
function subjectButton(snapshot: Snapshot): Button | null {
  const { subject, partner } = snapshot.plan.preview;
  if (isFinished(snapshot)) return null;
  switch (subject.kind) {
    case 'payment':
    case 'payout':
    case 'dispute':
    case 'partner':
      return lookUpButton(subject.kind, subject.id);
    default:
      return partner === null ? null : lookUpButton('partner', partner);
  }
}

function votingButtons(snapshot: Snapshot): (Button | null)[] {
  const { remediation, plan } = snapshot;
  const isPending = remediation.state === 'pending';
  const isOpen = openStates.includes(remediation.state);
  const fits = fitsOnCard(plan);
  return [
    isPending && fits ? approveButton(snapshot) : null,
    isOpen && !fits ? decision(snapshot, 'plan', 'Read the plan') : null,
    isPending ? decision(snapshot, 'reject', 'Reject', 'danger') : null,
  ];
}

/** For what a person still decides after the start. */
function laterButtons(snapshot: Snapshot): (Button | null)[] {
  const judged = awaitsJudgement(snapshot.remediation);
  return [
    judged ? decision(snapshot, 'tookEffect', 'It took effect') : null,
    judged ? decision(snapshot, 'didNot', 'It didn’t') : null,
    snapshot.remediation.review === 'open' ? decision(snapshot, 'closeReview', 'Close review', 'primary') : null,
  ];
} // prettier-ignore

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
    text: 'Withdraw',
    value: valueOf(snapshot),
    label: `Withdraw ${snapshot.remediation.id}; requester only`,
    confirm: {
      title: `Withdraw ${snapshot.remediation.id}?`,
      text: 'Only the requester can withdraw it. No action will be taken.',
      yes: 'Withdraw',
      no: 'Keep it',
      style: 'danger',
    },
  });

/** For the thread of the card: pings those who should look. The last one keeps the details, which leave the card then. */
export function newsCard({ text, mention: people }: News, snapshot: Snapshot): Card {
  const line = [...people.map(mention), named(text, snapshot.votes, newsLimit)].join(' ');
  const details = isFinished(snapshot) ? [...detailBlocks(snapshot, []), context(originLine(snapshot))] : [];
  return cardOf(line, [section(line), ...details]);
}

/** What a person did with the kill switch or by breaking the glass, or what Paydesk needs help with. */
export function alarmCard(personId: string, text: string, snapshot: Snapshot | null): Card {
  const who = personId === paydesk ? 'Paydesk' : mention(personId);
  const sentence = `${who} ${escape(text, newsLimit)}`;
  return cardOf(sentence, [
    section(`:rotating_light: ${sentence}`),
    ...(snapshot ? [...planBlocks(snapshot), ...sections(whyLines(snapshot.remediation.why)), context(originLine(snapshot))] : []),
  ]);
} // prettier-ignore
