/**
 * The windows in which a guarded action is asked for: which one, with which parameters, and what became of it.
 *
 * Invariants: the inputs are the action's own fields, named as they are; breaking the glass cannot be mistaken for asking;
 * what a window has to remember stands in its memo, which is read back as something from outside.
 */
import type { AlertBlock, InputBlock, InputBlockElement } from '@slack/types';
import { z } from 'zod';
import { OpsError } from '../kernel/errors.js';
import type { Modal } from '../ports/command.js';
import type {
  Action,
  ActionFault,
  Brief,
  Choice,
  FieldInput,
  TypedParameters,
} from '../remediation/action.js';
import type { Snapshot } from '../remediation/deps.js';
import { context, escape, instant, section, sections, wording } from './blocks.js';
import {
  choice,
  dateInput,
  filesInput,
  groupedChoice,
  input,
  instantInput,
  mostOptions,
  textInput,
} from './inputs.js';
import { riskLabels } from './remediation-risk.js';
import { remediationWindows as ids } from './remediation-ids.js';
import { firstLine } from './remediation-card.js';

const faultLimit = 1000;

type Partners = readonly { id: string; name: string }[];

/** How an action is asked for: from which channel, and whether the glass is broken. */
export interface Occasion {
  channelId: string;
  breakGlass: boolean;
}

const occasion = { channelId: z.string().regex(/^[A-Z0-9]{0,30}$/), breakGlass: z.boolean() };
const chooserMemo = z.strictObject(occasion);
const formMemo = z.strictObject({ ...occasion, action: z.string().max(60) });

/** Throws `invalid`: nobody but a forger gets there. */
export const readChooserMemo = (memo: string): Occasion => readMemo(chooserMemo, memo);
export const readFormMemo = (memo: string): Occasion & { action: string } => readMemo(formMemo, memo);

function readMemo<Memo>(schema: z.ZodType<Memo>, memo: string): Memo {
  try {
    return schema.parse(JSON.parse(memo));
  } catch (cause) {
    throw new OpsError('invalid', 'This window is not one of ours.', { hint: 'Open it again.', cause });
  }
}

const risks = ['low', 'medium', 'high'] as const;

const warning: AlertBlock = {
  type: 'alert',
  level: 'error',
  text: {
    type: 'plain_text',
    text: 'This goes ahead at once, without approvals. It is told aloud in the alarm channel, and another person has to close a review of it.',
  },
};

/** Which action? `actions` must not be empty. */
export function chooserModal(actions: readonly Action[], { channelId, breakGlass }: Occasion): Modal {
  const groups = risks.map((risk) => ({
    label: riskLabels[risk],
    options: actions
      .filter((action) => action.risk === risk)
      .map(({ id, title, summary }) => ({ value: id, label: title, description: summary })),
  }));
  return {
    callbackId: ids.choose,
    title: breakGlass ? 'Break the glass' : 'Guarded actions',
    submit: 'Next',
    close: 'Cancel',
    blocks: [
      ...(breakGlass ? [warning] : []),
      input({ name: 'action', label: 'What should be done?', element: groupedChoice(groups) }),
    ],
    memo: JSON.stringify({ channelId, breakGlass }),
  };
}

export interface FormFacts extends Occasion {
  action: Action;
  /** What is known already. */
  typed: TypedParameters;
  partners: Partners;
  /** By field: what could be meant. */
  suggested: Readonly<Record<string, readonly Choice[]>>;
  brief: Brief | null;
}

export function formModal({ action, channelId, breakGlass, ...known }: FormFacts): Modal {
  return {
    callbackId: ids.form,
    title: breakGlass ? 'Break the glass' : action.title,
    submit: breakGlass ? 'Break the glass' : 'Ask for approval',
    close: 'Cancel',
    blocks: [
      ...(breakGlass ? [warning, section(`*${escape(action.title)}*`)] : []),
      context(`${escape(action.summary)} · ${riskLabels[action.risk]}`),
      ...sections((known.brief?.lines ?? []).map((line) => `• ${escape(line, faultLimit)}`)),
      ...fieldsOf(action, known),
      whyInput(breakGlass),
    ],
    memo: JSON.stringify({ channelId, breakGlass, action: action.id }),
  };
}

type Known = Pick<FormFacts, 'typed' | 'partners' | 'suggested' | 'brief'>;

const fieldsOf = ({ fields }: Action, { typed, partners, suggested, brief }: Known): InputBlock[] =>
  inOrder(Object.entries(fields), brief?.first ?? []).map(([name, field]) => {
    const { label, hint, optional } = field;
    const initial = typed[name] ?? '';
    const asked = choosable(suggested[name] ?? [], initial) ?? field.input;
    return input({ name, label, hint, optional, element: elementOf(asked, initial, partners) });
  }); // prettier-ignore

type NamedField = readonly [name: string, field: Action['fields'][string]];

/** What the action is about, then what matters most, then the rest. */
function inOrder([subject, ...others]: readonly NamedField[], first: readonly string[]): NamedField[] {
  const rank = ([name]: NamedField): number => (first.includes(name) ? first.indexOf(name) : first.length);
  return [...(subject ? [subject] : []), ...others.toSorted((a, b) => rank(a) - rank(b))];
}

/** Null where a menu could not hold them all, or not what is known already. */
function choosable(options: readonly Choice[], initial: string): FieldInput | null {
  const holds = initial === '' || options.some(({ value }) => value === initial);
  return options.length > 0 && options.length <= mostOptions && holds ? { kind: 'choice', options } : null;
}

function elementOf(asked: FieldInput, initial: string, partners: Partners): InputBlockElement {
  switch (asked.kind) {
    case 'text':
      return textInput({ initial, multiline: asked.multiline, placeholder: asked.placeholder });
    case 'choice':
      return choice(asked.options, initial);
    case 'partner':
      return choice(
        partners.map(({ id, name }) => ({ value: id, label: name })),
        initial,
      );
    case 'instant':
      return instantInput(initial);
    case 'date':
      return dateInput(initial);
    case 'files':
      return filesInput(asked.most);
  }
}

const whyInput = (breakGlass: boolean): InputBlock =>
  input({
    name: 'why',
    label: breakGlass ? 'Why can it not wait for an approval?' : 'Why?',
    hint: 'Whoever approves or reviews it decides by this. At most 500 characters.',
    element: textInput({ multiline: true }),
  });

const notice = (title: string, blocks: Modal['blocks']): Modal => ({
  callbackId: ids.notice,
  title,
  submit: null,
  close: 'Close',
  blocks,
  memo: '',
});

/** It was asked for: where its card is, and what it waits for. */
export function requestedModal(
  snapshot: Snapshot,
  isNew: boolean,
  approvals: { channel: string; heldSince: Date | null },
): Modal {
  const { remediation } = snapshot;
  const { id, breakGlass } = remediation;
  const title = isNew ? `${id} is asked for` : `${id} was asked for`;
  const { channel, heldSince } = approvals;
  const where = heldSince
    ? `:warning: Slack has refused messages to <#${channel}> since ${instant(heldSince)}: the card is posted there when Slack takes it. Until then \`/remediate show ${id}\` shows the request.`
    : `Follow it in <#${channel}>.`;
  return notice(title.slice(0, 24), [
    section(firstLine(snapshot)),
    section(breakGlass ? `It goes ahead now. ${where}` : `${deciders(snapshot)}${where}`),
    context(
      breakGlass
        ? 'Another person has to close the review of it.'
        : `You can take it back with the card's button or \`/remediate cancel ${id}\`.`,
    ),
  ]);
}

function deciders({ remediation, ruling }: Snapshot): string {
  if (remediation.state !== 'pending') return '';
  return `Somebody else of ${ruling.approverGroups.map((group) => escape(group)).join(' or ')} has to approve it. `;
}

/** It cannot be asked for, for reasons that belong to no input; with what policy looked at. */
export function refusedModal(
  action: Action,
  faults: readonly ActionFault[],
  trail: readonly string[],
): Modal {
  const lines = faults.map(({ field, message }) => {
    const label = field === null ? undefined : action.fields[field]?.label;
    return `• ${label === undefined ? '' : `*${escape(label)}:* `}${wording(message, faultLimit)}`;
  });
  return notice(action.title, [
    section(':no_entry: *This cannot be asked for as it is. Nothing was done.*'),
    ...sections(lines),
    ...(trail.length > 0 ? [section('*How it was ruled on*'), ...sections(trailLines(trail))] : []),
  ]);
}

export const trailLines = (trail: readonly string[]): string[] =>
  trail.map((line) => `• ${escape(line, faultLimit)}`);
