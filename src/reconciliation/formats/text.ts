/**
 * The text of a statement file, whatever a partner's system encodes it in.
 *
 * Invariant: decoding never drops a byte silently: what is neither valid UTF-8 or UTF-16, nor in the encoding that an XML
 * declaration or a CSV profile names, is read as Windows-1252, in which every byte is a character.
 */
import { problem, type Problem } from '../problems.js';
import { decodeCodePage } from './code-pages.js';

export interface DecodedText {
  text: string;
  encoding: string;
}

/** `named` is what the partner writes in, for a file that says nothing of it. */
export function decodeText(bytes: Uint8Array, named = ''): DecodedText {
  for (const encoding of [encodingOf(bytes), declaredIn(bytes), named]) {
    const text = decodedAs(encoding, bytes);
    if (text !== null) return { text, encoding };
  }
  return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
}

/** Null where a byte is no character of the encoding, or there is no such encoding. */
function decodedAs(encoding: string, bytes: Uint8Array): string | null {
  const ofPage = decodeCodePage(encoding, bytes);
  if (ofPage !== null) return ofPage;
  try {
    // What is cut off at the end of UTF-16 costs the last character alone.
    return new TextDecoder(encoding, { fatal: !encoding.startsWith('utf-16') }).decode(bytes);
  } catch {
    return null;
  }
}

/** The encoding of one byte a character that an XML declaration names. */
function declaredIn(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const [, name = ''] =
    /^<\?xml[^>]*\bencoding\s*=\s*["']((?:iso-8859-|windows-|ibm|cp)\d+)["']/i.exec(head) ?? [];
  return name.toLowerCase().replace('ibm', 'cp');
}

/** By the byte order mark, or by the positions of the zero bytes of plain letters. */
function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, 200);
  const zeros = (offset: 0 | 1): number => head.filter((byte, at) => at % 2 === offset && byte === 0).length;
  const most = head.length / 4;
  if (zeros(1) > most && zeros(0) === 0) return 'utf-16le';
  if (zeros(0) > most && zeros(1) === 0) return 'utf-16be';
  return 'utf-8';
}

/** One problem for each line that has NUL bytes beside its text: a file was damaged on its way. */
export function* nulBytes(text: string): Generator<Problem, void, undefined> {
  if (!text.includes('\0')) return;
  for (const [at, line] of text.split(/\r\n|\r|\n/).entries())
    if (line.includes('\0') && !isBlank(line)) yield problem(at + 1, 'nul', 'a NUL byte');
}

/** Nothing, blanks, or what old systems end a file with (`^Z`). */
export const isBlank = (line: string): boolean => /^[\s\p{Cc}]*$/u.test(line);
