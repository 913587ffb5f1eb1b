/**
 * Builds what disputes and a provider's events need: the register, the inbox of events, signals, digests and programmes.
 */
import type { BooksEngine } from '../adapters/books/engine.js';
import { createCardSettlements } from '../adapters/books/card-settlements.js';
import type { Database } from '../adapters/postgres/database.js';
import { createDisputeRegister } from '../adapters/postgres/dispute-register.js';
import { createEvidenceViews } from '../adapters/books/evidence-views.js';
import { createFraudWarnings } from '../adapters/postgres/fraud-warnings.js';
import {
  createLooks,
  createPartnerSignals,
  createProviderInbox,
  providerEventLives,
} from '../adapters/postgres/provider-events.js';
import type { WebhookReceiver } from '../adapters/http/webhooks.js';
import type { Environment } from '../config/environment.js';
import type { Config } from '../config/schema.js';
import type { Digest } from '../../jobs/dispute-digest.js';
import { createDisputeDesk, type DisputeService } from '../disputes/desk.js';
import { assemblePacket } from '../disputes/evidence/assemble.js';
import { monthReport, type MonthReport } from '../disputes/month-report.js';
import type { Month } from '../kernel/month.js';
import { shippedProgrammes } from '../disputes/programmes.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import { createSignals, type SignalService } from '../partners/signals.js';
import type { AuditTrail } from '../ports/audit.js';
import type { Living } from '../ports/lives.js';
import type { Outbox } from '../ports/outbox.js';
import type { PaymentsApi } from '../ports/payments-api.js';
import type { Looks, ProviderInbox } from '../ports/provider-events.js';
import { announcementCard, disputeNewsCard } from '../views/disputes/announcement.js';
import { signalCard, signalCardOf } from '../views/partners/signal.js';
import { advanceEvent } from '../webhooks/events.js';
import { createStripeReceiver } from '../webhooks/stripe.js';
import { calendarOf } from './calendars.js';
import { linksFrom } from './links.js';

export interface DisputeFacts {
  config: Config;
  database: Database;
  booksDatabase: BooksEngine | null;
  paymentsApi: PaymentsApi | null;
  audit: AuditTrail;
  outbox: Outbox;
  clock: Clock;
  log: Log;
}

export interface DisputeDesk {
  disputes: DisputeService | null;
  monthReport: ((month: Month) => Promise<MonthReport>) | null;
  inbox: ProviderInbox;
  looks: Looks;
  signals: SignalService;
  digests: readonly Digest[];
  disputesChannel: string | null;
  /** What works the provider's events off; null while no payments API is connected. */
  livingEvents: Living | null;
  /** What keeps the draft answers of disputes up to date; null while no payments API is connected. */
  livingDisputes: Living | null;
}

export function disputesFrom(facts: DisputeFacts): DisputeDesk {
  const { config, database, paymentsApi: api, clock } = facts;
  const shared = {
    inbox: createProviderInbox(database, clock),
    looks: createLooks(database, clock),
    signals: signalsFrom(facts),
    digests: digestsOf(config),
    disputesChannel: config.channels.disputes ?? null,
  };
  const partner = config.paymentsApi?.partner;
  if (api === null || partner === undefined)
    return { ...shared, disputes: null, monthReport: null, livingEvents: null, livingDisputes: null };
  const disputes = deskFrom(facts, api, partner, shared);
  return {
    ...shared,
    disputes,
    monthReport: monthReportFrom(facts, partner, () => disputes.begunAt()),
    livingEvents: livingEventsFrom(facts, api, partner, { ...shared, disputes }),
    livingDisputes: {
      table: 'paydesk.disputes',
      key: 'id',
      atOnce: draftsAtOnce,
      advance: (id) => disputes.advance(id),
    },
  };
}

/** Each asks the provider and the books several things. */
const draftsAtOnce = 3;

function deskFrom(
  { config, database, booksDatabase, audit, outbox, clock, log }: DisputeFacts,
  api: PaymentsApi,
  partner: string,
  { looks, disputesChannel: channel }: Pick<DisputeDesk, 'looks' | 'disputesChannel'>,
): DisputeService {
  const links = linksFrom(config.links);
  const views = booksDatabase ? createEvidenceViews(booksDatabase, log) : null;
  return createDisputeDesk({
    packetOf: (dispute) => assemblePacket(dispute, { api, views, clock }),
    api,
    partner,
    register: createDisputeRegister(database),
    looks,
    audit,
    transactions: database,
    tell: async (tx, dispute, news) => {
      if (channel === null) return;
      const liveCard = `dispute:${dispute.id}`;
      await outbox.enqueue(tx, {
        channel,
        liveCard,
        card: announcementCard({ dispute, now: tx.now, links }),
      });
      if (news) await outbox.enqueue(tx, { channel, threadOf: liveCard, card: disputeNewsCard(news) });
    },
    clock,
    log,
  });
}

function monthReportFrom(
  { config, database, booksDatabase, log }: DisputeFacts,
  partner: string,
  begunAt: DisputeService['begunAt'],
): DisputeDesk['monthReport'] {
  const deps = {
    partner,
    register: createDisputeRegister(database),
    warnings: createFraudWarnings(database),
    begunAt,
    settlements: booksDatabase ? createCardSettlements(booksDatabase, log) : null,
    programmes: config.disputes.programmes ?? shippedProgrammes,
  };
  return (month) => monthReport(deps, month);
}

/** Enough to work a wave off, few enough for the provider's limit of requests. */
const eventsAtOnce = 10;

function livingEventsFrom(
  { config, database, outbox, clock, log }: DisputeFacts,
  api: PaymentsApi,
  partner: string,
  { inbox, signals, disputes }: Pick<DisputeDesk, 'inbox' | 'signals'> & { disputes: DisputeService },
): Living {
  const own = config.partners.find(({ id }) => id === partner);
  const deps = {
    inbox,
    api,
    partner: { id: partner, name: own?.name ?? partner },
    disputes,
    warnings: createFraudWarnings(database),
    signals,
    channels: {
      disputes: config.channels.disputes ?? null,
      money: own?.alertsChannel ?? config.channels.alerts ?? null,
    },
    outbox,
    transactions: database,
    links: linksFrom(config.links),
    clock,
    log,
  };
  return { ...providerEventLives, atOnce: eventsAtOnce, advance: (id) => advanceEvent(deps, id) };
}

function signalsFrom({ config, database, audit, outbox }: DisputeFacts): SignalService {
  return createSignals({
    signals: createPartnerSignals(database),
    audit,
    transactions: database,
    tell: async (tx, signal) => {
      const partner = config.partners.find(({ id }) => id === signal.partner);
      const channel = partner?.alertsChannel ?? config.channels.alerts;
      if (channel === undefined) return;
      const card = signalCard(signal, partner?.name ?? signal.partner);
      await outbox.enqueue(tx, { channel, liveCard: signalCardOf(signal), card });
    },
  });
}

const digestsOf = ({ disputes }: Config): Digest[] =>
  disputes.digests.map(({ channel, at, timeZone, calendar, within, partner }) => ({
    channel,
    at,
    timeZone,
    calendar: calendarOf(calendar),
    withinMs: within,
    partner: partner ?? null,
  }));

export const stripeWebhookPath = '/webhooks/stripe';

/** Null where no signing secret is given: then nothing is received, and polling finds the same. */
export function stripeWebhookFrom(
  { STRIPE_WEBHOOK_SECRETS: secrets }: Environment,
  { inbox }: Pick<DisputeDesk, 'inbox'>,
  clock: Clock,
  log: Log,
): WebhookReceiver | null {
  if (secrets === undefined) return null;
  return {
    signatureHeader: 'stripe-signature',
    receive: createStripeReceiver({ inbox, secrets, clock, log }),
  };
}
