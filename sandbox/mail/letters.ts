/**
 * What a letter says, read from its raw form (RFC 5322, with the encodings of RFC 2045 and 2047). UTF-8 only, which is
 * what the sandbox's senders write. Deliberately absent: parts; a letter with attachments shows its raw body.
 */
export interface Headers {
  subject: string;
  messageId: string;
  from: string;
  text: string;
}

export function readLetter(raw: string): Headers {
  const end = raw.indexOf('\r\n\r\n');
  const head = (end < 0 ? raw : raw.slice(0, end)).replace(/\r\n[ \t]+/g, ' ');
  const body = end < 0 ? '' : raw.slice(end + 4);
  const header = (name: string): string =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(head)?.[1]?.trimEnd() ?? '';
  return {
    subject: withoutEncodedWords(header('subject')),
    messageId: header('message-id'),
    from: withoutEncodedWords(header('from')),
    text: decodeBody(body, header('content-transfer-encoding').toLowerCase())
      .replaceAll('\r\n', '\n')
      .trimEnd(),
  };
}

function withoutEncodedWords(text: string): string {
  return text
    .replace(/(=\?utf-8\?[bq]\?[^?]*\?=)\s+(?==\?utf-8\?)/gi, '$1')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_all, encoding: string, word: string) =>
      encoding.toLowerCase() === 'b'
        ? Buffer.from(word, 'base64').toString('utf8')
        : quotedPrintable(word.replaceAll('_', ' ')),
    );
}

function decodeBody(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  return encoding === 'quoted-printable' ? quotedPrintable(body.replace(/=\r\n/g, '')) : body;
}

const quotedPrintable = (text: string): string =>
  Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
