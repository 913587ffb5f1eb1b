/**
 * A Slack that opens connections as a test says, attempt after attempt: late, limited, silent, deaf.
 * Invariant: counts every socket that is open, half-open ones included, and every request that nobody waits for any more.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

export type Step =
  /** An address, then hello. */
  | 'welcome'
  /** `disconnect` right after hello. */
  | 'leave at once'
  /** `Retry-After` of so many seconds. */
  | { retryAfterSec: number }
  /** The request for an address is answered with this. */
  | { body: string }
  /** The socket opens, says this, and closes. */
  | { frames: readonly string[] }
  /** The request for an address is never answered. */
  | 'no answer'
  /** The address leads to a server that takes the connection and says nothing. */
  | 'no upgrade'
  /** The socket opens, and no hello comes. */
  | 'no hello'
  /** Hello; the closing handshake is never answered. */
  | 'deaf';

export interface ScriptedSlack {
  apiUrl: string;
  /** How often an address was asked for. */
  opens(): number;
  /** Sockets that are open or about to be. */
  sockets(): number;
  /** Requests for an address that are waiting. */
  pending(): number;
  /** Sends `disconnect` to everybody. */
  disconnect(): void;
  close(): Promise<void>;
}

/** The last step holds for all further attempts. */
export async function startScriptedSlack(...steps: readonly Step[]): Promise<ScriptedSlack> {
  const raw = new Set<Duplex>();
  const open = new Set<WebSocket>();
  let opens = 0;
  let pending = 0;
  const server = new WebSocketServer({ noServer: true });
  const http = createServer((request, response) => {
    const step = steps[Math.min(opens++, steps.length - 1)] ?? 'welcome';
    answer(step, request, response);
  });
  const answer = (step: Step, request: IncomingMessage, response: ServerResponse): void => {
    request.resume();
    if (typeof step === 'object' && 'body' in step) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(step.body);
      return;
    }
    if (typeof step === 'object' && 'retryAfterSec' in step) {
      response.writeHead(429, { 'retry-after': String(step.retryAfterSec) }).end();
      return;
    }
    if (step === 'no answer') {
      pending++;
      response.once('close', () => pending--);
      return;
    }
    const url = `ws://127.0.0.1:${port}/link?step=${encodeURIComponent(JSON.stringify(step))}`;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, url }));
  };
  http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    raw.add(socket);
    socket.on('close', () => raw.delete(socket));
    socket.on('error', () => undefined);
    const step = JSON.parse(
      new URL(request.url ?? '', 'http://localhost').searchParams.get('step') ?? '""',
    ) as Step;
    // Read on, and closed in turn, so that its end is noticed.
    if (step === 'no upgrade') socket.on('end', () => socket.end()).resume();
    else server.handleUpgrade(request, socket, head, (ws) => greet(step, ws, socket));
  });
  const greet = (step: Step, ws: WebSocket, socket: Socket): void => {
    open.add(ws);
    ws.on('close', () => open.delete(ws));
    ws.on('error', () => undefined);
    if (step === 'no hello') return;
    if (typeof step === 'object' && 'frames' in step) {
      step.frames.forEach((frame) => ws.send(frame));
      ws.close(1000);
      return;
    }
    ws.send(JSON.stringify({ type: 'hello' }));
    if (step === 'leave at once') ws.send(leave);
    if (step === 'deaf') socket.pause();
  };
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    opens: () => opens,
    sockets: () => raw.size,
    pending: () => pending,
    disconnect: () => open.forEach((ws) => ws.send(leave)),
    close: () =>
      new Promise((resolve) => {
        raw.forEach((socket) => socket.destroy());
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

const leave = JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' });
