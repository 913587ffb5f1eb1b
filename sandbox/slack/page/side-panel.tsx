/** The panel at the right: a title, a cross, and its content. Escape closes it. */
import type { ComponentChildren, VNode } from 'preact';
import { Icon } from './icons.js';

interface SidePanelProps {
  title: string;
  note?: string;
  onClose: () => void;
  children: ComponentChildren;
}

export function SidePanel({ title, note, onClose, children }: SidePanelProps): VNode {
  const keys = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.defaultPrevented) onClose();
  };
  return (
    <aside class="side-panel" aria-label={title} onKeyDown={keys}>
      <header>
        <h2>{title}</h2>
        {note !== undefined && <small>{note}</small>}
        <button
          type="button"
          class="icon-button"
          aria-label={`Close ${title.toLowerCase()}`}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </header>
      {children}
    </aside>
  );
}
