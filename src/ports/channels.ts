/**
 * Who can read a conversation.
 */
/** `external`: people of other companies can, or will be able to. `unknown`: the workspace does not say. */
type Audience = 'own' | 'external' | 'unknown';

export interface Channels {
  /** Never throws: what cannot be asked is `unknown`. */
  audienceOf(channelId: string): Promise<Audience>;
}
