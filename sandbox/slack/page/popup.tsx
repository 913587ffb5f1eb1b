/**
 * A small window beside the thing that opened it: menus and lists of options.
 * Invariant: in the browser's top layer, so nothing clips it, not even a modal; Escape, a press elsewhere or
 * scrolling closes it, and Escape does not reach what lies below. What has `autoFocus` inside takes the focus at once.
 */
import type { ComponentChildren, RefObject, VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

interface PopupProps {
  anchor: RefObject<HTMLElement>;
  onClose: () => void;
  /** As wide as its anchor, at least. */
  fit?: boolean;
  class?: string;
  children: ComponentChildren;
}

const gapPx = 4;

export function Popup({ anchor, onClose, fit = false, class: name = '', children }: PopupProps): VNode {
  const self = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    self.current?.showPopover();
  }, []);
  useLayoutEffect(() => {
    if (self.current !== null && anchor.current !== null) place(self.current, anchor.current, fit);
  });
  useClosing(self, anchor, onClose);
  return (
    <div ref={self} popover="manual" class={`popup ${name}`}>
      {children}
    </div>
  );
}

function useClosing(self: RefObject<HTMLElement>, anchor: RefObject<HTMLElement>, onClose: () => void): void {
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const outside = (event: Event): void => {
      const inside =
        event.target instanceof Node &&
        (self.current?.contains(event.target) === true || anchor.current?.contains(event.target) === true);
      if (!inside) close.current();
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      close.current();
    };
    document.addEventListener('pointerdown', outside, true);
    document.addEventListener('scroll', outside, true);
    document.addEventListener('keydown', escape, true);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      document.removeEventListener('scroll', outside, true);
      document.removeEventListener('keydown', escape, true);
    };
  }, [self, anchor]);
}

/** Below the anchor where there is room, else above; never past the window's edges. */
function place(self: HTMLElement, anchor: HTMLElement, fit: boolean): void {
  const at = anchor.getBoundingClientRect();
  if (fit) self.style.minWidth = `${at.width}px`;
  const { offsetWidth: width, offsetHeight: height } = self;
  const below = at.bottom + gapPx + height <= innerHeight || at.top < height;
  self.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  self.style.top = below
    ? `${Math.min(at.bottom + gapPx, Math.max(8, innerHeight - height - 8))}px`
    : `${at.top - gapPx - height}px`;
}

/** Moves focus among the `menuitem`s of a menu with the arrow keys, Home and End. */
export function moveInMenu(event: KeyboardEvent): void {
  const menu = event.currentTarget;
  if (!(menu instanceof HTMLElement)) return;
  const items = [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
  const at = items.findIndex((each) => each === document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items.at(to % items.length)?.focus();
}
