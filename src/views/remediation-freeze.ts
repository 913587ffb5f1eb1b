/**
 * The freeze, wherever it shows: the answer to the person who froze, and what everybody sees while it lasts.
 */
import { formatDuration } from '../kernel/duration.js';
import type { Card } from '../ports/card.js';
import { cardOf, section } from './blocks.js';

/** `staleMs`: the age of the group membership that decided, where Slack gave no newer one. */
export function frozenCard({ staleMs }: { staleMs: number | null }): Card {
  const frozen = 'Everything is frozen. Two people lift it with `/remediate unfreeze`.';
  const known = staleMs === null ? '' : ` Slack did not answer in time, so the user groups as of ${formatDuration(staleMs)} ago decided that you may do this.`;
  return cardOf(frozen + known, [section(frozen + known)]);
} // prettier-ignore
