/** Where a command prints its answer, and its notes about the work. */
export interface Voices {
  /** A line of the answer, on the standard output. */
  say: (line: string) => void;
  /** A line for the person who waits, on the standard error. */
  tell: (line: string) => void;
}

export const voices: Voices = {
  say: (line) => void process.stdout.write(`${line}\n`),
  tell: (line) => void process.stderr.write(`${line}\n`),
};

/** A reader who has seen enough, such as `head`, ends the command: that is not a fault. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
