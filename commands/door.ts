/**
 * Who gets in: the check that comes before anything is looked up, shown or opened.
 *
 * Invariant: people of other companies, bots and deactivated accounts never get in.
 */
import { OpsError } from '../src/kernel/errors.js';
import type { Directory } from '../src/ports/directory.js';
import { forReading } from '../src/remediation/people.js';

/** Throws `forbidden`, with `what` as the subject: “Guarded actions”. */
export async function requireMember(
  { directory }: { directory: Directory },
  userId: string,
  what: string,
): Promise<void> {
  const { kind } = await directory.person(userId, forReading.person);
  if (kind !== 'member') throw membersOnly(what);
}

export const membersOnly = (what: string): OpsError =>
  new OpsError('forbidden', `${what} are for full members of this workspace.`, {
    hint: 'Ask somebody of the payments team.',
  });
