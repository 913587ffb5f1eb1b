/**
 * What those who run Paydesk read of messages that Slack refuses: how many, since when, and Slack's word for it.
 *
 * Invariant: held messages are a remark and no fault. A process with some is ready, because restarting it or sending its
 * traffic elsewhere would not post them.
 */
import type { OutboxBacklog } from '../ports/outbox.js';

/** Null when none is held. */
export function heldRemark({ held, oldestHeld }: OutboxBacklog): string | null {
  if (!oldestHeld) return null;
  const messages = held === 1 ? '1 message is held' : `${held} messages are held`;
  const since = oldestHeld.since.toISOString().replace(/\.\d+Z$/, 'Z');
  return `${messages}, the oldest since ${since}: Slack says ${oldestHeld.refusal}`;
}

/** What `/readyz` says beside its parts. Null where the database does not answer, which is a part of its own. */
export function remarksOn(backlog: OutboxBacklog | null): Record<string, string> {
  const held = backlog && heldRemark(backlog);
  return held ? { outbox: held } : {};
}
