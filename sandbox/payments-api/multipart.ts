/** A body with a file in it, as Stripe takes one: a form, and at most one upload. */
import { readParts } from '../multipart.js';
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

/** Throws a 400 where a part cannot be read. */
export function parseMultipart(contentType: string | undefined, body: Buffer): MultipartBody {
  const form = Object.create(null) as Form;
  let upload: Upload | null = null;
  const parts = readParts(contentType, body);
  if (!parts) throw new ApiError(400, 'invalid_request_error', 'The multipart body cannot be read.');
  for (const { name, fileName, bytes } of parts) {
    if (fileName === null) form[name] = bytes.toString('utf8');
    // Copied, because it outlives the body that it is a part of.
    else upload = { name: fileName.replaceAll('%22', '"'), content: Buffer.from(bytes) };
  }
  return { form, upload };
}
