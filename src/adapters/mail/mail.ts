/**
 * Letters over SMTP, one connection each.
 *
 * Invariants: one call is at most one letter, never tried again. The server's answer decides what is reported; without an
 * answer the stage does: before the text began to leave nothing was sent, after that the outcome is unknown.
 * The library's lower floor is used because its transport does not tell at which stage a connection was lost.
 * Deliberately absent: a pool; letters are rare, and an idle connection is one more thing to keep.
 * Source: RFC 5321, section 4.2.1: with 4yz and 5yz the server has not accepted the letter.
 */
import { Readable } from 'node:stream';
import addressParser from 'nodemailer/lib/addressparser';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { NodemailerError } from 'nodemailer/lib/errors';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { secondMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import type { Acceptance, Letter, Mail } from '../../ports/mail.js';
import { mailServerOf, withConnection, type MailServer } from './connection.js';
import { failureOf, unknownOutcome } from './failures.js';

export interface MailDeps {
  /** `smtp://user:password@host:587`, or `smtps://`. */
  url: Secret;
  /** An address, or `Name <address>`. */
  from: string;
  log: Log;
  /** For one letter, all stages together. */
  timeoutMs?: number;
}

/** Nothing is connected before the first letter. */
export function createMail({ url, from, log, timeoutMs = 60 * secondMs }: MailDeps): Mail {
  const server = mailServerOf(url, timeoutMs);
  return {
    check: async () => {
      try {
        await withConnection(server, () => Promise.resolve());
      } catch (error) {
        throw failureOf(error);
      }
    },
    send: async (letter) => {
      requireSound(letter);
      const acceptance = await hand(server, from, letter);
      log.info({ messageId: acceptance.messageId }, 'mail: the server accepted the e-mail');
      return acceptance;
    },
  };
}

async function hand(server: MailServer, from: string, letter: Letter): Promise<Acceptance> {
  const messageId = `<${letter.messageId}@${hostOf(from)}>`;
  const { to, subject, text } = letter;
  const content = await new MailComposer({ from, to, subject, text, messageId }).compile().build();
  const leaving = watched(content);
  const envelope = { from: addressOf(from), to: [to] };
  try {
    const response = await withConnection(server, (connection) => deliver(connection, envelope, leaving));
    return { messageId, response };
  } catch (error) {
    throw leaving.readableDidRead && !isRefusalOfText(error)
      ? unknownOutcome(error, messageId)
      : failureOf(error);
  }
}

/** As a stream, because the library reads from it only once the server has asked for the text. */
const watched = (content: Buffer): Readable => Readable.from([content]);

const deliver = (
  connection: SMTPConnection,
  envelope: { from: string; to: string[] },
  content: Readable,
): Promise<string> =>
  new Promise((resolve, reject) =>
    connection.send(envelope, content, (error, sent) => (error ? reject(error) : resolve(sent.response))),
  );

/** The server's own refusal of the whole letter: 4yz or 5yz. */
const isRefusalOfText = (thrown: unknown): boolean => {
  const { code, responseCode = 0 } = thrown as NodemailerError;
  return code === 'EMESSAGE' && responseCode >= 400;
};

const addressOf = (from: string): string => addressParser(from, { flatten: true })[0]?.address ?? from;
const hostOf = (from: string): string => addressOf(from).replace(/^.*@/, '');

/** What is not sound could put lines of its own into the header, or address others. */
function requireSound({ to, subject, messageId }: Letter): void {
  const faults = [
    /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+$/.test(to) ? null : 'the recipient is not one e-mail address',
    /^\P{Cc}{1,500}$/u.test(subject) ? null : 'the subject must be one line of 1 to 500 characters',
    /^[\w.-]{1,200}$/.test(messageId) ? null : 'the message id must be letters, digits, dots and hyphens',
  ].filter((fault) => fault !== null);
  if (faults.length > 0) throw new OpsError('invalid', `This e-mail cannot be sent: ${faults.join('; ')}.`);
}
