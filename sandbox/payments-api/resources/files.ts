/**
 * Files for dispute evidence: upload and retrieve.
 * Invariant: only what Stripe takes as evidence is taken: PDF, JPEG or PNG by its content, at most 5 MB.
 * Deliberately absent: the content, once it was looked at; other purposes, lists and links.
 */
import type { Call } from '../api.js';
import { invalidParameter, missingParameter, missingResource } from '../errors.js';
import type { Api } from '../api.js';
import type { ApiObject } from '../objects/api-object.js';
import { allowOnly, requiredText } from '../params.js';

export const evidencePurpose = 'dispute_evidence';
const maxFileBytes = 5_000_000;
/** Purposes that Stripe's clients may name here; evidence takes files of the first only. */
const purposes = [evidencePurpose, 'customer_signature', 'business_logo'];
const signatures = [
  ['pdf', '255044462d'],
  ['jpg', 'ffd8ff'],
  ['png', '89504e470d0a1a0a'],
] as const;

export function createFile({ api, form, upload }: Call): ApiObject {
  allowOnly(form, ['purpose']);
  const purpose = requiredText(form, 'purpose');
  if (!purposes.includes(purpose)) throw invalidParameter('purpose', `Invalid purpose: ${purpose}`);
  if (!upload) throw missingParameter('file');
  const { content, name } = upload;
  const type = signatures.find(([, signature]) => content.toString('hex', 0, 8).startsWith(signature))?.[0];
  if (!type) throw invalidParameter('file', 'The file must be a PDF, a JPEG or a PNG.');
  if (content.length > maxFileBytes) throw invalidParameter('file', 'The file is larger than 5 MB.');
  const id = api.newId('file');
  const file = {
    object: 'file',
    id,
    created: api.now(),
    expires_at: null,
    filename: name,
    links: { object: 'list', data: [], has_more: false, url: `/v1/file_links?file=${id}` },
    purpose,
    size: content.length,
    title: null,
    type,
    url: `https://files.stripe.com/v1/files/${id}/contents`,
  };
  api.publish('file.created', file);
  return file;
}

export function retrieveFile({ api, form, args: [id = ''] }: Call): ApiObject {
  allowOnly(form, []);
  const file = findFile(api, id);
  if (!file) throw missingResource('file upload', id, 'file');
  return file;
}

export function findFile(api: Api, id: string): ApiObject | null {
  const file = api.store.find(id);
  return file?.object === 'file' ? file : null;
}
