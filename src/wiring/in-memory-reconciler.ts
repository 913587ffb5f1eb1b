/**
 * Runs of business days in the memory of one thread: for ledgers whose day is some ten thousand entries.
 *
 * Invariant: one transaction replaces what is kept of a day; a run reads every file of its day again, so that a corrected
 * file changes what it should. Deliberately absent: the join that serves larger days.
 */
import type { Database } from '../adapters/postgres/database.js';
import { createUnitStore, ledgerOf, type UnitStore } from '../adapters/postgres/recon-units.js';
import { OpsError } from '../kernel/errors.js';
import type {
  LedgerEntry,
  Reconciler,
  ReconciliationResults,
  RunRequest,
  StatementLine,
  UnitFile,
} from '../ports/reconciliation.js';
import type { StatementArrivals } from '../ports/statement-inbox.js';
import type { StatementFormat } from '../reconciliation/formats/format.js';
import { parseStatement } from '../reconciliation/formats/index.js';
import { decodeText } from '../reconciliation/formats/text.js';
import { summarise } from '../reconciliation/report.js';
import { statementLines } from '../reconciliation/statement-lines.js';
import { withBatchLines } from '../reconciliation/units/batches.js';
import {
  compareUnit,
  dueOn,
  isClearingAccount,
  type OpenRow,
  type Terms,
} from '../reconciliation/units/compare.js';
import { factsOf, jsonText } from '../reconciliation/units/facts.js';

export interface InMemoryDeps {
  database: Database;
  books: Database;
  arrivals: Pick<StatementArrivals, 'content'>;
  results: Pick<ReconciliationResults, 'unit'>;
  formats: readonly StatementFormat[];
  termsOf(partner: string): Terms & { references: readonly string[] };
}

/** How far back a partner's first day looks for entries whose money is still to come. */
const firstDays = 12;

export function inMemoryReconciler(deps: InMemoryDeps): Reconciler {
  const store = createUnitStore(deps.database);
  return {
    run: async (request) => {
      await runUnit(deps, store, request);
      const unit = await deps.results.unit(request);
      if (unit === null) throw new OpsError('internal', 'A run left no record of its day.');
      return { unit, stale: request.files.length > 0 ? await store.laterDays(request) : [] };
    },
  };
}

async function runUnit(deps: InMemoryDeps, store: UnitStore, request: RunRequest): Promise<void> {
  const { partner, businessDay, asOf, files } = request;
  const terms = deps.termsOf(partner);
  const read = await readFiles(deps, [...(await store.files(request)), ...files], terms.references);
  const previous = await store.previous(request);
  const afterDay = previous?.day ?? businessDay - firstDays;
  const dueOf = dueOn(terms);
  const booked = await ledgerOf(deps.books, {
    account: terms.account,
    afterDay,
    toDay: businessDay,
    bookedSince: previous?.ranAt ?? new Date(8.64e15),
  });
  const opened = await store.open(request, afterDay);
  const carried = new Set(opened.map(({ key, side }) => `${side} ${key}`));
  const entries = booked.filter((entry) => !carried.has(`ledger ${entry.id}`));
  const isBefore = (entry: LedgerEntry): boolean => previous === null && dueOf(entry) < businessDay;
  const open = new Map<LedgerEntry | StatementLine, OpenRow>(opened.map(({ row, ...rest }) => [row, rest]));
  const of = (side: 'ledger' | 'statement') =>
    opened.filter((one) => one.side === side).map(({ row }) => row);
  const found = compareUnit({
    businessDay,
    asOf,
    entries: [...entries, ...(of('ledger') as LedgerEntry[])],
    lines: [...read.lines, ...(of('statement') as StatementLine[])],
    open,
    dueOf,
    isBefore,
    isClearing: isClearingAccount(terms.account),
  });
  const facts = factsOf(found, open);
  const told = found.filter(({ isAwaited }) => !isAwaited).map(({ finding }) => finding);
  const own = entries.filter((entry) => !isBefore(entry));
  const summary = summarise({ entries: own, lines: read.lines }, told, read.problems.length);
  await deps.database.run((tx) =>
    store.put(tx, request, {
      numbers: {
        afterDay,
        asOf,
        ledgerRows: summary.ledgerRows,
        statementRows: read.lines.length,
        matched: jsonText(summary.matched),
        breaks: jsonText(summary.breaks),
        pending: summary.pending,
        quarantined: read.problems.length,
        cleared: facts.closed.length,
        totals: jsonText(Object.fromEntries(summary.totals)),
      },
      newFiles: files.map(({ id }) => id),
      lines: jsonText(read.lines),
      results: jsonText([...facts.results, ...read.problems]),
      open: jsonText(facts.open),
      closed: jsonText(facts.closed),
    }),
  );
}

interface ReadFiles {
  lines: StatementLine[];
  problems: {
    type: string;
    name: string;
    message: string;
    entries: [];
    lines: { file: number; line: number }[];
  }[];
}

/** News about money that moves in a line of its own, or not at all. */
const movesNothing: ReadonlySet<string> = new Set(['return', 'notification_of_change', 'balance']);

/** A later file replaces the batches and accounts that it repeats. */
async function readFiles(
  deps: InMemoryDeps,
  files: readonly UnitFile[],
  references: readonly string[],
): Promise<ReadFiles> {
  const groups = new Map<string, StatementLine[]>();
  const problems: ReadFiles['problems'] = [];
  for (const { id, sha256, format } of files) {
    const known = deps.formats.find((each) => each.id === format);
    if (!known) throw new OpsError('invalid', `“${format.slice(0, 40)}” is not a statement format.`);
    const bytes = await deps.arrivals.content(sha256);
    if (bytes === null)
      throw new OpsError('internal', 'A statement is not in the archive.', { details: { id } });
    const table = statementLines(parseStatement(known, decodeText(bytes).text), references);
    const own = new Map<string, StatementLine[]>();
    for (const line of withBatchLines(table.rows.filter(({ type }) => !movesNothing.has(type)))) {
      const group = `${format} ${line.batch} ${line.currency}`;
      own.set(group, [...(own.get(group) ?? []), { ...line, file: id }]);
    }
    for (const [group, lines] of own) groups.set(group, lines);
    for (const { line, code, message } of table.problems)
      problems.push({ type: 'quarantined', name: code, message, entries: [], lines: [{ file: id, line }] });
  }
  return { lines: [...groups.values()].flat(), problems };
}
