/**
 * What those who run Paydesk read of messages that Slack refuses, and of places of statements that cannot be read: since
 * when, and why.
 *
 * Invariant: both are a remark and no fault. A process with some is ready, because restarting it or sending its
 * traffic elsewhere would not post them.
 */
import type { OutboxBacklog } from '../ports/outbox.js';
import type { PlaceFault } from '../ports/statement-inbox.js';

/** Null when none is held. */
export function heldRemark({ held, oldestHeld }: OutboxBacklog): string | null {
  if (!oldestHeld) return null;
  const messages = held === 1 ? '1 message is held' : `${held} messages are held`;
  const since = instantText(oldestHeld.since);
  return `${messages}, the oldest since ${since}: Slack says ${oldestHeld.refusal}`;
}

/** What `/readyz` says beside its parts. Null where the database does not answer, which is a part of its own. */
export function remarksOn(
  backlog: OutboxBacklog | null,
  places: readonly PlaceFault[] | null = null,
): Record<string, string> {
  const held = backlog && heldRemark(backlog);
  const unread = (places ?? []).map(
    ({ place, since, why }) => `${place} since ${instantText(since)}: ${why}`,
  );
  return { ...(held && { outbox: held }), ...(unread.length > 0 && { statements: unread.join(' ') }) };
}

const instantText = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z');
