/**
 * What every part of the page can reach: the store, the person who looks, and the few things a part may do.
 * Invariant: one desk per page; the gallery builds its own with an API that sends nothing.
 */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { User } from '../wire.js';
import type { Api } from './api.js';
import type { Obj } from './json.js';
import type { Route } from './route.js';
import type { Store } from './store.js';

/** A line for the composer; each has a number of its own, so that the same one can be written twice. */
export interface Draft {
  line: string;
  count: number;
}

export interface PageContext {
  store: Store;
  person: User;
  route: Route;
  nowMs: number;
  draft: Draft | null;
  api: Api;
  go: (change: Partial<Route>) => void;
  /** Writes a line into the composer of the open conversation, for the person to send. */
  write: (line: string) => void;
  /** Says something in passing; errors stay longer. */
  toast: (text: string, kind?: 'error' | 'info') => void;
  /** Shows a Block Kit confirm object; true when the person agreed. */
  ask: (confirm: Obj) => Promise<boolean>;
}

export const DeskContext = createContext<PageContext | null>(null);

/** The desk of this page. */
export function useDesk(): PageContext {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error('A part was drawn outside a desk.');
  return desk;
}
