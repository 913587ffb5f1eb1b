/**
 * What `/remediate`, its buttons and its windows work with, and how what comes from outside is read.
 *
 * Invariants: an id and the hash of a plan are held against the database before anything is shown or done; text with a
 * card number in it goes nowhere.
 */
import type { DisputeService } from '../../src/disputes/desk.js';
import { hourMs } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { inTimeZone } from '../../src/kernel/instants.js';
import type { Directory } from '../../src/ports/directory.js';
import type { HeldSince } from '../../src/ports/outbox.js';
import type { TypedParameters } from '../../src/remediation/kit/action.js';
import type { Snapshot } from '../../src/remediation/life/deps.js';
import type { RemediationService } from '../../src/remediation/remediation.js';
import { shortHashOf } from '../../src/remediation/life/votes.js';
import type { Links } from '../../src/views/kit/links.js';

/** Where requests are started from breaks, and told to them. */
interface BreakLinks {
  /** What the form of an action says of a break beforehand. */
  prefill(breakId: string, actionId: string): Promise<TypedParameters>;
  link(what: { id: string; personId: string; remediationId: string }): Promise<void>;
}

export interface RemediateDeps {
  /** What the form of an action says of a partner beforehand; empty where there is nothing to say. */
  partnerPrefill(partnerId: string, actionId: string): Promise<TypedParameters>;
  partners: readonly { id: string; name: string }[];
  /** Where the answer of a dispute is drafted; null while no payments API is connected. */
  disputes: Pick<DisputeService, 'lookAt' | 'packetOf' | 'draftOpened'> | null;
  /** Null while no statements are connected. */
  reconciliation: BreakLinks | null;
  /** Null while guarded actions are not configured. */
  remediation: RemediationService | null;
  /** The page on which a vote is confirmed; null where no sign-in is configured. */
  confirmationAddress(token: string): string | null;
  directory: Directory;
  heldSince: HeldSince;
  links?: Links;
}

/** Throws `misconfigured`. */
export function requireRemediation({ remediation }: Pick<RemediateDeps, 'remediation'>): RemediationService {
  if (remediation) return remediation;
  throw new OpsError('misconfigured', 'Guarded actions are not configured.', {
    hint: 'Ask your Paydesk admin to add “remediation” to paydesk.yaml; paydesk.example.yaml shows every setting.',
  });
}

/** Plans tell of customers and of money, which guests and people of other companies do not read. */
export const guardedActions = 'Guarded actions';

/** A zone is a matter of reading: what was last known serves. */
const asRead = { maxAgeMs: hourMs, atWorstMs: Infinity, patienceMs: 2000 };

/** Plain text, in which Slack writes no dates, as this person reads it: instants in their own zone. */
export async function writerFor(
  { directory }: Pick<RemediateDeps, 'directory'>,
  userId: string,
): Promise<(text: string) => string> {
  const reader = await directory.person(userId, asRead).catch(() => null);
  return (text) => inTimeZone(text, reader?.timeZone);
}

/** A request, and the plan that stood beside the button or in the window. */
export interface Reference {
  id: string;
  planHash: string;
  /** What else the button or window said; '' for nothing. */
  rest: string;
}

/** Reads `REM-17:0123456789abcdef` and `REM-17:0123456789abcdef:rest`. Throws `invalid`. */
export function referenceOf(value: string): Reference {
  const [, id, planHash, rest = ''] =
    /^(REM-\d{1,12}):([0-9a-f]{16})(?::([a-z0-9_]{1,20}))?$/.exec(value) ?? [];
  if (id !== undefined && planHash !== undefined) return { id, planHash, rest };
  throw new OpsError('invalid', 'Paydesk did not create this button.', { hint: 'See `/remediate list`.' });
}

/** Throws `not_found`, and `conflict` when the plan is another one. */
export async function readReferred(
  remediation: RemediationService,
  { id, planHash }: Reference,
): Promise<Snapshot> {
  const snapshot = await remediation.read(id);
  if (shortHashOf(snapshot.remediation) === planHash) return snapshot;
  throw new OpsError('conflict', `This belongs to an older plan of ${id}.`, {
    hint: `See \`/remediate show ${id}\`.`,
  });
}
