/**
 * Reads a multipart/form-data body into its parts.
 * Invariant: total; a malformed body reads as undefined. Deliberately absent: nested parts, transfer encodings and
 * streaming, none of which a Slack client sends.
 */
export interface Part {
  name: string;
  isFile: boolean;
  bytes: Buffer;
}

const CRLF = '\r\n';

export function readParts(contentType: string, body: Buffer): Part[] | undefined {
  const match = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) return undefined;
  const delimiter = Buffer.from(`${CRLF}--${boundary}`);
  // The first delimiter has no line break before it; with one it reads like all the others.
  const whole = Buffer.concat([Buffer.from(CRLF), body]);
  const parts: Part[] = [];
  let start = whole.indexOf(delimiter);
  while (start >= 0) {
    const from = start + delimiter.length;
    const end = whole.indexOf(delimiter, from);
    if (end < 0) return whole.subarray(from, from + 2).toString() === '--' ? parts : undefined;
    const part = readPart(whole.subarray(from, end));
    if (part === undefined) return undefined;
    parts.push(part);
    start = end;
  }
  return undefined;
}

function readPart(raw: Buffer): Part | undefined {
  const headEnd = raw.indexOf(CRLF + CRLF);
  if (headEnd < 0) return undefined;
  const head = raw.subarray(0, headEnd).toString('utf8');
  const name = /content-disposition:[^\r\n]*[;\s]name="([^"]*)"/i.exec(head)?.[1];
  if (name === undefined) return undefined;
  return { name, isFile: /[;\s]filename=/i.test(head), bytes: raw.subarray(headEnd + 4) };
}
