/**
 * Private answers about requests: the list of open ones, why one was ruled on as it was, and short notices.
 */
import type { Card } from '../../ports/card.js';
import type { Remediation } from '../../ports/remediations.js';
import type { Snapshot } from '../../remediation/life/deps.js';
import { missingApprovals } from '../../remediation/life/votes.js';
import { cardOf, code, context, escape, mention, section, sections } from '../kit/blocks.js';
import { joined } from '../kit/links.js';
import { decisionLines, firstLine, originLine, voteLines } from './card.js';
import { trailLines } from './forms.js';

const mostListed = 30;

/** `open`: the newest of `all`. */
export function remediationListCard(open: readonly Snapshot[], all: number): Card {
  const count = ['No request is', 'One request is'][all] ?? `${all.toLocaleString('en-GB')} requests are`;
  const title = `${count} open`;
  const left = all - Math.min(open.length, mostListed);
  return cardOf(title, [
    section(`:clipboard: *${title}*`),
    ...sections(open.slice(0, mostListed).map(listLine)),
    context(
      joined(
        left > 0 ? `${left.toLocaleString('en-GB')} older not shown` : null,
        `${code('/remediate show REM-…')} for one, ${code('/remediate why REM-…')} for the rule that decided`,
      ),
    ),
  ]);
}

const listLine = (snapshot: Snapshot): string =>
  joined(
    code(snapshot.remediation.id),
    firstLine(snapshot),
    `by ${mention(snapshot.remediation.requesterId)}`,
  );

/** Which rule decided, on what terms, and the state of each vote. */
export function remediationWhyCard(snapshot: Snapshot): Card {
  const { remediation, ruling, votes } = snapshot;
  const title = `${remediation.id}: decided by rule ${escape(ruling.rule)}`;
  const missing = missingApprovals(snapshot);
  const counted = `${ruling.approvals - missing} of ${ruling.approvals} approvals`;
  return cardOf(`${title} · ${counted}`, [
    section(`:scroll: *${title}*`),
    section(firstLine(snapshot)),
    ...sections(trailLines(ruling.trail)),
    section(`*Votes:* ${votes.length === 0 ? 'no approvals' : counted}`),
    ...sections([...voteLines(snapshot), ...decisionLines(snapshot)]),
    context(
      originLine(snapshot),
      ...(isWaiting(remediation) ? ['Approver eligibility is rechecked before execution'] : []),
    ),
  ]);
}

const isWaiting = ({ state }: Remediation): boolean => state === 'pending' || state === 'approved';

/** What a look that a person asked for has found. */
export function lookedCard(snapshot: Snapshot): Card {
  const { id, evidence, stateWhy, state } = snapshot.remediation;
  const found = state === 'unknown' ? evidence.at(-1) : stateWhy;
  return cardOf(`Paydesk checked for the effect of ${id}`, [
    section(`:mag: ${firstLine(snapshot)}`),
    ...sections(found ? [escape(found, 500)] : []),
  ]);
}

/** A sentence that answers a command. */
export const noticeCard = (sentence: string): Card =>
  cardOf(escape(sentence), [section(escape(sentence, 500))]);
