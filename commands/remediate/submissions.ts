/**
 * What people say in the windows of requests.
 *
 * Invariants: a window's memo is held against the database like a button; what is wrong with the words is shown beside them.
 */
import { cardNumberFault } from '../../src/kernel/card-number-refusal.js';
import { toOpsError } from '../../src/kernel/errors.js';
import { containsCardNumber } from '../../src/kernel/sensitive.js';
import type { SubmissionAnswer, SubmissionRequest } from '../../src/ports/command.js';
import type { RemediationService } from '../../src/remediation/remediation.js';
import type { VoteOutcome } from '../../src/remediation/life/votes.js';
import { remediationWindows } from '../../src/views/remediation/ids.js';
import {
  amountModal,
  confirmModal,
  contradictedModal,
  isLastPage,
  planModal,
  wordsInput,
} from '../../src/views/remediation/windows.js';
import { requireConfirmationAddress } from './clicks.js';
import {
  readReferred,
  referenceOf,
  requireRemediation,
  writerFor,
  type Reference,
  type RemediateDeps,
} from './deps.js';
import { asked, chosen } from './forms.js';

type Submission = (request: SubmissionRequest, desk: RemediateDeps) => Promise<SubmissionAnswer>;

interface Said {
  reference: Reference;
  words: string;
  personId: string;
}

/** Reads the one input and the memo, does it, and closes the windows; what is `invalid` is shown beside the input. */
const saying =
  (
    act: (
      said: Said,
      remediation: RemediationService,
      desk: RemediateDeps,
    ) => Promise<SubmissionAnswer | null>,
  ): Submission =>
  async ({ memo, values, person }, desk) => {
    const remediation = requireRemediation(desk);
    const words = values[wordsInput] ?? '';
    if (containsCardNumber(words)) return { kind: 'errors', errors: { [wordsInput]: cardNumberFault } };
    const reference = referenceOf(memo);
    await readReferred(remediation, reference);
    try {
      const answer = await act({ reference, words, personId: person.userId }, remediation, desk);
      return answer ?? { kind: 'close' };
    } catch (thrown) {
      const { code, publicMessage, hint } = toOpsError(thrown);
      if (code !== 'invalid') throw thrown;
      const write = await writerFor(desk, person.userId);
      const text = write([publicMessage, hint].filter(Boolean).join(' '));
      return { kind: 'errors', errors: { [wordsInput]: text } };
    }
  };

export const submissions: Readonly<Record<string, Submission>> = {
  [remediationWindows.choose]: chosen,
  [remediationWindows.form]: asked,
  [remediationWindows.plan]: turnPage,
  [remediationWindows.amount]: saying(async ({ reference, words, personId }, remediation, desk) =>
    afterVote(await remediation.approve({ ...reference, personId }, words), desk),
  ),
  [remediationWindows.reject]: saying(async ({ reference, words, personId }, remediation) => {
    await remediation.reject({ ...reference, personId }, words);
    return null;
  }),
  [remediationWindows.judge]: saying(async ({ reference: { id, rest }, words, personId }, remediation) => {
    const judgement = rest === 'took_effect' ? 'took_effect' : 'did_not';
    const judged = await remediation.judge({ id, personId, judgement, why: words });
    if (judged.kind === 'settled') return null;
    return { kind: 'show', modal: contradictedModal(judged.snapshot, judged.found) };
  }),
  [remediationWindows.review]: saying(async ({ reference: { id }, words, personId }, remediation) => {
    await remediation.closeReview({ id, personId, findings: words });
    return null;
  }),
};

/** The last page approves. */
async function turnPage({ memo, person }: SubmissionRequest, desk: RemediateDeps): Promise<SubmissionAnswer> {
  const remediation = requireRemediation(desk);
  const reference = referenceOf(memo);
  const snapshot = await readReferred(remediation, reference);
  const page = Number.parseInt(reference.rest, 10) || 0;
  if (!isLastPage(snapshot, page)) return { kind: 'show', modal: planModal(snapshot, page + 1) };
  return afterVote(await remediation.approve({ ...reference, personId: person.userId }, null), desk);
}

function afterVote(outcome: VoteOutcome, desk: RemediateDeps): SubmissionAnswer {
  switch (outcome.kind) {
    case 'needs_amount':
      return { kind: 'show', modal: amountModal(outcome.snapshot) };
    case 'needs_confirmation':
      return {
        kind: 'show',
        modal: confirmModal(outcome.snapshot, requireConfirmationAddress(desk, outcome.token)),
      };
    default:
      return { kind: 'close' };
  }
}
