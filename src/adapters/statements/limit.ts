/** Ends what takes too long, or what is under way when the desk stops. */

export interface Limits {
  listMs?: number;
  readMs?: number;
  /** Aborted when the desk stops. */
  signal?: AbortSignal | undefined;
}

/** A timer of our own: a signal that is composed of others may be collected before it fires. */
export async function within<Value>(
  limitMs: number,
  stopping: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, limitMs);
  stopping?.addEventListener('abort', abort, { once: true });
  if (stopping?.aborted === true) abort();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    stopping?.removeEventListener('abort', abort);
  }
}
