/**
 * A pause that can be cut short. A wake-up before the sleep ends the next sleep at once, so none is lost.
 */
export interface Nap {
  sleep(durationMs: number): Promise<void>;
  wake(): void;
}

export function createNap(): Nap {
  let called = false;
  let end: (() => void) | null = null;
  return {
    sleep: async (durationMs) => {
      if (!called) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, durationMs);
          end = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      called = false;
      end = null;
    },
    wake: () => {
      called = true;
      end?.();
    },
  };
}
