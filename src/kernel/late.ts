/**
 * Whether work takes longer than a person waits without a word.
 *
 * Invariant: the work goes on, and a failure of it is still its caller's to handle.
 */
export async function isLate(work: Promise<unknown>, afterMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), afterMs);
  });
  const over = work.then(
    () => false,
    () => false,
  );
  try {
    return await Promise.race([over, late]);
  } finally {
    clearTimeout(timer);
  }
}
