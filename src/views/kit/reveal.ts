/**
 * The windows in which personal data is shown: a reason is asked for, then the person alone sees what it is.
 *
 * Invariant: nothing of it is in a message, so nothing of it stays in a channel.
 */
import type { Modal } from '../../ports/command.js';
import { context, escape, section, sections } from './blocks.js';
import { input, textInput } from './inputs.js';

/** The input's name. */
export const revealReason = 'why';

export const revealForm = (callbackId: string, what: string, memo: string): Modal => ({
  callbackId,
  title: 'Reveal personal data',
  submit: 'Reveal',
  close: 'Cancel',
  memo,
  blocks: [
    section(`Shows you ${escape(what)}. Only you will see it.`),
    input({
      name: revealReason,
      label: 'Why do you need it?',
      hint: 'Recorded in the audit log with your name.',
      element: textInput({ initial: '' }),
    }),
  ],
});

export const revealedModal = (lines: readonly string[], note: string | null): Modal => ({
  callbackId: 'notice',
  title: 'Personal data',
  submit: null,
  close: 'Close',
  memo: '',
  blocks: [
    ...(lines.length === 0 ? [section('There is nothing to reveal.')] : sections(lines)),
    context(`${note === null ? '' : `${note} `}Only you see this. The audit log records that you saw it.`),
  ],
});
