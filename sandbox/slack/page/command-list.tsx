/** The commands that fit what is being typed, above the composer. Invariant: a press here never takes the focus. */
import type { VNode } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import type { CommandHint } from '../wire.js';

interface CommandListProps {
  listId: string;
  found: CommandHint[];
  active: number;
  onPick: (hint: CommandHint) => void;
}

export function CommandList({ listId, found, active, onPick }: CommandListProps): VNode {
  useLayoutEffect(
    () => document.getElementById(`${listId}-${active}`)?.scrollIntoView({ block: 'nearest' }),
    [listId, active],
  );
  return (
    <div class="command-list">
      <p aria-hidden="true">Commands of Paydesk</p>
      <div id={listId} role="listbox" aria-label="Commands">
        {found.map((hint, at) => (
          <div
            key={hint.command}
            id={`${listId}-${at}`}
            role="option"
            aria-selected={at === active}
            class={at === active ? 'command active' : 'command'}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onPick(hint)}
          >
            <span>
              <b>{hint.command}</b> <i>{hint.usage_hint}</i>
            </span>
            <small>{hint.description}</small>
          </div>
        ))}
      </div>
    </div>
  );
}
