/** What is done to a message besides writing it, as the app hears of it. Invariant: types are Slack's names of events. */
import type { Message } from './wire.js';

export type Touch =
  | { type: 'reaction_added'; user: string; reaction: string }
  | { type: 'reaction_removed'; user: string; reaction: string }
  | { type: 'pin_added'; user: string; pinned: PinnedInfo }
  | { type: 'pin_removed'; user: string; pinned: PinnedInfo };

type PinnedInfo = NonNullable<Message['pinned_info']>;
