/**
 * The live card of a request for a guarded action, and its messages in the thread and in the alarm channel.
 *
 * Invariants: the first line says what happens and in which state it is, and so does the plain text; the body is the plan
 * that is approved, line by line, or the card says that it does not fit and offers no approval; the buttons follow from
 * the state alone, so that a decided card has none.
 */
import type { KnownBlock } from '@slack/types';
import type { Card } from '../../ports/card.js';
import type { Remediation, Vote } from '../../ports/remediations.js';
import type { Preview } from '../../remediation/kit/action.js';
import type { News, Snapshot } from '../../remediation/life/deps.js';
import { awaitsJudgement } from '../../remediation/life/settlement.js';
import { openStates } from '../../remediation/life/transitions.js';

import { shortHashOf } from '../../remediation/life/votes.js';
import {
  cardOf,
  code,
  context,
  escape,
  escapeWithin,
  instant,
  link,
  mention,
  mentionGroup,
  section,
  sections,
} from '../kit/blocks.js';
import { joined, noLinks, pageOf, type Links } from '../kit/links.js';
import { riskOf } from './risk.js';
import { bodyOf, fitsOnCard, headlineLimit, whyLines } from './plan.js';
import { closedWordsOf, isDecided, isFinished, markOf, progressOf, stateWords } from './state.js';
import { buttonsOf } from './buttons.js';

const reasonLimit = 300;
/** Our own sentences with a reason of a person's or of the other side's in them. */
const newsLimit = 2000;
const mostVotes = 8;
/** The newest; the window that asks for a decision has them all. */
const mostEvidence = 6;
const evidenceLimit = 190;
const idLimit = 80;

interface CardOptions {
  /** False for a private copy, which is never rewritten: it is whole, and has no button. */
  live?: boolean;
  links?: Links;
}

export function remediationCard(
  snapshot: Snapshot,
  { live = true, links = noLinks }: CardOptions = {},
): Card {
  return cardOf(
    plainLine(snapshot),
    live && isFinished(snapshot)
      ? finishedBlocks(snapshot, links)
      : [
          ...requestBlocks(snapshot, progressOf(snapshot)),
          ...(live ? buttonsOf(snapshot, 'anybody') : []),
          context(originLine(snapshot, links)),
        ],
  );
}

/** The outcome alone: the channel shows what waits for people. The details went into the thread with the last news. */
function finishedBlocks(snapshot: Snapshot, links: Links): KnownBlock[] {
  const { remediation, votes } = snapshot;
  const isSettled = remediation.state === 'closed' && remediation.verified;
  const reviewLines = remediation.review === 'closed' ? [reviewedLine(remediation)] : [];
  const approved = votes.filter(({ state }) => state === 'counted').map(({ personId }) => mention(personId));
  return [
    section([firstLine(snapshot), ...(isSettled ? [] : reasonLines(snapshot)), ...reviewLines].join('\n')),
    context(
      joined(
        ...(isSettled ? effectLines(remediation) : []),
        requestedLine(snapshot, links),
        approved.length === 0 ? null : `approved by ${approved.join(', ')}`,
        'details in the thread',
      ),
    ),
  ];
}

/** Without its buttons and origin: what is in Home too, where Slack takes no progress. */
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
  const glass = remediation.breakGlass
    ? ':rotating_light: *Break-glass* · '
    : remediation.standingId === null
      ? ''
      : `:zap: *Standing approval ${remediation.standingId}* · `;
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
  const where = isOpen
    ? 'Read the full plan before you decide'
    : `See ${code(`/remediate show ${remediation.id}`)}`;
  return [section(`:page_facing_up: *The plan is too long for this card.* ${where}.`)];
}

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
    ...(review === 'closed' ? [reviewedLine(remediation)] : []),
  ];
}

function reviewedLine({ reviewedBy, reviewFindings }: Remediation): string {
  const who = reviewedBy === null ? '' : ` by ${mention(reviewedBy)}`;
  const found = reviewFindings === null ? '.' : `: ${escapeWithin(reviewFindings, reasonLimit)}`;
  return `:eyes: *Reviewed${who}*${found}`;
}

/** None before there is an effect. */
function effectLines({ effectSummary, effectReference }: Remediation): string[] {
  if (effectSummary === null) return [];
  const effect = escapeWithin(effectSummary, reasonLimit);
  const isNamed = effectReference === null || effect.includes(escape(effectReference));
  return [isNamed ? effect : `${effect} ${code(effectReference.slice(0, idLimit))}`];
}

function reasonLines({ remediation, votes }: Snapshot): string[] {
  const { stateWhy } = remediation;
  const label = reasonLabel(remediation);
  if (stateWhy === null) return remediation.state === 'cancelled' ? [label.replace(/:\* $/, '*')] : [];
  return [`${label}${reasonText(stateWhy, remediation, votes)}`];
}

/** Other reasons are complete sentences. */
function reasonLabel(remediation: Remediation): string {
  const { state, verified, decidedBy } = remediation;
  const by = decidedBy === null ? '' : ` by ${mention(decidedBy)}`;
  if (state === 'rejected') return `*Rejected${by}:* `;
  if (state === 'cancelled') return `*Withdrawn${by}:* `;
  if (isDecided(remediation)) return `*Decided${by}:* `;
  if (state === 'voided') return '*What changed:* ';
  return verified && !closedWordsOf(remediation) ? '*Verified:* ' : '';
}

/** What was verified is often, word for word, what the effect said already. */
const reasonText = (why: string, { verified, effectSummary }: Remediation, votes: readonly Vote[]): string =>
  verified && why === effectSummary ? 'Paydesk found the effect again' : named(why, votes);

/** A sentence about a vote names its people by id. */
const named = (text: string, votes: readonly Vote[], limit = reasonLimit): string =>
  votes.reduce(
    (line, { personId }) => line.replaceAll(personId, () => mention(personId)),
    escapeWithin(text, limit),
  );

/** Who rejected, withdrew, decided or reviewed it, with their words. */
export function decisionLines(snapshot: Snapshot): string[] {
  const { remediation } = snapshot;
  const isNamed = remediation.decidedBy !== null && reasonLabel(remediation) !== '';
  return [
    ...(isNamed ? reasonLines(snapshot) : []),
    ...(remediation.review === 'closed' ? [reviewedLine(remediation)] : []),
  ];
}

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
  const { standingId, alertId } = remediation;
  return joined(
    standingId === null
      ? `${id} requested by ${mention(requesterId)} ${instant(createdAt)}`
      : `${id} started by Paydesk ${instant(createdAt)} for ${alertId ?? 'an alert'} under ${standingId} by ${mention(requesterId)}`,
    riskOf(remediation.action),
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

/** For the thread of the card: pings those who should look. The last one keeps the details, which leave the card then. */
export function newsCard(news: News, snapshot: Snapshot): Card {
  const line = newsLine(news, snapshot);
  const details = isFinished(snapshot) ? [...detailBlocks(snapshot, []), context(originLine(snapshot))] : [];
  return cardOf(line, [section(line), ...details]);
}

export function newsLine({ by, text, mention: people }: News, { votes }: Pick<Snapshot, 'votes'>): string {
  const told = named(text, votes, newsLimit);
  const others = people.filter((personId) => personId !== by).map(mention);
  return by === undefined ? [...others, told].join(' ') : joined(`${mention(by)} ${told}`, ...others);
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
    ...(snapshot
      ? [
          ...planBlocks(snapshot),
          ...sections(whyLines(snapshot.remediation.why)),
          context(originLine(snapshot)),
        ]
      : []),
  ]);
}
