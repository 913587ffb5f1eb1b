/**
 * The modal on top of a person's stack, as a native dialog: the browser keeps focus in it and dims the rest.
 * Invariant: the cross closes the whole stack, the arrow and the close button one view. It never closes by itself:
 * closing and submitting are asked of the sandbox, whose events change the stack.
 */
import type { VNode } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { OpenView } from '../wire.js';
import { Avatar } from './avatar.js';
import { Blocks } from './block.js';
import { useDesk } from './desk.js';
import { withEmoji } from './emoji.js';
import { missingInputs } from './form.js';
import { Icon } from './icons.js';
import { words } from './json.js';
import { useShownModally } from './shown-modally.js';
import { useNewSurface } from './surface.js';

/** Where typing begins when a view opens: its first input, or else its submit button. */
const firstField = '[autofocus], .modal-body :is(input, textarea, button), .modal-foot [type=submit]';

/** The dialog of a stack, its top last; views below are hidden, not gone, so that they keep what was typed. */
export function Modal({ stack }: { stack: OpenView[] }): VNode | null {
  const dialog = useRef<HTMLDialogElement>(null);
  const { api, person, toast } = useDesk();
  const titleId = useId();
  useShownModally(dialog);
  const close = async (views: OpenView[]): Promise<void> => {
    for (const { id } of views) {
      const outcome = await api.close({ user: person.id, view_id: id });
      if (!outcome.ok) toast(`The modal could not be closed: “${outcome.error ?? 'unknown'}”`, 'error');
    }
  };
  const top = stack.at(-1);
  if (top === undefined) return null;
  const closeAll = (): void => void close(stack.toReversed());
  return (
    <dialog
      ref={dialog}
      class="modal"
      aria-labelledby={`${titleId}-${top.id}`}
      onCancel={(event) => {
        event.preventDefault();
        closeAll();
      }}
    >
      {stack.map((view) => (
        <ViewForm
          key={view.id}
          view={view}
          hidden={view !== top}
          titleId={`${titleId}-${view.id}`}
          onCloseAll={closeAll}
          onClose={() => void close([view])}
        />
      ))}
    </dialog>
  );
}

interface ViewFormProps {
  view: OpenView;
  hidden: boolean;
  titleId: string;
  onClose: () => void;
  onCloseAll: () => void;
}

function ViewForm({ view, hidden, titleId, onClose, onCloseAll }: ViewFormProps): VNode {
  const { store, api, person } = useDesk();
  const [errors, setErrors] = useState(view.errors ?? {});
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const blocks = view.view.blocks;
  const surface = useNewSurface('modal', blocks, { view_id: view.id }, errors);
  useEffect(() => setErrors(view.errors ?? {}), [view.hash, view.errors]);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>(firstField)?.focus(), [hidden]);
  const submit = async (): Promise<void> => {
    const missing = missingInputs(blocks, surface.form);
    setErrors(missing);
    setFailure('');
    if (Object.keys(missing).length > 0) return;
    setBusy(true);
    const outcome = await api.submit({ user: person.id, view_id: view.id, values: surface.form });
    setBusy(false);
    setErrors(outcome.errors ?? {});
    if (!outcome.ok && outcome.errors === undefined) setFailure(outcome.error ?? 'unknown');
  };
  const bot = store.users.find((user) => user.id === store.bot.user_id) ?? null;
  const hasSubmit = view.view.submit !== undefined && view.view.submit !== null;
  return (
    <form
      ref={form}
      hidden={hidden}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <header class="modal-head">
        {view.previous_view_id === null ? (
          <Avatar user={bot} size={28} />
        ) : (
          <button type="button" class="icon-button" aria-label="Back" onClick={onClose}>
            <Icon name="left" />
          </button>
        )}
        <h2 id={titleId}>{withEmoji(words(view.view.title))}</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={onCloseAll}>
          <Icon name="close" />
        </button>
      </header>
      <div class="modal-body" tabIndex={-1}>
        {failure !== '' && (
          <div class="alert-box error" role="alert">
            <Icon name="warning" size={18} />
            We had some trouble connecting ({failure}). Try again?
          </div>
        )}
        <Blocks blocks={blocks} surface={surface} />
      </div>
      <footer class="modal-foot">
        <button type="button" class="button plain-style" onClick={onClose}>
          {withEmoji(words(view.view.close)) || (hasSubmit ? 'Cancel' : 'Close')}
        </button>
        {hasSubmit && (
          <button type="submit" class="button primary" disabled={busy} aria-busy={busy}>
            <span class="button-text">{withEmoji(words(view.view.submit))}</span>
            {busy && <span class="spinner" />}
          </button>
        )}
      </footer>
    </form>
  );
}
