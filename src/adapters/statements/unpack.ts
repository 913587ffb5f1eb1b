/**
 * Unpacks what partners pack: gzip and zip, told by content and never by name.
 *
 * Invariants: nothing is unpacked beyond a limit, so that a small file cannot fill the memory; nothing is written to disk,
 * and a name inside an archive is a label, never a path; archives inside archives are refused.
 */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import yauzl from 'yauzl';
import { OpsError } from '../../kernel/errors.js';
import type { UnpackedDocument } from '../../ports/statement-inbox.js';
import { isUnfinished, mostBytes, nameFault } from './names.js';

/** Statements shrink to a tenth or a thirtieth; what unpacks to far more than that is not one. */
const mostRatio = 250;
/** Below this no ratio is suspicious: a page of zeros is small. */
const harmlessBytes = 16 * 1024 * 1024;
const mostEntries = 200;

export interface UnpackLimits {
  bytes: number;
}

export async function unpack(
  name: string,
  bytes: Uint8Array,
  { bytes: most }: UnpackLimits = { bytes: mostBytes },
): Promise<UnpackedDocument[]> {
  const limit = Math.min(most, Math.max(harmlessBytes, bytes.length * mostRatio));
  if (isGzip(bytes)) return [{ name, bytes: requirePlain(name, await gunzipped(name, bytes, limit)) }];
  if (isZip(bytes)) return unzipped(name, bytes, limit);
  return [{ name, bytes }];
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
/** A local file, or the end record of an empty archive. */
const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 &&
  bytes[1] === 0x4b &&
  ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6));

const refused = (name: string, why: string, cause?: unknown): OpsError =>
  new OpsError('invalid', `The file ${name} is refused: ${why}.`, { cause });

function requirePlain(name: string, bytes: Uint8Array): Uint8Array {
  if (isGzip(bytes) || isZip(bytes)) throw refused(name, 'it is an archive inside an archive');
  return bytes;
}

const inflate = promisify(gunzip) as (
  bytes: Uint8Array,
  options: { maxOutputLength: number },
) => Promise<Buffer>;

async function gunzipped(name: string, bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  try {
    return await inflate(bytes, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw bomb(name, limit);
    throw refused(name, 'its gzip data is damaged or cut off', error);
  }
}

const bomb = (name: string, limit: number): OpsError =>
  refused(name, `it unpacks to more than ${Math.floor(limit / 1024 / 1024)} MB`);

async function unzipped(name: string, bytes: Uint8Array, limit: number): Promise<UnpackedDocument[]> {
  const archive = await yauzl
    .fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      lazyEntries: true,
      strictFileNames: true,
      validateEntrySizes: true,
    })
    .catch((error: unknown) => {
      throw refused(name, 'its zip data is damaged or cut off', error);
    });
  if (archive.entryCount > mostEntries) throw refused(name, `it contains more than ${mostEntries} files`);
  const documents: UnpackedDocument[] = [];
  let left = limit;
  try {
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName.endsWith('/') || isUnfinished(entry.fileName)) continue;
      const content = await entryContent(name, archive, entry, left, limit);
      left -= content.length;
      documents.push({ name: `${name}#${entry.fileName}`, bytes: requirePlain(name, content) });
    }
  } catch (error) {
    throw error instanceof OpsError ? error : refused(name, 'its zip data is damaged or misleading', error);
  }
  if (documents.length === 0) throw refused(name, 'the archive is empty');
  return documents;
}

async function entryContent(
  name: string,
  archive: yauzl.ZipFile,
  entry: yauzl.Entry,
  left: number,
  limit: number,
): Promise<Uint8Array> {
  const fault = nameFault(entry.fileName);
  if (fault !== null) throw refused(name, `a file in it cannot be used, ${fault}`);
  if (entry.isEncrypted()) throw refused(name, 'it is encrypted, and Paydesk has no password for it');
  // The announced size is a promise of the archive's; the bytes are counted as they come.
  if (entry.uncompressedSize > left) throw bomb(name, limit);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of await archive.openReadStreamPromise(entry)) {
    size += (chunk as Buffer).length;
    if (size > left) throw bomb(name, limit);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
