/** Block Kit's confirm object as a small dialog. Invariant: every question is answered once; Escape is "no". */
import type { VNode } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { withEmoji } from './emoji.js';
import { obj, str, words, type Obj } from './json.js';
import { TextObject } from './rich.js';

export interface Question {
  key: number;
  confirm: Obj;
  answer: (yes: boolean) => void;
}

export interface Confirm {
  open: Question | null;
  ask: (confirm: Obj) => Promise<boolean>;
}

export function useConfirm(): Confirm {
  const [open, setOpen] = useState<Question | null>(null);
  const count = useRef(0);
  const ask = (confirm: Obj): Promise<boolean> =>
    new Promise((resolve) => {
      const answer = (yes: boolean): void => {
        setOpen(null);
        resolve(yes);
      };
      setOpen({ key: ++count.current, confirm, answer });
    });
  return { open, ask };
}

export function ConfirmDialog({ question }: { question: Question }): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const { confirm, answer } = question;
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="modal confirm"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        answer(false);
      }}
    >
      <h2 id={titleId}>{withEmoji(words(confirm.title)) || 'Are you sure?'}</h2>
      <TextObject text={obj(confirm.text)} />
      <footer class="modal-foot">
        <button type="button" class="button plain-style" onClick={() => answer(false)}>
          {withEmoji(words(confirm.deny)) || 'Cancel'}
        </button>
        <button
          type="button"
          class={`button ${str(confirm.style, 'primary')}`}
          autoFocus
          onClick={() => answer(true)}
        >
          {withEmoji(words(confirm.confirm)) || 'Yes'}
        </button>
      </footer>
    </dialog>
  );
}
