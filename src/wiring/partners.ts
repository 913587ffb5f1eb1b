/**
 * Builds the watch over partners' published status.
 */
import type { WatchedPartner } from '../../jobs/partner-status.js';
import type { Database } from '../adapters/postgres/database.js';
import { createPartnerStatuses, partnerLives } from '../adapters/postgres/partner-statuses.js';
import type { Config } from '../config/schema.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import { createPartnerWatch, type PartnerWatch } from '../partners/watch.js';
import type { AuditTrail } from '../ports/audit.js';
import type { Living } from '../ports/lives.js';
import type { Outbox } from '../ports/outbox.js';
import { partnerMessages } from '../views/partners/messages.js';

export interface PartnerWatchFacts {
  watched: readonly (WatchedPartner & { alertsChannel: string | null })[];
  database: Database;
  audit: AuditTrail;
  outbox: Outbox;
  clock: Clock;
  log: Log;
}

export function partnerWatchFrom({ watched, database, outbox, ...rest }: PartnerWatchFacts): PartnerWatch {
  const toldOf = (partner: string): { name: string; channel: string } | null => {
    const { name, alertsChannel: channel } = watched.find(({ id }) => id === partner) ?? {};
    return name === undefined || channel === undefined || channel === null ? null : { name, channel };
  };
  return createPartnerWatch({
    ...rest,
    statuses: createPartnerStatuses(database),
    transactions: database,
    isTold: (partner) => toldOf(partner) !== null,
    tell: async (tx, status, news) => {
      const told = toldOf(status.partner);
      if (!told) return;
      for (const message of partnerMessages(told, status, news)) await outbox.enqueue(tx, message);
    },
  });
}

export const watchedPartners = ({ partners, channels }: Config): PartnerWatchFacts['watched'] =>
  partners.flatMap(({ id, name, statusPage, alertsChannel }) =>
    statusPage === undefined
      ? []
      : [{ id, name, statusPage, alertsChannel: alertsChannel ?? channels.alerts ?? null }],
  );

export const livingPartners = ({ advance }: PartnerWatch): Living => ({
  ...partnerLives,
  atOnce: 5,
  advance,
});
