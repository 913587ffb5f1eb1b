/**
 * The windows in which something is decided about a request: reading a long plan, typing its amount, saying why.
 *
 * Invariants: each shows what is being decided about; its memo names the plan that was shown; the one-time address to
 * confirm a vote is shown in a window of the voter and nowhere else.
 */
import type { KnownBlock } from '@slack/types';
import type { Card } from '../../ports/card.js';
import type { Modal } from '../../ports/command.js';
import type { Snapshot } from '../../remediation/life/deps.js';
import type { Judgement } from '../../remediation/life/judgement.js';
import { actions, cardOf, context, escape, linkButton, section, sections } from '../kit/blocks.js';
import { input, textInput } from '../kit/inputs.js';
import { firstLine, requestBlocks } from './card.js';
import { remediationButtons, remediationWindows as ids, valueOf } from './ids.js';
import { pagesOf, whyLines } from './plan.js';

/** The name of the one input that these windows have. */
export const wordsInput = 'words';

/** One page of a plan that does not fit on a card; the last one approves, while that is still to be done. */
export function planModal(snapshot: Snapshot, page: number): Modal {
  const pages = pagesOf(snapshot.plan);
  const last = pages.length - 1;
  const shown = Math.min(page, last);
  const approves = snapshot.remediation.state === 'pending' ? 'Approve' : null;
  return {
    callbackId: ids.plan,
    title: `Plan of ${snapshot.remediation.id}`.slice(0, 24),
    submit: shown < last ? 'Next page' : approves,
    close: 'Close',
    blocks: [
      ...(pages[shown] ?? []),
      ...(shown < last ? [] : sections(whyLines(snapshot.remediation.why))),
      context(`Page ${shown + 1} of ${pages.length}`),
    ],
    memo: `${valueOf(snapshot)}:${shown}`,
  };
}

export const isLastPage = ({ plan }: Snapshot, page: number): boolean => page >= pagesOf(plan).length - 1;

interface Question {
  callbackId: string;
  title: string;
  submit: string;
  label: string;
  hint?: string;
  multiline: boolean;
  memo: string;
  above: readonly KnownBlock[];
}

const asking = (question: Question): Modal => ({
  callbackId: question.callbackId,
  title: question.title,
  submit: question.submit,
  close: 'Back',
  blocks: [
    ...question.above,
    input({
      name: wordsInput,
      label: question.label,
      hint: question.hint,
      element: textInput({ multiline: question.multiline }),
    }),
  ],
  memo: question.memo,
});

/** The rule requires approvers to type the amount. */
export const amountModal = (snapshot: Snapshot): Modal =>
  asking({
    callbackId: ids.amount,
    title: 'Type the amount',
    submit: 'Approve',
    label: 'Amount you approve',
    hint: 'Type the amount in the plan, with or without its currency.',
    multiline: false,
    memo: valueOf(snapshot),
    above: [section(firstLine(snapshot))],
  });

export const rejectModal = (snapshot: Snapshot): Modal =>
  asking({
    callbackId: ids.reject,
    title: `Reject ${snapshot.remediation.id}`.slice(0, 24),
    submit: 'Reject',
    label: 'Why?',
    hint: 'The requester will see this.',
    multiline: true,
    memo: valueOf(snapshot),
    above: [section(firstLine(snapshot))],
  });

/** With everything that was found: no one else can tell. */
export function judgeModal(snapshot: Snapshot, judgement: Judgement): Modal {
  const took = judgement === 'took_effect';
  const { evidence, stateWhy } = snapshot.remediation;
  const found = [...(stateWhy === null ? [] : [stateWhy]), ...evidence];
  return asking({
    callbackId: ids.judge,
    title: took ? 'It took effect' : 'It didn’t take effect',
    submit: took ? 'It took effect' : 'It didn’t',
    label: 'How do you know?',
    hint: `Paydesk checks once more before your decision counts, and for a day afterwards. ${took ? 'This closes the request.' : 'This ends the request as refused, with no action taken.'}`,
    multiline: true,
    memo: `${valueOf(snapshot)}:${judgement}`,
    above: [
      section(firstLine(snapshot)),
      section('*Evidence*'),
      ...sections(found.map((line) => `• ${escape(line, 500)}`)),
    ],
  });
}

/** The decision was not taken: the other side says otherwise. */
export const contradictedModal = (snapshot: Snapshot, found: readonly string[]): Modal => ({
  callbackId: ids.notice,
  title: 'Decision not recorded',
  submit: null,
  close: 'Close',
  blocks: [
    section(':mag: *Your decision was not recorded. Paydesk looked just now and found:*'),
    ...sections(found.map((line) => `• ${escape(line, 500)}`)),
    section(firstLine(snapshot)),
  ],
  memo: '',
});

export const reviewModal = (snapshot: Snapshot): Modal =>
  asking({
    callbackId: ids.review,
    title: `Review of ${snapshot.remediation.id}`.slice(0, 24),
    submit: 'Close review',
    label: 'What did you find?',
    multiline: true,
    memo: valueOf(snapshot),
    above: requestBlocks(snapshot),
  });

function confirmBlocks(snapshot: Snapshot, address: string): KnownBlock[] {
  const link = linkButton(remediationButtons.confirm, 'Confirm my vote', address);
  return [
    section(firstLine(snapshot)),
    section('*Your vote doesn’t count yet.* Confirm it outside Slack with your company sign-in.'),
    ...actions(link && { ...link, style: 'primary' }),
    context('The link is for you only and works once. If you lose it, vote again.'),
  ];
}

export const confirmModal = (snapshot: Snapshot, address: string): Modal => ({
  callbackId: ids.notice,
  title: 'Confirm your vote',
  submit: null,
  close: 'Close',
  blocks: confirmBlocks(snapshot, address),
  memo: '',
});

/** The same where no window can be opened any more. For the voter alone. */
export const confirmCard = (snapshot: Snapshot, address: string): Card =>
  cardOf(
    `Your vote on ${snapshot.remediation.id} doesn’t count yet: confirm it outside Slack`,
    confirmBlocks(snapshot, address),
  );
