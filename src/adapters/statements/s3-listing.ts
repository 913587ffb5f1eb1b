/**
 * Reads what S3 answers to ListObjectsV2, and the codes of its refusals.
 *
 * Invariant: document types and entities are refused by the reader, so that an answer cannot grow in it.
 */
import { SaxesParser } from 'saxes';

export interface ListedObject {
  key: string;
  size: number;
  etag: string;
}

export interface Listing {
  objects: ListedObject[];
  /** Null on the last page. */
  next: string | null;
}

/** Throws what the reader throws for what is no XML. */
export function readListing(xml: string): Listing {
  const texts = new Map<string, string>();
  const objects: ListedObject[] = [];
  let [text, isUrlEncoded] = ['', false];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error('a document type is refused');
  });
  parser.on('opentag', ({ name }) => {
    text = '';
    if (name === 'Contents') for (const part of ['Key', 'Size', 'ETag']) texts.delete(part);
  });
  parser.on('text', (part) => void (text += part));
  parser.on('closetag', ({ name }) => {
    texts.set(name, text);
    if (name === 'EncodingType') isUrlEncoded = text === 'url';
    if (name === 'Contents') objects.push(objectOf(texts));
  });
  parser.write(xml).close();
  if (!texts.has('ListBucketResult')) throw new Error('not a listing');
  const isCut = texts.get('IsTruncated') === 'true';
  return {
    // The encoding may be said behind the objects.
    objects: isUrlEncoded ? objects.map((object) => ({ ...object, key: decoded(object.key) })) : objects,
    next: isCut ? (texts.get('NextContinuationToken') ?? '') : null,
  };
}

const objectOf = (texts: ReadonlyMap<string, string>): ListedObject => ({
  key: texts.get('Key') ?? '',
  size: Number(texts.get('Size') ?? Number.NaN),
  etag: bareEtag(texts.get('ETag') ?? ''),
});

/** Services write it with quotes, without, or as a weak one. */
export const bareEtag = (etag: string): string => etag.replace(/^W\//, '').replaceAll('"', '');

const decoded = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

/** `NoSuchBucket`, `AccessDenied`…; null where the answer names none. */
export const refusalIn = (xml: string): string | null => /<Code>(\w{1,60})<\/Code>/.exec(xml)?.[1] ?? null;
