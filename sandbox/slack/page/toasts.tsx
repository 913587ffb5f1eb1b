/** Short notices at the foot of the page. Invariant: errors are read out at once, and stay until dismissed or aged. */
import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Icon } from './icons.js';

interface Toast {
  key: number;
  text: string;
  kind: 'error' | 'info';
}

export interface ToastList {
  list: Toast[];
  say: (text: string, kind?: 'error' | 'info') => void;
  dismiss: (key: number) => void;
}

const SHOWN_MS = { error: 12_000, info: 5_000 };
const TOAST_COUNT_MAX = 4;

export function useToasts(): ToastList {
  const [list, setList] = useState<Toast[]>([]);
  const count = useRef(0);
  const dismiss = (key: number): void => setList((now) => now.filter((each) => each.key !== key));
  const say = (text: string, kind: 'error' | 'info' = 'info'): void => {
    const key = ++count.current;
    setList((now) => [...now, { key, text, kind }].slice(-TOAST_COUNT_MAX));
    setTimeout(() => dismiss(key), SHOWN_MS[kind]);
  };
  return { list, say, dismiss };
}

export function Toasts({ toasts }: { toasts: ToastList }): VNode {
  return (
    <div class="toasts" role="alert">
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
