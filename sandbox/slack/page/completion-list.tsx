/** What would complete the line being typed, above the composer. Invariant: a press here never takes the focus. */
import type { VNode } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import type { Completion } from './typed.js';

interface CompletionListProps {
  listId: string;
  found: Completion[];
  active: number;
  onPick: (completion: Completion) => void;
}

const titles: Record<string, string> = { '/': 'Commands', '@': 'People', '#': 'Channels' };

export function CompletionList({ listId, found, active, onPick }: CompletionListProps): VNode {
  useLayoutEffect(
    () => document.getElementById(`${listId}-${active}`)?.scrollIntoView({ block: 'nearest' }),
    [listId, active],
  );
  const title = titles[found[0]?.name[0] ?? '/'];
  return (
    // Scrolls when there is more than fits, so the keyboard must reach it.
    <div class="completion-list" tabIndex={0}>
      <p aria-hidden="true">{title}</p>
      <div id={listId} role="listbox" aria-label={title}>
        {found.map((each, at) => (
          <div
            key={each.name}
            id={`${listId}-${at}`}
            role="option"
            aria-selected={at === active}
            class={at === active ? 'completion active' : 'completion'}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onPick(each)}
          >
            <span>
              <b>{each.name}</b> <i>{each.hint}</i>
            </span>
            <small>{each.note}</small>
          </div>
        ))}
      </div>
    </div>
  );
}
