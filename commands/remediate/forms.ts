/**
 * Opening the windows in which an action is asked for, and taking what they say.
 *
 * Invariants: one window asks once, however often it is submitted; what is wrong with an input stands beside it; what is
 * wrong otherwise is told with everything that policy looked at.
 */
import { OpsError } from '../../src/kernel/errors.js';
import { containsCardNumber } from '../../src/kernel/sensitive.js';
import type { SubmissionAnswer, SubmissionRequest, Windows } from '../../src/ports/command.js';
import type { Action, ActionFault, TypedParameters } from '../../src/remediation/action.js';
import { forClicks, personOf } from '../../src/remediation/people.js';
import type { Policy } from '../../src/remediation/policy.js';
import type { RemediationDesk } from '../../src/remediation/remediation.js';
import {
  chooserModal, formModal, readChooserMemo, readFormMemo, refusedModal, requestedModal, type Occasion,
} from '../../src/views/remediation-forms.js'; // prettier-ignore
import { cardNumberFault, requireRemediation, type RemediateDesk } from './desk.js';

/** Throws `not_found`. */
export function requireAction({ actions }: RemediationDesk, id: string): Action {
  const action = actions.find((candidate) => candidate.id === id);
  if (action) return action;
  throw new OpsError('not_found', 'There is no such action here.', {
    hint: `The actions are: ${actions.map((known) => known.id).join(', ')}.`,
  });
}

/** Shows the actions that some rule could allow this person. Throws `forbidden` when there is none. */
export async function openChooser(
  { windows, userId, occasion }: { windows: Windows; userId: string; occasion: Occasion },
  desk: RemediateDesk,
): Promise<void> {
  const { actions, policy } = requireRemediation(desk);
  const { groups } = await personOf({ directory: desk.directory, policy }, userId, forClicks);
  const possible = actions.filter((action) => couldAsk(policy, action, groups, occasion.breakGlass));
  if (possible.length === 0) {
    const what = occasion.breakGlass ? 'break the glass for any action' : 'ask for any action';
    throw new OpsError('forbidden', `You are in no group that may ${what}.`, {
      hint: 'Ask somebody of the payments team.',
    });
  }
  await windows.open(chooserModal(possible, occasion));
}

/** By who they are alone; amount, channel and hour are ruled on when they are known. */
function couldAsk(
  { rules, breakGlass }: Policy,
  { id, risk }: Action,
  groups: ReadonlySet<string>,
  glass: boolean,
): boolean {
  const isIn = (names: readonly string[]): boolean => names.some((name) => groups.has(name));
  if (glass)
    return breakGlass !== undefined && (breakGlass.actions?.includes(id) ?? true) && isIn(breakGlass.groups);
  return rules.some(
    ({ actions, risks, request }) =>
      (actions === 'any' || actions.includes(id)) && (risks?.includes(risk) ?? true) && isIn(request),
  );
}

/** What a form is about, as far as it is known. Both from outside; a null kind is the action's own. */
interface Subject {
  kind: string | null;
  id: string;
}

export async function openForm(
  { windows, action, subject, occasion }: {
    windows: Windows;
    action: Action;
    subject: Subject | null;
    occasion: Occasion;
  },
  desk: RemediateDesk,
): Promise<void> {
  const about = subject && { kind: subject.kind ?? '', id: subject.id };
  const remediation = requireRemediation(desk);
  const [suggested, brief] = await Promise.all([
    remediation.suggestions(action.id, about),
    about ? remediation.brief(action.id, about.id) : null,
  ]);
  const typed = prefilled(action, subject);
  await windows.open(formModal({ action, typed, partners: desk.partners, suggested, brief, ...occasion }));
} // prettier-ignore

function prefilled({ prefills }: Action, subject: Subject | null): TypedParameters {
  if (!subject) return {};
  const fitting = Object.entries(prefills).filter(([kind]) => subject.kind === null || kind === subject.kind);
  return Object.fromEntries(fitting.slice(0, 1).map(([, field]) => [field, subject.id]));
}

export async function chosen(
  { memo, values }: SubmissionRequest,
  desk: RemediateDesk,
): Promise<SubmissionAnswer> {
  const occasion = readChooserMemo(memo);
  const remediation = requireRemediation(desk);
  const action = requireAction(remediation, values.action ?? '');
  const suggested = await remediation.suggestions(action.id, null);
  const modal = formModal({
    action,
    typed: {},
    partners: desk.partners,
    suggested,
    brief: null,
    ...occasion,
  });
  return { kind: 'show', modal };
}

export async function asked(
  { memo, values, windowId, person }: SubmissionRequest,
  desk: RemediateDesk,
): Promise<SubmissionAnswer> {
  const remediation = requireRemediation(desk);
  const { action: actionId, ...occasion } = readFormMemo(memo);
  const action = requireAction(remediation, actionId);
  const { why = '', ...typed } = values;
  const faults = [...cardNumbersIn(values), ...remediation.faultsOfForm({ action: action.id, typed, why })];
  if (faults.length > 0) return answerTo(action, faults, [], values);
  const outcome = await remediation.request({
    formKey: windowId,
    action: action.id,
    typed,
    why,
    requesterId: person.userId,
    ...occasion,
  });
  if (outcome.kind === 'refused') return answerTo(action, outcome.faults, outcome.trail, values);
  const { approvals } = remediation.policy.channels;
  return { kind: 'show', modal: requestedModal(outcome.snapshot, outcome.isNew, approvals) };
}

const cardNumbersIn = (values: Readonly<Record<string, string>>): ActionFault[] =>
  Object.entries(values)
    .filter(([, value]) => containsCardNumber(value))
    .map(([field]) => ({ field, message: cardNumberFault }));

/** Beside the inputs where all of it belongs to one; otherwise in a window upon the form, so that nothing is left out. */
function answerTo(
  action: Action,
  faults: readonly ActionFault[],
  trail: readonly string[],
  values: Readonly<Record<string, string>>,
): SubmissionAnswer {
  const besides = faults.filter(({ field }) => field === null || !(field in values));
  if (besides.length > 0) return { kind: 'above', modal: refusedModal(action, faults, trail) };
  return {
    kind: 'errors',
    errors: Object.fromEntries(faults.toReversed().map(({ field, message }) => [field ?? '', message])),
  };
}
