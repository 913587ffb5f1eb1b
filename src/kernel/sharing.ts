/**
 * One answer for all who ask at the same time.
 */

/** Asks once for everybody who asks while an answer is on its way, so that a source which hangs is asked once. */
export function sharing<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let asking: Promise<Value> | null = null;
  return () => (asking ??= ask().finally(() => (asking = null)));
}
