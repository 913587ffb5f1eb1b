/**
 * Letters to people outside, such as a partner's support desk.
 *
 * Invariant: a letter carries the id that the caller gave it, so that a second copy is recognisable as one.
 * SMTP cannot be asked later whether a letter arrived: there is no read-back. A letter whose fate is unknown can only be
 * settled by a person, who looks into the sender's mailbox or asks the recipient.
 * Deliberately absent: attachments, HTML, several recipients (of whom some may be refused), and word of what happens to
 * a letter after the first server took it.
 */
export interface Letter {
  /** One address. */
  to: string;
  /** One line. */
  subject: string;
  /** Plain text. */
  text: string;
  /**
   * Derived from the idempotency key. 1 to 200 letters, digits, dots, hyphens and underscores: it becomes the left half
   * of the Message-ID.
   */
  messageId: string;
}

export interface Acceptance {
  /** The Message-ID under which mail servers and mailboxes know the letter: `<…@host>`. */
  messageId: string;
  /** The server's own words of acceptance, often with its queue id. */
  response: string;
}

export interface Mail {
  /** Connects and logs in, to learn whether letters could be sent. Throws `unavailable` or `misconfigured`. */
  check(): Promise<void>;
  /**
   * Resolves once a mail server has taken responsibility for the letter. Throws, when nothing was sent: `invalid`
   * (addresses or content refused for good), `unavailable` (out of reach, or refused for the moment), `misconfigured`
   * (login refused). Throws `unknown_outcome`, with `messageId` in its details, when the connection was lost after the
   * text had begun to leave: the letter may be on its way.
   */
  send(letter: Letter): Promise<Acceptance>;
}
