/**
 * Statement files on an SFTP server, in a folder and the folders in it, one level deep.
 *
 * Invariants: it only lists and reads; a server whose key is not pinned is refused before anything is said to it, and the
 * refusal names the key that it has; only regular files are read, and what is read is what was listed; a connection lasts
 * for one look or one file, and no longer than its limit.
 */
import { createHash } from 'node:crypto';
import type { Client, ConnectConfig, FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';
import { minuteMs, secondMs } from '../../kernel/clock.js';
import { messageOf, OpsError } from '../../kernel/errors.js';
import type { ArrivedFile, RefusedFile, StatementPlace } from '../../ports/statement-inbox.js';
import { changed, tooLarge, tooMany, unreadableFolder } from './faults.js';
import { within, type Limits } from './limit.js';
import { isUnfinished, mostBytes, mostFiles, nameFault } from './names.js';

export interface SftpPlace {
  id: string;
  everyMs: number;
  host: string;
  port: number;
  user: string;
  folder: string;
  /** `SHA256:…` as `ssh-keygen -lf` prints them. */
  hostKeys: readonly string[];
  password: string | null;
  privateKey: string | null;
  passphrase: string | null;
}

export function sftpPlace(
  facts: SftpPlace,
  { listMs = 20 * secondMs, readMs = 10 * minuteMs, signal }: Limits = {},
): StatementPlace {
  return {
    id: facts.id,
    everyMs: facts.everyMs,
    list: () =>
      within(listMs, signal, (limit) =>
        session(facts, limit, async (sftp) => {
          const found: Found = { files: [], refused: [] };
          await walk(facts, sftp, '', found);
          return found;
        }),
      ),
    read: (file) =>
      within(readMs, signal, (limit) => session(facts, limit, (sftp) => readListed(facts, sftp, file))),
  };
}

type Found = { files: ArrivedFile[]; refused: RefusedFile[] };

/** Works on a connection of its own, and ends it. */
async function session<Value>(
  facts: SftpPlace,
  limit: AbortSignal,
  work: (sftp: SFTPWrapper) => Promise<Value>,
): Promise<Value> {
  // Loaded where it is needed: most desks have no such place.
  const { default: ssh2 } = await import('ssh2');
  const client = new ssh2.Client();
  const seen: SeenKey = { fingerprint: null };
  const ended = new Promise<never>((_resolve, reject) => {
    client.on('error', (error) => reject(faultOf(facts, error, seen)));
    client.on('close', () => reject(outOfReach(facts, 'closed the connection')));
    limit.addEventListener('abort', () => reject(outOfReach(facts, 'takes too long to answer')), {
      once: true,
    });
  });
  // It also rejects after the work has succeeded, when no one awaits it.
  ended.catch(() => undefined);
  try {
    if (limit.aborted) throw outOfReach(facts, 'was not asked');
    return await Promise.race([ended, opened(client, facts, seen).then(work)]);
  } catch (error) {
    throw error instanceof OpsError ? error : faultOf(facts, error, seen);
  } finally {
    client.destroy();
  }
}

interface SeenKey {
  fingerprint: string | null;
}

function opened(client: Client, facts: SftpPlace, seen: SeenKey): Promise<SFTPWrapper> {
  const { password } = facts;
  return new Promise((resolve, reject) => {
    client.on('ready', () => client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp))));
    // Servers that ask in words ask for the password alone.
    client.on('keyboard-interactive', (_name, _instructions, _lang, prompts, finish) =>
      finish(prompts.length === 1 && password !== null ? [password] : []),
    );
    client.connect(connection(facts, seen));
    // Many small questions: none waits for the answer before it.
    client.setNoDelay(true);
  });
}

function connection(facts: SftpPlace, seen: SeenKey): ConnectConfig {
  const { host, port, user: username, hostKeys, password, privateKey, passphrase } = facts;
  if (password === null && privateKey === null) throw missing(facts);
  return {
    host,
    port,
    username,
    ...(password !== null && { password, tryKeyboard: true }),
    ...(privateKey !== null && { privateKey }),
    ...(passphrase !== null && { passphrase }),
    readyTimeout: 20 * secondMs,
    hostVerifier: (key: Buffer) => {
      seen.fingerprint = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
      return hostKeys.includes(seen.fingerprint);
    },
  };
}

async function walk(facts: SftpPlace, sftp: SFTPWrapper, below: string, found: Found): Promise<void> {
  const entries = await listed(sftp, joined(facts.folder, below)).catch((error: unknown) => {
    // It was removed since it was listed.
    if (below !== '' && isGone(error)) return [];
    if (below === '' || !isForbidden(error)) throw folderFault(facts, joined(facts.folder, below), error);
    found.refused.push({ path: below, why: unreadableFolder });
    return [];
  });
  for (const { filename, attrs } of entries.sort((a, b) => (a.filename < b.filename ? -1 : 1))) {
    if (filename === '.' || filename === '..') continue;
    const path = below === '' ? filename : `${below}/${filename}`;
    if (isUnfinished(path)) continue;
    // A name with a slash in it would lead elsewhere.
    const fault = filename.includes('/') ? 'its name leads out of the inbox' : nameFault(path);
    if (fault !== null) found.refused.push({ path, why: fault });
    else if (attrs.isDirectory()) {
      if (below === '') await walk(facts, sftp, path, found);
    } else if (attrs.isFile()) found.files.push(arrived(path, attrs));
    else if (attrs.isSymbolicLink())
      found.refused.push({ path, why: 'it is a link, and links are not followed' });
    else found.refused.push({ path, why: 'it is not a regular file' });
    if (found.files.length > mostFiles) throw tooMany(facts.id);
  }
}

const joined = (folder: string, path: string): string =>
  path === '' ? folder : `${folder.replace(/\/+$/, '')}/${path}`;

const arrived = (path: string, { size, mtime }: Pick<Stats, 'size' | 'mtime'>): ArrivedFile => ({
  path,
  size,
  fingerprint: `${size}:${mtime}`,
  isWhole: false,
});

const listed = (sftp: SFTPWrapper, folder: string): Promise<FileEntryWithStats[]> =>
  new Promise((resolve, reject) =>
    sftp.readdir(folder, (error, entries) => (error ? reject(error) : resolve(entries))),
  );

async function readListed(facts: SftpPlace, sftp: SFTPWrapper, file: ArrivedFile): Promise<Uint8Array> {
  if (file.size > mostBytes) throw tooLarge(file.path);
  const path = joined(facts.folder, file.path);
  const isAsListed = (stats: Stats): boolean =>
    stats.isFile() && arrived(file.path, stats).fingerprint === file.fingerprint;
  const before = await asked<Stats>((done) => sftp.lstat(path, done)).catch((error: unknown) => {
    throw isGone(error) ? changed(file.path) : error;
  });
  if (!isAsListed(before)) throw changed(file.path);
  const handle = await asked<Buffer>((done) => sftp.open(path, 'r', done));
  const bytes = await readAll(sftp, handle, file.size);
  const after = await asked<Stats>((done) => sftp.fstat(handle, done));
  await asked<undefined>((done) => sftp.close(handle, (error) => done(error ?? undefined, undefined)));
  if (bytes.length !== file.size || !isAsListed(after)) throw changed(file.path);
  return bytes;
}

/** What every server takes in one question, and so many questions at once: a far server answers none sooner. */
const chunkBytes = 32 * 1024;
const mostAtOnce = 16;

/** Shorter than `size` where the file is. */
async function readAll(sftp: SFTPWrapper, handle: Buffer, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  let [next, end] = [0, size];
  const readNext = async (): Promise<void> => {
    for (let at = next; at < end; at = next) {
      next += chunkBytes;
      end = Math.min(end, await readChunk(sftp, handle, bytes, at));
    }
  };
  await Promise.all(Array.from({ length: mostAtOnce }, readNext));
  return bytes.subarray(0, end);
}

/** A server may answer with less than it was asked for. Where the file ends, if it ends here. */
async function readChunk(sftp: SFTPWrapper, handle: Buffer, bytes: Buffer, from: number): Promise<number> {
  const to = Math.min(from + chunkBytes, bytes.length);
  for (let at = from; at < to;) {
    const read = await asked<number>((done) => sftp.read(handle, bytes, at, to - at, at, done)).catch(
      (error: unknown) => {
        if (codeOf(error) === status.eof) return 0;
        throw error;
      },
    );
    if (read === 0) return at;
    at += read;
  }
  return bytes.length;
}

const asked = <Value>(
  ask: (done: (error: Error | undefined, value: Value) => void) => unknown,
): Promise<Value> =>
  new Promise((resolve, reject) => ask((error, value) => (error ? reject(error) : resolve(value))));

/** As SFTP numbers them. */
const status = { eof: 1, noSuchFile: 2, permissionDenied: 3 };

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
const isGone = (error: unknown): boolean => codeOf(error) === status.noSuchFile;
const isForbidden = (error: unknown): boolean => codeOf(error) === status.permissionDenied;

const nameOf = ({ id, host, port }: SftpPlace): string =>
  `The SFTP server ${host}${port === 22 ? '' : `:${port}`} (place ${id})`;

const outOfReach = (facts: SftpPlace, why: string, cause?: unknown): OpsError =>
  new OpsError('unavailable', `${nameOf(facts)} ${why}.`, {
    ...(cause !== undefined && { hint: messageOf(cause), cause }),
  });

const missing = ({ id }: SftpPlace): OpsError =>
  new OpsError('misconfigured', `The place ${id} has neither a password nor a private key.`, {
    hint: 'Set the variable that paydesk.example.yaml names for it.',
  });

function folderFault(facts: SftpPlace, folder: string, error: unknown): OpsError {
  if (isGone(error))
    return new OpsError('misconfigured', `${nameOf(facts)} has no folder ${folder}.`, { cause: error });
  if (isForbidden(error))
    return new OpsError('misconfigured', `${nameOf(facts)} does not let ${facts.user} read ${folder}.`, {
      cause: error,
    });
  return outOfReach(facts, `cannot list ${folder}`, error);
}

function faultOf(facts: SftpPlace, error: unknown, { fingerprint }: SeenKey): OpsError {
  if (fingerprint !== null && !facts.hostKeys.includes(fingerprint))
    return new OpsError(
      'misconfigured',
      `${nameOf(facts)} has the host key ${fingerprint}, which is not pinned.`,
      {
        hint: 'Compare it with the fingerprint that the partner publishes. If they are the same, add it to `hostKeys`; if not, somebody else may be answering.',
      },
    );
  const { level } = error as { level?: string };
  if (level === 'client-authentication')
    return new OpsError('misconfigured', `${nameOf(facts)} refuses the login of ${facts.user}.`, {
      hint: 'Check the user, and the password or private key in the environment.',
      cause: error,
    });
  if (error instanceof Error && /private ?key|passphrase/i.test(error.message))
    return new OpsError('misconfigured', `The private key of the place ${facts.id} cannot be used.`, {
      hint: error.message,
      cause: error,
    });
  return outOfReach(facts, 'cannot be reached', error);
}
