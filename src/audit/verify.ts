/**
 * Walks the whole chain and names the first entry that is not as it was written.
 *
 * Invariants: reads in pages, so memory does not grow with the log; entries that are added meanwhile do no harm, because
 * a page and the head it is compared with are of one moment; nothing is changed.
 * What no database can tell about itself, a log that was rewritten from some entry to its end, hashes and head included,
 * is known from witnesses: heads that were seen outside.
 */
import type { AuditHead, AuditStore, AuditWitness, StoredEntry } from '../ports/audit.js';
import { genesis, hashOf, partsOf } from './chain.js';

/**
 * - `missing`: there are later entries, the head or a witness counts further, and this one is not there
 * - `hash`: its text does not match its hash
 * - `link`: it does not carry the hash of the previous entry
 * - `columns`: its searchable columns differ from its text
 * - `time`: its time is before that of the previous entry
 * - `head`: the head is gone, or does not match the last entry, or does not count this one
 * - `witness`: its hash is not the one that a witness has, which was told outside: it, one before it, or the witness is bad
 */
export type Fault = 'missing' | 'hash' | 'link' | 'columns' | 'time' | 'head' | 'witness';

export type Verdict =
  | { ok: true; head: AuditHead; witnesses: number }
  /** `seq`: the first bad entry. `known`: the last witness before it that agrees, 0 for none. */
  | { ok: false; seq: number; fault: Fault; known: number };

export interface VerifyOptions {
  /** Heads that were told outside, in any order. */
  witnesses: readonly Pick<AuditWitness, 'seq' | 'hash'>[];
  /** Called after each page with the number of the last entry that was found good. */
  onProgress?: (seq: number) => void;
  pageSize?: number;
}

const defaultPageSize = 2000;

/** Throws what the store throws. */
export async function verifyChain(store: Pick<AuditStore, 'page'>, options: VerifyOptions): Promise<Verdict> {
  const { pageSize = defaultPageSize } = options;
  const witnesses = witnessesBySeq(options.witnesses);
  const walk: Walk = { last: genesis, known: 0, witnesses };
  const bad = (seq: number, fault: Fault): Verdict => ({ ok: false, seq, fault, known: walk.known });
  if (isContradicted(walk, genesis)) return bad(0, 'witness');
  let coming = store.page(walk.last.seq, pageSize);
  for (;;) {
    const { entries, head } = await coming;
    const isLast = entries.length < pageSize;
    // The database reads the next page while this one is checked; after a fault its outcome does not matter.
    coming = isLast ? coming : store.page(entries.at(-1)?.seq ?? 0, pageSize);
    coming.catch(() => undefined);
    for (const entry of entries) {
      const fault = faultOf(entry, walk);
      if (fault) return bad(fault === 'missing' ? walk.last.seq + 1 : entry.seq, fault);
      advance(walk, entry);
    }
    options.onProgress?.(walk.last.seq);
    if (!isLast) continue;
    const end = faultOfEnd(head, walk);
    return end ? bad(...end) : { ok: true, head: walk.last, witnesses: options.witnesses.length };
  }
}

/** How far the walk has come. */
interface Walk {
  last: AuditHead;
  known: number;
  witnesses: ReadonlyMap<number, readonly string[]>;
}

function witnessesBySeq(witnesses: VerifyOptions['witnesses']): Map<number, string[]> {
  const bySeq = new Map<number, string[]>();
  for (const { seq, hash } of witnesses) bySeq.set(seq, [...(bySeq.get(seq) ?? []), hash]);
  return bySeq;
}

const isContradicted = ({ witnesses }: Walk, { seq, hash }: AuditHead): boolean =>
  witnesses.get(seq)?.some((told) => told !== hash) === true;

function faultOf(entry: StoredEntry, walk: Walk): Fault | null {
  const { last } = walk;
  if (entry.seq !== last.seq + 1) return 'missing';
  if (hashOf(entry.body) !== entry.hash) return 'hash';
  if (!isWhatItsTextSays(entry)) return 'columns';
  if (entry.previous !== last.hash) return 'link';
  if (last.at !== null && entry.at < last.at) return 'time';
  return isContradicted(walk, entry) ? 'witness' : null;
}

/** Written again from what is searched, it must be the same text: nothing more in it, and details that are one object. */
function isWhatItsTextSays(entry: StoredEntry): boolean {
  try {
    const parts = partsOf(entry);
    if (!parts) return false;
    const [details, why] = [JSON.parse(parts.details), JSON.parse(parts.why)] as unknown[];
    const isReason = why === null || (typeof why === 'string' && JSON.stringify(why) === parts.why);
    return isReason && typeof details === 'object' && details !== null && !Array.isArray(details);
  } catch {
    return false;
  }
}

function advance(walk: Walk, { seq, hash, at }: StoredEntry): void {
  walk.last = { seq, hash, at };
  if (walk.witnesses.has(seq)) walk.known = seq;
}

function faultOfEnd(head: AuditHead | null, { last, witnesses }: Walk): [seq: number, fault: Fault] | null {
  const furthest = Math.max(head?.seq ?? 0, ...witnesses.keys());
  if (furthest > last.seq) return [last.seq + 1, 'missing'];
  if (!head) return [last.seq, 'head'];
  if (head.seq < last.seq) return [head.seq + 1, 'head'];
  return head.hash === last.hash && head.at?.getTime() === last.at?.getTime() ? null : [last.seq, 'head'];
}
