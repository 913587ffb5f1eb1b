/**
 * Keeping things within bounds in a process that may run for weeks.
 * Invariant: a map is in the order of insertion, so the first keys are the oldest.
 */
export function forgetOldest(entries: Map<string, unknown>, kept: number): void {
  for (const key of entries.keys()) {
    if (entries.size <= kept) return;
    entries.delete(key);
  }
}
