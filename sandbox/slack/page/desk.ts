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

export interface Desk {
  store: Store;
  person: User;
  route: Route;
  nowMs: number;
  api: Api;
  go(change: Partial<Route>): void;
  /** Says something in passing; errors stay longer. */
  toast(text: string, kind?: 'error' | 'info'): void;
  /** Shows a Block Kit confirm object; true when the person agreed. */
  ask(confirm: Obj): Promise<boolean>;
}

export const DeskContext = createContext<Desk | null>(null);

/** The desk of this page. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error('A part was drawn outside a desk.');
  return desk;
}
