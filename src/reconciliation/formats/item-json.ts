/** Canonical items as lines of JSON: money as strings, so that no reader rounds it. */
import type { StatementItem } from './format.js';

export function itemLine(item: StatementItem): string {
  // A statement is a fact about many lines; its first one serves findings alone.
  const printed =
    item.type === 'statement'
      ? { ...item, line: undefined }
      : item.type === 'row'
        ? { ...item, account: item.account === '' ? undefined : item.account, unsettled: undefined }
        : item;
  return JSON.stringify(printed, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}
