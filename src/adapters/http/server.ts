/**
 * The HTTP side of the process: liveness, readiness and metrics for those who run it; Slack's requests when it calls us
 * over HTTP, and the pages on which votes are confirmed, for the world. One server for both, or one for each.
 *
 * Invariants: a server answers what it was given and nothing else; `/healthz` answers for as long as the process can answer at all; `/readyz` names every part that is not
 * ready; no request ends the process.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { ConfirmationPages } from './confirmations.js';

/** Each part of readiness, with why it is not ready; null when it is. */
export type Readiness = Readonly<Record<string, string | null>>;

/** With them comes `/healthz`. */
export interface OperationsRoutes {
  readiness(): Promise<Readiness>;
  /** By part, what works and yet needs somebody's attention. */
  remarks(): Promise<Readonly<Record<string, string>>>;
  metrics(): Promise<{ contentType: string; body: string }>;
}

export interface PublicRoutes {
  /** `/slack/events`; null while Slack does not call over HTTP. */
  slack(): ((request: IncomingMessage, response: ServerResponse) => void) | null;
  /** `/confirm/…`; null while there is no identity provider, or nothing to confirm. */
  confirmations(): ConfirmationPages | null;
}

export type HttpRoutes = Partial<OperationsRoutes & PublicRoutes>;

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
  routes: HttpRoutes,
  log: Log,
  { setting = 'PORT', requestMs = defaultRequestMs }: HttpServerOptions = {},
): Promise<HttpServer> {
  const limits = {
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: requestMs / 20,
  };
  const server = createServer(limits, (request, response) => {
    route(request, response, routes).catch((error: unknown) => {
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

interface Answer {
  status: number;
  contentType: string;
  body: string;
}

const plain = (status: number, body: string): Answer => ({ status, contentType: 'text/plain', body });

async function route(request: IncomingMessage, response: ServerResponse, routes: HttpRoutes): Promise<void> {
  const pathname = pathOf(request.url ?? '/');
  const slack = pathname === '/slack/events' ? routes.slack?.() : null;
  if (slack) {
    slack(request, response);
    return;
  }
  const confirmations = pathname?.startsWith('/confirm/') === true ? routes.confirmations?.() : null;
  if (confirmations) {
    await confirmations.handle(request, response);
    return;
  }
  const reads = request.method === 'GET' || request.method === 'HEAD';
  const { status, contentType, body } = reads ? await read(pathname, routes) : plain(404, 'not found\n');
  response.writeHead(status, { 'content-type': contentType }).end(body);
}

/** `//` and the like are no paths of ours, and no addresses either. */
function pathOf(url: string): string | null {
  return URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost').pathname : null;
}

async function read(pathname: string | null, { readiness, remarks, metrics }: HttpRoutes): Promise<Answer> {
  if (pathname === '/healthz' && readiness) return plain(200, 'alive\n');
  if (pathname === '/readyz' && readiness) return readyAnswer(await readiness(), (await remarks?.()) ?? {});
  if (pathname === '/metrics' && metrics) return { status: 200, ...(await metrics()) };
  return plain(404, 'not found\n');
}

function readyAnswer(parts: Readiness, remarks: Readonly<Record<string, string>>): Answer {
  const ready = Object.values(parts).every((reason) => reason === null);
  const said = Object.entries(parts).map(([part, reason]) => [part, reason ?? 'ready']);
  return {
    status: ready ? 200 : 503,
    contentType: 'application/json',
    body: JSON.stringify({
      ready,
      parts: Object.fromEntries(said) as Record<string, string>,
      ...(Object.keys(remarks).length > 0 && { remarks }),
    }),
  };
}
