/** A pooler that hands out server processes per transaction is refused, whatever its order; a real server is not. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, inject, it, onTestFinished } from 'vitest';
import { requireOwnSessions } from '../../src/adapters/postgres/sessions.js';
import { Secret } from '../../src/kernel/secret.js';

function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const int32 = (value: number): Buffer =>
  Buffer.from([value >> 24, value >> 16, value >> 8, value].map((byte) => byte & 255));
const text = (value: string): Buffer => Buffer.from(`${value}\0`);
const ready = message('Z', Buffer.from('I'));

/** One row with a process id in the protocol of PostgreSQL. */
function row(pid: number): Buffer {
  const value = Buffer.from(String(pid));
  const column = [int32(0), int16(0), int32(23), int16(4), int32(-1), int16(0)];
  return Buffer.concat([
    message('T', int16(1), text('pid'), ...column),
    message('D', int16(1), int32(value.length), value),
    message('C', text('SELECT 1')),
    ready,
  ]);
}

/** Lets everybody in, and answers every question for a process id with the next one of `pids`. */
async function startPooler(...pids: number[]): Promise<Secret> {
  const serve = (socket: Socket): void => {
    let greeted = false;
    socket
      .on('error', () => undefined)
      .on('data', (data) => {
        if (greeted)
          socket.write(
            data.includes('pg_backend_pid')
              ? row(pids.shift() ?? 0)
              : Buffer.concat([message('C', text('BEGIN')), ready]),
          );
        else socket.write(Buffer.concat([message('R', int32(0)), ready]));
        greeted = true;
      });
  };
  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return new Secret(`postgres://paydesk@127.0.0.1:${(server.address() as AddressInfo).port}/paydesk`);
}

it.each([
  ['gives the process that was used last', [7, 7]],
  ['gives its processes in turn', [7, 8, 9]],
  ['gives another one because the first is taken', [7, 8, 8]],
])('a pooler that %s is refused', async (_how, pids) => {
  const url = await startPooler(...pids);
  await expect(requireOwnSessions(url, 'DATABASE_URL')).rejects.toMatchObject({
    code: 'misconfigured',
    publicMessage: 'DATABASE_URL connects through a pooler in transaction mode.',
    hint: expect.stringContaining('pool_mode = session') as string,
  });
});

it('a session for each client is accepted', async () => {
  await requireOwnSessions(await startPooler(7, 8, 7), 'DATABASE_URL');
  await requireOwnSessions(new Secret(inject('postgresUrl')), 'DATABASE_URL');
});

it('a server that is away is unavailable, not a pooler', async () => {
  const away = requireOwnSessions(new Secret('postgres://127.0.0.1:9/x'), 'DATABASE_URL');
  await expect(away).rejects.toMatchObject({ code: 'unavailable' });
});
