/**
 * Builds reconciliation: places of statements, whose is whose, and how people are notified.
 *
 * Invariant: without books or without a partner that has statements there is none, and nothing of it is shown.
 */
import type { Startable } from '../views/remediation/start.js';
import { createBreaks, type BreakSizes } from '../adapters/postgres/breaks.js';
import type { Database } from '../adapters/postgres/database.js';
import { createDays } from '../adapters/postgres/recon-days.js';
import { createPayouts } from '../adapters/postgres/recon-payouts.js';
import { createResults } from '../adapters/postgres/recon-results.js';
import { createStatementArrivals } from '../adapters/postgres/statement-arrivals.js';
import { createPlaceFaults } from '../adapters/postgres/statement-place-faults.js';
import { createStatementFiles } from '../adapters/postgres/statement-files.js';
import type { Config } from '../config/schema.js';
import type { Clock } from '../kernel/clock.js';
import { currencyCodes, currencyExponent } from '../kernel/currency.js';
import type { Log } from '../kernel/log.js';
import { parseMajor } from '../kernel/money.js';
import type { AuditTrail } from '../ports/audit.js';
import { breakCardOf, dayCardOf, type WriteOffs } from '../ports/breaks.js';
import type { OutgoingMessage, Outbox } from '../ports/outbox.js';
import type { Transaction } from '../ports/transaction.js';
import { isoDay } from '../kernel/calendar-day.js';
import { createWriteOffs } from '../reconciliation/breaks/write-offs.js';
import type { DaysDeps } from '../reconciliation/days/deps.js';
import { createPaces, type PlaceNews } from '../reconciliation/intake/places.js';
import { afterTimeout, type Later } from '../reconciliation/days/progress.js';
import { createOutlook } from '../reconciliation/days/outlook.js';
import type { RollUpDeps } from '../reconciliation/roll-up/roll-up.js';
import { refreshNewest } from '../reconciliation/days/run.js';
import {
  createReconciliation,
  reportOn,
  type ReconciliationService,
} from '../reconciliation/reconciliation.js';
import { breakCard, breakNewsCard } from '../views/reconciliation/breaks.js';
import { breaksMessage } from '../views/reconciliation/breaks-file.js';
import { dayCard, dayNewsCard } from '../views/reconciliation/day.js';
import { runCard } from '../views/reconciliation/run.js';
import { rollUpCard } from '../views/reconciliation/roll-up.js';
import { lateCard, placeCard, quarantineCard } from '../views/reconciliation/files.js';
import { placesOf } from './statement-places.js';
import { createPayoutFinder, type PayoutBank } from '../reconciliation/payouts/payouts.js';
import { landingTerms, termsOf } from './reconciliation-engine/terms.js';
import { reconciledPartners, type StatementSettings, type StatementWork } from './statement-work.js';

export interface ReconciliationFacts {
  config: Config;
  settings: StatementSettings;
  database: Database;
  /** Null where no books are connected. */
  work: StatementWork | null;
  audit: AuditTrail;
  outbox: Outbox;
  /** Ids of the guarded actions that the desk has. */
  startable: readonly Startable[];
  later?: Later;
  clock: Clock;
  log: Log;
}

export interface Reconciliation {
  desk: ReconciliationService;
  writeOffs: WriteOffs;
  /** Ends looks at places that are under way. */
  close(): void;
}

/** Null where no partner has statements, or where no books are connected to compare them with. */
export function reconciliationFrom(facts: ReconciliationFacts): Reconciliation | null {
  const { config, settings, database, work, audit, clock, log } = facts;
  const partners = reconciledPartners(config);
  if (partners.length === 0 || work === null) return null;
  const arrivals = createStatementArrivals(database);
  const results = createResults(database);
  const payouts = createPayouts(database);
  const deps: Omit<DaysDeps, 'showBreak' | 'showDay' | 'showLate' | 'showRun'> = {
    partners,
    arrivals,
    reconciler: work,
    results,
    breaks: createBreaks(database, sizesOf(config)),
    days: createDays(database),
    outlook: createOutlook({ results, clock }),
    payouts: createPayoutFinder({ payouts, results, banks: payoutBanks(settings) }),
    lines: payouts,
    transactions: database,
    audit,
    later: facts.later ?? afterTimeout,
    clock,
    log,
  };
  const { tell, tellPlace, ...shows } = tellersOf(deps, facts);
  const stopping = new AbortController();
  const desk = createReconciliation({
    ...deps,
    ...shows,
    intake: {
      paces: createPaces(placesOf(settings, stopping.signal), clock, config.statements.rest),
      faults: createPlaceFaults(database),
      tellPlace,
      documentsOf: (placeId, file) => work.documentsOf(placeId, file),
      arrivals,
      files: createStatementFiles(database),
      transactions: database,
      restMs: config.statements.rest,
      tell,
      log,
    },
  });
  const life = { ...deps, ...shows };
  return {
    desk,
    writeOffs: createWriteOffs(life, (partner) => refreshNewest(life, partner)),
    close: () => stopping.abort(),
  };
}

/** Banks that partners pay into. */
const payoutBanks = (settings: StatementSettings): PayoutBank[] =>
  settings.partners.flatMap(({ id, name }) => {
    const paying = settings.partners.filter(({ statements }) => statements?.paysInto === id);
    if (paying.length === 0) return [];
    const terms = landingTerms(termsOf(settings, id));
    return [{ id, name, partners: new Map(paying.map((partner) => [partner.id, partner.name])), terms }];
  });

/** A hundred units where a currency has cents, ten thousand where it has none, and so on: about the same worth. */
const usuallyMaterial = (currency: string): bigint => {
  const exponent = currencyExponent(currency) ?? 2;
  return exponent === 0 ? 10_000n : 100n * 10n ** BigInt(exponent);
};

function sizesOf({ statements }: Config): BreakSizes {
  const minorOf = (sizes: Readonly<Record<string, string>>, currency: string): bigint | null => {
    const parsed = parseMajor(sizes[currency] ?? '', currency);
    return parsed.ok ? parsed.value.minor : null;
  };
  const material = currencyCodes.map((currency): [string, string] => [
    currency,
    String(minorOf(statements.material, currency) ?? usuallyMaterial(currency)),
  ]);
  const resolvedAlone = Object.keys(statements.resolvedAlone).map((currency): [string, string] => [
    currency,
    String(minorOf(statements.resolvedAlone, currency) ?? 0n),
  ]);
  return {
    byCurrency: Object.fromEntries(material),
    other: '10000',
    resolvedAlone: Object.fromEntries(resolvedAlone),
  };
}

/** How each change reaches the channel; nothing is said where none is configured. */
function tellersOf(
  deps: Omit<DaysDeps, 'showBreak' | 'showDay' | 'showLate' | 'showRun'>,
  { config, outbox, startable }: ReconciliationFacts,
): Pick<RollUpDeps, 'showBreak' | 'showDay' | 'showRun' | 'showLate' | 'showRollUp'> & {
  tell: (tx: Transaction, file: Parameters<typeof quarantineCard>[0]) => Promise<void>;
  tellPlace: (tx: Transaction, news: PlaceNews) => Promise<void>;
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
      if (news?.kind === 'reconciled') await send(tx, { threadOf: key, ...breaksMessage(report, news.file) });
    },
    showBreak: async (tx, after, news) => {
      const key = breakCardOf(after.id);
      await send(tx, { liveCard: key, card: breakCard(await reportOn(deps, after), startable) });
      if (news) await send(tx, { threadOf: key, card: breakNewsCard(after, news) });
    },
    showRun: (tx, running) =>
      send(tx, {
        liveCard: dayCardOf(running.partner.id, isoDay(running.businessDay)),
        card: runCard(running),
      }),
    showLate: (tx, late) =>
      send(tx, {
        liveCard: `late:${late.partner.id}:${isoDay(late.businessDay)}`,
        card: lateCard(late, startable),
      }),
    showRollUp: (tx, rollUp) => send(tx, { card: rollUpCard(rollUp) }),
    tellPlace: (tx, news) => send(tx, { liveCard: `place:${news.place}`, card: placeCard(news) }),
    tell: (tx, file) => send(tx, { card: quarantineCard(file) }),
  };
}
