/**
 * The buttons of requests, wherever they stand.
 *
 * Invariants: a click decides about the plan that stood beside it and about nothing else; a plan that does not fit on a
 * card is approved from its last page only; the address that confirms a vote is told to the voter alone.
 */
import { OpsError, toOpsError } from '../../src/kernel/errors.js';
import type { ActionRequest } from '../../src/ports/command.js';
import type { Snapshot } from '../../src/remediation/deps.js';
import type { Judgement } from '../../src/remediation/settlement.js';
import type { VoteOutcome } from '../../src/remediation/votes.js';
import { remediationButtons } from '../../src/views/remediation-ids.js';
import { fitsOnCard } from '../../src/views/remediation-plan.js';
import { startIds } from '../../src/views/remediation-start.js';
import {
  amountModal, confirmCard, confirmModal, judgeModal, planModal, rejectModal, reviewModal,
} from '../../src/views/remediation-windows.js'; // prettier-ignore
import {
  readReferred,
  referenceOf,
  refuseCardNumber,
  requireMember,
  requireRemediation,
  type RemediateDesk,
} from './desk.js';
import { openForm, requireAction } from './forms.js';

type Click = (request: ActionRequest, desk: RemediateDesk) => Promise<void>;

/** Shows a window about the request of a button. */
const showing =
  (modalOf: (snapshot: Snapshot) => ReturnType<typeof rejectModal>): Click =>
  async ({ value, windows, person }, desk) => {
    await requireMember(desk, person.userId);
    const snapshot = await readReferred(requireRemediation(desk), referenceOf(value));
    await windows.open(modalOf(snapshot));
  };

const judging = (judgement: Judgement): Click => showing((snapshot) => judgeModal(snapshot, judgement));

export const clicks: Readonly<Record<string, Click>> = {
  [remediationButtons.approve]: approve,
  [remediationButtons.reject]: showing(rejectModal),
  [remediationButtons.cancel]: cancel,
  [remediationButtons.plan]: showing((snapshot) => planModal(snapshot, 0)),
  [remediationButtons.tookEffect]: judging('took_effect'),
  [remediationButtons.didNot]: judging('did_not'),
  [remediationButtons.closeReview]: showing(reviewModal),
  [remediationButtons.confirm]: () => Promise.resolve(),
  ...Object.fromEntries(startIds.map((id) => [id, start])),
};

async function approve(request: ActionRequest, desk: RemediateDesk): Promise<void> {
  const { value, person, windows } = request;
  const remediation = requireRemediation(desk);
  const reference = referenceOf(value);
  const snapshot = await readReferred(remediation, reference);
  if (!fitsOnCard(snapshot.plan)) return windows.open(planModal(snapshot, 0));
  const outcome = await remediation.approve({ ...reference, personId: person.userId }, null);
  if (outcome.kind === 'needs_amount') return windows.open(amountModal(outcome.snapshot));
  if (outcome.kind === 'needs_confirmation') await tellConfirmation(outcome, request, desk);
}

/** The vote is cast already, so the link must arrive: where it is too late for a window, by a private answer. */
async function tellConfirmation(
  { snapshot, token }: Extract<VoteOutcome, { kind: 'needs_confirmation' }>,
  { windows, answer }: ActionRequest,
  desk: RemediateDesk,
): Promise<void> {
  const address = requireConfirmationAddress(desk, token);
  try {
    await windows.open(confirmModal(snapshot, address));
  } catch (thrown) {
    if (toOpsError(thrown).code !== 'conflict') throw thrown;
    await answer.privately(confirmCard(snapshot, address));
  }
}

/** Throws `misconfigured`. */
export function requireConfirmationAddress(desk: RemediateDesk, token: string): string {
  const address = desk.confirmationAddress(token);
  if (address !== null) return address;
  throw new OpsError('misconfigured', 'Your vote must be confirmed outside Slack, but no sign-in is configured.', {
    hint: 'Ask your Paydesk admin to connect an identity provider, then vote again.',
  });
} // prettier-ignore

async function cancel({ value, person }: ActionRequest, desk: RemediateDesk): Promise<void> {
  const remediation = requireRemediation(desk);
  const snapshot = await readReferred(remediation, referenceOf(value));
  await remediation.cancel(snapshot.remediation.id, person.userId);
}

/** A button on another card: `refund-payment:payment:pi_…`. */
async function start({ value, windows, channelId }: ActionRequest, desk: RemediateDesk): Promise<void> {
  const [, actionId = '', kind = '', id = ''] =
    /^([a-z-]{1,60}):([a-z]{1,20}):(.{1,300})$/s.exec(value) ?? [];
  const action = requireAction(requireRemediation(desk), actionId);
  refuseCardNumber(id);
  const occasion = { channelId, breakGlass: false };
  await openForm({ windows, action, subject: { kind, id }, occasion }, desk);
}
