/** The buttons and windows of reconciliation. */
import { parseDay } from '../../src/kernel/calendar-day.js';
import { OpsError } from '../../src/kernel/errors.js';
import { hasVisibleText } from '../../src/kernel/visible-text.js';
import type { ActionRequest, SubmissionAnswer, SubmissionRequest } from '../../src/ports/command.js';
import type { UnitKey } from '../../src/ports/reconciliation.js';
import type { ReconciliationService } from '../../src/reconciliation/reconciliation.js';
import { breakCard } from '../../src/views/reconciliation/breaks.js';
import { forecastCard } from '../../src/views/reconciliation/forecast.js';
import { lookUpIds } from '../../src/views/kit/look-ups.js';
import { reconButtons, reconWindows } from '../../src/views/reconciliation/ids.js';
import { explainModal, reopenDayModal, reopenModal } from '../../src/views/reconciliation/windows.js';
import { startableIn } from '../../src/views/remediation/start.js';
import { requireMember } from '../door.js';
import { answerBreaks, sendBreaks } from './breaks.js';
import { reconciliation, requireReconciliation, type ReconDeps } from './deps.js';
import { breakIdIn } from './reading.js';

type Click = (request: ActionRequest, recon: ReconciliationService, desk: ReconDeps) => Promise<void>;

const forMembers =
  (click: Click) =>
  async (request: ActionRequest, desk: ReconDeps): Promise<void> => {
    await requireMember(desk, request.person.userId, reconciliation);
    await click(request, requireReconciliation(desk), desk);
  };

/** Reads `northpay:2026-11-27`. Throws `invalid`. */
function keyOf(value: string): UnitKey {
  const [, partner, text = ''] = /^([a-z][a-z0-9-]{1,30}):(\d{4}-\d{2}-\d{2})$/.exec(value) ?? [];
  const businessDay = parseDay(text);
  if (partner !== undefined && businessDay !== null) return { partner, businessDay };
  throw new OpsError('invalid', 'Paydesk did not create this button.', { hint: 'See `/recon`.' });
}

const list: Click = ({ value, answer, person }, recon) =>
  answerBreaks({ words: [keyOf(value).partner], recon, userId: person.userId, answer });

/** Of the filter that the list was made by, which is read as if it were typed. */
const file: Click = ({ value, answer, person }, recon) =>
  sendBreaks({ words: value.trim().split(/\s+/), recon, userId: person.userId, answer });

const show: Click = async ({ value, answer }, recon, desk) =>
  answer.privately(breakCard(await recon.break(breakIdIn([value])), startableIn(desk)));

const take: Click = async ({ value, answer, person }, recon, desk) => {
  const { id } = await recon.take(breakIdIn([value]), person.userId);
  await answer.privately(breakCard(await recon.break(id), startableIn(desk)));
};

const outlook: Click = async ({ value, answer }, recon) => {
  const partner = recon.partners.find((one) => one.partner === value);
  if (!partner)
    throw new OpsError('invalid', 'Paydesk did not create this button.', { hint: 'See `/recon`.' });
  await answer.privately(forecastCard([await recon.outlook(value)]));
};

/** A row of buttons may not share an action_id. */
const showIds = [lookUpIds.break, ...[0, 1, 2, 3, 4].map((at) => `${lookUpIds.break}_${at}`)];

export const clicks: Readonly<Record<string, (request: ActionRequest, desk: ReconDeps) => Promise<void>>> = {
  [reconButtons.breaks]: forMembers(list),
  [reconButtons.breaksFile]: forMembers(file),
  [reconButtons.forecast]: forMembers(outlook),
  [reconButtons.take]: forMembers(take),
  [reconButtons.takeLargest]: forMembers(take),
  [reconButtons.release]: forMembers(async ({ value, person }, recon) => {
    await recon.release(breakIdIn([value]), person.userId);
  }),
  [reconButtons.explain]: forMembers(({ value, windows }) => windows.open(explainModal(breakIdIn([value])))),
  [reconButtons.reopen]: forMembers(({ value, windows }) => windows.open(reopenModal(breakIdIn([value])))),
  [reconButtons.signOff]: forMembers(({ value, person }, recon) =>
    recon.signOff(keyOf(value), person.userId),
  ),
  [reconButtons.reopenDay]: forMembers(({ value, windows }) => {
    const { partner } = keyOf(value);
    return windows.open(reopenDayModal(`${partner} ${value.slice(partner.length + 1)}`, value));
  }),
  ...Object.fromEntries(showIds.map((id) => [id, forMembers(show)])),
};

type Submit = (request: SubmissionRequest, recon: ReconciliationService, why: string) => Promise<void>;

const withReason =
  (submit: Submit) =>
  async (request: SubmissionRequest, desk: ReconDeps): Promise<SubmissionAnswer> => {
    await requireMember(desk, request.person.userId, reconciliation);
    const why = request.values.why ?? '';
    if (!hasVisibleText(why)) return { kind: 'errors', errors: { why: 'Say why.' } };
    await submit(request, requireReconciliation(desk), why);
    return { kind: 'close' };
  };

export const submissions: Readonly<
  Record<string, (request: SubmissionRequest, desk: ReconDeps) => Promise<SubmissionAnswer>>
> = {
  [reconWindows.explain]: withReason(async ({ memo, person }, recon, why) => {
    await recon.resolve({ id: breakIdIn([memo]), personId: person.userId, why });
  }),
  [reconWindows.reopen]: withReason(async ({ memo, person }, recon, why) => {
    await recon.reopen({ id: breakIdIn([memo]), personId: person.userId, why });
  }),
  [reconWindows.reopenDay]: withReason(({ memo, person }, recon, why) =>
    recon.reopenDay(keyOf(memo), { personId: person.userId, why }),
  ),
};
