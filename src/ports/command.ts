/**
 * A command of the desk and what reaches it from the chat: the contract between `commands/` and the chat adapter.
 *
 * Invariants: every request was acknowledged before it arrives here; the same delivery arrives once; a thrown
 * OpsError is shown to the person, anything else as `internal` with its reference.
 */
import type { Log } from '../kernel/log.js';
import type { Card } from './card.js';

export interface Person {
  userId: string;
  teamId: string;
}

/** Ways to answer. Ephemeral answers are seen by the person who asked and by nobody else. */
export interface Answers {
  /** Each call is a new message; an interaction may be answered five times. */
  privately(card: Card): Promise<void>;
  /** A new message that everybody in the conversation sees. */
  publicly(card: Card): Promise<void>;
}

export interface CommandRequest {
  person: Person;
  channelId: string;
  /** What follows the command's name, as Slack sent it. */
  text: string;
  answer: Answers;
  log: Log;
}

export interface ActionRequest {
  person: Person;
  channelId: string;
  /** The button's value or the chosen option's. Came from outside: to be checked like typed text. */
  value: string;
  answer: Answers;
  log: Log;
}

export interface Command<Desk> {
  /** With its slash, for instance `/payment`. Permanent. */
  readonly name: string;
  /** One line for Slack's list of commands and for help; at most 100 characters. */
  readonly summary: string;
  /** What may follow the name, as Slack hints it. */
  readonly usageHint: string;
  /** For help: things to type, and what they do. */
  readonly examples: readonly { text: string; does: string }[];
  /** `run` changes nothing anywhere, so it may start before it is known whether its delivery is a double. */
  readonly reads?: true;
  run(request: CommandRequest, desk: Desk): Promise<void>;
  /** By action_id: buttons and menus on this command's cards. */
  readonly actions: Readonly<Record<string, (request: ActionRequest, desk: Desk) => Promise<void>>>;
}
