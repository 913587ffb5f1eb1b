/**
 * Files that a person hands over, in the composer or in a form: read here, sent as base64 in the request.
 * Invariant: a file over `FILE_BYTES_MAX`, or of a type not asked for, is refused with a sentence; an empty one too,
 * as Slack refuses it.
 */
import type { FileUpload } from '../wire.js';

const fileBytesMax = 5_000_000;

/** The files as they are sent, or why one of them is not. `types` are extensions; none: any. */
export async function readUploads(files: File[], types: string[] = []): Promise<FileUpload[] | string> {
  const refused = files.map((file) => refusal(file, types)).find((each) => each !== null);
  return refused ?? Promise.all(files.map(readUpload));
}

function refusal({ name, size }: File, types: string[]): string | null {
  const extension = name.split('.').at(-1)?.toLowerCase() ?? '';
  if (types.length > 0 && !types.includes(extension))
    return `${name} is not of a type asked for: ${types.join(', ')}.`;
  if (size === 0) return `${name} is empty.`;
  return size > fileBytesMax ? `${name} is larger than 5 MB.` : null;
}

async function readUpload(file: File): Promise<FileUpload> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return {
    name: file.name,
    title: file.name,
    mimetype: file.type || 'application/octet-stream',
    size: file.size,
    content_base64: btoa(binary),
  };
}
