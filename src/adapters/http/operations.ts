/**
 * Liveness, readiness and metrics, for those who run Paydesk.
 *
 * Invariants: `/healthz` answers for as long as the process can answer at all; `/readyz` names every part that is not
 * ready; nothing here takes anything but a read.
 */
import type { Mount, Readiness } from './server.js';

export interface OperationsSources {
  readiness: () => Promise<Readiness>;
  /** By part, what works and yet needs somebody's attention. */
  remarks: () => Promise<Readonly<Record<string, string>>>;
  metrics: () => Promise<{ contentType: string; body: string }>;
}

interface Answer {
  status: number;
  contentType: string;
  body: string;
}

const plain = (status: number, body: string): Answer => ({ status, contentType: 'text/plain', body });

export const operationsMounts = ({ readiness, remarks, metrics }: OperationsSources): Mount[] => [
  reading('/healthz', () => Promise.resolve(plain(200, 'alive\n'))),
  reading('/readyz', async () => readyAnswer(await readiness(), await remarks())),
  reading('/metrics', async () => ({ status: 200, ...(await metrics()) })),
];

function reading(path: string, read: () => Promise<Answer>): Mount {
  return {
    path,
    handler: () => async (request, response) => {
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      const { status, contentType, body } = isRead ? await read() : plain(404, 'not found\n');
      response.writeHead(status, { 'content-type': contentType }).end(body);
    },
  };
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
