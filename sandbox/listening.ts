/**
 * How a stand-in begins and ends to listen.
 */
import type { Server } from 'node:http';

type Listening = Pick<Server, 'once' | 'off' | 'listen' | 'address'>;

/** The port that it got, which for port 0 is any free one. Rejects when the port cannot be had. */
export const listen = (server: Listening, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });

/** Open connections are cut off. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
