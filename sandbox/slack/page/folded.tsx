/**
 * A long text of a message, folded until somebody wants to see more of it, as Slack does.
 * Invariant: the rendered height decides, so a narrow thread folds sooner; nothing that is focused stays hidden.
 */
import type { ComponentChildren, VNode } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Sixteen lines. Slack documents that it folds (`expand`), not from which height on. */
const heightMaxPx = 16 * 22;
/** A fold that hides less than two lines only annoys. */
const worthFoldingPx = heightMaxPx + 44;

export function Folded({ children }: { children: ComponentChildren }): VNode {
  const id = useId();
  const inner = useRef<HTMLDivElement>(null);
  const [isLong, setLong] = useState(false);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    const { current } = inner;
    if (current === null) return;
    const measure = (): void => setLong(current.offsetHeight > worthFoldingPx);
    const observer = new ResizeObserver(measure);
    measure();
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  const folded = isLong && !open;
  return (
    <>
      <div
        id={id}
        class={folded ? 'foldable folded' : 'foldable'}
        style={folded ? { maxHeight: `${heightMaxPx}px` } : undefined}
        onFocusIn={() => setOpen(true)}
      >
        <div ref={inner}>{children}</div>
      </div>
      {isLong && (
        <button
          type="button"
          class="link see-more"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          {open ? 'See less' : 'See more'}
        </button>
      )}
    </>
  );
}
