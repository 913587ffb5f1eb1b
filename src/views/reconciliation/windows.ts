/** The windows in which a person says why: a break is explained or reopened, a day is opened again. */
import type { Modal } from '../../ports/command.js';
import { section } from '../kit/blocks.js';
import { input, textInput } from '../kit/inputs.js';
import { reconWindows } from './ids.js';

const reasonWindow = (
  callbackId: string,
  { title, submit, text, memo }: { title: string; submit: string; text: string; memo: string },
): Modal => ({
  callbackId,
  title,
  submit,
  close: 'Cancel',
  blocks: [
    section(text),
    input({
      name: 'why',
      label: 'Why?',
      hint: 'Stored in its history and in the audit log. At most 500 characters.',
      element: textInput({ multiline: true }),
    }),
  ],
  memo,
});

export const explainModal = (id: string): Modal =>
  reasonWindow(reconWindows.explain, {
    title: `Explain ${id}`,
    submit: 'Resolve',
    text: 'This resolves the break without a statement or a booking. To give up the money, use *Write off…*.',
    memo: id,
  });

export const reopenModal = (id: string): Modal =>
  reasonWindow(reconWindows.reopen, {
    title: `Reopen ${id}`,
    submit: 'Reopen',
    text: 'The break becomes an open difference again.',
    memo: id,
  });

/** `memo` names the day: `northpay:2026-11-27`. */
export const reopenDayModal = (name: string, memo: string): Modal =>
  reasonWindow(reconWindows.reopenDay, {
    title: 'Reopen the day',
    submit: 'Reopen',
    text: `${name} is signed off. Reopening it is announced in its thread.`,
    memo,
  });
