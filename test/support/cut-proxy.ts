/**
 * The way to a server, which a test can cut: everybody who is connected loses the connection, and for a while nobody
 * gets through, as when the server dies and comes back.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

const awayMs = 50;

export interface CutProxy {
  port: number;
  /** How many pieces clients have sent since the start. */
  pieces(): number;
  /** Cuts everybody off for a moment when a client sends this piece, which does not arrive. */
  cutAt(piece: number): void;
  cut(): void;
  /** Lets people through again. */
  mend(): void;
  close(): Promise<void>;
}

export async function startCutProxy(target: URL): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  let pieces = 0;
  let cutAt = Infinity;
  let away = false;
  const mend = (): void => void (away = false);
  const cut = (): void => {
    away = true;
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    if (away) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    keep(upstream);
    client.on('data', (data) => {
      if (++pieces === cutAt) {
        cut();
        setTimeout(mend, awayMs);
      } else upstream.write(data);
    });
    upstream.on('data', (data) => client.write(data));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    pieces: () => pieces,
    cutAt: (piece) => void (cutAt = piece),
    cut,
    mend,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
