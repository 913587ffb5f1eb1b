/**
 * Jumping to a conversation by a few letters of its name: the button in the sidebar, or Ctrl+K anywhere.
 * Invariant: follows the ARIA combobox pattern; only places that the person may read are offered.
 */
import type { VNode } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { CompletionList } from './completion-list.js';
import { useDesk } from './desk.js';
import { Icon } from './icons.js';
import { useShownModally } from './shown-modally.js';
import { placesFor, type Completion } from './typed.js';

export function Switcher(): VNode {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen(document.querySelector('dialog[open]') === null);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label="Jump to"
        aria-keyshortcuts="Control+K"
        title="Jump to (Ctrl+K)"
        onClick={() => setOpen(true)}
      >
        <Icon name="search" size={18} />
      </button>
      {open && <SwitcherDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function SwitcherDialog({ onClose }: { onClose: () => void }): VNode {
  const { store, person, go } = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  const listId = useId();
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  useShownModally(dialog);
  const found = placesFor(query, store, person);
  const jump = (place: Completion): void => {
    onClose();
    go({ channel: place.line, tab: 'messages', thread: null });
  };
  const keys = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = found[active];
    if (step !== undefined) setActive((active + step + found.length) % Math.max(1, found.length));
    else if (event.key === 'Enter' && chosen !== undefined) jump(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} class="modal switcher" aria-label="Jump to" onClose={onClose}>
      <input
        class="field"
        role="combobox"
        aria-label="Jump to"
        aria-expanded={found.length > 0}
        aria-autocomplete="list"
        aria-controls={listId}
        aria-activedescendant={found.length > 0 ? `${listId}-${active}` : undefined}
        placeholder="Jump to a channel or a person"
        autoComplete="off"
        autoFocus
        value={query}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={keys}
      />
      {found.length > 0 ? (
        <CompletionList {...{ listId, found, active }} onPick={jump} />
      ) : (
        <p class="options-note">No channel or person matches.</p>
      )}
    </dialog>
  );
}
