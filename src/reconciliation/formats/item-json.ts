/** Canonical items as lines of JSON: money as strings, so that no reader rounds it. */
import type { StatementItem } from './format.js';

export const itemLine = (item: StatementItem): string =>
  JSON.stringify(item, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
