/**
 * Votes that count only once they are confirmed outside the chat account. A one-time link stands for one vote.
 *
 * Invariants: looking changes nothing, however often it is done; a token is used up by the first `confirm` or
 * `withdraw` that succeeds, over all replicas; the caller proves who asks before it calls either.
 * Errors: `unavailable`.
 */

/**
 * `decided`: the request was decided, or withdrawn, meanwhile. `stopped`: a cap or a freeze is in the way; the link still
 * works when it no longer is.
 */
export type ConfirmationRefusal = 'unknown' | 'used' | 'expired' | 'decided' | 'stopped';

export interface RefusedConfirmation {
  kind: 'refused';
  why: ConfirmationRefusal;
}

export interface OpenConfirmation {
  kind: 'open';
  requestId: string;
  /** The person who voted in chat, and the address that the chat platform has of them. */
  voterName: string;
  voterEmail: string;
  /** IANA; absent where the chat platform does not say. */
  voterTimeZone?: string;
  title: string;
  /** The plan exactly as it was shown and hashed. */
  lines: readonly string[];
  planHash: string;
  expiresAt: Date;
}

/** As the identity provider knows the person. */
export interface Confirmer {
  subject: string;
  email: string;
}

export interface VoteConfirmations {
  /** What the token stands for, or why it cannot be used. */
  look(token: string): Promise<OpenConfirmation | RefusedConfirmation>;
  /** Makes the vote count. */
  confirm(token: string, by: Confirmer): Promise<{ kind: 'confirmed'; title: string } | RefusedConfirmation>;
  /** Takes the vote back. */
  withdraw(token: string, by: Confirmer): Promise<{ kind: 'withdrawn'; title: string } | RefusedConfirmation>;
}
