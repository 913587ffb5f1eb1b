/**
 * The buttons of requests, on every card.
 *
 * Invariants: a click decides about the plan that stood beside it and about nothing else; a plan that does not fit on a
 * card is approved from its last page only; the address that confirms a vote is shown to the voter alone.
 */
import { refuseCardNumber } from '../../src/kernel/card-number-refusal.js';
import { OpsError, toOpsError } from '../../src/kernel/errors.js';
import type { ActionRequest } from '../../src/ports/command.js';
import { actions } from '../../src/remediation/actions/index.js';
import type { Snapshot } from '../../src/remediation/life/deps.js';
import type { Judgement } from '../../src/remediation/life/judgement.js';
import type { VoteOutcome } from '../../src/remediation/life/votes.js';
import { lookedCard } from '../../src/views/remediation/answers.js';
import { remediationButtons } from '../../src/views/remediation/ids.js';
import { liftCard, underStop } from '../../src/views/remediation/freeze.js';
import { fitsOnCard } from '../../src/views/remediation/plan.js';
import { startIdOf } from '../../src/views/remediation/start.js';
import {
  amountModal,
  confirmCard,
  confirmModal,
  judgeModal,
  planModal,
  rejectModal,
  reviewModal,
} from '../../src/views/remediation/windows.js';
import { guardedActions, readReferred, referenceOf, requireRemediation, type RemediateDeps } from './deps.js';
import { requireMember } from '../door.js';
import { openForm, requireAction } from './forms.js';

type Click = (request: ActionRequest, desk: RemediateDeps) => Promise<void>;

/** Shows a window in which somebody decides about the request of a button, unless their word would not count. */
const deciding =
  (modalOf: (snapshot: Snapshot) => ReturnType<typeof rejectModal>): Click =>
  async ({ value, windows, person: { userId } }, desk) => {
    await requireMember(desk, userId, guardedActions);
    const remediation = requireRemediation(desk);
    const snapshot = await readReferred(remediation, referenceOf(value));
    await remediation.requireCouldDecide({ id: snapshot.remediation.id, personId: userId });
    await windows.open(modalOf(snapshot));
  };

const judging = (judgement: Judgement): Click => deciding((snapshot) => judgeModal(snapshot, judgement));

export const clicks: Readonly<Record<string, Click>> = {
  [remediationButtons.approve]: approve,
  [remediationButtons.reject]: deciding(rejectModal),
  [remediationButtons.cancel]: cancel,
  [remediationButtons.plan]: openPlan,
  [remediationButtons.tookEffect]: judging('took_effect'),
  [remediationButtons.didNot]: judging('did_not'),
  [remediationButtons.lookAgain]: lookAgain,
  [remediationButtons.closeReview]: deciding(reviewModal),
  [remediationButtons.undo]: undo,
  [remediationButtons.revoke]: revoke,
  [remediationButtons.lift]: lift,
  [remediationButtons.confirm]: () => Promise.resolve(),
  ...Object.fromEntries(actions.map(({ id }) => [startIdOf(id), start])),
};

/** Its last page approves, so it says at once when that would be refused. */
async function openPlan({ value, person, windows }: ActionRequest, desk: RemediateDeps): Promise<void> {
  await requireMember(desk, person.userId, guardedActions);
  const remediation = requireRemediation(desk);
  const snapshot = await readReferred(remediation, referenceOf(value));
  const stop = await remediation.stopNow({ actionId: null, breakGlass: false });
  await windows.open(
    underStop(planModal(snapshot, 0), snapshot.remediation.state === 'pending' ? stop : null),
  );
}

async function approve(request: ActionRequest, desk: RemediateDeps): Promise<void> {
  const { value, person, windows } = request;
  const remediation = requireRemediation(desk);
  const reference = referenceOf(value);
  const snapshot = await readReferred(remediation, reference);
  if (!fitsOnCard(snapshot.plan)) return openPlan(request, desk);
  const outcome = await remediation.approve({ ...reference, personId: person.userId }, null);
  if (outcome.kind === 'needs_amount') return windows.open(amountModal(outcome.snapshot));
  if (outcome.kind === 'needs_confirmation') await tellConfirmation(outcome, request, desk);
}

/** The vote is cast already, so the link must arrive: where it is too late for a window, by a private answer. */
async function tellConfirmation(
  { snapshot, token }: Extract<VoteOutcome, { kind: 'needs_confirmation' }>,
  { windows, answer }: ActionRequest,
  desk: RemediateDeps,
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
export function requireConfirmationAddress(desk: RemediateDeps, token: string): string {
  const address = desk.confirmationAddress(token);
  if (address !== null) return address;
  throw new OpsError(
    'misconfigured',
    'Your vote must be confirmed outside Slack, but no sign-in is configured.',
    { hint: 'Ask your Paydesk admin to connect an identity provider, then vote again.' },
  );
}

async function cancel({ value, person }: ActionRequest, desk: RemediateDeps): Promise<void> {
  const remediation = requireRemediation(desk);
  const snapshot = await readReferred(remediation, referenceOf(value));
  await remediation.cancel(snapshot.remediation.id, person.userId);
}

async function undo({ value, person }: ActionRequest, desk: RemediateDeps): Promise<void> {
  const remediation = requireRemediation(desk);
  const { id } = (await readReferred(remediation, referenceOf(value))).remediation;
  await remediation.undo(id, person.userId);
}

async function revoke({ value, person }: ActionRequest, desk: RemediateDeps): Promise<void> {
  const remediation = requireRemediation(desk);
  const { id } = (await readReferred(remediation, referenceOf(value))).remediation;
  await remediation.revokeStanding(id, person.userId);
}

/** A button of an earlier freeze lifts nothing of a later one. */
async function lift({ value, person, answer }: ActionRequest, desk: RemediateDeps): Promise<void> {
  const remediation = requireRemediation(desk);
  const freeze = await remediation.freezeNow();
  if (freeze?.at.toISOString() !== value) throw new OpsError('conflict', 'That freeze is over.');
  await answer.privately(liftCard(await remediation.lift(person.userId)));
}

/** Looks now and answers with what was found: where nothing changed, the card does not change either. */
async function lookAgain({ value, person, answer }: ActionRequest, desk: RemediateDeps): Promise<void> {
  await requireMember(desk, person.userId, guardedActions);
  const remediation = requireRemediation(desk);
  const { id } = (await readReferred(remediation, referenceOf(value))).remediation;
  await remediation.lookAgain(id);
  await answer.privately(lookedCard(await remediation.read(id)));
}

/** A button on another card: `refund-payment:payment:pi_…`. */
async function start(
  { value, windows, channelId, person }: ActionRequest,
  desk: RemediateDeps,
): Promise<void> {
  const [, actionId = '', kind = '', id = ''] =
    /^([a-z-]{1,60}):([a-z]{1,20}):(.{1,300})$/s.exec(value) ?? [];
  const action = requireAction(requireRemediation(desk), actionId);
  refuseCardNumber(id);
  const occasion = { channelId, breakGlass: false };
  await openForm({ windows, userId: person.userId, action, subject: { kind, id }, occasion }, desk);
}
