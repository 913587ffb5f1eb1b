/**
 * Short notices at the head of the page, above everything else, an open modal included.
 * Invariant: errors are read out at once, and stay until dismissed or aged.
 */
import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icons.js';

interface Toast {
  key: number;
  text: string;
  kind: 'error' | 'info';
}

interface ToastList {
  list: Toast[];
  say: (text: string, kind?: 'error' | 'info') => void;
  dismiss: (key: number) => void;
}

const shownMs = { error: 12_000, info: 5_000 };
const toastCountMax = 3;

export function useToasts(): ToastList {
  const [list, setList] = useState<Toast[]>([]);
  const count = useRef(0);
  const dismiss = (key: number): void => setList((now) => now.filter((each) => each.key !== key));
  const say = (text: string, kind: 'error' | 'info' = 'info'): void => {
    const key = ++count.current;
    setList((now) => [...now, { key, text, kind }].slice(-toastCountMax));
    setTimeout(() => dismiss(key), shownMs[kind]);
  };
  return { list, say, dismiss };
}

export function Toasts({ toasts }: { toasts: ToastList }): VNode {
  const self = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    self.current?.hidePopover();
    if (toasts.list.length > 0) self.current?.showPopover();
  }, [toasts.list]);
  return (
    <div ref={self} popover="manual" class="toasts" role="alert">
      {toasts.list.map((each) => (
        <div key={each.key} class={`toast ${each.kind}`}>
          <Icon name={each.kind === 'error' ? 'warning' : 'check'} size={18} />
          <span>{each.text}</span>
          <button
            type="button"
            class="icon-button"
            aria-label="Dismiss"
            onClick={() => toasts.dismiss(each.key)}
          >
            <Icon name="close" size={16} />
          </button>
        </div>
      ))}
    </div>
  );
}
