/**
 * A body with a file in it (multipart/form-data, RFC 7578).
 * Invariant: the file's bytes are what stood between its boundaries, whatever they look like. Deliberately absent: nested
 * multiparts and encodings of parts, which no client of ours sends.
 */
import { ApiError } from './errors.js';
import type { Form } from './form.js';

export interface Upload {
  name: string;
  content: Buffer;
}

export interface MultipartBody {
  form: Form;
  /** The part that has a file name; null where none has. */
  upload: Upload | null;
}

export const boundaryOf = (contentType: string | undefined): string | null =>
  /^multipart\/form-data;.*boundary=(?:"([^"]{1,70})"|([^;\s]{1,200}))/i
    .exec(contentType ?? '')
    ?.slice(1)
    .find(Boolean) ?? null;

/** Throws a 400 where a part cannot be read. */
export function parseMultipart(body: Buffer, boundary: string): MultipartBody {
  const form = Object.create(null) as Form;
  let upload: Upload | null = null;
  for (const part of partsOf(body, `--${boundary}`)) {
    const end = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, Math.max(end, 0)).toString('utf8');
    const name = /[;\s]name="([^"]*)"/i.exec(head)?.[1];
    if (end < 0 || name === undefined) throw unreadable();
    const content = part.subarray(end + 4);
    const fileName = /filename="([^"]*)"/i.exec(head)?.[1];
    if (fileName === undefined) form[name] = content.toString('utf8');
    else upload = { name: fileName.replaceAll('%22', '"'), content: Buffer.from(content) };
  }
  return { form, upload };
}

/** What stands between two boundaries, without the line breaks that belong to them. */
function* partsOf(body: Buffer, delimiter: string): Generator<Buffer> {
  let start = body.indexOf(delimiter);
  if (start < 0) throw unreadable();
  for (;;) {
    start += delimiter.length;
    if (body.subarray(start, start + 2).toString() === '--') return;
    const end = body.indexOf(`\r\n${delimiter}`, start);
    if (end < 0) throw unreadable();
    yield body.subarray(start + 2, end);
    start = end + 2;
  }
}

const unreadable = (): ApiError =>
  new ApiError(400, 'invalid_request_error', 'The multipart body cannot be read.');
