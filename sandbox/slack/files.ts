/**
 * Files: the two-step upload of files.getUploadURLExternal and the bytes behind `url_private`.
 * Invariant: a file is visible only after its upload was completed; bytes live in memory, 20 MB a file.
 */
import { SlackError } from './errors.js';
import type { Ids } from './ids.js';
import type { FileRef } from './wire.js';

export const FILE_MAX_BYTES = 20_000_000;

interface StoredFile {
  ref: FileRef;
  bytes: Buffer | undefined;
  complete: boolean;
}

export interface Files {
  /** Starts an upload: the file's id and the path to send the bytes to. */
  begin(filename: string, length: number): { id: string; path: string };
  /** Takes the bytes; false when the ticket is unknown or was used. */
  receive(ticket: string, bytes: Buffer): boolean;
  /** @throws SlackError file_not_found, or file_update_failed when no bytes came. */
  complete(id: string, title: string | undefined): FileRef;
  find(id: string): FileRef | undefined;
  bytes(id: string): { ref: FileRef; bytes: Buffer } | undefined;
}

const MIME_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  csv: 'text/csv',
  txt: 'text/plain',
  json: 'application/json',
  pdf: 'application/pdf',
};

export function createFiles(ids: Ids, baseUrl: () => string): Files {
  const files = new Map<string, StoredFile>();
  const tickets = new Map<string, string>();
  return {
    begin(filename, length) {
      const id = ids.next('F');
      const ticket = ids.uuid();
      const extension = filename.split('.').pop()?.toLowerCase() ?? '';
      files.set(id, {
        complete: false,
        bytes: undefined,
        ref: {
          id,
          name: filename,
          title: filename,
          mimetype: MIME_TYPES[extension] ?? 'application/octet-stream',
          size: length,
          url_private: `${baseUrl()}/files/${id}/${encodeURIComponent(filename)}`,
        },
      });
      tickets.set(ticket, id);
      return { id, path: `/upload/${ticket}` };
    },
    receive(ticket, bytes) {
      const file = files.get(tickets.get(ticket) ?? '');
      if (file === undefined || !tickets.delete(ticket)) return false;
      file.bytes = bytes;
      file.ref.size = bytes.length;
      return true;
    },
    complete(id, title) {
      const file = files.get(id);
      if (file === undefined) throw new SlackError('file_not_found');
      if (file.bytes === undefined) throw new SlackError('file_update_failed');
      file.complete = true;
      if (title !== undefined) file.ref.title = title;
      return file.ref;
    },
    find(id) {
      const file = files.get(id);
      return file?.complete === true ? file.ref : undefined;
    },
    bytes(id) {
      const file = files.get(id);
      return file?.complete === true && file.bytes ? { ref: file.ref, bytes: file.bytes } : undefined;
    },
  };
}
