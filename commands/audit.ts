/**
 * `/audit`: who did what, when, why and by which rule?
 *
 * Invariants: only members of the workspace are answered, for one entry as for many; a search by person is itself in the
 * log before it is answered.
 */
import { readEntry } from '../src/audit/chain.js';
import { readSearch, search, type AuditSearch } from '../src/audit/search.js';
import { OpsError } from '../src/kernel/errors.js';
import type { AuditRecorder, AuditStore, StoredEntry } from '../src/ports/audit.js';
import type { Card } from '../src/ports/card.js';
import type { ActionRequest, Command, Person } from '../src/ports/command.js';
import type { Directory } from '../src/ports/directory.js';
import { auditCard, rawEntryButton, rawEntryModal } from '../src/views/audit/log.js';
import { requireMember } from './door.js';

export interface AuditDeps {
  auditStore: Pick<AuditStore, 'find' | 'head' | 'page'>;
  audit: AuditRecorder;
  directory: Directory;
}

/** What stands on one card with its details and is still read. */
const mostEntries = 15;

const entries = 'Audit entries';

export const auditCommand: Command<AuditDeps> = {
  name: '/audit',
  summary: 'See who did what, when, why and by which rule',
  usageHint: '[REM-17 | @person | pi_…]',
  mentions: true,
  examples: [
    { text: '/audit', does: 'the newest entries, and where the chain ends' },
    { text: '/audit REM-17', does: 'everything done about a request, a payment or any other ID' },
    { text: '/audit @ana', does: 'what a person did; your search is recorded too' },
  ],
  run: async ({ text, person, answer }, desk) => {
    await requireMember(desk, person.userId, entries);
    const asked = readSearch(text);
    if (asked.person !== null) await recordSearch(asked.person, person, desk.audit);
    await answer.privately(await cardOf(asked, desk));
  },
  actions: { [rawEntryButton]: showRaw },
};

const recordSearch = (subject: string, { userId }: Person, audit: AuditRecorder): Promise<void> =>
  audit.record({ kind: 'lookup.audit', actor: userId, subjects: [subject], why: null, details: {} });

async function cardOf(asked: AuditSearch, { auditStore }: AuditDeps): Promise<Card> {
  const [found, head] = await Promise.all([search(auditStore, asked, mostEntries), auditStore.head()]);
  return auditCard({ found, term: asked.term, isPerson: asked.person !== null, head });
}

async function showRaw({ value, person, windows }: ActionRequest, desk: AuditDeps): Promise<void> {
  await requireMember(desk, person.userId, entries);
  const entry = await entryOf(value, desk);
  await windows.open(rawEntryModal(entry, readEntry(entry)));
}

/** Throws `not_found`: only a forged button names an entry that is not there. */
async function entryOf(value: string, { auditStore }: AuditDeps): Promise<StoredEntry> {
  const seq = /^[1-9]\d{0,14}$/.test(value) ? Number(value) : null;
  const found = seq === null ? [] : (await auditStore.page(seq - 1, 1)).entries;
  const entry = found.find((candidate) => candidate.seq === seq);
  if (entry) return entry;
  throw new OpsError('not_found', 'The audit log has no such entry.', { hint: 'Type `/audit` again.' });
}
