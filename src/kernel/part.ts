/**
 * A part of an answer that is asked for by itself: its value, why it is not known, or null where there is no such part.
 *
 * Invariant: a part that fails or takes too long is unknown with a reason, and never takes another part with it.
 */
import { toOpsError } from './errors.js';

export type Part<Value> = { value: Value } | { unknown: string } | null;

/** `withinMs`: after which the part counts as unknown; the source has a time limit of its own. */
export async function part<Value>(asked: Promise<Value | null>, withinMs?: number): Promise<Part<Value>> {
  let timer: NodeJS.Timeout | undefined;
  const read = asked.then(
    (value): Part<Value> => (value === null ? null : { value }),
    (thrown: unknown): Part<Value> => ({ unknown: toOpsError(thrown).publicMessage }),
  );
  if (withinMs === undefined) return read;
  const late = new Promise<Part<Value>>((resolve) => {
    timer = setTimeout(() => resolve({ unknown: 'did not answer in time' }), withinMs);
  });
  try {
    return await Promise.race([read, late]);
  } finally {
    clearTimeout(timer);
  }
}
