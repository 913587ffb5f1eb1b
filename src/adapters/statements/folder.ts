/**
 * Statement files in a folder and the folders in it, one level deep.
 *
 * Invariants: only regular files are read, never links, pipes or devices, and what is opened is what was listed; nothing
 * in the folder is changed. A missing folder is an empty one: it appears with the first file.
 */
import { constants } from 'node:fs';
import { lstat, open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, OpsError } from '../../kernel/errors.js';
import type { ArrivedFile, RefusedFile, StatementPlace } from '../../ports/statement-inbox.js';
import { changed, tooLarge, unreadableFolder } from './faults.js';
import { isUnfinished, mostBytes, nameFault } from './names.js';

/** Folders in the inbox are partners; deeper ones belong to somebody else. */
const mostDepth = 1;

export function folderPlace(folder: string): StatementPlace {
  return {
    id: 'folder',
    everyMs: 0,
    list: async () => {
      const found: { files: ArrivedFile[]; refused: RefusedFile[] } = { files: [], refused: [] };
      await walk(folder, '', found);
      return found;
    },
    read: (file) => readListed(folder, file),
  };
}

async function walk(
  folder: string,
  below: string,
  found: { files: ArrivedFile[]; refused: RefusedFile[] },
): Promise<void> {
  const names = await readdir(join(folder, below)).catch((error: unknown) => {
    if (isGone(error)) return [];
    if (below === '' || !isForbidden(error)) throw outOfReach(folder, error);
    found.refused.push({ path: below, why: unreadableFolder });
    return [];
  });
  for (const name of names.sort()) {
    const path = below === '' ? name : `${below}/${name}`;
    if (isUnfinished(path)) continue;
    const fault = nameFault(path);
    if (fault !== null) {
      found.refused.push({ path, why: fault });
      continue;
    }
    // A file that is renamed or removed meanwhile is met again, or not, at the next look.
    const stats = await lstat(join(folder, path)).catch(() => null);
    if (stats === null) continue;
    if (stats.isDirectory()) {
      if (path.split('/').length <= mostDepth) await walk(folder, path, found);
    } else if (stats.isFile()) found.files.push(listed(path, stats));
    else found.refused.push({ path, why: kindFault(stats.isSymbolicLink()) });
  }
}

const kindFault = (isLink: boolean): string =>
  isLink ? 'it is a link, and links are not followed' : 'it is not a regular file';

const listed = (path: string, stats: { size: number; mtimeMs: number }): ArrivedFile => ({
  path,
  size: stats.size,
  fingerprint: `${stats.size}:${stats.mtimeMs}`,
  isWhole: false,
});

async function readListed(folder: string, file: ArrivedFile): Promise<Uint8Array> {
  if (file.size > mostBytes) throw tooLarge(file.path);
  const handle = await open(
    join(folder, file.path),
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  ).catch((error: unknown) => {
    throw isGone(error) || isLink(error) ? changed(file.path) : outOfReach(folder, error);
  });
  try {
    const before = await handle.stat();
    if (!before.isFile() || listed(file.path, before).fingerprint !== file.fingerprint)
      throw changed(file.path);
    const bytes = await readAll(handle, before.size);
    const after = await handle.stat();
    if (bytes.length !== before.size || listed(file.path, after).fingerprint !== file.fingerprint)
      throw changed(file.path);
    return bytes;
  } finally {
    await handle.close();
  }
}

/** No more than was announced: a file that grows is read when it has stopped. */
async function readAll(handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(size);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await handle.read(bytes, at, size - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';
const isGone = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
const isForbidden = (error: unknown): boolean => codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM';
const isLink = (error: unknown): boolean => codeOf(error) === 'ELOOP';

function outOfReach(folder: string, error: unknown): OpsError {
  return new OpsError(
    isForbidden(error) ? 'misconfigured' : 'unavailable',
    `The statement inbox ${folder} cannot be read.`,
    { hint: messageOf(error), cause: error },
  );
}
