/**
 * A form with a file in it (RFC 7578), as Stripe takes uploads.
 *
 * Invariants: the same form gives the same bytes, so that a repeated upload is the same order under its key: what usually
 * is random, the boundary, comes from the content. A name cannot end its header line or its quotes.
 */
import { createHash } from 'node:crypto';

export interface FormFile {
  name: string;
  mimeType: string;
  content: Uint8Array;
}

export interface Multipart {
  /** The content type, which tells the boundary. */
  type: string;
  content: Uint8Array;
}

/** The texts in their order, and then the file in a field of that name. */
export function multipartOf(texts: Readonly<Record<string, string>>, file: FormFile): Multipart {
  const boundary = `paydesk-${createHash('sha256').update(file.content).digest('hex')}`;
  const fields = Object.entries(texts).map(([name, text]) => partOf(boundary, `name="${name}"`, text));
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${quotable(file.name)}"\r\n` +
    `Content-Type: ${file.mimeType}\r\n\r\n`;
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    content: Buffer.concat([
      Buffer.from(fields.join('') + head),
      file.content,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  };
}

const partOf = (boundary: string, disposition: string, text: string): string =>
  `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${text}\r\n`;

/** As browsers write it. */
const quotable = (name: string): string => name.replace(/[\r\n]+/g, ' ').replaceAll('"', '%22');
