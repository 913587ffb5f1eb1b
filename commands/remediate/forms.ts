/**
 * Opening the windows in which an action is asked for, and taking what they say.
 *
 * Invariants: one window asks once, however often it is submitted; what is wrong with an input stands beside it; what is
 * wrong otherwise is told with everything that policy looked at.
 */
import { OpsError } from '../../src/kernel/errors.js';
import { containsCardNumber } from '../../src/kernel/sensitive.js';
import type {
  MenuOption,
  MenuRequest,
  SubmissionAnswer,
  SubmissionRequest,
  Windows,
} from '../../src/ports/command.js';
import type { Action, ActionFault, TypedParameters } from '../../src/remediation/action.js';
import { forClicks, personOf } from '../../src/remediation/people.js';
import type { Policy } from '../../src/remediation/policy.js';
import type { RemediationDesk } from '../../src/remediation/remediation.js';
import {
  chooserModal, formModal, partnerOptions, readChooserMemo, readFormMemo, refusedModal, requestedModal, type Occasion,
} from '../../src/views/remediation-forms.js'; // prettier-ignore
import { menuOf } from '../../src/views/inputs.js';
import { cardNumberFault, requireMember, requireRemediation, writerFor, type RemediateDesk } from './desk.js';

/** Throws `not_found`. */
export function requireAction({ actions }: RemediationDesk, id: string): Action {
  const action = actions.find((candidate) => candidate.id === id);
  if (action) return action;
  throw new OpsError('not_found', 'Unknown action.', {
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
    const what = occasion.breakGlass ? 'use break-glass' : 'request guarded actions';
    throw new OpsError('forbidden', `You’re not in a group that can ${what}.`, {
      hint: 'Ask a member of the payments team.',
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
  const typed = prefilled(action, subject);
  await windows.open(formModal({ action, typed, partners: desk.partners, about, ...occasion }));
} // prettier-ignore

function prefilled({ prefills }: Action, subject: Subject | null): TypedParameters {
  if (!subject) return {};
  const fitting = Object.entries(prefills).filter(([kind]) => subject.kind === null || kind === subject.kind);
  return Object.fromEntries(fitting.slice(0, 1).map(([, field]) => [field, subject.id]));
}

export function chosen({ memo, values }: SubmissionRequest, desk: RemediateDesk): Promise<SubmissionAnswer> {
  const occasion = readChooserMemo(memo);
  const action = requireAction(requireRemediation(desk), values.action ?? '');
  const modal = formModal({ action, typed: {}, partners: desk.partners, ...occasion });
  return Promise.resolve({ kind: 'show', modal });
}

/** What a menu of a form offers. Plans tell of money, so their parts are for members too. */
export async function offered(
  { memo, input, typed, values, person }: MenuRequest,
  desk: RemediateDesk,
): Promise<readonly MenuOption[]> {
  if (containsCardNumber(typed)) return [];
  await requireMember(desk, person.userId);
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
  desk: RemediateDesk,
): Promise<SubmissionAnswer> {
  const remediation = requireRemediation(desk);
  const { action: actionId, about: _about, ...occasion } = readFormMemo(memo);
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
  const { approvals: channel } = remediation.policy.channels;
  // The request is made: whether its channel takes messages is said where it is known.
  const heldSince = await desk.heldSince(channel).catch(() => null);
  return { kind: 'show', modal: requestedModal(outcome.snapshot, outcome.isNew, { channel, heldSince }) };
}

const cardNumbersIn = (values: Readonly<Record<string, string>>): ActionFault[] =>
  Object.entries(values)
    .filter(([, value]) => containsCardNumber(value))
    .map(([field]) => ({ field, message: cardNumberFault }));

interface Refusal {
  action: Action;
  values: Readonly<Record<string, string>>;
  personId: string;
}

/** Beside the inputs where all of it belongs to one; otherwise in a window of its own, so that nothing is left out. */
async function answerTo(
  { action, values, personId }: Refusal,
  faults: readonly ActionFault[],
  trail: readonly string[],
  desk: RemediateDesk,
): Promise<SubmissionAnswer> {
  const besides = faults.filter(({ field }) => field === null || !(field in values));
  if (besides.length > 0) return { kind: 'show', modal: refusedModal(action, faults, trail) };
  const write = await writerFor(desk, personId);
  const errors = faults.toReversed().map(({ field, message }) => [field ?? '', write(message)] as const);
  return { kind: 'errors', errors: Object.fromEntries(errors) };
}
