/**
 * The HTTP side of the process: a server of the paths that are mounted on it.
 *
 * Invariants: a server answers what is mounted and nothing else; no request ends the process; a connection that says
 * nothing is closed.
 * Deliberately absent: what is mounted. The wiring says that.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';

/** Each part of readiness, with why it is not ready; null when it is. */
export type Readiness = Readonly<Record<string, string | null>>;

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface Mount {
  /** One path, or with a slash at its end all paths below it. */
  path: string;
  /** Null while nothing is behind it. */
  handler: () => Handler | null;
}

export interface HttpServer {
  port: number;
  close(): Promise<void>;
}

export interface HttpServerOptions {
  /** The variable that names the port, for its error. */
  setting?: string;
  requestMs?: number;
}

/** For a whole request, from its connection on; Slack, probes and browsers need milliseconds. */
const defaultRequestMs = 10_000;

/**
 * Closes a connection whose request is not complete after `requestMs`, one that says nothing included.
 * Throws `misconfigured` when the port cannot be had. `setting` is the variable that names it.
 */
export async function startHttpServer(
  host: string,
  port: number,
  mounts: readonly Mount[],
  log: Log,
  { setting = 'PORT', requestMs = defaultRequestMs }: HttpServerOptions = {},
): Promise<HttpServer> {
  const limits = {
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: requestMs / 20,
  };
  const server = createServer(limits, (request, response) => {
    answer(request, response, mounts).catch((error: unknown) => {
      log.error({ err: messageOf(error), url: request.url }, 'an HTTP request failed');
      if (!response.headersSent) response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(error, host, port, setting)));
    server.listen(port, host, resolve);
  });
  server.on('error', (error) => log.error({ err: error.message }, 'the HTTP server failed'));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portError(error: NodeJS.ErrnoException, host: string, port: number, setting: string): OpsError {
  const reasons: Record<string, string> = {
    EADDRINUSE: `Port ${port} on ${host} is in use by another process.`,
    EACCES: `Port ${port} needs rights that this user does not have.`,
    EADDRNOTAVAIL: `This machine has no address ${host}.`,
  };
  return new OpsError(
    'misconfigured',
    reasons[error.code ?? ''] ?? `Port ${port} on ${host} cannot be opened.`,
    { hint: `Set ${setting} (or HOST) to another one; ${setting}=0 takes any free port.`, cause: error },
  );
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  mounts: readonly Mount[],
): Promise<void> {
  const pathname = pathOf(request.url ?? '/');
  const mount = mounts.find(
    ({ path }) => path === pathname || (path.endsWith('/') && pathname?.startsWith(path)),
  );
  const handler = mount?.handler();
  if (handler) return handler(request, response);
  response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
}

/** `//` and the like are no paths of ours, and no addresses either. */
function pathOf(url: string): string | null {
  return URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost').pathname : null;
}
