/**
 * Socket Mode connections: tickets, hello, pings, envelopes out and acknowledgements in.
 * Invariant: an envelope goes to exactly one connection, in turn; a malformed frame is logged and changes nothing.
 * Deliberately absent: what the envelopes say.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket, RawData } from 'ws';
import { forgetOldest } from '../forget.js';
import type { Ids } from './ids.js';
import { asObject, asString, parseJson } from './json.js';
import type { JsonObject } from './json.js';
import type { Limits } from './limits.js';
import type { Json } from './wire.js';

/** An acknowledgement carries at most a view; 1 MB is four times the largest. */
const frameMaxBytes = 1_000_000;

/** Unused tickets. */
const ticketsKept = 100;

/** On loopback the closing handshake takes a few milliseconds; the wait ends after this. */
const closeGraceMs = 200;

export interface Sockets {
  /** A path with a ticket for one connection, `/link?ticket=…`. */
  issueTicket(): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Connections that take envelopes. */
  count(): number;
  /** Sends to the next connection; false when there is none. */
  send(envelope: JsonObject): boolean;
  /** Tells every connection to go and come back, as Slack does when it refreshes its servers. */
  disconnectAll(reason: 'refresh_requested' | 'warning'): void;
  close(): void;
}

interface Deps {
  ids: Ids;
  limits: Limits;
  appId: string;
  log: (line: string) => void;
  onAck: (envelopeId: string, payload: Json | undefined) => void;
  onCountChange: () => void;
}

interface Connection {
  socket: WebSocket;
  alive: boolean;
}

export function createSockets({ ids, limits, appId, log, onAck, onCountChange }: Deps): Sockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: frameMaxBytes });
  const tickets = new Map<string, true>();
  const ready: Connection[] = [];
  const pings = setInterval(() => ping(ready), limits.pingMs).unref();

  const leave = (connection: Connection) => {
    const at = ready.indexOf(connection);
    if (at < 0) return;
    ready.splice(at, 1);
    onCountChange();
  };
  const accept = (socket: WebSocket) => {
    socket.on('error', (error) => log(`socket: ${error.message}`));
    if (ready.length >= limits.connections) {
      refuse(socket);
      return;
    }
    const connection = { socket, alive: true };
    ready.push(connection);
    socket.on('message', (data) => readAck(data, onAck, log));
    socket.on('pong', () => (connection.alive = true));
    socket.on('close', () => leave(connection));
    socket.send(JSON.stringify(hello(appId, ready.length)));
    onCountChange();
  };

  return {
    issueTicket() {
      const ticket = ids.uuid();
      tickets.set(ticket, true);
      forgetOldest(tickets, ticketsKept);
      return `/link?ticket=${ticket}&app_id=${appId}`;
    },
    upgrade(request, socket, head) {
      socket.on('error', (error) => log(`socket: ${error.message}`));
      if (!tickets.delete(ticketOf(request))) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, accept);
    },
    count: () => ready.length,
    send(envelope) {
      const next = ready.shift();
      if (next === undefined) return false;
      ready.push(next);
      next.socket.send(JSON.stringify(envelope));
      return true;
    },
    disconnectAll(reason) {
      for (const connection of [...ready]) {
        connection.socket.send(
          JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'sandbox' } }),
        );
        leave(connection);
        setTimeout(() => connection.socket.terminate(), limits.disconnectGraceMs).unref();
      }
    },
    close() {
      clearInterval(pings);
      for (const client of server.clients) {
        client.close(1001);
        setTimeout(() => client.terminate(), closeGraceMs).unref();
      }
      server.close();
    },
  };
}

function ticketOf(request: IncomingMessage): string {
  const url = `http://localhost${request.url ?? ''}`;
  return URL.canParse(url) ? (new URL(url).searchParams.get('ticket') ?? '') : '';
}

function readAck(data: RawData, onAck: Deps['onAck'], log: Deps['log']): void {
  const frame = asObject(parseJson(textOf(data)));
  const envelopeId = asString(frame?.envelope_id);
  if (envelopeId === undefined) log('socket: a frame without envelope_id was ignored');
  else onAck(envelopeId, frame?.payload);
}

function hello(appId: string, connections: number): object {
  return {
    type: 'hello',
    num_connections: connections,
    debug_info: { host: 'sandbox', build_number: 1, approximate_connection_time: 18_060 },
    connection_info: { app_id: appId },
  };
}

function refuse(socket: WebSocket): void {
  socket.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets' }));
  socket.close();
}

function ping(connections: readonly Connection[]): void {
  for (const connection of [...connections]) {
    if (!connection.alive) connection.socket.terminate();
    connection.alive = false;
    if (connection.socket.readyState === connection.socket.OPEN) connection.socket.ping();
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data as Buffer).toString('utf8');
}
