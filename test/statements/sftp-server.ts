/** A stand-in for a partner's SFTP server, on the server of the same library: files in memory, and every wish to write noted. */
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import ssh2, { type Attributes, type Connection, type FileEntry, type SFTPWrapper } from 'ssh2';

const { Server, utils } = ssh2;

type Entry = { bytes: Buffer; mtime: number } | 'folder' | 'link' | 'pipe';

export interface SftpServer {
  port: number;
  /** `SHA256:…` of its host key. */
  hostKey: string;
  /** By absolute path. */
  entries: Map<string, Entry>;
  /** What would have changed something. */
  writes: string[];
  connections: number;
  /** No request is answered. */
  isDeaf: boolean;
  /** Logins are asked for in words. */
  isWordy: boolean;
  /** Called before bytes are read. */
  beforeRead: () => void;
  close(): Promise<void>;
}

export const login = { user: 'larkspur', password: 'a-password' };
/** One pair for the server, one for the client. */
const pair = (): { private: string; public: string } => utils.generateKeyPairSync('ed25519');
export const clientKey = pair();

const { OK, EOF, NO_SUCH_FILE, PERMISSION_DENIED } = utils.sftp.STATUS_CODE;
const modes = { folder: 0o040755, link: 0o120777, pipe: 0o010644, file: 0o100644 };
const readOnly: number = utils.sftp.OPEN_MODE.READ;
/** Less than is asked for, as servers may. */
const mostRead = 10_000;

export async function startSftp(): Promise<SftpServer> {
  const key = pair();
  const blob = Buffer.from(key.public.split(' ')[1] ?? '', 'base64');
  const sftp: SftpServer = {
    port: 0,
    hostKey: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
    entries: new Map(),
    writes: [],
    connections: 0,
    isDeaf: false,
    isWordy: false,
    beforeRead: () => undefined,
    close: () => Promise.resolve(),
  };
  const open = new Set<Connection>();
  const server = new Server({ hostKeys: [key.private] }, (connection) => {
    sftp.connections++;
    (connection as unknown as { setNoDelay: (on: boolean) => void }).setNoDelay(true);
    open.add(connection);
    connection.on('error', () => undefined);
    connection.on('close', () => void open.delete(connection));
    authenticate(sftp, connection);
    connection.on('session', (accept) => accept().on('sftp', (acceptSftp) => serve(sftp, acceptSftp())));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  sftp.port = (server.address() as AddressInfo).port;
  sftp.close = () =>
    new Promise((resolve) => {
      for (const connection of open) connection.end();
      server.close(() => resolve());
    });
  return sftp;
}

function authenticate(sftp: SftpServer, connection: Connection): void {
  const allowed = utils.parseKey(clientKey.public);
  if (allowed instanceof Error) throw allowed;
  connection.on('authentication', (context) => {
    const isUser = context.username === login.user;
    if (context.method === 'password' && !sftp.isWordy && isUser && context.password === login.password)
      return context.accept();
    if (context.method === 'keyboard-interactive' && sftp.isWordy && isUser)
      return context.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) =>
        answer === login.password ? context.accept() : context.reject(),
      );
    if (context.method === 'publickey' && isUser && context.key.data.equals(allowed.getPublicSSH())) {
      const { signature, blob, hashAlgo } = context;
      if (signature === undefined || (blob && allowed.verify(blob, signature, hashAlgo)))
        return context.accept();
    }
    context.reject(sftp.isWordy ? ['keyboard-interactive'] : ['password', 'publickey']);
  });
}

function attributesOf(entry: Entry): Attributes {
  const kind = typeof entry === 'string' ? entry : 'file';
  const [size, mtime] = typeof entry === 'string' ? [0, 0] : [entry.bytes.length, entry.mtime];
  return { mode: modes[kind], uid: 0, gid: 0, size, atime: mtime, mtime };
}

function serve(sftp: SftpServer, stream: SFTPWrapper): void {
  const handles: { path: string; left: FileEntry[] | null }[] = [];
  const handleOf = (handle: Buffer) => handles[handle.readUInt32BE(0)];
  const opened = (id: number, path: string, left: FileEntry[] | null): void => {
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(handles.push({ path, left }) - 1);
    stream.handle(id, handle);
  };
  const heard =
    <Args extends [number, ...unknown[]]>(answer: (...args: Args) => void) =>
    (...args: Args): void => {
      if (!sftp.isDeaf) answer(...args);
    };
  const stat = heard((id: number, path: string) => {
    const entry = sftp.entries.get(path);
    if (entry === undefined) stream.status(id, NO_SUCH_FILE);
    else stream.attrs(id, attributesOf(entry));
  });
  stream.on('LSTAT', stat);
  stream.on('STAT', stat);
  stream.on(
    'OPENDIR',
    heard((id: number, path: string) => {
      if (sftp.entries.get(path) !== 'folder') return stream.status(id, NO_SUCH_FILE);
      if (path.endsWith('secret')) return stream.status(id, PERMISSION_DENIED);
      const entries = [...sftp.entries].filter(([each]) => each.slice(0, each.lastIndexOf('/')) === path);
      const left = entries.map(([each, entry]) => ({
        filename: each.slice(each.lastIndexOf('/') + 1),
        longname: each,
        attrs: attributesOf(entry),
      }));
      const self = { longname: '.', attrs: attributesOf('folder') };
      opened(id, path, [{ ...self, filename: '.' }, { ...self, filename: '..' }, ...left]);
    }),
  );
  stream.on(
    'READDIR',
    heard((id: number, handle: Buffer) => {
      const left = handleOf(handle)?.left?.splice(0, 3) ?? [];
      if (left.length === 0) stream.status(id, EOF);
      else stream.name(id, left);
    }),
  );
  stream.on(
    'OPEN',
    heard((id: number, path: string, flags: number) => {
      if (flags !== readOnly) sftp.writes.push(`OPEN ${path}`);
      if (sftp.entries.has(path)) opened(id, path, null);
      else stream.status(id, NO_SUCH_FILE);
    }),
  );
  stream.on(
    'FSTAT',
    heard((id: number, handle: Buffer) => {
      const entry = sftp.entries.get(handleOf(handle)?.path ?? '');
      if (entry === undefined) stream.status(id, NO_SUCH_FILE);
      else stream.attrs(id, attributesOf(entry));
    }),
  );
  stream.on(
    'READ',
    heard((id: number, handle: Buffer, offset: number, length: number) => {
      sftp.beforeRead();
      const entry = sftp.entries.get(handleOf(handle)?.path ?? '');
      if (entry === undefined || typeof entry === 'string' || offset >= entry.bytes.length)
        return stream.status(id, EOF);
      stream.data(id, entry.bytes.subarray(offset, offset + Math.min(length, mostRead)));
    }),
  );
  stream.on(
    'CLOSE',
    heard((id: number) => stream.status(id, OK)),
  );
  for (const event of [
    'WRITE',
    'REMOVE',
    'RENAME',
    'MKDIR',
    'RMDIR',
    'SETSTAT',
    'FSETSTAT',
    'SYMLINK',
  ] as const)
    stream.on(event as 'WRITE', (id: number) => {
      sftp.writes.push(event);
      stream.status(id, PERMISSION_DENIED);
    });
}
