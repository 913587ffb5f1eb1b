/**
 * The windows in which a guarded action is asked for: which one, with which parameters, and what became of it.
 *
 * Invariants: the inputs are the action's own fields, named as they are; breaking the glass cannot be mistaken for asking;
 * a window keeps its memory in its memo, which is read back as untrusted input.
 */
import type { AlertBlock, InputBlock, InputBlockElement } from '@slack/types';
import { z } from 'zod';
import { OpsError } from '../../kernel/errors.js';
import type { Modal } from '../../ports/command.js';
import type {
  About,
  Action,
  ActionFault,
  Brief,
  FieldInput,
  TypedParameters,
} from '../../remediation/kit/action.js';
import type { Snapshot } from '../../remediation/life/deps.js';
import { context, escape, instant, section, sections, wording } from '../kit/blocks.js';
import {
  askedChoice,
  choice,
  dateInput,
  filesInput,
  groupedChoice,
  input,
  instantInput,
  mostOptions,
  textInput,
  type Option,
} from '../kit/inputs.js';
import { riskLabels } from './risk.js';
import { remediationMenu, remediationWindows as ids } from './ids.js';
import { firstLine } from './card.js';

const faultLimit = 1000;

type Partners = readonly { id: string; name: string }[];

/** How an action is asked for: from which channel, and whether the glass is broken. */
export interface Occasion {
  channelId: string;
  breakGlass: boolean;
}

const occasion = { channelId: z.string().regex(/^[A-Z0-9]{0,30}$/), breakGlass: z.boolean() };
const chooserMemo = z.strictObject(occasion);
const about = z
  .strictObject({ kind: z.string().max(20), id: z.string().max(300) })
  .nullable()
  .default(null);
const formMemo = z.strictObject({ ...occasion, action: z.string().max(60), about });

/** Throws `invalid`: only a forged request gets there. */
export const readChooserMemo = (memo: string): Occasion => readMemo(chooserMemo, memo);
export const readFormMemo = (memo: string): z.output<typeof formMemo> => readMemo(formMemo, memo);

function readMemo<Memo>(schema: z.ZodType<Memo>, memo: string): Memo {
  try {
    return schema.parse(JSON.parse(memo));
  } catch (cause) {
    throw new OpsError('invalid', 'Paydesk did not create this window.', { hint: 'Open it again.', cause });
  }
}

const risks = ['low', 'medium', 'high'] as const;

const warning: AlertBlock = {
  type: 'alert',
  level: 'error',
  text: {
    type: 'plain_text',
    text: 'This runs at once, without approvals. It is announced in the alarm channel, and another person must review it.',
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
    title: breakGlass ? 'Break glass' : 'Guarded actions',
    submit: 'Next',
    close: 'Cancel',
    blocks: [
      ...(breakGlass ? [warning] : []),
      input({ name: 'action', label: 'Action', element: groupedChoice(groups) }),
    ],
    memo: JSON.stringify({ channelId, breakGlass }),
  };
}

export interface FormFacts extends Occasion {
  action: Action;
  /** What is known already. */
  typed: TypedParameters;
  partners: Partners;
  /** The card that it was opened from. */
  about?: About | null;
  brief: Brief | null;
}

export function formModal({ action, channelId, breakGlass, about = null, ...known }: FormFacts): Modal {
  return {
    callbackId: ids.form,
    title: breakGlass ? 'Break glass' : action.title,
    submit: breakGlass ? 'Run now' : 'Request approval',
    close: 'Cancel',
    blocks: [
      ...(breakGlass ? [warning, section(`*${escape(action.title)}*`)] : []),
      context(`${escape(action.summary)} · ${riskLabels[action.risk]}`),
      ...sections((known.brief?.lines ?? []).map((line) => `• ${escape(line, faultLimit)}`)),
      ...fieldsOf(action, known),
      whyInput(breakGlass),
    ],
    memo: JSON.stringify({ channelId, breakGlass, action: action.id, about }),
  };
}

type Known = Pick<FormFacts, 'typed' | 'partners' | 'brief'>;

const fieldsOf = ({ fields }: Action, { typed, partners, brief }: Known): InputBlock[] =>
  inOrder(Object.entries(fields), brief?.first ?? []).map(
    ([name, { label, hint, optional, input: asked, suggest }]) => {
      const initial = typed[name] ?? '';
      const element = suggest
        ? askedChoice(remediationMenu, initial, placeholderOf(asked))
        : elementOf(asked, initial, partners);
      return input({ name, label, hint, optional, element });
    },
  );

type NamedField = readonly [name: string, field: Action['fields'][string]];

/** What the action is about, then what matters most, then the rest. */
function inOrder([subject, ...others]: readonly NamedField[], first: readonly string[]): NamedField[] {
  const rank = ([name]: NamedField): number => (first.includes(name) ? first.indexOf(name) : first.length);
  return [...(subject ? [subject] : []), ...others.toSorted((a, b) => rank(a) - rank(b))];
}

const placeholderOf = (asked: FieldInput): string | undefined =>
  asked.kind === 'text' && asked.placeholder !== undefined
    ? `Choose or type: ${asked.placeholder}`
    : undefined;

/** A company may have more partners than a menu holds; then they are asked for. */
const partnerChoice = (partners: Partners, initial: string): InputBlockElement =>
  partners.length > mostOptions
    ? askedChoice(remediationMenu, initial, undefined)
    : choice(partnerOptions(partners), initial);

export const partnerOptions = (partners: Partners): Option[] =>
  partners.map(({ id, name }) => ({ value: id, label: name }));

function elementOf(asked: FieldInput, initial: string, partners: Partners): InputBlockElement {
  switch (asked.kind) {
    case 'text':
      return textInput({ initial, multiline: asked.multiline, placeholder: asked.placeholder });
    case 'choice':
      return choice(asked.options, initial);
    case 'partner':
      return partnerChoice(partners, initial);
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
    label: breakGlass ? 'Why can’t this wait for approval?' : 'Why?',
    hint: `${breakGlass ? 'Reviewers' : 'Approvers'} will see this. At most 500 characters.`,
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

/** Submitted: where its card is, and whose approval it needs. */
export function requestedModal(
  snapshot: Snapshot,
  isNew: boolean,
  approvals: { channel: string; heldSince: Date | null },
): Modal {
  const { remediation } = snapshot;
  const { id, breakGlass } = remediation;
  const title = isNew ? `${id} submitted` : `${id} already submitted`;
  const { channel, heldSince } = approvals;
  const where = heldSince
    ? `:warning: Slack has refused messages to <#${channel}> since ${instant(heldSince)}. The card appears there once Slack accepts it; until then use \`/remediate show ${id}\`.`
    : `Follow it in <#${channel}>.`;
  return notice(title.slice(0, 24), [
    section(firstLine(snapshot)),
    section(breakGlass ? `It runs now, without approvals. ${where}` : `${deciders(snapshot)}${where}`),
    context(
      breakGlass
        ? 'Another person must review it.'
        : `To withdraw it, use the button on its card or \`/remediate cancel ${id}\`.`,
    ),
  ]);
}

function deciders({ remediation, ruling }: Snapshot): string {
  if (remediation.state !== 'pending') return '';
  const who = ruling.approverGroups.map((group) => escape(group)).join(' or ');
  const needed = ruling.approvals === 1 ? 'One person' : `${ruling.approvals} people`;
  return `${needed} in ${who} must approve this; your own vote doesn’t count. `;
}

/** Not submitted, for reasons that belong to no input; with the rules that were applied. */
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
    section(':no_entry: *This request can’t be submitted yet. No action was taken.*'),
    ...sections(lines),
    ...(trail.length > 0 ? [section('*How the rules were applied*'), ...sections(trailLines(trail))] : []),
  ]);
}

export const trailLines = (trail: readonly string[]): string[] =>
  trail.map((line) => `• ${escape(line, faultLimit)}`);
