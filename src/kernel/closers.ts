/**
 * A stack of what was opened.
 *
 * Invariants: the last opened is closed first, so that dependents stop before their dependencies; each is closed once;
 * one that fails is reported and keeps no other open.
 */
export interface Closers {
  add(close: () => Promise<unknown> | undefined): void;
  /** Closes what was added and is still open. Never throws. */
  close(): Promise<void>;
}

export function createClosers(report: (error: unknown) => void): Closers {
  const open: (() => Promise<unknown> | undefined)[] = [];
  return {
    add: (close) => void open.push(close),
    close: async () => {
      for (let close = open.pop(); close; close = open.pop()) {
        try {
          await close();
        } catch (error) {
          report(error);
        }
      }
    },
  };
}
