/**
 * Opening the windows in which an action is asked for, and taking what they say.
 *
 * Invariants: one window asks once, however often it is submitted; what is wrong with an input is shown beside it; what is
 * wrong otherwise is shown with everything that the policy checked.
 */
import { cardNumberFault, fieldsWithCardNumber } from '../../src/kernel/card-number-refusal.js';
import { OpsError, toOpsError } from '../../src/kernel/errors.js';
import { containsCardNumber } from '../../src/kernel/sensitive.js';
import type {
  MenuOption,
  MenuRequest,
  Modal,
  SubmissionAnswer,
  SubmissionRequest,
  Windows,
} from '../../src/ports/command.js';
import type { Action, ActionFault, TypedParameters } from '../../src/remediation/kit/action.js';
import { forReading, personOf, type KnownPerson } from '../../src/remediation/life/people.js';
import type { Policy } from '../../src/remediation/policy/policy.js';
import type { RemediationService } from '../../src/remediation/remediation.js';
import {
  chooserModal,
  formModal,
  partnerOptions,
  readChooserMemo,
  readFormMemo,
  refusedModal,
  requestedModal,
  type Occasion,
} from '../../src/views/remediation/forms.js';
import { menuOf } from '../../src/views/kit/inputs.js';
import { underStop } from '../../src/views/remediation/freeze.js';
import { requireMember } from '../door.js';
import { draftOf, opened, withDraft } from './drafts.js';
import { guardedActions, requireRemediation, writerFor, type RemediateDeps } from './deps.js';

/** Throws `not_found`. */
export function requireAction({ actions }: RemediationService, id: string): Action {
  const action = actions.find((candidate) => candidate.id === id);
  if (action) return action;
  throw new OpsError('not_found', 'Unknown action.', {
    hint: `The actions are: ${actions.map((known) => known.id).join(', ')}.`,
  });
}

/** Shows the actions that some rule could allow this person. Throws `forbidden` when there is none. */
export async function openChooser(
  { windows, userId, occasion }: { windows: Windows; userId: string; occasion: Occasion },
  desk: RemediateDeps,
): Promise<void> {
  const { actions, policy, stopNow } = requireRemediation(desk);
  const [person, stop] = await Promise.all([
    personOf({ directory: desk.directory, policy }, userId, forReading),
    stopNow({ actionId: null, breakGlass: occasion.breakGlass }),
  ]);
  const possible = actions.filter((action) => couldAsk(policy, action, person, occasion.breakGlass));
  if (possible.length === 0) {
    const what = occasion.breakGlass ? 'use break-glass' : 'request guarded actions';
    throw new OpsError('forbidden', `You’re not in a group that can ${what}.`, {
      hint: 'Ask a member of the payments team.',
    });
  }
  await windows.open(underStop(chooserModal(possible, occasion), stop));
}

/** Throws `forbidden`, before anything is filled in. */
async function requireCouldAsk(
  { remediation, directory }: RemediateDeps,
  { action, userId, breakGlass }: { action: Action; userId: string; breakGlass: boolean },
): Promise<void> {
  const { policy } = requireRemediation({ remediation });
  const person = await personOf({ directory, policy }, userId, forReading);
  if (couldAsk(policy, action, person, breakGlass)) return;
  const groups = breakGlass
    ? (policy.breakGlass?.groups ?? [])
    : policy.rules.filter((rule) => isAbout(rule, action)).flatMap(({ request }) => request);
  const allowed = [...new Set(groups)].join(' or ');
  const what = breakGlass ? 'use break-glass for' : 'request';
  throw new OpsError(
    'forbidden',
    allowed === ''
      ? `No rule lets anyone ${what} “${action.title}”.`
      : `Only ${allowed} can ${what} “${action.title}”.`,
    { hint: 'Ask a member of the payments team.' },
  );
}

/** By who they are alone; amount, channel and hour are ruled on when they are known. */
function couldAsk(
  { rules, breakGlass }: Policy,
  action: Action,
  { kind, groups }: Pick<KnownPerson, 'kind' | 'groups'>,
  glass: boolean,
): boolean {
  if (kind !== 'member') return false;
  const isIn = (names: readonly string[]): boolean => names.some((name) => groups.has(name));
  if (glass)
    return (
      breakGlass !== undefined && (breakGlass.actions?.includes(action.id) ?? true) && isIn(breakGlass.groups)
    );
  return rules.some((rule) => isAbout(rule, action) && isIn(rule.request));
}

const isAbout = ({ actions, risks }: Policy['rules'][number], { id, risk }: Action): boolean =>
  (actions === 'any' || actions.includes(id)) && (risks?.includes(risk) ?? true);

/** What a form is about, as far as it is known. Both from outside; a null kind is the action's own. */
interface Subject {
  kind: string | null;
  id: string;
}

interface Opening {
  windows: Windows;
  userId: string;
  action: Action;
  subject: Subject | null;
  occasion: Occasion;
}

/** Throws `forbidden` for a person whom no rule lets request this. */
export async function openForm(
  { windows, userId, action, subject, occasion }: Opening,
  desk: RemediateDeps,
): Promise<void> {
  await windows.open(await formFor({ userId, action, subject, occasion }, desk));
}

async function formFor(
  { userId, action, subject, occasion }: Omit<Opening, 'windows'>,
  desk: RemediateDeps,
): Promise<Modal> {
  const { stopNow, brief: briefOf } = requireRemediation(desk);
  const about = subject && { kind: subject.kind ?? '', id: subject.id };
  const { breakGlass } = occasion;
  const [asked, assembled, stop] = await Promise.all([
    about ? briefOf(action.id, about.id) : null,
    draftOf(action, about, desk),
    stopNow({ actionId: action.id, breakGlass }),
    requireCouldAsk(desk, { action, userId, breakGlass }),
  ]);
  const draft = await opened(assembled, about, userId, desk);
  const typed = { ...draft?.typed, ...(await prefilled(action, subject, desk)) };
  const brief = withDraft(asked, draft);
  return underStop(formModal({ action, typed, partners: desk.partners, about, brief, ...occasion }), stop);
}

async function prefilled(
  { id: actionId, prefills }: Action,
  subject: Subject | null,
  desk: RemediateDeps,
): Promise<TypedParameters> {
  const { reconciliation } = desk;
  if (!subject) return {};
  if (subject.kind === 'break' && reconciliation) return reconciliation.prefill(subject.id, actionId);
  const mayBePartner = subject.kind === null || subject.kind === 'partner';
  const letter = mayBePartner ? await desk.partnerPrefill(subject.id, actionId) : {};
  if (Object.keys(letter).length > 0) return letter;
  const fitting = Object.entries(prefills).filter(([kind]) => subject.kind === null || kind === subject.kind);
  const fields = [fitting[0]?.[1] ?? []].flat();
  const words = fields.length > 1 ? subject.id.split(' ') : [subject.id];
  return Object.fromEntries(fields.map((field, at) => [field, words[at] ?? '']));
}

export async function chosen(
  { memo, values, person: { userId } }: SubmissionRequest,
  desk: RemediateDeps,
): Promise<SubmissionAnswer> {
  const occasion = readChooserMemo(memo);
  const action = requireAction(requireRemediation(desk), values.action ?? '');
  return { kind: 'show', modal: await formFor({ userId, action, subject: null, occasion }, desk) };
}

/** What a menu of a form offers. Plans tell of money, so their parts are for members too. */
export async function offered(
  { memo, input, typed, values, person }: MenuRequest,
  desk: RemediateDeps,
): Promise<readonly MenuOption[]> {
  if (containsCardNumber(typed)) return [];
  await requireMember(desk, person.userId, guardedActions);
  const remediation = requireRemediation(desk);
  const { action: actionId, about } = readFormMemo(memo);
  const action = requireAction(remediation, actionId);
  if (action.fields[input]?.input.kind === 'partner') return menuOf(partnerOptions(desk.partners), typed);
  const choices = await remediation.suggestions(action.id, input, { about, typed: values });
  const write = await writerFor(desk, person.userId);
  return menuOf(
    choices.map((option) => ({ ...option, label: write(option.label) })),
    typed,
  );
}

export async function asked(
  { memo, values, windowId, person }: SubmissionRequest,
  desk: RemediateDeps,
): Promise<SubmissionAnswer> {
  const remediation = requireRemediation(desk);
  const { action: actionId, about, ...occasion } = readFormMemo(memo);
  const action = requireAction(remediation, actionId);
  const { why = '', ...typed } = values;
  const faults = [...cardNumbersIn(values), ...remediation.faultsOfForm({ action: action.id, typed, why })];
  const refused: Refusal = { action, values, personId: person.userId };
  if (faults.length > 0) return answerTo(refused, faults, [], desk);
  const outcome = await remediation.request({
    formKey: windowId,
    action: action.id,
    typed,
    why,
    requesterId: person.userId,
    ...occasion,
  });
  if (outcome.kind === 'refused') return answerTo(refused, outcome.faults, outcome.trail, desk);
  await linkBreak(about, { personId: person.userId, remediationId: outcome.snapshot.remediation.id }, desk);
  const { approvals: channel } = remediation.policy.channels;
  // The request is made: whether its channel takes messages is said where it is known.
  const heldSince = await desk.heldSince(channel).catch(() => null);
  return { kind: 'show', modal: requestedModal(outcome.snapshot, outcome.isNew, { channel, heldSince }) };
}

/** The request is made: a break that is over meanwhile must not make it look refused. */
async function linkBreak(
  about: { kind: string; id: string } | null,
  what: { personId: string; remediationId: string },
  { reconciliation }: RemediateDeps,
): Promise<void> {
  if (about?.kind !== 'break' || reconciliation === null) return;
  await reconciliation.link({ id: about.id, ...what }).catch(ignoreOver);
}

function ignoreOver(thrown: unknown): void {
  const { code } = toOpsError(thrown);
  if (code !== 'conflict' && code !== 'not_found') throw thrown;
}

const cardNumbersIn = (values: Readonly<Record<string, string>>): ActionFault[] =>
  fieldsWithCardNumber(values).map((field) => ({ field, message: cardNumberFault }));

interface Refusal {
  action: Action;
  values: Readonly<Record<string, string>>;
  personId: string;
}

/** Beside the inputs where all of it belongs to one; otherwise in a window upon the form, so that nothing is left out. */
async function answerTo(
  { action, values, personId }: Refusal,
  faults: readonly ActionFault[],
  trail: readonly string[],
  desk: RemediateDeps,
): Promise<SubmissionAnswer> {
  const besides = faults.filter(({ field }) => field === null || !(field in values));
  if (besides.length > 0) return { kind: 'above', modal: refusedModal(action, faults, trail) };
  const write = await writerFor(desk, personId);
  const errors = faults.toReversed().map(({ field, message }) => [field ?? '', write(message)] as const);
  return { kind: 'errors', errors: Object.fromEntries(errors) };
}
