/**
 * The windows that take the place of a modal that was submitted: it works, it is done, something is wrong; and what a form
 * says that comes back with a refusal.
 *
 * Invariant: none of them has an input, so nothing comes back from them.
 */
import type { KnownBlock } from '@slack/types';
import type { OpsError } from '../../kernel/errors.js';
import type { Card } from '../../ports/card.js';
import type { Modal } from '../../ports/command.js';
import { cardOf, context, escape, section, sections, wording } from './blocks.js';
import { errorCard } from '../desk/error.js';

/** What is wrong with what was typed; `label` is that of the input, null for the window as a whole. */
interface Problem {
  label: string | null;
  text: string;
}

/** Our own words, with at most a word of the person's in them. */
const problemLimit = 500;

const notice = (title: string, blocks: readonly KnownBlock[]): Modal => ({
  callbackId: 'notice',
  title,
  submit: null,
  close: 'Close',
  blocks,
  memo: '',
});

const waitingModal = (title: string): Modal =>
  notice(title, [
    section(':hourglass_flowing_sand: *Working on it…*'),
    context('The result will appear here. You can close this window; the work continues.'),
  ]);

const doneModal = (title: string): Modal =>
  notice(title, [section(':white_check_mark: *Done.*'), context('You can close this window.')]);

function problemsModal(title: string, problems: readonly Problem[]): Modal {
  const lines = problems.map(({ label, text }) => {
    const what = wording(text, problemLimit);
    return label === null ? `• ${what}` : `• *${escape(label)}*: ${what}`;
  });
  return notice(title, [section(':warning: *Correct this first. No action was taken.*'), ...sections(lines)]);
}

const errorModal = (title: string, error: OpsError): Modal => ({
  ...notice(title, []),
  blocks: errorCard(error).blocks,
});

/** Below an input of a form that comes back. */
const fault = (text: string): KnownBlock =>
  section(`:warning: ${wording(text === '' ? 'Check this value.' : text, problemLimit)}`);

const chooseAgain: KnownBlock = context(
  ':paperclip: Choose the files again: Slack does not let Paydesk restore them.',
);

/** A refusal that no window can show any more. */
const unseen = ({ title, blocks }: Modal): Card =>
  cardOf(`“${escape(title)}” was refused after you closed its window; no action was taken`, [
    section(`*${escape(title)}* was refused after you closed its window.`),
    ...(blocks as readonly KnownBlock[]),
  ]);

/** Without what it held, which may be for the window alone. */
const unshown = (title: string): Card =>
  cardOf(`Slack did not let “${escape(title)}” show its result`, [
    section(`:warning: *Slack did not let the window “${escape(title)}” show its result.*`),
    context('What you submitted was worked on. Open it again to see where it stands.'),
  ]);

const elsewhere = ({ text, blocks }: Card): Card => ({
  text,
  blocks: [
    ...(blocks.length > 0 ? blocks : [section(text)]),
    context('Slack did not accept this answer where you asked for it, so it is here.'),
  ],
});

export const windowNotices = {
  unseen,
  unshown,
  elsewhere,
  fault,
  chooseAgain,
  waiting: waitingModal,
  done: doneModal,
  problems: problemsModal,
  error: errorModal,
};
