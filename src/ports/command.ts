/**
 * A command of the desk and what reaches it from the chat: the contract between `commands/` and the chat adapter.
 *
 * Invariants: every request was acknowledged before it arrives here; the same delivery arrives once; a thrown
 * OpsError is shown to the person, anything else as `internal` with its reference.
 */
import type { Log } from '../kernel/log.js';
import type { Card, CardBlock } from './card.js';

export interface Person {
  userId: string;
  teamId: string;
}

/** A text file, such as a table as CSV. */
export interface AnswerFile {
  /** With its extension: `scorecard-northpay-2026-10.csv`. */
  name: string;
  /** Says beside the file what it holds. */
  comment: string;
  text: string;
}

/** Ways to answer. Ephemeral answers are seen by the person who asked and by no one else. */
export interface Answers {
  /** Each call is a new message; an interaction may be answered five times. */
  privately(card: Card): Promise<void>;
  /** A new message that everybody in the conversation sees. */
  publicly(card: Card): Promise<void>;
  /** Files cannot be ephemeral: this one comes as a direct message to the person who asked. */
  file(file: AnswerFile): Promise<void>;
}

/** A window over the conversation. What its inputs say comes back to `submissions` under `callbackId`. */
export interface Modal {
  callbackId: string;
  /** At most 24 characters, as `submit` and `close`. */
  title: string;
  /** Null for a window that only shows. */
  submit: string | null;
  close: string;
  blocks: readonly CardBlock[];
  /** Comes back unchanged, and from outside: to be checked like typed text. At most 3000 characters. */
  memo: string;
}

export interface Windows {
  /** Once a request, within three seconds of it; `conflict` when that moment is over. */
  open(modal: Modal): Promise<void>;
}

export interface CommandRequest {
  person: Person;
  channelId: string;
  /** What follows the command's name, as Slack sent it. */
  text: string;
  answer: Answers;
  windows: Windows;
  log: Log;
}

export interface ActionRequest {
  person: Person;
  channelId: string;
  /** The button's value or the chosen option's. Came from outside: to be checked like typed text. */
  value: string;
  answer: Answers;
  windows: Windows;
  log: Log;
}

export interface SubmissionRequest {
  person: Person;
  /** Names this window: a second submission of it has the same. */
  windowId: string;
  /** As the modal said. From outside. */
  memo: string;
  /** By block_id: what was typed or chosen, '' for nothing; dates as YYYY-MM-DD, instants as seconds, files and multiple choices as ids with commas between. */
  values: Readonly<Record<string, string>>;
  log: Log;
}

/** A menu of a window was opened, or typed into. */
export interface MenuRequest {
  person: Person;
  /** What was typed to narrow the menu down; '' for nothing yet. */
  typed: string;
  /** The input's name: its block_id. */
  input: string;
  /** As the modal said. From outside. */
  memo: string;
  /** What the window's inputs hold so far, as in a submission; Slack does not always say. */
  values: Readonly<Record<string, string>>;
  log: Log;
}

/** An option of a menu, as `views` draws it. */
export interface MenuOption {
  readonly text: { type: 'plain_text'; text: string };
  readonly value?: string;
}

/** What becomes of the window. One that takes long shows that it works meanwhile. */
export type SubmissionAnswer =
  | { kind: 'close' }
  | { kind: 'errors'; errors: Readonly<Record<string, string>> }
  | { kind: 'show'; modal: Modal }
  /** Laid upon the window where there is room, so that what was typed stays in it. */
  | { kind: 'above'; modal: Modal };

interface MessageShortcut<Desk> {
  /** In the menu of a message; at most 24 characters. */
  readonly name: string;
  readonly description: string;
  run(request: CommandRequest, desk: Desk): Promise<void>;
}

export interface Command<Desk> {
  /** With its slash, for instance `/payment`. Permanent. */
  readonly name: string;
  /** One line for Slack's list of commands and for help; at most 100 characters. */
  readonly summary: string;
  /** What may follow the name, as Slack hints it. */
  readonly usageHint: string;
  /** People that are named in the text arrive as `<@U…>`; otherwise as they were typed, and a name finds no one. */
  readonly mentions?: true;
  /** For help: things to type, and what they do. */
  readonly examples: readonly { text: string; does: string }[];
  /**
   * Whether `run` changes nothing anywhere for this text, so that it may start before it is known whether its delivery is a
   * double. Absent: it may change something.
   */
  readonly reads?: (text: string) => boolean;
  run(request: CommandRequest, desk: Desk): Promise<void>;
  /** By action_id: buttons and menus on this command's cards. */
  readonly actions: Readonly<Record<string, (request: ActionRequest, desk: Desk) => Promise<void>>>;
  /** By action_id: the menus in this command's modals whose options are asked for. Answered within three seconds. */
  readonly menus?: Readonly<
    Record<string, (request: MenuRequest, desk: Desk) => Promise<readonly MenuOption[]>>
  >;
  /** By callback_id: what people start from the menu of a message, whose text comes as what was typed. */
  readonly shortcuts?: Readonly<Record<string, MessageShortcut<Desk>>>;
  /** By callbackId: the modals that this command opens. */
  readonly submissions?: Readonly<
    Record<string, (request: SubmissionRequest, desk: Desk) => Promise<SubmissionAnswer>>
  >;
}

/** A link to one of the company's dashboards that somebody posted: its preview, or null for none. */
export type Unfurl<Desk> = (
  request: { url: string; person: Person; channelId: string },
  desk: Desk,
) => Promise<readonly CardBlock[] | null>;

/** The person's own page with the desk. Rendered when they open it, and again after what they did there. */
export type Home<Desk> = (person: Person, desk: Desk) => Promise<readonly CardBlock[]>;
