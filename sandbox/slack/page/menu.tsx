/**
 * A button that opens a menu beside it.
 * Invariant: follows the ARIA menu pattern: the first item takes the focus, arrows move it, Escape gives it back.
 */
import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icons.js';
import { moveInMenu, Popup } from './popup.js';

export interface MenuItem {
  name: string;
  note: string;
  act: () => void;
}

interface MenuButtonProps {
  label: string;
  icon: IconName;
  items: MenuItem[];
  class?: string;
  action?: string;
}

export function MenuButton({
  label,
  icon,
  items,
  class: name = 'icon-button',
  action,
}: MenuButtonProps): VNode {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const close = (): void => {
    setOpen(false);
    anchor.current?.focus();
  };
  const choose = (item: MenuItem): void => {
    close();
    item.act();
  };
  return (
    <>
      <button
        ref={anchor}
        type="button"
        class={name}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        data-action-id={action}
        onClick={() => setOpen(!open)}
      >
        <Icon name={icon} size={18} />
      </button>
      {open && (
        <Popup anchor={anchor} onClose={close}>
          <div role="menu" aria-label={label} onKeyDown={moveInMenu}>
            {items.map((item, at) => (
              <button
                key={at}
                type="button"
                role="menuitem"
                class="menu-item"
                tabIndex={-1}
                autoFocus={at === 0}
                onClick={() => choose(item)}
              >
                {item.name}
                {item.note !== '' && <small>{item.note}</small>}
              </button>
            ))}
          </div>
        </Popup>
      )}
    </>
  );
}
