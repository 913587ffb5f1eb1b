/**
 * Time limits of work that others may end earlier.
 */

/** Aborts after a time, and earlier when `other` does. */
export function endingBy(timeoutMs: number, other?: AbortSignal): AbortSignal {
  // Not `AbortSignal.any`: Node 20 may collect what it returns, timeout included, before it fires.
  const ending = new AbortController();
  if (other?.aborted) ending.abort(other.reason);
  for (const signal of [AbortSignal.timeout(timeoutMs), ...(other ? [other] : [])])
    signal.addEventListener('abort', () => ending.abort(signal.reason), { once: true });
  return ending.signal;
}
