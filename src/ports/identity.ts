/**
 * Who somebody is, according to the company's own identity provider and not to the chat platform: a second account
 * that a thief of the first one does not have.
 *
 * Invariant: an identity is handed out only for a sign-in that was begun here, and that happened just now.
 * Errors of every call: `unavailable` (down, late, garbage), `misconfigured` (the provider does not know us, or is not
 * the configured one).
 */

/** What a sign-in is held to when it comes back. The caller keeps it where only the same browser can bring it again. */
export interface SignInChecks {
  state: string;
  nonce: string;
  codeVerifier: string;
}

export interface Identity {
  /** The provider's permanent id of the person. */
  subject: string;
  /** As the provider writes it; null when it tells none. */
  email: string | null;
  /** Whether the provider vouches for the address. */
  emailVerified: boolean;
  authenticatedAt: Date;
}

export interface IdentityProvider {
  /**
   * Begins a sign-in: the browser is to be sent to `address`, and comes back to `redirectUri`. The person has to sign
   * in anew, whatever session the browser still has.
   */
  begin(redirectUri: string): Promise<{ address: string; checks: SignInChecks }>;
  /**
   * Ends it. `currentUrl` is the whole address at which the browser came back.
   * Errors: `forbidden` (the person or the provider said no), `invalid` (the answer is not the one that was asked for:
   * another state, nonce, issuer or key, expired, or used before).
   */
  finish(currentUrl: string, checks: SignInChecks): Promise<Identity>;
  /** Succeeds when the provider tells how to reach it. */
  check(): Promise<void>;
}
