/**
 * Files that people hand in through the chat.
 * Errors: `not_found` (deleted, or not shared with us), `invalid` (too large), `unavailable`.
 */
export interface Attachment {
  /** The chat's own id. */
  id: string;
  name: string;
  mimeType: string;
  content: Uint8Array;
}

export interface Attachments {
  read(id: string): Promise<Attachment>;
}
