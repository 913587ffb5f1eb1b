/**
 * Files: the two-step upload of files.getUploadURLExternal, files that people hand over, and the bytes behind
 * `url_private`.
 * Invariant: a file is visible only once its bytes are there; bytes live in memory, 20 MB a file, and of all files only
 * the newest are kept.
 */
import { SlackError } from './errors.js';
import { forgetOldest } from '../forget.js';
import type { Ids } from './ids.js';
import type { JsonObject } from './json.js';
import { toJson } from './json.js';
import type { Limits } from './limits.js';
import type { Clock } from './store.js';
import type { FileRef } from './wire.js';

export const fileMaxBytes = 20_000_000;

/** Uploads that were begun and never sent. */
const ticketsKept = 1_000;
/** However small they are. */
const filesKept = 5_000;

interface StoredFile {
  ref: FileRef;
  user: string;
  createdSec: number;
  bytes: Buffer | undefined;
  complete: boolean;
}

export interface Files {
  /** Starts an upload of the app's: the file's id and the path to send the bytes to. */
  begin(filename: string, length: number, user: string): { id: string; path: string };
  /** Takes the bytes; false when the ticket is unknown or was used. */
  receive(ticket: string, bytes: Buffer): boolean;
  /** Once. @throws SlackError file_not_found, also the second time, or file_update_failed when no bytes came. */
  complete(id: string, title: string | undefined): FileRef;
  /** A whole file at once, from a person. */
  add(file: { name: string; title: string; mimetype: string; bytes: Buffer }, user: string): FileRef;
  find(id: string): FileRef | undefined;
  /** Slack's file object; what is known of a file that was forgotten. */
  describe(ref: FileRef): JsonObject;
  bytes(id: string): { ref: FileRef; bytes: Buffer } | undefined;
}

/** By extension: the MIME type and how Slack calls it. */
const types: Readonly<Record<string, readonly [mimetype: string, pretty: string]>> = {
  png: ['image/png', 'PNG'],
  jpg: ['image/jpeg', 'JPEG'],
  jpeg: ['image/jpeg', 'JPEG'],
  gif: ['image/gif', 'GIF'],
  csv: ['text/csv', 'CSV'],
  txt: ['text/plain', 'Plain Text'],
  json: ['application/json', 'JSON'],
  pdf: ['application/pdf', 'PDF'],
};

export const extensionOf = (filename: string): string =>
  filename.includes('.') ? (filename.split('.').pop() ?? '').toLowerCase() : '';

interface Deps {
  ids: Ids;
  clock: Clock;
  limits: Limits;
  baseUrl: () => string;
}

function describe(ref: FileRef, file: StoredFile | undefined): JsonObject {
  const extension = extensionOf(ref.name);
  return {
    ...toJson(ref),
    created: file?.createdSec ?? 0,
    timestamp: file?.createdSec ?? 0,
    filetype: extension || 'binary',
    pretty_type: types[extension]?.[1] ?? 'Binary',
    user: file?.user ?? '',
    editable: false,
    mode: 'hosted',
    is_external: false,
    external_type: '',
    is_public: false,
    url_private_download: ref.url_private,
    permalink: ref.url_private,
    file_access: file === undefined ? 'file_not_found' : 'visible',
  };
}

/** The files themselves, the oldest forgotten when there are too many bytes. */
function createCabinet({ ids, clock, limits, baseUrl }: Deps) {
  const files = new Map<string, StoredFile>();
  return {
    files,
    put(name: string, title: string, mimetype: string, size: number, user: string): StoredFile {
      const id = ids.next('F');
      const url_private = `${baseUrl()}/files/${id}/${encodeURIComponent(name)}`;
      const createdSec = Math.floor(clock.now().getTime() / 1000);
      const ref = { id, name, title, mimetype, size, url_private };
      const file = { complete: false, bytes: undefined, ref, user, createdSec };
      files.set(id, file);
      forgetOldest(files, filesKept);
      return file;
    },
    fill(file: StoredFile, bytes: Buffer): void {
      file.bytes = bytes;
      file.ref.size = bytes.length;
      let total = [...files.values()].reduce((sum, each) => sum + (each.bytes?.length ?? 0), 0);
      for (const [id, each] of files) {
        if (total <= limits.fileBytesKept || each === file) return;
        total -= each.bytes?.length ?? 0;
        files.delete(id);
      }
    },
  };
}

export function createFiles(deps: Deps): Files {
  const cabinet = createCabinet(deps);
  const { files } = cabinet;
  const tickets = new Map<string, string>();
  return {
    begin(filename, length, user) {
      const mimetype = types[extensionOf(filename)]?.[0] ?? 'application/octet-stream';
      const { id } = cabinet.put(filename, filename, mimetype, length, user).ref;
      const ticket = deps.ids.uuid();
      tickets.set(ticket, id);
      forgetOldest(tickets, ticketsKept);
      return { id, path: `/upload/${ticket}` };
    },
    receive(ticket, bytes) {
      const file = files.get(tickets.get(ticket) ?? '');
      if (file === undefined || !tickets.delete(ticket)) return false;
      cabinet.fill(file, bytes);
      return true;
    },
    complete(id, title) {
      const file = files.get(id);
      if (file === undefined || file.complete) throw new SlackError('file_not_found');
      if (file.bytes === undefined) throw new SlackError('file_update_failed');
      file.complete = true;
      if (title !== undefined) file.ref.title = title;
      return file.ref;
    },
    add({ name, title, mimetype, bytes }, user) {
      const file = cabinet.put(name, title, mimetype, bytes.length, user);
      cabinet.fill(file, bytes);
      file.complete = true;
      return file.ref;
    },
    find(id) {
      const file = files.get(id);
      return file?.complete === true ? file.ref : undefined;
    },
    describe: (ref) => describe(ref, files.get(ref.id)),
    bytes(id) {
      const file = files.get(id);
      return file?.complete === true && file.bytes ? { ref: file.ref, bytes: file.bytes } : undefined;
    },
  };
}
