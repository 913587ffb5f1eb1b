/**
 * Files that people hand in as evidence: what a plan knows of them, and which piece of evidence each one is.
 *
 * Invariants: the type of a file is read from its content; a plan holds the digest of every file, so that another content is
 * another plan. A file that cannot be used stays among the facts with the reason, because the person who chose it is to
 * hear of each.
 */
import { createHash } from 'node:crypto';
import { OpsError } from '../../kernel/errors.js';
import {
  evidenceDocumentKinds,
  evidenceFileMaxBytes,
  type EvidenceDocumentKind,
  type EvidenceMimeType,
} from '../../ports/evidence.js';
import type { Attachment } from '../../ports/attachments.js';
import type { World } from './action.js';

export type FileFact = {
  id: string;
  name: string;
  /** By its content; null where it is nothing that the bank takes. */
  mimeType: EvidenceMimeType | null;
  size: number;
  sha256: string;
  /** Why it cannot be used, a sentence; null where it can. */
  problem: string | null;
};

/** First bytes, in hexadecimal digits. */
const signatures: readonly (readonly [EvidenceMimeType, string])[] = [
  ['application/pdf', '255044462d'],
  ['image/jpeg', 'ffd8ff'],
  ['image/png', '89504e470d0a1a0a'],
];

/** In the order of the ids. Throws `misconfigured` where no files can be read, `unavailable` when the chat is down. */
export async function readFiles(ids: readonly string[], world: World): Promise<FileFact[]> {
  return Promise.all(ids.map(async (id) => readFile(id, world)));
}

async function readFile(id: string, world: World): Promise<FileFact> {
  try {
    return factOf(await attachmentOf(id, world));
  } catch (thrown) {
    if (!(thrown instanceof OpsError) || (thrown.code !== 'not_found' && thrown.code !== 'invalid'))
      throw thrown;
    return { id, name: id, mimeType: null, size: 0, sha256: '', problem: `${id}: ${thrown.publicMessage}` };
  }
}

function attachmentOf(id: string, { attachments }: World): Promise<Attachment> {
  if (attachments) return attachments.read(id);
  throw new OpsError('misconfigured', 'Files cannot be read from the chat here.', {
    hint: 'Leave them out, or ask your Paydesk admin to connect file access.',
  });
}

function factOf({ id, name, content }: Attachment): FileFact {
  const start = Buffer.from(content.subarray(0, 8)).toString('hex');
  const mimeType = signatures.find(([, signature]) => start.startsWith(signature))?.[0] ?? null;
  const file = { id, name, mimeType, size: content.length, sha256: sha256Of(content) };
  return { ...file, problem: problemOf(file) };
}

const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

function problemOf({ name, mimeType, size }: Omit<FileFact, 'problem'>): string | null {
  if (mimeType === null) return `${name} is not a PDF, JPEG or PNG, despite its name.`;
  if (size <= evidenceFileMaxBytes) return null;
  return `${name} has ${size} bytes, and the provider accepts at most ${sizeText(evidenceFileMaxBytes)}.`;
}

/** A file that is what the plan says. Throws `conflict` where it is not, `not_found` where it is gone. */
export async function readPlannedFile(
  { id, name, sha256, mimeType }: FileFact,
  world: World,
): Promise<Attachment & { mimeType: EvidenceMimeType }> {
  const file = await attachmentOf(id, world);
  if (mimeType !== null && sha256Of(file.content) === sha256) return { ...file, mimeType };
  throw new OpsError('conflict', `${name} is not the file that was approved.`, {
    hint: 'Request this again with the current file.',
  });
}

/** `Refund-policy.pdf` is the refund policy, because it is named after it; null for any other name. */
export function kindNamedBy({ name }: FileFact): EvidenceDocumentKind | null {
  const stem = name
    .replace(/\.[^.]*$/, '')
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  return evidenceDocumentKinds.find((kind) => kind === stem) ?? null;
}

/** “1.2 MB”, in powers of ten, as providers count. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
