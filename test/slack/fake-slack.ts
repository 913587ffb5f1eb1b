/**
 * A server that answers Web API methods as a test says, where the stand-in has not got such a workspace, and paths
 * beside them as files.
 * Invariant: keeps every request that came, with its authorization.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Method = (url: string) => object | Promise<object>;

export interface FakeSlack {
  url: string;
  apiUrl: string;
  requests: { path: string; authorization: string | undefined }[];
  close(): Promise<void>;
}

export async function startFakeSlack(
  methods: Readonly<Record<string, Method>>,
  file: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => void response.end(),
): Promise<FakeSlack> {
  const requests: FakeSlack['requests'] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push({ path, authorization: request.headers.authorization });
    const method = methods[path.replace('/api/', '')];
    if (!method) {
      file(request, response);
      return;
    }
    void Promise.resolve(method(url)).then((answer) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ ok: true, ...answer }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    apiUrl: `${url}/api/`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
