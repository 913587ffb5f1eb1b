/**
 * One SMTP connection for one piece of work: opened, logged in where the address has a login, always closed.
 *
 * Invariant: the work ends before the deadline, and no connection outlives it.
 */
import SMTPConnection, { type AuthenticationType, type Options } from 'nodemailer/lib/smtp-connection';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import { secondMs } from '../../kernel/clock.js';
import type { Secret } from '../../kernel/secret.js';

export interface MailServer {
  options: Options;
  /** Null where the address has no login. */
  login: AuthenticationType | null;
  /** For everything together. */
  timeoutMs: number;
}

/** `url` as nodemailer takes it: `smtp://user:password@host:587`, `smtps://…`, options as a query. */
export function mailServerOf(url: Secret, timeoutMs: number): MailServer {
  const { auth, ...options } = parseConnectionUrl(url.reveal());
  const login = auth?.user ? { credentials: { user: auth.user, pass: auth.pass } } : null;
  return { options: { ...options, ...waits }, login, timeoutMs };
}

/** The library would wait for minutes. */
const waits = {
  dnsTimeout: 5 * secondMs,
  connectionTimeout: 10 * secondMs,
  greetingTimeout: 10 * secondMs,
  socketTimeout: 30 * secondMs,
};

/** Rejects with the library's errors, or with an `ETIMEDOUT` of our own at the deadline. */
export async function withConnection<Value>(
  server: MailServer,
  work: (connection: SMTPConnection) => Promise<Value>,
): Promise<Value> {
  const connection = new SMTPConnection(server.options);
  const deadline = AbortSignal.timeout(server.timeoutMs);
  const lost = new Promise<never>((_resolve, reject) => {
    connection.on('error', reject);
    deadline.onabort = () =>
      reject(Object.assign(new Error('the time for this e-mail is used up'), { code: 'ETIMEDOUT' }));
  });
  const done = open(connection, server).then(() => work(connection));
  try {
    return await Promise.race([done, lost]);
  } finally {
    deadline.onabort = null;
    connection.close();
  }
}

async function open(connection: SMTPConnection, { login }: MailServer): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    connection.connect((error) => (error ? reject(error) : resolve())),
  );
  if (!login) return;
  await new Promise<void>((resolve, reject) =>
    connection.login(login, (error) => (error ? reject(error) : resolve())),
  );
}
