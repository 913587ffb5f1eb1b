/**
 * A stand-in for S3 that checks what the real one checks: each request's signature, computed anew from what came over the
 * wire. It gives pages of two objects, and counts everything that is no reading.
 */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface S3Server {
  url: string;
  objects: Map<string, Buffer>;
  /** Requests that would have changed something. */
  writes: number;
  /** Answered instead, while it is not null. */
  instead: ((response: ServerResponse) => void) | null;
  /** Called before an object is read. */
  beforeRead: () => void;
  pages: number;
  close(): Promise<void>;
}

const keys = { id: 'AKIDEXAMPLE', secret: 'a-secret-key' };
export const s3Keys = { accessKeyId: keys.id, secretAccessKey: keys.secret };
const region = 'eu-test-1';
const pageSize = 2;

export async function startS3(bucket: string): Promise<S3Server> {
  const server: S3Server = {
    url: '',
    objects: new Map(),
    writes: 0,
    instead: null,
    beforeRead: () => undefined,
    pages: 0,
    close: () => Promise.resolve(),
  };
  const http = createServer((request, response) => {
    if (request.method !== 'GET') server.writes++;
    if (server.instead) return server.instead(response);
    const fault = signatureFault(request);
    if (fault !== null) return refuse(response, 403, fault);
    const url = new URL(request.url ?? '', 'http://localhost');
    const [, first = '', ...rest] = url.pathname.split('/').map(decodeURIComponent);
    if (first !== bucket) return refuse(response, 404, 'NoSuchBucket');
    if (url.searchParams.get('list-type') === '2') return list(server, url.searchParams, response);
    read(server, rest.join('/'), request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  server.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  server.close = () =>
    new Promise((resolve) => {
      http.closeAllConnections();
      http.close(() => resolve());
    });
  return server;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>No.</Message></Error>`,
  );
}

const etagOf = (bytes: Buffer): string => `"${createHash('md5').update(bytes).digest('hex')}"`;
const inXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function list(server: S3Server, ask: URLSearchParams, response: ServerResponse): void {
  server.pages++;
  const prefix = ask.get('prefix') ?? '';
  const isEncoded = ask.get('encoding-type') === 'url';
  const all = [...server.objects]
    .filter(([key]) => key.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const from = Number(ask.get('continuation-token') ?? '0');
  const page = all.slice(from, from + pageSize);
  const isCut = from + pageSize < all.length;
  const keyText = (key: string): string =>
    isEncoded ? encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/') : inXml(key);
  const contents = page.map(
    ([key, bytes]) =>
      `<Contents><Key>${keyText(key)}</Key><LastModified>2026-11-27T06:00:00.000Z</LastModified><ETag>${inXml(etagOf(bytes))}</ETag><Size>${bytes.length}</Size><Owner><ID>1</ID></Owner><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>${isCut ? `<NextContinuationToken>${from + pageSize}</NextContinuationToken>` : ''}<IsTruncated>${isCut}</IsTruncated>${contents.join('')}${isEncoded ? '<EncodingType>url</EncodingType>' : ''}</ListBucketResult>`,
  );
}

function read(server: S3Server, key: string, { headers }: IncomingMessage, response: ServerResponse): void {
  server.beforeRead();
  const bytes = server.objects.get(key);
  if (!bytes) return refuse(response, 404, 'NoSuchKey');
  if (headers['if-match'] !== undefined && headers['if-match'] !== etagOf(bytes))
    return refuse(response, 412, 'PreconditionFailed');
  // As it was stored: the reader must not unpack it on its way.
  response.writeHead(200, { etag: etagOf(bytes), ...(bytes[0] === 0x1f && { 'content-encoding': 'gzip' }) });
  response.end(bytes);
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const strict = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** By the rules of Signature Version 4 for S3; null when the signature is right. */
function signatureFault({ method, url = '', headers }: IncomingMessage): string | null {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const [, id, day = '', place, signedHeaders = '', signature] =
    pattern.exec(headers.authorization ?? '') ?? [];
  if (id !== keys.id) return 'InvalidAccessKeyId';
  const names = signedHeaders.split(';');
  if (
    place !== region ||
    !['host', 'x-amz-date', 'x-amz-content-sha256'].every((name) => names.includes(name))
  )
    return 'AuthorizationHeaderMalformed';
  const [path = '', query = ''] = url.split('?');
  const canonical = [
    method,
    path
      .split('/')
      .map((part) => strict(decodeURIComponent(part)))
      .join('/'),
    query
      .split('&')
      .filter(Boolean)
      .map((pair) =>
        pair
          .split('=')
          .map((part) => strict(decodeURIComponent(part)))
          .join('='),
      )
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signedHeaders,
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const hash = createHash('sha256').update(canonical).digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash].join('\n');
  const key = [region, 's3', 'aws4_request'].reduce<Buffer>(hmac, hmac(`AWS4${keys.secret}`, day));
  return hmac(key, toSign).toString('hex') === signature ? null : 'SignatureDoesNotMatch';
}
