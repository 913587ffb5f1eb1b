/**
 * What went wrong with a letter, as an OpsError.
 *
 * Invariant: messages are ours; the server's words may quote addresses and logins, so they are the cause, for the log.
 * Of its answer people see the stage and the reply code.
 */
import type { NodemailerError } from 'nodemailer/lib/errors';
import { OpsError, type OpsErrorCode } from '../../kernel/errors.js';

interface Meaning {
  code: OpsErrorCode;
  message: string;
  hint: string;
}

const loginRefused: Meaning = {
  code: 'misconfigured',
  message: 'The mail server refuses our login.',
  hint: 'Check the user and password in SMTP_URL.',
};
const senderRefused: Meaning = {
  code: 'misconfigured',
  message: 'The mail server does not let us send from our address.',
  hint: 'Check mail.from, and that the login in SMTP_URL may send from it.',
};
const refused: Meaning = {
  code: 'invalid',
  message: 'The mail server refuses this e-mail.',
  hint: 'Check the recipient’s address.',
};
const notNow: Meaning = {
  code: 'unavailable',
  message: 'The mail server does not accept e-mail right now.',
  hint: 'Try again in a few minutes.',
};
const unreachable: Meaning = {
  code: 'unavailable',
  message: 'The mail server cannot be reached.',
  hint: 'Try again in a moment; if this persists, check the address in SMTP_URL.',
};

/** Nothing was sent. */
export function failureOf(thrown: unknown): OpsError {
  const error = thrown as NodemailerError;
  const { code, message, hint } = meaningOf(error);
  return new OpsError(code, message, { hint, cause: error, details: placeOf(error) });
}

function meaningOf({ code, command, responseCode }: NodemailerError): Meaning {
  const isForGood = responseCode === undefined || responseCode >= 500;
  if (code === 'EAUTH') return isForGood ? loginRefused : notNow;
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return unreachable;
  if (!isForGood) return notNow;
  return command === 'MAIL FROM' ? senderRefused : refused;
}

/** The letter may be on its way. */
export function unknownOutcome(thrown: unknown, messageId: string): OpsError {
  const error = thrown as NodemailerError;
  return new OpsError('unknown_outcome', 'The mail server did not confirm that it accepted the e-mail.', {
    hint: 'Check the sender’s mailbox, or ask the recipient, before you send it again.',
    cause: error,
    details: { ...placeOf(error), messageId },
  });
}

const placeOf = ({
  code,
  command,
  responseCode,
}: NodemailerError): Record<string, string | number | null> => ({
  smtpError: code ?? null,
  stage: command ?? null,
  responseCode: responseCode ?? null,
});
