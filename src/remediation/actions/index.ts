/**
 * The registry of guarded actions: one line each. Modals, policy and the README's table follow from it.
 */
import type { Action } from '../action.js';

export const actions: readonly Action[] = [];
