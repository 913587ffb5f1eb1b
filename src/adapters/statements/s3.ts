/**
 * Statement files in a bucket of S3-compatible storage, under a prefix and one level deep.
 *
 * Invariants: it only lists and reads; what is read has the ETag that was listed; an object appears whole, so it need not
 * rest; an answer is never followed to another host, which would get a signed request.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API: ListObjectsV2, GetObject, “Error responses”.
 */
import { AwsV4Signer } from 'aws4fetch';
import { request, type Dispatcher } from 'undici';
import { minuteMs, secondMs } from '../../kernel/clock.js';
import { messageOf, OpsError } from '../../kernel/errors.js';
import type { ArrivedFile, StatementPlace } from '../../ports/statement-inbox.js';
import { changed, tooLarge, tooMany } from './faults.js';
import { within, type Limits } from './limit.js';
import { isUnfinished, mostBytes, mostFiles, nameFault } from './names.js';
import { bareEtag, readListing, refusalIn, type Listing, type ListedObject } from './s3-listing.js';

export interface S3Place {
  id: string;
  everyMs: number;
  endpoint: string;
  region: string;
  bucket: string;
  /** Empty, or with a slash at its end. */
  prefix: string;
  accessKeyId: string | null;
  secretAccessKey: string | null;
  sessionToken: string | null;
}

const pageSize = 1000;
/** A page of the longest keys there are. */
const pageBytes = 8 * 1024 * 1024;

export function s3Place(
  facts: S3Place,
  { listMs = 20 * secondMs, readMs = 10 * minuteMs, signal }: Limits = {},
): StatementPlace {
  return {
    id: facts.id,
    everyMs: facts.everyMs,
    list: () => within(listMs, signal, async (limit) => found(facts, await listAll(facts, limit))),
    read: (file) => within(readMs, signal, (limit) => readObject(facts, file, limit)),
  };
}

async function listAll(facts: S3Place, signal: AbortSignal): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  const ask = {
    'list-type': '2',
    'max-keys': String(pageSize),
    'encoding-type': 'url',
    prefix: facts.prefix,
  };
  for (let next: string | null = null; ;) {
    const url: URL = addressOf(facts, '');
    url.search = new URLSearchParams({ ...ask, ...(next !== null && { 'continuation-token': next }) })
      .toString()
      // The signature counts a space so.
      .replaceAll('+', '%20');
    const page: Listing = await listingOf(facts, await call(facts, url, {}, signal), signal);
    objects.push(...page.objects);
    if (page.next === null) return objects;
    if (objects.length > mostFiles) throw tooMany(facts.id);
    if (page.next === '' || page.next === next) throw unreadable(facts, 'its listing breaks off');
    next = page.next;
  }
}

async function listingOf(
  facts: S3Place,
  response: Dispatcher.ResponseData,
  signal: AbortSignal,
): Promise<Listing> {
  const bytes = await bodyOf(facts, response, pageBytes, signal);
  if (bytes === null) throw unreadable(facts, 'its listing is too long');
  try {
    return readListing(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw unreadable(facts, 'its answer is not the listing of a bucket', error);
  }
}

/** Markers of folders have no content, and what lies deeper belongs to somebody else. */
function found(
  { prefix }: S3Place,
  objects: readonly ListedObject[],
): Awaited<ReturnType<StatementPlace['list']>> {
  const all = objects
    .filter(({ key }) => key.startsWith(prefix) && !key.endsWith('/'))
    .map(({ key, ...object }) => ({ path: key.slice(prefix.length), ...object }))
    .filter(({ path }) => path.split('/').length <= 2 && !isUnfinished(path));
  const refused = all.flatMap(({ path }) => {
    const why = nameFault(path);
    return why === null ? [] : [{ path, why }];
  });
  const files = all
    .filter(({ path, size }) => nameFault(path) === null && Number.isSafeInteger(size))
    .map(({ path, size, etag }): ArrivedFile => ({
      path,
      size,
      fingerprint: `${size}:${etag}`,
      isWhole: true,
    }));
  return { files, refused };
}

async function readObject(facts: S3Place, file: ArrivedFile, signal: AbortSignal): Promise<Uint8Array> {
  if (file.size > mostBytes) throw tooLarge(file.path);
  const etag = file.fingerprint.slice(file.fingerprint.indexOf(':') + 1);
  const url = addressOf(facts, facts.prefix + file.path);
  const response = await call(facts, url, { 'if-match': `"${etag}"` }, signal, file.path);
  const bytes = await bodyOf(facts, response, file.size, signal);
  const read = bareEtag(String(response.headers.etag ?? etag));
  if (bytes?.length !== file.size || read !== etag) throw changed(file.path);
  return bytes;
}

/** A bucket has a host of its own at AWS, and a path elsewhere. */
function addressOf({ endpoint, bucket }: S3Place, key: string): URL {
  const base = new URL(endpoint);
  const path = key.split('/').map(encoded).join('/');
  const isHosted = base.hostname.endsWith('.amazonaws.com') && !bucket.includes('.');
  if (isHosted) base.hostname = `${bucket}.${base.hostname}`;
  const root = base.pathname.replace(/\/+$/, '');
  base.pathname = isHosted ? `${root}/${path}` : `${root}/${bucket}${path === '' ? '' : `/${path}`}`;
  return base;
}

/** As a signature counts it (RFC 3986). */
const encoded = (part: string): string =>
  encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** An answer that is good. `path`: of the object that is asked for. */
async function call(
  facts: S3Place,
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
  path: string | null = null,
): Promise<Dispatcher.ResponseData> {
  const { accessKeyId, secretAccessKey, sessionToken, region } = facts;
  if (accessKeyId === null || secretAccessKey === null) throw missing(facts);
  const signed = await new AwsV4Signer({
    method: 'GET',
    url: url.href,
    headers,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== null && { sessionToken }),
    service: 's3',
    region,
    allHeaders: true,
  }).sign();
  const response = await request(signed.url.href, {
    headers: Object.fromEntries(signed.headers),
    signal,
    // The signal alone limits how long it may take.
    headersTimeout: 0,
    bodyTimeout: 0,
  }).catch((error: unknown) => {
    throw outOfReach(facts, signal, error);
  });
  if (response.statusCode === 200) return response;
  const body = await bodyOf(facts, response, pageBytes, signal).catch(() => null);
  throw refused(facts, response, body === null ? null : refusalIn(Buffer.from(body).toString('utf8')), path);
}

/** Null when it is longer than `most`. */
async function bodyOf(
  facts: S3Place,
  { body }: Dispatcher.ResponseData,
  most: number,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += (chunk as Uint8Array).length;
      if (size > most) return null;
      chunks.push(chunk as Uint8Array);
    }
  } catch (error) {
    throw outOfReach(facts, signal, error);
  }
  return Buffer.concat(chunks);
}

const nameOf = ({ id, bucket, endpoint }: S3Place): string =>
  `The bucket ${bucket} at ${new URL(endpoint).host} (place ${id})`;

function outOfReach(facts: S3Place, signal: AbortSignal, error: unknown): OpsError {
  const why = signal.aborted ? 'takes too long to answer' : 'cannot be reached';
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return new OpsError('unavailable', `${nameOf(facts)} ${why}.`, { hint: messageOf(cause), cause: error });
}

const unreadable = (facts: S3Place, why: string, cause?: unknown): OpsError =>
  new OpsError('unavailable', `${nameOf(facts)} cannot be read: ${why}.`, {
    hint: 'Check `endpoint`: it is the address of the service, without the bucket.',
    cause,
  });

function refused(
  facts: S3Place,
  { statusCode: status, headers }: Dispatcher.ResponseData,
  code: string | null,
  path: string | null,
): OpsError {
  const says = code ?? `HTTP ${status}`;
  const gone = status === 412 || code === 'NoSuchKey' || (status === 404 && code === null);
  if (path !== null && gone) return changed(path);
  if (status >= 500 || status === 429 || code === 'SlowDown')
    return new OpsError('unavailable', `${nameOf(facts)} reports an error: ${says}.`);
  const region = headers['x-amz-bucket-region'];
  return new OpsError('misconfigured', `${nameOf(facts)} refuses Paydesk: ${says}.`, {
    hint:
      status >= 300 && status < 400
        ? `Set its endpoint and region${region === undefined ? '' : ` (${String(region)})`}: Paydesk follows no redirect with a signed request.`
        : 'Check bucket, region, keys, and the rights to list the bucket and to read its objects.',
  });
}

const missing = ({ id }: S3Place): OpsError =>
  new OpsError('misconfigured', `The place ${id} has no keys.`, {
    hint: 'Set the two variables that paydesk.example.yaml names for it.',
  });
