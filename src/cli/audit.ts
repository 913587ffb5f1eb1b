/**
 * `paydesk audit verify` and `paydesk audit export`: the audit log as the operator of Paydesk, or an auditor, sees it.
 *
 * Invariants: nothing is changed; memory does not grow with the log; the export is the exact text that was hashed.
 */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createAuditStore } from '../adapters/postgres/audit.js';
import { openDatabase } from '../adapters/postgres/database.js';
import { startEmbeddedPostgres } from '../adapters/postgres/embedded/supervisor.js';
import { verifyChain, type Fault, type Verdict } from '../audit/verify.js';
import { parseEnvironment, readDotEnv } from '../config/environment.js';
import { configuredAddresses, embeddedAddresses } from '../wiring/database.js';
import { systemClock } from '../kernel/clock.js';
import { messageOf, OpsError } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import type { Secret } from '../kernel/secret.js';
import { createLog } from '../wiring/logging.js';
import type { AuditStore } from '../ports/audit.js';
import type { Voices } from './voices.js';

const pageSize = 2000;
const entriesPerNote = 100_000;

/** Whether the chain is whole. `expected`: heads as `<seq>:<hash>`. Throws `invalid` for a head that cannot be read. */
export async function verifyAudit(expected: readonly string[], { say, tell }: Voices): Promise<boolean> {
  const heads = expected.map(readHead);
  const verdict = await withStore(async (store) =>
    verifyChain(store, {
      pageSize,
      witnesses: [...(await store.witnesses()), ...heads],
      onProgress: (seq) => {
        if (seq > 0 && seq % entriesPerNote === 0) tell(`${seq} entries verified`);
      },
    }),
  );
  sentencesOf(verdict).forEach(say);
  return verdict.ok;
}

/** JSON lines, one entry each: to a new file, or to the standard output. Throws `invalid` for what is no entry number. */
export async function exportAudit(
  { from: first, to }: { from: string; to?: string | undefined },
  { tell }: Voices,
): Promise<void> {
  const from = entryNumber(first);
  const told = { last: 0, hash: '' };
  await withStore(async (store) => {
    const lines = Readable.from(linesOf(store, from, told));
    if (to === undefined) await pipeline(lines, process.stdout, { end: false }).catch(ignoreClosedPipe);
    else await pipeline(lines, createWriteStream(to, { flags: 'wx', mode: 0o600 })).catch(noFile(to));
  });
  tell(
    told.last === 0
      ? 'There is nothing to export.'
      : `Exported up to entry ${told.last}, whose hash is ${told.hash}`,
  );
}

function entryNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new OpsError('invalid', `“${text.slice(0, 100)}” is not an entry number.`, {
    hint: 'Entries are numbered from 1.',
  });
}

async function* linesOf(
  store: AuditStore,
  from: number,
  told: { last: number; hash: string },
): AsyncGenerator<string> {
  for (let after = from - 1; ; after = told.last) {
    const { entries } = await store.page(after, pageSize);
    const last = entries.at(-1);
    if (!last) return;
    Object.assign(told, { last: last.seq, hash: last.hash });
    yield entries.map(({ body }) => `${body}\n`).join('');
  }
}

/** The reader may have seen enough: `paydesk audit export | head`. */
function ignoreClosedPipe(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
}

const noFile =
  (path: string) =>
  (error: unknown): never => {
    if (typeof (error as NodeJS.ErrnoException).syscall !== 'string') throw error;
    throw new OpsError('invalid', `${path} cannot be written: ${messageOf(error)}`, {
      hint: 'Name a file that does not exist yet, in a folder that does.',
      cause: error,
    });
  };

function readHead(text: string): { seq: number; hash: string } {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq !== undefined && hash !== undefined) return { seq: Number(seq), hash };
  throw new OpsError('invalid', `“${text.slice(0, 100)}” is not a head of the chain.`, {
    hint: 'Copy it from the audit channel: a number, a colon and 64 hexadecimal digits.',
  });
}

const faultWords: Readonly<Record<Fault, string>> = {
  missing: 'it is missing',
  hash: 'its text does not match its hash',
  link: 'it does not carry the hash of the previous entry',
  columns: 'its searchable columns differ from its text',
  time: 'its time is before that of the previous entry',
  head: 'the head of the chain does not match it',
  witness: 'it differs from its witness, so one of the two was rewritten; the audit channel shows which',
};

function sentencesOf(verdict: Verdict): string[] {
  if (verdict.ok) {
    const { seq, hash } = verdict.head;
    return [
      `The chain is intact: ${seq} entries, ${verdict.witnesses} witnesses agree.`,
      `Head ${seq}:${hash}`,
    ];
  }
  const known =
    verdict.known === 0
      ? 'No entry before it was witnessed.'
      : `Entry ${verdict.known} still matches its witness.`;
  return [`Entry ${verdict.seq} is the first bad one: ${faultWords[verdict.fault]}.`, known];
}

async function withStore<Value>(work: (store: AuditStore) => Promise<Value>): Promise<Value> {
  readDotEnv();
  const environment = parseEnvironment(process.env);
  const log = createLog('warn', (line) => void process.stderr.write(line));
  const configured = configuredAddresses(environment);
  if (configured) return withDatabase(configured.app, log, work);
  const server = await startEmbeddedPostgres({ home: environment.PAYDESK_HOME, log });
  try {
    return await withDatabase((await embeddedAddresses(server)).app, log, work);
  } finally {
    await server.stop();
  }
}

async function withDatabase<Value>(
  url: Secret,
  log: Log,
  work: (store: AuditStore) => Promise<Value>,
): Promise<Value> {
  const database = openDatabase({
    url,
    clock: systemClock,
    log,
    applicationName: 'paydesk audit',
    readOnly: true,
    setting: 'DATABASE_URL',
  });
  try {
    return await work(createAuditStore(database));
  } finally {
    await database.close();
  }
}
