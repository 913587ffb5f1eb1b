/**
 * “Did you mean…?”: the known word nearest to a misspelt one.
 */
import { OpsError } from './errors.js';
import { redactCardNumbers } from './sensitive.js';

/** The known word at most a third of its letters away, else one that the word is a part of (`refund`), or null. */
export function nearest(word: string, known: readonly string[]): string | null {
  const scored = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return (
    scored[0]?.candidate ??
    known.find((candidate) => isPartOf(word.toLowerCase(), candidate.toLowerCase())) ??
    null
  );
}

/** Whole words between hyphens and blanks, or the beginning of one. */
const isPartOf = (word: string, candidate: string): boolean =>
  word.length > 2 &&
  candidate
    .split(/[\s-]+/)
    .some((part) => part.startsWith(word) || (part.length > 2 && word.startsWith(part)));

/** Letters put in, left out, changed, or swapped with their neighbour, which is the commonest slip. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(substitution, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}

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
