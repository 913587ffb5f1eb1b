/**
 * A mail server that delivers nothing: it keeps and lists every letter, to any address.
 * Invariant: what is listed is what a sender handed over completely, also when the sender was not told so.
 * Deliberately absent: TLS, which loopback does not need, and bounces.
 */
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { closeServer, listen } from '../listening.js';
import { createFaults, type Fault, type Faults } from '../faults.js';
import type { Clock } from '../world/clock.js';
import { readLetter } from './letters.js';

/** `refuse`: the recipient is refused with `status`, 550 when absent. `drop_after_data`: kept, and the sender not told. */
type MailFaultKind = 'refuse' | 'drop_after_data';
type MailFaults = Faults<MailFaultKind>;

export const createMailFaults = (): MailFaults => createFaults(['refuse', 'drop_after_data']);

interface ReceivedLetter {
  to: readonly string[];
  from: string;
  subject: string;
  /** With its angle brackets. */
  messageId: string;
  text: string;
  receivedAt: string;
}

interface MailboxOptions {
  port: number;
  host: string;
  clock: Clock;
  password: string;
  faults?: MailFaults;
}

export interface Mailbox {
  /** With a login: `smtp://paydesk:…@127.0.0.1:2525`. */
  smtpUrl: string;
  /** Answers a GET with all letters as JSON. */
  listUrl: string;
  /** Oldest first. */
  letters(): readonly ReceivedLetter[];
  setFault(fault: Fault<MailFaultKind>): void;
  resetFaults(): void;
  close(): Promise<void>;
}

const user = 'paydesk';
/** So that a sandbox can run for weeks. */
const lettersKept = 500;

/** Starts to listen, for the list at any free port; rejects when the port is taken. */
export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  const { port, host, password, faults = createMailFaults() } = options;
  const letters: ReceivedLetter[] = [];
  const smtp = createSmtp(options, faults, (letter) => {
    letters.push(letter);
    if (letters.length > lettersKept) letters.shift();
  });
  const list = createServer((_request, response) =>
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ letters })),
  );
  const smtpPort = await listen(smtp.server as unknown as Server, port, host);
  const listPort = await listen(list, 0, host);
  return {
    smtpUrl: `smtp://${user}:${password}@${host}:${smtpPort}`,
    listUrl: `http://${host}:${listPort}`,
    letters: () => [...letters],
    setFault: faults.set,
    resetFaults: faults.reset,
    close: async () => {
      await new Promise<void>((resolve) => smtp.close(resolve));
      await closeServer(list);
    },
  };
}

function createSmtp(
  { clock, password }: MailboxOptions,
  faults: MailFaults,
  keep: (letter: ReceivedLetter) => void,
): SMTPServer {
  const sockets = new Set<Socket>();
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    logger: false,
    closeTimeout: 500,
    onAuth: ({ username, password: given }, _session, done) =>
      username === user && given === password
        ? done(null, { user: user })
        : done(new Error('the login is not known')),
    onRcptTo: (_address, _session, done) => {
      const fault = faults.take('', ['refuse']);
      done(fault ? Object.assign(new Error('not here'), { responseCode: fault.status ?? 550 }) : null);
    },
    onData: (stream, session, done) => {
      void buffer(stream).then((raw) => {
        keep({
          ...readLetter(raw.toString('utf8')),
          to: recipientsOf(session),
          receivedAt: clock.now().toISOString(),
        });
        if (faults.take('', ['drop_after_data'])) socketOf(sockets, session)?.destroy();
        else done(null, 'kept');
      }, done);
    },
  });
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // A sender that goes away is nothing to worry about.
  server.on('error', () => undefined);
  return server;
}

const recipientsOf = ({ envelope }: SMTPServerSession): string[] =>
  envelope.rcptTo.map(({ address }) => address);

const socketOf = (sockets: ReadonlySet<Socket>, session: SMTPServerSession): Socket | undefined =>
  [...sockets].find(({ remotePort }) => remotePort === session.remotePort);
