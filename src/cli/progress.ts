/**
 * A progress bar on the standard error, for people alone: nothing is drawn unless it is a terminal.
 *
 * Invariant: drawing is rare compared with the work, so that it costs nothing.
 */
export interface Progress {
  /** How much is done, of the total. */
  at: (done: number) => void;
  /** Takes the bar away. */
  end: () => void;
}

/** What is drawn on: the standard error, or a stand-in for it. */
export interface Screen {
  isTTY?: boolean;
  write: (text: string) => unknown;
}

const width = 30;
const steps = 200;

export function progressBar(screen: Screen, label: string, total: number): Progress {
  if (screen.isTTY !== true || total <= 0) return { at: () => undefined, end: () => undefined };
  const stride = Math.max(1, Math.floor(total / steps));
  let next = 0;
  return {
    at(done) {
      if (done < next) return;
      next = done + stride;
      const share = Math.min(1, done / total);
      const filled = Math.round(share * width);
      const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
      screen.write(`\r${label} ${bar} ${Math.floor(share * 100)} %`);
    },
    end: () => void screen.write('\r\u001b[2K'),
  };
}
