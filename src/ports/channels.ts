/**
 * Who can read a conversation, and where a person reads alone.
 */
/** `external`: people of other companies can, or will be able to. `unknown`: the workspace does not say. */
type Audience = 'own' | 'external' | 'unknown';

export interface Channels {
  /** Throws `unavailable` and `rate_limited`. */
  audienceOf(channelId: string): Promise<Audience>;
  /** The id of a person's direct messages. Throws `unavailable`. */
  directWith(personId: string): Promise<string>;
}
