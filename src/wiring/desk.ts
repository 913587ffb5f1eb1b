/**
 * Builds the desk: what commands and jobs work with, out of configuration, stores and sources.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { CommandDeps } from '../../commands/index.js';
import { commands } from '../../commands/index.js';
import { partnerPrefill } from '../../commands/partner/prefill.js';
import type { JobDeps } from '../../jobs/index.js';
import { createAuditStore } from '../adapters/postgres/audit.js';
import { createMail } from '../adapters/mail/mail.js';
import { createOperationsApi } from '../adapters/operations-api/operations-api.js';
import { createBooks } from '../adapters/books/books.js';
import type { BooksEngine } from '../adapters/books/engine.js';
import type { Database } from '../adapters/postgres/database.js';
import { createOutbox } from '../adapters/postgres/outbox.js';
import { createHeldSince } from '../adapters/postgres/outbox-news.js';
import { createResults } from '../adapters/postgres/recon-results.js';
import { createPartnerStatuses } from '../adapters/postgres/partner-statuses.js';
import { loadRunbooks } from '../adapters/runbooks/runbooks.js';
import { createStatuspage } from '../adapters/statuspage/statuspage.js';
import { createStripePayments } from '../adapters/stripe/payments.js';
import { createAuditRecorder, createAuditTrail } from '../audit/trail.js';
import { actions } from '../remediation/actions/index.js';
import type { Environment } from '../config/environment.js';
import { usualExpectations, type Config } from '../config/schema.js';
import { dayMs, type Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { Secret } from '../kernel/secret.js';
import { alertsFrom, surroundingsFrom } from './alerts.js';
import { calendarOf } from './calendars.js';
import { disputesFrom, type DisputeDesk } from './disputes.js';
import { streamedBooksUrl } from './books.js';
import { dashboardHostsOf, linksFrom } from './links.js';
import type { Expectations } from '../payments/hops.js';
import { nextBusinessDay } from '../reconciliation/settlement.js';
import { shippedRetryLimits } from '../payments/retry-limits.js';
import { createPaymentLookup } from '../payments/lookup.js';
import type { Attachments } from '../ports/attachments.js';
import type { Channels } from '../ports/channels.js';
import type { Directory } from '../ports/directory.js';
import type { IncidentRooms } from '../ports/incidents.js';
import type { Mail } from '../ports/mail.js';
import type { Operations } from '../ports/operations.js';
import type { PaymentsApi } from '../ports/payments-api.js';
import { partnerWatchFrom, watchedPartners } from './partners.js';
import { queriesFrom } from './queries.js';
import { reconciliationFrom, type Reconciliation } from './reconciliation.js';
import { ledgerAccountOf } from './reconciliation-engine/terms.js';
import { statementThread, type StatementThread } from './statement-thread.js';
import { statementSettings, type StatementSettings } from './statement-work.js';
import { remediationFrom, type Urgent } from './remediation.js';
import type { PartnerWatch } from '../partners/watch.js';
import { watchesFrom } from './watches.js';
import type { WatchService } from '../payments/watch.js';
import type { RemediationService } from '../remediation/remediation.js';

export interface DeskFacts {
  environment: Environment;
  config: Config;
  database: Database;
  databaseUrl: Secret;
  /** The company's own record; null when none is connected. */
  booksDatabase: BooksEngine | null;
  /** The same, on connections of its own. */
  queriesDatabase: BooksEngine | null;
  channels: Channels;
  directory: Directory;
  urgent: Urgent;
  attachments: Attachments;
  rooms: IncidentRooms;
  /** Where browsers find the page on which a vote is confirmed; null where there is none. */
  confirmationAddress: (token: string) => string | null;
  clock: Clock;
  log: Log;
  onEnqueued: () => void;
}

export type Desk = CommandDeps &
  JobDeps &
  DisputeDesk & {
    partnerWatch: PartnerWatch;
    watches: WatchService;
    remediation: RemediationService | null;
    confirmationAddress: (token: string) => string | null;
    /** Ends what the desk itself keeps running. */
    close(): Promise<void>;
  };

/** Late enough for a healthy source, early enough for a waiting person. */
const firstAnswerMs = 900;
const sourceMs = 12_000;

export function createDesk(facts: DeskFacts): Desk {
  const { config, database, clock, log } = facts;
  const paymentsApi = paymentsApiFrom(facts);
  const books = facts.booksDatabase ? createBooks(facts.booksDatabase) : null;
  const provider = config.paymentsApi && paymentsApi ? providerOf(config, paymentsApi) : null;
  const auditStore = createAuditStore(database);
  const audit = createAuditTrail(auditStore);
  const outbox = createOutbox(facts.onEnqueued);
  const watched = watchedPartners(config);
  const settings = statementSettings(facts.environment, config);
  const work = statementThreadFrom(facts, settings);
  const startable = config.remediation ? actions : [];
  const reconciliation = reconciliationFrom({ ...facts, settings, work, audit, outbox, startable });
  const sources = {
    payments: paymentsApi,
    operations: operationsFrom(facts),
    mail: mailFrom(facts),
    books,
    writeOffs: reconciliation?.writeOffs ?? null,
  };
  const guarded = remediationFrom({ ...facts, audit, outbox, sources });
  const alerting = { ...facts, audit, outbox, runbookFor: loadRunbooks(config.metrics.runbooks, log) };
  const alerts = alertsFrom({ ...alerting, startable: guarded?.actions ?? [] });
  const partnerStatuses = createPartnerStatuses(database);
  const payments = paymentLookupFrom(facts, { provider, books, desk: reconciliation?.desk ?? null });
  return {
    payments,
    watches: watchesFrom({ ...facts, payments, audit, outbox }),
    ...disputesFrom({ ...facts, paymentsApi, audit, outbox }),
    paymentsApi,
    paymentsPartner: config.paymentsApi?.partner ?? null,
    books,
    links: linksFrom(config.links),
    dashboardHosts: dashboardHostsOf(config.links),
    clock,
    partners: config.partners,
    partnerStatuses,
    commands: () => commands,
    watchedPartners: watched,
    partnerWatch: partnerWatchFrom({ ...facts, watched, audit, outbox }),
    statusSource: createStatuspage({ log }),
    transactions: database,
    outbox,
    auditStore,
    audit: createAuditRecorder(audit, database),
    auditChannel: config.channels.audit ?? null,
    directory: facts.directory,
    heldSince: createHeldSince(database),
    guestGroups: config.lookups.guestGroups,
    roles: config.roles,
    revealRoles: config.lookups.reveal,
    channels: facts.channels,
    queries: queriesFrom(facts, facts.queriesDatabase),
    reconciliation: reconciliation?.desk ?? null,
    remediation: guarded,
    alerts,
    partnerPrefill: (id, actionId) =>
      partnerPrefill(id, actionId, { ...sources, partners: config.partners, partnerStatuses, alerts, clock }),
    surroundingsOf: surroundingsFrom(alerting),
    confirmationAddress: facts.confirmationAddress,
    close: async () => {
      reconciliation?.close();
      await work?.close();
    },
  };
}

function paymentLookupFrom(
  { config, database, clock, log }: DeskFacts,
  {
    provider,
    books,
    desk,
  }: {
    provider: ReturnType<typeof providerOf> | null;
    books: ReturnType<typeof createBooks> | null;
    desk: Reconciliation['desk'] | null;
  },
): ReturnType<typeof createPaymentLookup> {
  return createPaymentLookup({
    provider,
    books,
    statements: desk && {
      ...createResults(database),
      payoutsNamed: (...asked) => desk.payoutsNamed(...asked),
      openBreaks: (...asked) => desk.openBreaks(...asked),
    },
    clock,
    log,
    retryLimits: { ...shippedRetryLimits, ...config.retries },
    expectationsOf: (partner) => expectationsOf(config, partner),
    accountOf: (partner) => ledgerAccountOf(config, partner),
    patience: { firstAnswerMs, sourceMs },
    pause: (durationMs) => pause(durationMs, undefined, { ref: false }),
  });
}

/** Null where no books are connected that statements can be compared with. */
function statementThreadFrom(
  { environment, databaseUrl, clock }: DeskFacts,
  settings: StatementSettings,
): StatementThread | null {
  const booksUrl = streamedBooksUrl(environment);
  if (!booksUrl) return null;
  const urls = { databaseUrl: databaseUrl.reveal(), booksUrl: booksUrl.reveal() };
  return statementThread({ settings, logLevel: environment.LOG_LEVEL, ...urls }, { clock });
}

export function paymentsApiFrom({
  environment,
  config,
  clock,
  log,
}: Pick<DeskFacts, 'environment' | 'config' | 'clock' | 'log'>): PaymentsApi | null {
  const apiKey = environment.STRIPE_API_KEY;
  if (!config.paymentsApi || !apiKey) return null;
  return createStripePayments({ baseUrl: config.paymentsApi.baseUrl, apiKey, clock, log });
}

/** Null where the platform is not connected. */
export function operationsFrom({
  environment,
  config,
  clock,
  log,
}: Pick<DeskFacts, 'environment' | 'config' | 'clock' | 'log'>): Operations | null {
  const token = environment.OPERATIONS_API_TOKEN;
  if (!config.operationsApi || !token) return null;
  return createOperationsApi({ baseUrl: config.operationsApi.baseUrl, token, clock, log });
}

/** Null where no mail server is connected. */
export function mailFrom({
  environment,
  config,
  log,
}: Pick<DeskFacts, 'environment' | 'config' | 'log'>): Mail | null {
  const url = environment.SMTP_URL;
  return config.mail && url ? createMail({ url, from: config.mail.from, log }) : null;
}

function providerOf(
  { partners, paymentsApi }: Config,
  api: PaymentsApi,
): { partner: string; name: string; api: PaymentsApi } {
  const id = paymentsApi?.partner ?? '';
  return { partner: id, name: partners.find((partner) => partner.id === id)?.name ?? id, api };
}

function expectationsOf({ partners }: Config, id: string | null): Expectations {
  // A partner that the configuration does not name is judged by what is usual, not by what another one promised.
  const found = partners.find((partner) => partner.id === id);
  const { capture, payout, ledger } = found?.expectations ?? usualExpectations;
  const calendar = calendarOf(found?.statements?.calendar ?? 'WEEKDAYS');
  return {
    captureMs: capture,
    payoutMs: payout,
    ledgerMs: ledger,
    openDay: (date) => new Date(nextBusinessDay(Math.floor(date.getTime() / dayMs), calendar) * dayMs),
  };
}
