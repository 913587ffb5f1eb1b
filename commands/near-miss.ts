/**
 * A word after a command that is nearly one of those it knows: the answer is the word that was meant.
 */
import { OpsError } from '../src/kernel/errors.js';
import { nearest } from '../src/kernel/nearest.js';
import { redactCardNumbers } from '../src/kernel/sensitive.js';

const longestWord = 60;

/** Throws `not_found` for a misspelt one; what is nowhere near is the caller's to refuse. */
export function refuseNearMiss(command: string, typed: string, known: readonly string[]): void {
  const word = typed.slice(0, longestWord);
  const guess = nearest(word, known);
  if (guess === null) return;
  throw new OpsError('not_found', `${command} has no “${redactCardNumbers(word)}”.`, {
    hint: `Did you mean \`${command} ${guess}\`?`,
  });
}
