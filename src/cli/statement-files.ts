/**
 * A statement file on disk, plain or packed: which format it is in, and what it says.
 *
 * Invariants: formats and profiles that ship with Paydesk go before those of paydesk.yaml, which is read only when it is
 * needed; a file that nothing recognises is an error with a hint, never an empty statement.
 */
import { plural } from '../kernel/counts.js';
import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import type { Config } from '../config/schema.js';
import { OpsError, toOpsError } from '../kernel/errors.js';
import { csvProfile } from '../reconciliation/formats/csv-profile.js';
import type { StatementFormat, StatementItem } from '../reconciliation/formats/format.js';
import {
  formatNamed,
  formats,
  parseStatement,
  profiles,
  recognise,
  type Recognised,
} from '../reconciliation/formats/index.js';
import { decodeText } from '../reconciliation/formats/text.js';
import type { Inflow } from '../reconciliation/join/inflow.js';
import type { Side } from '../reconciliation/join/join.js';

export interface FormatChoice {
  format?: string;
  /** The id of a CSV profile, shipped or of paydesk.yaml. */
  profile?: string;
}

/** Unpacked. Throws `invalid` for a file that cannot be read, and `conflict` for an archive that is refused. */
export async function readInput(path: string): Promise<Buffer> {
  try {
    return await unpacked(path, await readFile(path));
  } catch (error) {
    throw error instanceof OpsError ? error : unreadable(path, error);
  }
}

/** What gzip and zip begin with. */
const isPacked = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0x1f && bytes[1] === 0x8b) || (bytes[0] === 0x50 && bytes[1] === 0x4b);

/** The one document in an archive; a plain file as it is. */
async function unpacked(path: string, bytes: Buffer): Promise<Buffer> {
  if (!isPacked(bytes)) return bytes;
  const { unpack } = await import('../adapters/statements/unpack.js');
  const documents = await unpack(path, bytes).catch((error: unknown) => {
    throw new OpsError('conflict', toOpsError(error).publicMessage, { cause: error });
  });
  const [document] = documents;
  if (document === undefined || documents.length > 1)
    throw new OpsError('conflict', `The file ${path} contains ${plural(documents.length, 'file')}.`, {
      hint: 'Unpack it and name one of them.',
    });
  return Buffer.from(document.bytes);
}

const unreadable = (path: string, error: unknown): OpsError =>
  new OpsError('invalid', `The file ${path} cannot be read.`, {
    hint: error instanceof Error ? error.message : String(error),
    cause: error,
  });

const chunkBytes = 1 << 20;
/** Enough for the header of a table, and to tell its encoding. */
const headBytes = 1 << 16;

/** The beginning of a file as text. Throws `invalid` for a file that cannot be read. */
export async function headOf(path: string): Promise<string> {
  // A piece ends with the byte of a line break, which is half of one in UTF-16.
  for await (const piece of piecesOf(path, headBytes)) return decodeText(piece).text.replace(/\uFFFD$/, '');
  return '';
}

interface Begun {
  inflow: Inflow;
}

/**
 * A plain table, read in pieces, into what `begin` gives for so many bytes, and from the beginning into another one where
 * it is not UTF-8. Throws `invalid` for a file that cannot be read or lacks a column.
 */
export async function readTable<Into extends Begun>(
  path: string,
  begin: (bytes: number) => Into,
): Promise<Into & { side: Side }> {
  const into = begin(await sizeOf(path));
  let isFirst = true;
  for await (const piece of piecesOf(path, chunkBytes)) {
    const isOther = isFirst && decodeText(piece.subarray(0, headBytes)).encoding.startsWith('utf-16');
    if (isOther || !isUtf8(piece)) return decodedTable(path, begin);
    isFirst = false;
    into.inflow.add(piece);
  }
  return { ...into, side: into.inflow.end() };
}

async function decodedTable<Into extends Begun>(
  path: string,
  begin: (bytes: number) => Into,
): Promise<Into & { side: Side }> {
  const bytes = Buffer.from(decodeText(await readInput(path)).text);
  const into = begin(bytes.length);
  into.inflow.add(bytes);
  return { ...into, side: into.inflow.end() };
}

/**
 * A file in pieces that end with a line, where one is not longer than that, so that no character is cut in two. Each lies
 * where the one before lay.
 */
async function* piecesOf(path: string, size: number): AsyncGenerator<Buffer, void, undefined> {
  try {
    const file = await open(path);
    try {
      const start = Buffer.alloc(2);
      await file.read(start, 0, start.length, 0);
      if (isPacked(start)) return yield await readInput(path);
      let window = Buffer.allocUnsafeSlow(size);
      for (let length = 0; ;) {
        const { bytesRead } = await file.read(window, length, window.length - length);
        length += bytesRead;
        const isWhole = bytesRead === 0;
        const end = isWhole ? length : window.subarray(0, length).lastIndexOf('\n') + 1;
        if (end > 0) yield window.subarray(0, end);
        if (isWhole) return;
        window.copyWithin(0, end, length);
        length -= end;
        if (length === window.length) window = Buffer.concat([window], 2 * window.length);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof OpsError ? error : unreadable(path, error);
  }
}

/** In bytes; 0 for a file that cannot be read, which reading it says. */
export const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** Throws `invalid` for a format or profile that does not exist, and for a file that none recognises. */
export async function readStatement(file: Buffer, choice: FormatChoice): Promise<Iterable<StatementItem>> {
  const found = await recognisedIn(file, choice);
  if (found) return parseStatement(found.format, found.text);
  throw new OpsError('invalid', unrecognised, {
    hint: `Name a format with --format (${formats.map(({ id }) => id).join(', ')}) or a CSV profile with --profile.`,
  });
}

export const unrecognised = 'The file’s format is unknown to Paydesk, and its header fits no CSV profile.';

/** Undefined for a file that nothing recognises. Throws `invalid` for a format or profile that does not exist. */
export async function recognisedIn(
  file: Buffer,
  { format, profile }: FormatChoice,
): Promise<Recognised | undefined> {
  if (format !== undefined && profile !== undefined)
    throw new OpsError('invalid', 'A file has a format or a profile, not both.', {
      hint: 'Leave out --format or --profile.',
    });
  if (format !== undefined) return readAs(file, formatNamed(format, [...formats, ...profiles]));
  if (profile === undefined)
    return recognise(file, [...formats, ...profiles]) ?? recognise(file, await ownProfiles());
  const shipped = profiles.find(({ id }) => id === profile);
  return readAs(file, shipped ?? profileNamed(profile, await ownProfiles()));
}

const readAs = (file: Buffer, format: StatementFormat): Recognised => ({
  format,
  text: decodeText(file, format.encoding).text,
});

function profileNamed(id: string, own: StatementFormat[]): StatementFormat {
  const found = own.find((each) => each.id === id);
  if (found) return found;
  const known = [...profiles, ...own].map((each) => each.id).join(', ');
  throw new OpsError('invalid', `“${id.slice(0, 40)}” is not a CSV profile.`, {
    hint: `Known profiles: ${known}. Add others under statementProfiles in paydesk.yaml.`,
  });
}

/** The paydesk.yaml in use. Throws `misconfigured` when it does not exist or cannot be used. */
export async function configInUse(): Promise<Config> {
  // Takes more memory than reading a statement does.
  const { loadConfig } = await import('../config/load.js');
  return loadConfig(configNamed() || usualPath);
}

const usualPath = 'paydesk.yaml';
const configNamed = (): string => process.env.PAYDESK_CONFIG?.trim() ?? '';

/** The profiles of the paydesk.yaml in use; none where there is no such file. */
async function ownProfiles(): Promise<StatementFormat[]> {
  if (configNamed() === '' && !existsSync(usualPath)) return [];
  const { statementProfiles } = await configInUse();
  return statementProfiles.map((profile) => csvProfile(profile));
}
