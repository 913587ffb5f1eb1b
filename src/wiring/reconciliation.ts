/**
 * Builds reconciliation: places of statements, whose is whose, and how people are told.
 *
 * Invariant: without books or without a partner that has statements there is none, and nothing of it is shown.
 */
import type { Startable } from '../views/remediation/start.js';
import { join } from 'node:path';
import { createBreaks } from '../adapters/postgres/breaks.js';
import type { Database } from '../adapters/postgres/database.js';
import { createDays } from '../adapters/postgres/recon-days.js';
import { createResults } from '../adapters/postgres/recon-results.js';
import { createStatementArrivals } from '../adapters/postgres/statement-arrivals.js';
import { createStatementFiles } from '../adapters/postgres/statement-files.js';
import { folderPlace } from '../adapters/statements/folder.js';
import { unpack } from '../adapters/statements/unpack.js';
import type { Environment } from '../config/environment.js';
import type { Config } from '../config/schema.js';
import type { Clock } from '../kernel/clock.js';
import { currencyCodes, currencyExponent } from '../kernel/currency.js';
import type { Log } from '../kernel/log.js';
import { parseMajor } from '../kernel/money.js';
import type { AuditTrail } from '../ports/audit.js';
import { breakCardOf, dayCardOf, type WriteOffs } from '../ports/breaks.js';
import type { OutgoingMessage, Outbox } from '../ports/outbox.js';
import type { StatementPlace } from '../ports/statement-inbox.js';
import type { Transaction } from '../ports/transaction.js';
import { isoDay } from '../kernel/calendar-day.js';
import { createWriteOffs } from '../reconciliation/breaks/write-offs.js';
import { target } from '../reconciliation/calendars/target.js';
import { calendarOf } from './calendars.js';
import type { DaysDeps, ReconciledPartner } from '../reconciliation/days/deps.js';
import { refreshNewest } from '../reconciliation/days/run.js';
import { todayOf } from '../reconciliation/days/report.js';
import {
  createReconciliation,
  reportOn,
  type ReconciliationService,
} from '../reconciliation/reconciliation.js';
import { csvProfile } from '../reconciliation/formats/csv-profile.js';
import { formats, profiles } from '../reconciliation/formats/index.js';
import { breakCard, breakNewsCard } from '../views/reconciliation/breaks.js';
import { dayCard, dayNewsCard } from '../views/reconciliation/day.js';
import { lateCard, quarantineCard } from '../views/reconciliation/files.js';
import { inProcessReconciler, type InProcessDeps } from './in-process-reconciler.js';

export interface ReconciliationFacts {
  environment: Environment;
  config: Config;
  database: Database;
  booksDatabase: Database | null;
  audit: AuditTrail;
  outbox: Outbox;
  /** Ids of the guarded actions that the desk has. */
  startable: readonly Startable[];
  clock: Clock;
  log: Log;
}

export interface Reconciliation {
  desk: ReconciliationService;
  writeOffs: WriteOffs;
}

/** Null where no partner has statements, or where no books are connected to compare them with. */
export function reconciliationFrom(facts: ReconciliationFacts): Reconciliation | null {
  const { config, database, booksDatabase, audit, clock, log } = facts;
  const partners = reconciledPartners(config);
  if (partners.length === 0 || booksDatabase === null) return null;
  const arrivals = createStatementArrivals(database);
  const results = createResults(database);
  const known = [...formats, ...profiles, ...config.statementProfiles.map((profile) => csvProfile(profile))];
  const deps: Omit<DaysDeps, 'showBreak' | 'showDay' | 'showLate'> = {
    partners,
    arrivals,
    reconciler: inProcessReconciler({
      database,
      books: booksDatabase,
      arrivals,
      results,
      formats: known,
      termsOf: (id) => settlementOf(config, id),
    }),
    results,
    breaks: createBreaks(database, materialSizes(config)),
    days: createDays(database),
    transactions: database,
    audit,
    clock,
    log,
  };
  const { tell, ...shows } = tellersOf(deps, facts);
  const desk = createReconciliation({
    ...deps,
    ...shows,
    intake: {
      places: placesOf(facts),
      unpack,
      arrivals,
      files: createStatementFiles(database),
      transactions: database,
      senders: partners,
      formats: known,
      today: () => todayOf({ timeZone: 'UTC' }, clock.now()),
      restMs: config.statements.rest,
      tell,
      log,
    },
  });
  const life = { ...deps, ...shows };
  return { desk, writeOffs: createWriteOffs(life, (partner) => refreshNewest(life, partner)) };
}

const reconciledPartners = ({ partners }: Config): ReconciledPartner[] =>
  partners.flatMap(({ id, name, timeZone, statements }) =>
    statements === undefined
      ? []
      : [
          {
            partner: id,
            name,
            timeZone,
            files: statements.files,
            accounts: statements.accounts,
            format: statements.format ?? null,
            calendar: calendarOf(statements.calendar),
            cutOff: statements.cutOff ?? null,
            cutOffDays: statements.cutOffDays,
          },
        ],
  );

function settlementOf({ partners }: Config, id: string): ReturnType<InProcessDeps['termsOf']> {
  const statements = partners.find((one) => one.id === id)?.statements;
  return {
    account: statements?.ledgerAccount ?? `clearing:${id}`,
    references: statements?.references ?? [],
    settleDays: Number(statements?.settles.slice(2) ?? 0),
    calendar: calendarOf(statements?.calendar ?? target.id),
  };
}

const placesOf = ({ environment, config }: ReconciliationFacts): StatementPlace[] => [
  folderPlace(config.statements.folder ?? join(environment.PAYDESK_HOME, 'inbox')),
];

/** A hundred units where a currency has cents, ten thousand where it has none, and so on: about the same worth. */
const usuallyMaterial = (currency: string): bigint => {
  const exponent = currencyExponent(currency) ?? 2;
  return exponent === 0 ? 10_000n : 100n * 10n ** BigInt(exponent);
};

function materialSizes({ statements }: Config): { byCurrency: Record<string, string>; other: string } {
  const sizes = currencyCodes.map((currency): [string, string] => {
    const configured = statements.material[currency];
    const parsed = configured === undefined ? null : parseMajor(configured, currency);
    return [currency, String(parsed?.ok === true ? parsed.value.minor : usuallyMaterial(currency))];
  });
  return { byCurrency: Object.fromEntries(sizes), other: '10000' };
}

/** How each change reaches the channel; nothing is said where none is configured. */
function tellersOf(
  deps: Omit<DaysDeps, 'showBreak' | 'showDay' | 'showLate'>,
  { config, outbox, startable }: ReconciliationFacts,
): Pick<DaysDeps, 'showBreak' | 'showDay' | 'showLate'> & {
  tell: (tx: Transaction, file: Parameters<typeof quarantineCard>[0]) => Promise<void>;
} {
  const { reconciliation: channel } = config.channels;
  const send = async (tx: Transaction, message: Omit<OutgoingMessage, 'channel'>): Promise<void> => {
    if (channel !== undefined) await outbox.enqueue(tx, { ...message, channel } as OutgoingMessage);
  };
  return {
    showDay: async (tx, report, news) => {
      const key = dayCardOf(report.partner.id, isoDay(report.businessDay));
      await send(tx, { liveCard: key, card: dayCard(report) });
      if (news) await send(tx, { threadOf: key, card: dayNewsCard(report, news) });
    },
    showBreak: async (tx, after, news) => {
      const key = breakCardOf(after.id);
      await send(tx, { liveCard: key, card: breakCard(await reportOn(deps, after), startable) });
      if (news) await send(tx, { threadOf: key, card: breakNewsCard(after, news) });
    },
    showLate: (tx, late) =>
      send(tx, { liveCard: `late:${late.partner.id}:${isoDay(late.businessDay)}`, card: lateCard(late) }),
    tell: (tx, file) => send(tx, { card: quarantineCard(file) }),
  };
}
